// Whatever was uploaded, a browser that is led to it runs nothing of it, and shows by itself only pictures that are made of points.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const MEDUSA = process.env.MEDUSA || "/srv/medusa";
const express = require(path.join(MEDUSA, "node_modules/express"));
const uploads = require(path.join(MEDUSA, "lib/uploads"));

const SHOWN = ["photo.png", "PHOTO.JPG", "a.b.webp", "moving.gif"];
const KEPT = ["page.html", "drawing.svg", "page.png.html", "data.xml", "script.js", "list.csv", "noname", "png"];

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "uploads-"));
  for (const name of [...SHOWN, ...KEPT]) fs.writeFileSync(path.join(folder, name), "<script>alert(1)</script>");
  const app = express();
  app.use(uploads.PATH, uploads.fence);
  app.use(uploads.PATH, express.static(folder));
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const ask = (name) => fetch(`http://127.0.0.1:${server.address().port}${uploads.PATH}/${name}`);
  try {
    for (const name of [...SHOWN, ...KEPT, "page%2Ehtml", "page.html?photo.png", "%70age.HTML%2f..%2fpage.html"]) {
      const { status, headers } = await ask(name);
      if (status !== 200) continue;
      const isShown = !headers.get("content-disposition");
      assert.match(headers.get("content-security-policy"), /^default-src 'none'; .*sandbox$/, name);
      assert.equal(headers.get("x-content-type-options"), "nosniff", name);
      assert.equal(isShown, SHOWN.includes(name), name);
      if (isShown) assert.match(headers.get("content-type"), /^image\/(?!svg)/, name);
    }
    for (const name of [...SHOWN, ...KEPT, "page%2Ehtml"]) assert.equal((await ask(name)).status, 200, name);
  } finally {
    server.close();
    fs.rmSync(folder, { recursive: true });
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
