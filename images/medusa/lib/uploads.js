// What was uploaded is served from the shop's own address, where a page or a drawing could do whatever its visitor may. So a browser runs nothing
// of it, and shows by itself only what is a picture made of points; whatever else it keeps as a file. Pages may show all of them as pictures.
const path = require("node:path");

const PATH = "/static";
const POINTS = new Set([".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp"]);
const HEADERS = {
  "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  "X-Content-Type-Options": "nosniff",
};

/** What it is, is told by its name: so the end of the name is looked at here as well. */
function fence(request, answer, next) {
  answer.set(HEADERS);
  if (!POINTS.has(path.extname(request.path).toLowerCase())) answer.set("Content-Disposition", "attachment");
  next();
}

module.exports = { PATH, fence };
