import type { Page } from "@playwright/test";
import { KOENIG, everyState } from "./support/stores";
import { expect, hydrated, stands, test } from "./support/test";
import { day, lines } from "./support/window";

const PAGES = [
  "/stores",
  "/stores?q=nothing-like-it",
  "/stores/new",
  "/stores/atelier-nord-x7k2q",
  "/stores/casa-verde-0qk4z",
  "/stores/demo-8w1vd",
  "/stores/librairie-du-port-5n2tc",
  "/stores/feld-und-flur-u4p8d",
  "/stores/eis-am-see-s5d1n",
  "/stores/gute-stube-b7k3r",
  "/stores/sommer-pop-up-9d4xk",
  `/stores/${KOENIG}/delete`,
  "/stores/atelier-nord-x7k2q/logs",
  "/stores/atelier-nord-x7k2q/metrics",
  "/activity",
  "/users",
  "/audit",
  "/account",
];

test.describe("in a German browser", () => {
  test.use({ locale: "de-DE", expectedErrors: [/status of 503/] });

  for (const path of PAGES) {
    test(`${path} is German, and stands, wide and narrow, light and dark`, async ({ page }) => {
      await page.goto(path);
      await expect(page.locator("html")).toHaveAttribute("lang", "de");
      await expect(page.getByRole("link", { name: "Zum Inhalt" })).toBeAttached();
      await stands(page);
    });
  }

  test("what engines ask is asked in German, and stands in its order", async ({ page }) => {
    await page.goto("/stores/new");
    const countries = await page.getByLabel("Land", { exact: true }).getByRole("option").allTextContents();
    expect(countries).toContain("Österreich");
    expect(countries).toEqual([...countries].sort(new Intl.Collator("de").compare));
  });

  test.describe("of a store that is shown", () => {
    test.use({ world: { stores: everyState(), shows: true } });

    test("what it consists of is called so in German, in its logs and its metrics", async ({ page, own }) => {
      own.window?.log(...lines());
      await page.goto(`${own.address}/stores/atelier-nord-x7k2q/logs`);
      const parts = page.getByLabel("Teil").getByRole("option");
      await expect(parts).toHaveText(["Alle", "Datenbank", "WordPress"]);
      await expect(page.locator("#log .part").first()).toHaveText("Datenbank");
      if (own.window) own.window.metrics = day();
      await page.goto(`${own.address}/stores/atelier-nord-x7k2q/metrics`);
      await expect(page.locator(".legend").getByText("Datenbank").first()).toBeVisible();
      await stands(page);
    });
  });

  test("what a page says of itself is German too", async ({ page }) => {
    await page.goto("/stores/new");
    await hydrated(page);
    await expect(page.getByText("Bis zu").first()).toBeVisible();
    await page.getByRole("button", { name: "Shop erstellen" }).click();
    await expect(page.getByLabel("Name des Shops")).toHaveAttribute("aria-invalid", "true");
    await stands(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("dialog")).toBeVisible();
    await stands(page);
  });

  test.describe("by nobody", () => {
    test.use({ person: "", expectedErrors: [/status of 403/] });
    test("the sign-in is German, and says so what is wrong", async ({ page }) => {
      await page.goto("/sign-in");
      await stands(page);
      await page.getByLabel("Benutzername").fill("ada");
      await page.getByLabel("Passwort").fill("not the password");
      await page.getByRole("button", { name: "Anmelden" }).click();
      await expect(page.getByText("Benutzername oder Passwort ist falsch.")).toBeVisible();
      await stands(page);
    });
  });
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with a script" : "without one", () => {
    test.use({ javaScriptEnabled, world: { stores: everyState() } });

    test("a language that is chosen is kept on every page, and told of what changes", async ({
      page,
      own,
    }) => {
      await page.goto(`${own.address}/stores/${KOENIG}`);
      await choose(page, "Deutsch");
      await expect(page).toHaveURL(new RegExp(`/stores/${KOENIG}$`));
      await expect(page.locator("html")).toHaveAttribute("lang", "de");
      await expect(page.getByRole("link", { name: "Shop öffnen" })).toBeVisible();
      await own.cluster.patch(KOENIG, { spec: { title: "König" } });
      if (!javaScriptEnabled) await page.reload();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("König");
      await expect(page.getByRole("link", { name: "Shop öffnen" })).toBeVisible();
      await page.getByRole("link", { name: "← Shops" }).click();
      await expect(page.getByRole("columnheader", { name: "Erstellt" })).toBeVisible();
      await choose(page, "English");
      await expect(page.getByRole("columnheader", { name: "Created" })).toBeVisible();
    });
  });
}

async function choose(page: Page, language: string): Promise<void> {
  await page.locator(".account").getByRole("button", { name: "ada" }).click();
  await page.getByRole("button", { name: language }).click();
}
