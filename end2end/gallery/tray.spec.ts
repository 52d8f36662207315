import { type Page } from "@playwright/test";
import { deleting, lost, provisioning, ready, removed } from "./support/stores";
import { expect, hydrated, stands, test } from "./support/test";

const CASA = "casa-verde-0qk4z";
const DEMO = "demo-8w1vd";

/** Bo's stores: one that is being made, one that goes, one that rests. */
const world = {
  stores: [
    provisioning({ id: CASA, name: "Casa Verde", age: 8_000, owner: "bo" }),
    deleting({ id: "sommer-pop-up-9d4xk", name: "Sommer-Pop-up", age: 90_000_000, owner: "bo" }),
    ready({ id: DEMO, name: "Demo", age: 90_000_000, owner: "bo" }),
  ],
};

const tray = (page: Page) => page.getByRole("complementary", { name: "Under way" });

/** What the operator writes once a shop answers. */
function answers(): object {
  const now = Date.now();
  const was = (phase: string) => ({ at: now, what: { phase: { phase } } });
  const { conditions } = ready({ id: CASA, name: "", age: 20_000 }).status as { conditions: object[] };
  return {
    status: {
      conditions,
      phase: "Ready",
      phaseSince: new Date(now).toISOString(),
      timeline: [was("Provisioning"), was("Ready")],
    },
  };
}

test.use({ person: "bo", world });

test("what is under way is told on every page, and goes on from page to page", async ({ page, own }) => {
  await page.goto(`${own.address}/stores`);
  await hydrated(page);
  await expect(page).toHaveTitle(/^\(2\) Stores/);
  await expect(page.locator("#favicon")).toHaveAttribute("href", "/favicon-jobs-2.svg");
  await tray(page).getByText("2 under way").click();
  const rows = tray(page).getByRole("listitem");
  await expect(rows).toHaveText([
    /Casa Verde.*Provisioning.*Workloads · \d+ s/,
    /Sommer-Pop-up.*Deleting.*deleting the namespace · \d+ s/,
  ]);
  const before = await rows.first().innerText();
  await expect(rows.first()).not.toHaveText(before);
  // The form is no page that is watched, and the tray stays as it was opened.
  await page.getByRole("link", { name: "New store" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("New store");
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toBeVisible();
  await page.getByLabel("Store name").fill("Half typed");
  await own.cluster.patch(CASA, answers());
  await expect(tray(page).getByText("1 under way")).toBeVisible();
  await expect(tray(page).locator(".over")).toHaveText(/Casa Verde.*Ready/);
  await expect(page).toHaveTitle(/^\(1\) New store/);
  await expect(page.getByLabel("Store name")).toHaveValue("Half typed");
  await expect(page.locator("#status [role=status]")).toHaveText("Casa Verde is ready.");
});

test("each leads to its store", async ({ page, own }) => {
  await page.goto(`${own.address}/stores/${DEMO}`);
  await hydrated(page);
  await tray(page).locator("summary").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(tray(page).getByRole("link", { name: "Casa Verde" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Casa Verde");
});

test("how it ended is told until it is dismissed, and stays so on every page", async ({ page, own }) => {
  await page.goto(`${own.address}/stores`);
  await hydrated(page);
  await own.cluster.patch("sommer-pop-up-9d4xk", removed());
  await own.cluster.remove("sommer-pop-up-9d4xk");
  await own.cluster.patch(CASA, answers());
  const over = tray(page).locator(".over");
  await expect(over.getByRole("listitem")).toHaveCount(2);
  await expect(over).toHaveText(/Casa Verde.*Ready/);
  await expect(over).toHaveText(/Sommer-Pop-up.*Gone/);
  await expect(page).toHaveTitle(/^Stores/);
  await stands(page);
  await tray(page).getByRole("button", { name: "Dismiss" }).click();
  await expect(tray(page)).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  for (const path of ["/stores/new", "/account"]) {
    await page.goto(own.address + path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(tray(page)).toHaveCount(0);
  }
  // What comes to be so by itself was nobody's job.
  await page.goto(`${own.address}/stores`);
  await hydrated(page);
  await own.cluster.patch(DEMO, lost());
  await expect(page.getByRole("row", { name: /Demo/ })).toContainText("Degraded");
  await expect(tray(page)).toHaveCount(0);
});

test("the tray stands, wide and narrow, light and dark, and covers nothing", async ({ page, own }) => {
  for (const path of ["/stores", "/stores/new", `/stores/${DEMO}`, "/account"]) {
    await page.goto(own.address + path);
    await tray(page).getByText("2 under way").click();
    await stands(page);
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    const box = await tray(page).boundingBox();
    const last = page.locator("main *:visible").last();
    const end = await last.boundingBox();
    expect((end?.y ?? 0) + (end?.height ?? 0), path).toBeLessThanOrEqual((box?.y ?? 0) + 1);
  }
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });
  test("it is told as it is when the page is loaded, and dismissed", async ({ page, own }) => {
    for (const path of ["/stores", "/stores/new", "/account"]) {
      await page.goto(own.address + path);
      await expect(page).toHaveTitle(/^\(2\) /);
      await tray(page).getByText("2 under way").click();
      await expect(tray(page).getByRole("link", { name: "Casa Verde" })).toBeVisible();
    }
    await own.cluster.patch(CASA, answers());
    await expect(async () => {
      await page.goto(`${own.address}/account`);
      await expect(tray(page).locator(".over")).toHaveText(/Casa Verde.*Ready/, { timeout: 500 });
    }).toPass();
    await tray(page).getByRole("button", { name: "Dismiss" }).click();
    await expect(page).toHaveURL(/\/account\??$/);
    await expect(tray(page).locator(".over")).toHaveCount(0);
    await expect(tray(page).getByText("1 under way")).toBeVisible();
  });
});

test.describe("somebody else", () => {
  test.use({ person: "ada" });
  test("is told of nothing that others do", async ({ page, own }) => {
    await page.goto(`${own.address}/stores`);
    await hydrated(page);
    await expect(page.locator("tbody tr")).toHaveCount(3);
    await expect(tray(page)).toHaveCount(0);
  });
});
