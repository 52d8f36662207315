// Takes out of node_modules what only the dashboard's build needed, and what is there for people who write code.
const fs = require("node:fs");
const path = require("node:path");

const { all, served } = require("./packages");

const FOR_PEOPLE = /(\.(map|d\.ts|d\.mts|d\.cts|ts|tsx|mts|cts|md|markdown|flow|tsbuildinfo)|^changelog[^/]*)$/i;

function removeFilesForPeople(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) removeFilesForPeople(file);
    else if (FOR_PEOPLE.test(entry.name)) fs.rmSync(file);
  }
}

// The innermost first, since a package that goes may have one inside that stays nowhere.
for (const folder of all.filter((folder) => !served.has(folder)).reverse()) {
  fs.rmSync(folder, { recursive: true, force: true });
}
removeFilesForPeople("node_modules");

// The migrations make this folder in modules that have none, and could not on a read-only root.
for (const folder of served) {
  if (/^node_modules\/@medusajs\/[^/]+$/.test(folder) && fs.existsSync(folder)) {
    fs.mkdirSync(path.join(folder, "dist/migrations"), { recursive: true });
  }
}
