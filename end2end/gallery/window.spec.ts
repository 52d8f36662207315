import { degraded, ready } from "./support/stores";
import { expect, hydrated, stands, test } from "./support/test";
import { day, lines } from "./support/window";

const HOUR = 3_600_000;
const SHOP = { id: "berg-kaffee-p3m9a", name: "Berg & Kaffee", age: 72 * HOUR, owner: "bo" };
const LOGS = `/stores/${SHOP.id}/logs`;
const METRICS = `/stores/${SHOP.id}/metrics`;

test.describe("logs", () => {
  test.use({ world: { stores: [ready(SHOP)], shows: true } });

  test("stand, wide and narrow, light and dark", async ({ page, own }) => {
    own.window?.log(...lines());
    await page.goto(own.address + LOGS);
    await expect(page.locator("#log li")).toHaveCount(5);
    await expect(page.locator("#log b")).toHaveText(["Warning", "Error"]);
    await stands(page);
  });

  test("that there are none stands, and looks like none", async ({ page, own }) => {
    await page.goto(own.address + LOGS);
    await expect(page.getByText("Nothing is logged")).toBeVisible();
    await stands(page);
  });

  test("are followed until somebody scrolls up to read, and again from where that was", async ({
    page,
    own,
  }) => {
    own.window?.log(...Array.from({ length: 60 }, (_, n) => line(`line ${n}`)));
    await page.goto(own.address + LOGS);
    await expect(page.getByRole("status")).toHaveText("Following");
    own.window?.log(line("the newest"));
    await expect(page.locator("#log li").last()).toContainText("the newest");
    await expect(page.locator("#log li").last()).toBeInViewport();

    await page.locator("#log").hover();
    await page.mouse.wheel(0, -2_000);
    await expect(page.getByRole("status")).toHaveText("Paused while you read");
    own.window?.log(line("meanwhile"));
    await page.waitForTimeout(500);
    await expect(page.getByText("meanwhile")).toHaveCount(0);

    await page.getByRole("button", { name: "Follow" }).click();
    await expect(page.locator("#log li").last()).toContainText("meanwhile");
    await expect(page.locator("#log li")).toHaveCount(62);
    await page.getByRole("button", { name: "Pause" }).click();
    await expect(page.getByRole("status")).toHaveText("Paused");
  });

  test("are copied and taken away as text", async ({ page, own, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    own.window?.log(...lines());
    await page.goto(`${own.address}${LOGS}?level=warning`);
    await page.getByRole("button", { name: "Copy" }).click();
    await expect(page.getByRole("status")).toHaveText("Copied");
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.split("\n")).toHaveLength(2);
    expect(copied).toContain("Undefined array key <b>“größe”</b>");

    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download" }).click();
    expect((await download).suggestedFilename()).toBe(`${SHOP.id}.log.txt`);
  });

  test("are looked through by keyboard", async ({ page, own }) => {
    own.window?.log(...lines());
    await page.goto(own.address + LOGS);
    await page.getByLabel("Level").selectOption("error");
    await page.getByLabel("With this text").fill("FATAL");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/level=error&q=FATAL/);
    await expect(page.locator("#log li")).toHaveCount(1);
    await expect(page.getByLabel("With this text")).toHaveValue("FATAL");
  });

  test.describe("without a script", () => {
    test.use({ javaScriptEnabled: false });

    test("are looked through by the form and reloaded by a link", async ({ page, own }) => {
      own.window?.log(...lines());
      await page.goto(own.address + LOGS);
      await expect(page.getByRole("button", { name: "Follow" })).toBeHidden();
      await page.getByLabel("Part").selectOption("database");
      await page.getByRole("button", { name: "Show" }).click();
      await expect(page.locator("#log li")).toHaveCount(1);
      own.window?.log({ ...line("and another"), part: "database" });
      await page.getByRole("link", { name: "Reload" }).click();
      await expect(page.locator("#log li")).toHaveCount(2);
    });
  });

  test.describe("that too many follow", () => {
    test.use({ expectedErrors: [/status of 429/] });

    test("say so, and are there all the same", async ({ page, own }) => {
      own.window?.log(...lines());
      if (own.window) own.window.refuses = { status: 429, sentence: "So many people follow logs." };
      await page.goto(own.address + LOGS);
      await expect(page.getByRole("status")).toHaveText("So many people follow logs.");
      await expect(page.locator("#log li")).toHaveCount(5);
    });
  });
});

test.describe("metrics", () => {
  test.use({ world: { stores: [degraded({ ...SHOP, age: 30 * 24 * HOUR })], shows: true } });

  test("of a day stand, wide and narrow, light and dark", async ({ page, own }) => {
    if (own.window) own.window.metrics = day();
    await page.goto(own.address + METRICS);
    await expect(page.locator("svg.plot")).toHaveCount(4);
    await expect(page.getByText("WordPress began anew: OOMKilled (restart 1)")).toBeVisible();
    for (const table of await page.locator("summary").all()) await table.click();
    const memory = page.getByRole("table", { name: /^Memory/ });
    await expect(memory.getByRole("row").nth(1)).toContainText("MiB");
    await stands(page);
  });

  test("of a Prometheus are said to be, and what it does not tell", async ({ page, own }) => {
    const trouble =
      "The Prometheus at https://prometheus.example knows nothing of the store's volumes (kubelet_volume_stats_used_bytes).";
    const prometheus = {
      at: "https://prometheus.example",
      quantities: ["cpu", "memory"],
      troubles: [trouble],
    };
    if (own.window) own.window.metrics = { ...day(), prometheus };
    await page.goto(own.address + METRICS);
    await expect(
      page.getByText("From the Prometheus at https://prometheus.example: CPU, memory."),
    ).toBeVisible();
    await expect(page.getByText(trouble)).toBeVisible();
    await expect(page.getByText("What the operator remembers: answer time, disk.")).toBeVisible();
    await stands(page);
  });

  test("of which there are none yet stand", async ({ page, own }) => {
    await page.goto(own.address + METRICS);
    await expect(page.getByText("Nothing was measured yet")).toHaveCount(4);
    await stands(page);
  });
});

test.describe("where no operator shows them", () => {
  test.use({ expectedErrors: [/status of 503/] });

  for (const place of ["logs", "metrics"]) {
    test(`${place} say so and stand, wide and narrow, light and dark`, async ({ page }) => {
      await page.goto(`/stores/atelier-nord-x7k2q/${place}`);
      await expect(page.getByRole("alert")).toContainText("cannot be shown");
      await stands(page);
    });
  }
});

function line(text: string) {
  return { at: Date.now(), part: "web", level: "info" as const, text };
}

test.describe("from whichever of a store's pages", () => {
  test.use({ world: { stores: [ready(SHOP)], shows: true } });
  for (const javaScriptEnabled of [true, false]) {
    test.describe(javaScriptEnabled ? "with a script" : "without one", () => {
      test.use({ javaScriptEnabled });
      test("the way back leads to the list that one came from", async ({ page, own }) => {
        const LIST = /\/stores\?show=ready&sort=name$/;
        const tab = (name: string) =>
          page.getByRole("navigation", { name: "Of this store" }).getByRole("link", { name });
        const back = page.getByRole("link", { name: "← Stores" });
        for (const pages of [["Logs"], ["Metrics"], ["Logs", "Metrics", "Overview"]]) {
          await page.goto(`${own.address}/stores?show=ready&sort=name`);
          if (javaScriptEnabled) await hydrated(page);
          await page.getByRole("link", { name: SHOP.name, exact: true }).click();
          for (const name of pages) {
            await tab(name).click();
            await expect(tab(name)).toHaveAttribute("aria-current", "page");
            await expect(page).toHaveURL(/[?&]from=show%3Dready%26sort%3Dname$/);
          }
          await back.click();
          await expect(page).toHaveURL(LIST);
        }
        await page.getByRole("link", { name: SHOP.name, exact: true }).click();
        await tab("Logs").click();
        await page.getByLabel("Level").selectOption("error");
        await page.getByRole("button", { name: "Show" }).click();
        await expect(page).toHaveURL(/level=error/);
        await back.click();
        await expect(page).toHaveURL(LIST);
      });
    });
  }
});
