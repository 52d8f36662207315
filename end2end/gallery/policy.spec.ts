import { expect, test } from "./support/test";

test.use({ expectedErrors: [/Content Security Policy/] });

/** What somebody might bring into a page, and what the browser is to make of it. */
const BROUGHT: [what: string, directive: string, bring: () => void][] = [
  ["a script in the page", "script-src", () => bring("script", { textContent: "document.title = 'ran'" })],
  ["another site's script", "script-src", () => bring("script", { src: "http://elsewhere.example/x.js" })],
  ["what an element does by itself", "script-src", () => document.body.setAttribute("onclick", "ran()")],
  ["a style in the page", "style-src", () => bring("style", { textContent: "body { display: none }" })],
  ["another site's picture", "img-src", () => bring("img", { src: "http://elsewhere.example/x.png" })],
  ["a frame", "default-src", () => bring("iframe", { src: "http://elsewhere.example/" })],
  ["another base", "base-uri", () => bring("base", { href: "http://elsewhere.example/" })],
  [
    "a call of another site",
    "connect-src",
    () => void fetch("http://elsewhere.example/").catch(() => undefined),
  ],
];

declare function bring(name: string, properties: object): void;

for (const [what, directive, bring] of BROUGHT) {
  test(`${what} is refused, and a test would fail for it`, async ({ page, violations }) => {
    await page.goto("/stores");
    await page.evaluate(() => {
      Object.assign(window, {
        bring: (name: string, properties: object) =>
          document.body.append(Object.assign(document.createElement(name), properties)),
      });
    });
    await page.evaluate(bring);
    await expect.poll(() => violations.some((told) => told.includes(directive))).toBe(true);
    await expect(page).not.toHaveTitle("ran");
    violations.length = 0;
  });
}
