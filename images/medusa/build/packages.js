// The packages that were installed, as the lock file has them, and which of them leads to which.
const fs = require("node:fs");

const locked = JSON.parse(fs.readFileSync("package-lock.json", "utf8")).packages;
const all = Object.keys(locked).filter((folder) => folder && fs.existsSync(folder));

/** The folder above, in which a package of this folder is looked for next; undefined above the topmost. */
function above(folder) {
  if (!folder) return undefined;
  return folder.slice(0, Math.max(folder.lastIndexOf("/node_modules/"), 0));
}

function resolve(from, name) {
  for (let folder = from; folder !== undefined; folder = above(folder)) {
    const found = `${folder ? `${folder}/` : ""}node_modules/${name}`;
    if (locked[found]) return found;
  }
  return undefined;
}

/** The folders of all packages that those of `from` lead to; `leaves` are gone past. */
function reach(from, leaves = new Set()) {
  const reached = new Set();
  const ahead = [...from];
  while (ahead.length > 0) {
    const folder = ahead.pop();
    const { dependencies, optionalDependencies, peerDependencies } = locked[folder];
    for (const name of Object.keys({ ...peerDependencies, ...optionalDependencies, ...dependencies })) {
      const found = leaves.has(name) ? undefined : resolve(folder, name);
      if (!found || reached.has(found)) continue;
      reached.add(found);
      ahead.push(found);
    }
  }
  return reached;
}

/** What only the dashboard's build needs: its files are put together there, and none of theirs is read afterwards. */
const FOR_DASHBOARD = new Set([
  "@medusajs/dashboard", "@medusajs/admin-vite-plugin", "@medusajs/ui", "@medusajs/icons", "@medusajs/js-sdk", "vite",
  "@vitejs/plugin-react", "react", "react-dom", "react-router-dom", "react-i18next", "@tanstack/react-query",
]);

const served = reach([""], FOR_DASHBOARD);
const dashboard = "node_modules/@medusajs/dashboard";

module.exports = {
  all,
  /** What the server may read. */
  served,
  /** What is in the image: as files, or as a part of the dashboard. */
  carried: new Set([...served, dashboard, ...reach([dashboard])]),
};
