// Writes what the image carries of npm's packages, and on which terms, for its bill of materials.
const fs = require("node:fs");
const path = require("node:path");

const { carried } = require("./packages");

const TERMS = /^(licen[cs]e|copying|copyright|notice|unlicense)/i;

function terms(folder) {
  const names = fs.readdirSync(folder).filter((name) => TERMS.test(name)).sort();
  const files = names.map((name) => path.join(folder, name)).filter((file) => fs.statSync(file).isFile());
  return files.map((file) => fs.readFileSync(file, "utf8"));
}

/** Those of Medusa's own packages that say nothing are parts of what says it. */
const { license: OF_MEDUSA } = require("../node_modules/@medusajs/medusa/package.json");

/** Older packages name it in other ways. Whoever builds the image must be free to pass it on. */
function licence({ name, license, licenses }) {
  const named = license ?? licenses?.map((one) => one.type ?? one).join(" OR ");
  const told = (named?.type ?? named) || (name.startsWith("@medusajs/") ? OF_MEDUSA : null);
  if (/^(SEE LICENSE|UNLICENSED)/.test(told ?? "")) throw new Error(`${name} is not free: its licence is ${told}`);
  return told;
}

const listed = [...carried].filter((folder) => fs.existsSync(folder)).sort().map((folder) => {
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  return { name: manifest.name, version: manifest.version, licence: licence(manifest), terms: terms(folder) };
});
fs.writeFileSync(process.argv[2], JSON.stringify(listed));
