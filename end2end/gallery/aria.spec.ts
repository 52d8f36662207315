import { expect, hydrated, test } from "./support/test";

const PAGES = {
  list: "/stores?sort=name",
  ready: "/stores/atelier-nord-x7k2q",
  provisioning: "/stores/casa-verde-0qk4z",
  failed: "/stores/librairie-du-port-5n2tc",
  deleting: "/stores/sommer-pop-up-9d4xk",
  form: "/stores/new",
  delete: "/stores/atelier-nord-x7k2q/delete",
};

/** What one hears of a page: its headings, what can be pressed on it, and what all of it is called. */
for (const [name, path] of Object.entries(PAGES)) {
  test(`the page ${name} is heard as it is written down`, async ({ page }) => {
    await page.goto(path);
    await hydrated(page);
    await expect(page.getByRole("main")).toMatchAriaSnapshot({ name: `${name}.aria.yml` });
  });
}
