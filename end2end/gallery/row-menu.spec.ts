import type { Page } from "@playwright/test";
import { DAY, KOENIG, failed, ready, suspended } from "./support/stores";
import { expect, fits, hydrated, stands, test } from "./support/test";

const SHOP = "store-atelier-nord-aaaaa.shops.example";
const stores = () => [
  ready({ id: "atelier-nord-aaaaa", name: "Atelier Nord", age: 3 * DAY, owner: "bo" }),
  failed({ id: "berg-kaffee-bbbbb", name: "Berg & Kaffee", age: 2 * DAY, owner: "bo" }),
  suspended({ id: "casa-verde-ccccc", name: "Casa Verde", age: 1 * DAY, owner: "bo" }),
];
const opener = (page: Page, name: string) => page.getByRole("button", { name: `Actions for ${name}` });
const menu = (page: Page, name: string) => page.getByRole("group", { name: `Actions for ${name}` });

test.describe("the menu of a row", () => {
  test.use({ world: { stores: stores() } });

  test("opens beside its button, and stands, wide and narrow, light and dark", async ({ page, own }) => {
    await page.goto(`${own.address}/stores?sort=name`);
    await hydrated(page);
    for (const width of [1280, 320]) {
      await fits(page, width);
      await opener(page, "Casa Verde").click();
      const [button, opened] = await Promise.all([
        opener(page, "Casa Verde").boundingBox(),
        menu(page, "Casa Verde").boundingBox(),
      ]);
      expect(Math.abs(opened!.x + opened!.width - button!.x - button!.width)).toBeLessThan(2);
      const below = opened!.y - button!.y - button!.height;
      const above = button!.y - opened!.y - opened!.height;
      expect(Math.max(below, above), "beside it").toBeGreaterThanOrEqual(0);
      expect(Math.max(below, above), "near it").toBeLessThan(12);
      await page.keyboard.press("Escape");
    }
    await opener(page, "Atelier Nord").click();
    await stands(page);
  });

  test("is gone through by keyboard, and closes as menus do", async ({ page, own }) => {
    await page.goto(`${own.address}/stores?sort=name`);
    await hydrated(page);
    const [button, opened] = [opener(page, "Atelier Nord"), menu(page, "Atelier Nord")];
    await button.focus();
    await page.keyboard.press("Enter");
    for (const name of ["Open shop", "Open admin", /Copy/, "Suspend", "Delete…"]) {
      await page.keyboard.press("Tab");
      await expect(page.locator(":focus")).toHaveAccessibleName(name);
    }
    await page.keyboard.press("Escape");
    await expect(opened).toBeHidden();
    await expect(button).toBeFocused();
    await page.keyboard.press("Space");
    await expect(opened).toBeVisible();
    await page.getByRole("heading", { level: 1 }).click();
    await expect(opened).toBeHidden();
    // Another one takes its place, and covers no button above it.
    await opener(page, "Casa Verde").click();
    await button.click();
    await expect(menu(page, "Casa Verde")).toBeHidden();
    await expect(opened).toBeVisible();
  });

  test("leads to the shop and copies its address", async ({ page, own, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await context.route(`http://${SHOP}/**`, (route) => route.fulfill({ body: "the shop" }));
    await page.goto(`${own.address}/stores?sort=name`);
    await hydrated(page);
    const opened = menu(page, "Atelier Nord");
    await opener(page, "Atelier Nord").click();
    await opened.getByRole("button", { name: /Copy/ }).click();
    await expect(opened.getByRole("button", { name: /Copied/ })).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`http://${SHOP}`);
    const [shop] = await Promise.all([
      context.waitForEvent("page"),
      opened.getByRole("link", { name: "Open shop" }).click(),
    ]);
    await expect(shop.getByText("the shop")).toBeVisible();
    await shop.close();
    await expect(opened).toBeHidden();
  });

  test("stays open and as it is while the list renews itself", async ({ page, own }) => {
    await page.goto(`${own.address}/stores?sort=name`);
    await hydrated(page);
    await opener(page, "Atelier Nord").click();
    await own.cluster.patch("casa-verde-ccccc", { spec: { title: "Casa Verde 2" } });
    await expect(page.getByRole("link", { name: "Casa Verde 2" })).toBeVisible();
    await expect(menu(page, "Atelier Nord")).toBeVisible();
  });

  for (const javaScriptEnabled of [true, false]) {
    test.describe(javaScriptEnabled ? "with a script" : "without one", () => {
      test.use({ javaScriptEnabled });
      test("does to its own store what it says, and leads back to the list", async ({ page, own }) => {
        const list = `${own.address}/stores?sort=name`;
        await page.goto(list);
        if (javaScriptEnabled) await hydrated(page);
        // What is ticked beside it is none of its business.
        await page.getByRole("checkbox", { name: "Select Casa Verde" }).check();
        await opener(page, "Atelier Nord").click();
        await menu(page, "Atelier Nord").getByRole("button", { name: "Suspend" }).click();
        await expect.poll(async () => (await own.cluster.get("atelier-nord-aaaaa")).spec.running).toBe(false);
        await expect(page).toHaveURL(list);
        await opener(page, "Casa Verde").click();
        await menu(page, "Casa Verde").getByRole("button", { name: "Resume" }).click();
        await expect.poll(async () => (await own.cluster.get("casa-verde-ccccc")).spec.running).toBe(true);
        await opener(page, "Berg & Kaffee").click();
        await menu(page, "Berg & Kaffee").getByRole("button", { name: "Retry" }).click();
        const retried = async () => (await own.cluster.get("berg-kaffee-bbbbb")).metadata.annotations ?? {};
        await expect.poll(async () => Object.keys(await retried())).toContain("storeyard.dev/retry");

        await page.goto(list);
        await opener(page, "Atelier Nord").click();
        await menu(page, "Atelier Nord").getByRole("link", { name: "Delete…" }).click();
        await expect(page.getByRole("heading", { level: 1 })).toHaveText("Delete Atelier Nord");
      });
    });
  }

  test.describe("to somebody who may only look", () => {
    test.use({ person: "vi" });
    test("has what changes nothing", async ({ page, own }) => {
      await page.goto(`${own.address}/stores?sort=name`);
      await hydrated(page);
      await opener(page, "Atelier Nord").click();
      const opened = menu(page, "Atelier Nord");
      await expect(opened.getByRole("link", { name: "Open shop" })).toBeVisible();
      await expect(opened.getByText(/Suspend|Delete/)).toHaveCount(0);
      await stands(page);
    });
  });
});

test("of a store of a long name the menu opens within the page", async ({ page }) => {
  await page.goto("/stores?sort=name");
  await hydrated(page);
  await fits(page, 320);
  await page.locator(`[popovertarget="menu-${KOENIG}"]`).click();
  const box = await page.locator(`#menu-${KOENIG}`).boundingBox();
  expect(box!.x).toBeGreaterThanOrEqual(0);
  expect(box!.x + box!.width).toBeLessThanOrEqual(320);
});
