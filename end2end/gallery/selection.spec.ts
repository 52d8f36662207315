import type { Page } from "@playwright/test";
import { DAY, failed, lost, ready } from "./support/stores";
import { expect, hydrated, stands, test } from "./support/test";

const stores = () => [
  ready({ id: "atelier-nord-aaaaa", name: "Atelier Nord", age: 3 * DAY, owner: "ada" }),
  ready({ id: "berg-kaffee-bbbbb", name: "Berg & Kaffee", age: 2 * DAY, owner: "bo" }),
  failed({ id: "casa-verde-ccccc", name: "Casa Verde", age: 1 * DAY, owner: "bo" }),
];

/** The buttons for what is selected. */
const bar = (page: Page) => page.getByRole("group", { name: "With the selected stores" });
const box = (page: Page, name: string) => page.getByRole("checkbox", { name: `Select ${name}` });

test.describe("in a list", () => {
  test.use({ world: { stores: stores() } });

  test("a row leads to its store wherever it is pressed, and its links where they lead", async ({
    page,
    own,
  }) => {
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`${own.address}/stores?sort=name`);
      await hydrated(page);
      const row = page.getByRole("row").filter({ hasText: "Atelier Nord" });
      const led = await row.evaluate((row) => {
        const at = (selector: string) => {
          const { x, y, width, height } = row.querySelector(selector)!.getBoundingClientRect();
          return document.elementFromPoint(x + width / 2, y + height / 2)!;
        };
        const { right, bottom } = row.getBoundingClientRect();
        return [
          at(".cell-phase"),
          at(".cell-created"),
          document.elementFromPoint(right - 3, bottom - 3)!,
          at(".cell-links a"),
          at(".cell-select input"),
        ].map((element) => element.getAttribute("href") ?? element.getAttribute("name"));
      });
      const store = "/stores/atelier-nord-aaaaa?from=sort%3Dname";
      expect(led).toEqual([store, store, store, "http://store-atelier-nord-aaaaa.shops.example", "id"]);
      const phase = await row.locator(".cell-phase").boundingBox();
      await page.mouse.click(phase!.x + 5, phase!.y + 5);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Atelier Nord");
    }
  });

  test("several stores are suspended by keyboard, and nothing is by Enter at a box", async ({
    page,
    own,
  }) => {
    await page.goto(`${own.address}/stores?sort=name`);
    await hydrated(page);
    await expect(bar(page)).toBeHidden();
    await box(page, "Atelier Nord").focus();
    await page.keyboard.press("Space");
    await expect(bar(page)).toBeVisible();
    await page.keyboard.press("Enter");
    await box(page, "Berg & Kaffee").focus();
    await page.keyboard.press("Space");
    await expect(page).toHaveURL(/sort=name$/);
    expect((await own.cluster.get("atelier-nord-aaaaa")).spec.running).not.toBe(false);
    await bar(page).getByRole("button", { name: "Suspend" }).focus();
    await page.keyboard.press("Enter");
    await expect(bar(page)).toBeHidden();
    await expect(page).toHaveURL(/\/stores\?sort=name$/);
    for (const [id, running] of [
      ["atelier-nord-aaaaa", false],
      ["berg-kaffee-bbbbb", false],
      ["casa-verde-ccccc", undefined],
    ] as const) {
      expect((await own.cluster.get(id)).spec.running, id).toBe(running);
    }
  });

  test("all of a page are selected at once, and what is selected stays so while the list changes", async ({
    page,
    own,
  }) => {
    await page.goto(`${own.address}/stores?sort=name`);
    await hydrated(page);
    const all = page.getByRole("checkbox", { name: "Select all" });
    await all.check();
    await expect(page.locator("tbody input:checked")).toHaveCount(3);
    await box(page, "Casa Verde").uncheck();
    await expect(all).not.toBeChecked();
    expect(await all.evaluate((all: HTMLInputElement) => all.indeterminate)).toBe(true);
    await own.cluster.patch("atelier-nord-aaaaa", lost());
    await expect(page.locator(".phase.degraded")).toHaveCount(1);
    await expect(page.locator("tbody input:checked")).toHaveCount(2);
    // What is not on the page is not selected.
    await page.getByRole("link", { name: /^Needs attention/ }).click();
    await expect(page.locator("tbody tr")).toHaveCount(2);
    await expect(page.locator("tbody input:checked")).toHaveCount(1);
  });

  test("the bar of what is selected stands, wide and narrow, light and dark", async ({ page, own }) => {
    await page.goto(`${own.address}/stores`);
    await hydrated(page);
    await box(page, "Berg & Kaffee").check();
    await stands(page);
  });

  test.describe("of a viewer", () => {
    test.use({ person: "vi" });
    test("nothing can be selected", async ({ page, own }) => {
      await page.goto(`${own.address}/stores`);
      await hydrated(page);
      await expect(page.locator("tbody tr")).toHaveCount(3);
      await expect(page.getByRole("checkbox")).toHaveCount(0);
    });
  });
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with a script" : "without a script", () => {
    test.use({ javaScriptEnabled, world: { stores: stores() }, expectedErrors: [/status of 4(22|09)/] });

    test("what was not done is told by name, and the page stands, wide and narrow, light and dark", async ({
      page,
      own,
    }) => {
      await page.goto(`${own.address}/stores?sort=name`);
      if (javaScriptEnabled) await hydrated(page);
      await box(page, "Berg & Kaffee").check();
      await box(page, "Casa Verde").check();
      await bar(page).getByRole("button", { name: "Retry" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tried again: 1 of 2 stores");
      await expect(page.getByRole("alert")).toContainText(
        "Berg & Kaffee: Only a failed store can be retried, and this one is ready.",
      );
      await expect(page.getByRole("region", { name: "Tried again" })).toContainText("Casa Verde");
      if (javaScriptEnabled) await stands(page);
      await page.getByRole("link", { name: "Back to the list" }).click();
      await expect(page).toHaveURL(/\/stores\?sort=name$/);
      await expect(page.locator("tbody .phase.queued")).toHaveCount(1);
    });

    test("several stores are deleted once their number is typed", async ({ page, own }) => {
      await page.goto(`${own.address}/stores?sort=name`);
      if (javaScriptEnabled) await hydrated(page);
      await box(page, "Atelier Nord").check();
      await box(page, "Berg & Kaffee").check();
      await bar(page).getByRole("button", { name: "Delete…" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Delete 2 stores");
      await expect(page.getByRole("listitem")).toContainText(["Atelier Nord", "Berg & Kaffee"]);
      const typed = page.getByLabel("Type 2 to confirm");
      await typed.fill("3");
      await page.getByRole("button", { name: "Delete 2 stores" }).click();
      await expect(typed).toHaveAccessibleDescription(/^Type 2, the number of stores/);
      if (javaScriptEnabled) await stands(page);
      expect((await own.cluster.get("atelier-nord-aaaaa")).metadata.deletionTimestamp).toBeUndefined();
      await typed.fill("2");
      await page.keyboard.press("Enter");
      await expect(page).toHaveURL(/\/stores\?sort=name$/);
      await expect(page.locator("tbody .phase.deleting")).toHaveCount(2);
      await expect(page.getByRole("checkbox", { name: /^Select [ABC]/ })).toHaveCount(1);
      expect((await own.cluster.get("casa-verde-ccccc")).metadata.deletionTimestamp).toBeUndefined();
    });

    test("what is not meant is left by the way back", async ({ page, own }) => {
      await page.goto(`${own.address}/stores?owner=bo`);
      if (javaScriptEnabled) await hydrated(page);
      await box(page, "Casa Verde").check();
      await bar(page).getByRole("button", { name: "Delete…" }).click();
      await page.getByRole("link", { name: "Cancel" }).click();
      await expect(page).toHaveURL(/\/stores\?owner=bo$/);
      await expect(page.locator("tbody tr")).toHaveCount(2);
      await expect(page.locator("tbody .phase.deleting")).toHaveCount(0);
    });
  });
}
