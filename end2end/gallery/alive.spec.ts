import type { Page } from "@playwright/test";
import { ready } from "./support/stores";
import { expect, hydrated, test } from "./support/test";

const SHOP = { id: "berg-kaffee-p3m9a", name: "Berg Kaffee", age: 3 * 3_600_000 };
const POLL = "**/api/poll";

function polls(page: Page): { count: number } {
  const seen = { count: 0 };
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === "/api/poll") seen.count += 1;
  });
  return seen;
}

test.describe("with nothing under way", () => {
  test.use({ world: { stores: [ready(SHOP)] } });

  test("a page asks at most twice in ten seconds", async ({ page, own }) => {
    const seen = polls(page);
    await page.goto(`${own.address}/stores`);
    await hydrated(page);
    await page.waitForTimeout(10_000);
    expect(seen.count).toBeGreaterThan(0);
    expect(seen.count).toBeLessThanOrEqual(2);
  });

  test("a page that goes to the back lets go of its connection", async ({ page, own }) => {
    const seen = polls(page);
    await page.goto(`${own.address}/stores`);
    await hydrated(page);
    await expect(() => expect(seen.count).toBe(1)).toPass();
    const cut = page.waitForEvent("requestfailed");
    await page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    expect(new URL((await cut).url()).pathname).toBe("/api/poll");
    await page.waitForTimeout(2_000);
    expect(seen.count).toBe(1);
    await page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { value: "visible", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await expect(() => expect(seen.count).toBe(2)).toPass({ timeout: 2_000 });
  });
});

test.describe("without its program", () => {
  test.use({ world: { stores: [ready(SHOP)] }, expectedErrors: [/./] });

  test("a page says so, and shows what works without", async ({ page, own }) => {
    await page.route(/\.wasm/, (route) => route.abort());
    await page.goto(`${own.address}/stores`);
    await expect(page.getByRole("alert").getByText("its program did not start")).toBeVisible();
    await expect(page.getByRole("link", { name: "Reload" }).first()).toBeVisible();
    await expect(page.getByRole("button", { name: "Search" })).toBeVisible();
  });

  test("a page whose program stops says so", async ({ page, own }) => {
    await page.goto(`${own.address}/stores/${SHOP.id}`);
    await hydrated(page);
    await expect(page.locator("html")).toHaveAttribute("data-live", "yes");
    await page.evaluate(() => {
      setTimeout(() => {
        throw new WebAssembly.RuntimeError("unreachable");
      });
    });
    await expect(page.getByRole("alert").getByText("its program stopped")).toBeVisible();
    await page.waitForTimeout(6_000);
    await expect(page.locator("html")).toHaveAttribute("data-live", "stopped");
  });
});

test.describe("without a connection", () => {
  test.use({ world: { stores: [ready(SHOP)] }, expectedErrors: [/Failed to load resource/] });

  test("a page says so at once, and takes it back at once", async ({ page, own, context }) => {
    await page.goto(`${own.address}/stores`);
    await hydrated(page);
    const bar = page.locator(".connection");
    await context.setOffline(true);
    await expect(bar).toContainText("Connection lost. This is the state of", { timeout: 2_000 });
    await context.setOffline(false);
    await expect(bar).not.toContainText("Connection lost", { timeout: 5_000 });
  });

  test("a page that one goes to has no state, and says none", async ({ page, own, context }) => {
    await page.goto(`${own.address}/stores`);
    await hydrated(page);
    await context.setOffline(true);
    await page.getByRole("link", { name: SHOP.name }).click();
    const bar = page.locator(".connection");
    await expect(bar).toContainText("Connection lost");
    await expect(bar).not.toContainText("state of");
    await context.setOffline(false);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(SHOP.name);
    await expect(bar).not.toContainText("Connection lost");
  });
});

test.describe("after an upgrade", () => {
  test.use({ world: { stores: [ready(SHOP)] }, expectedErrors: [/status of 412/] });

  test("a page is loaded anew", async ({ page, own }) => {
    await page.route(POLL, (route) => route.fulfill({ status: 412, body: "updated" }));
    await page.goto(`${own.address}/stores`);
    await page.waitForEvent("load", { timeout: 20_000 });
    await page.unroute(POLL);
  });

  test("a page into which something was typed says so and waits", async ({ page, own }) => {
    await page.route(POLL, (route) => route.fulfill({ status: 412, body: "updated" }));
    await page.goto(`${own.address}/stores/${SHOP.id}`);
    await hydrated(page);
    await page.getByRole("main").getByText("Delete…").click();
    const field = page.getByRole("dialog").getByRole("textbox");
    await field.fill("Berg");
    await expect(page.locator(".connection")).toContainText("Storeyard was updated.", { timeout: 20_000 });
    await page.waitForTimeout(5_000);
    await expect(field).toHaveValue("Berg");
  });
});
