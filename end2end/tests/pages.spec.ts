import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "../support/test";

const PAGES = ["/stores", "/stores/new"];
const WIDTHS = [320, 360, 768, 1280];

for (const path of PAGES) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`${path} has nothing that axe objects to in ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(path);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual(
        [],
      );
    });
  }

  for (const width of WIDTHS) {
    test(`${path} does not scroll sideways at ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(path);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBeLessThanOrEqual(0);
    });
  }
}

test("a key leads to the form for a new store", async ({ page }) => {
  await page.goto("/stores");
  await expect(async () => {
    await page.keyboard.press("n");
    await expect(page).toHaveURL(/\/stores\/new$/, { timeout: 500 });
  }).toPass();
});

test("the address is shown as one types", async ({ page }) => {
  await page.goto("/stores/new");
  for (const [name, slug] of [
    ["Atelier Nord", "store-atelier-nord-"],
    ["Größe & Maß", "store-grosse-mass-"],
  ] as const) {
    await page.getByLabel("Store name").fill(name);
    await expect(page.locator("#address")).toContainText(slug);
  }
});

test.describe("without a connection", () => {
  test.use({ expectedErrors: [/Failed to load resource/] });

  test("a page says so, and takes it back when the connection returns", async ({ page, context }) => {
    await page.goto("/stores");
    const bar = page.locator(".connection");
    await context.setOffline(true);
    await expect(bar).toContainText("Connection lost", { timeout: 5_000 });
    await context.setOffline(false);
    await expect(bar).not.toContainText("Connection lost", { timeout: 20_000 });
  });
});
