import { DAY, KOENIG, everyState, ready, timeline } from "./support/stores";
import { expect, hydrated, objectsTo, test } from "./support/test";

const READY = "atelier-nord-x7k2q";

test.describe("a store that changes while it is looked at", () => {
  test.use({ world: { stores: everyState() } });

  test("is told by its new name everywhere, and deleted by it", async ({ page, own }) => {
    await page.goto(`${own.address}/stores/${READY}`);
    await hydrated(page);
    await page.getByRole("main").getByText("Delete…").click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("heading")).toHaveText("Delete Atelier Nord");
    await own.cluster.patch(READY, {
      spec: { title: "Atelier Süd", plan: "large", admin: { user: "grace", email: "grace@atelier.example" } },
      status: { release: { plan: "large" } },
    });
    await expect(page).toHaveTitle("Ready · Atelier Süd");
    await expect(dialog.getByRole("heading")).toHaveText("Delete Atelier Süd");
    await expect(dialog.getByRole("textbox")).toHaveAccessibleName("Type “Atelier Süd” to confirm");
    await expect(dialog.getByText("its uploads, a volume of 24 GiB")).toBeVisible();
    await dialog.getByRole("textbox").fill("Atelier Süd");
    await dialog.getByRole("textbox").press("Escape");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Atelier Süd");
    const details = page.getByRole("region", { name: "Details" });
    await expect(details).toContainText("Large");
    await expect(details).toContainText("grace@atelier.example");
    await page.getByRole("main").getByText("Delete…").click();
    await dialog.getByRole("textbox").fill("Atelier Süd");
    await dialog.getByRole("button", { name: "Delete store" }).click();
    await expect(page.locator(".page-head .phase")).toHaveText(/Deleting/);
  });
});

test.describe("a shop's admin that is opened", () => {
  test.use({ world: { stores: everyState() } });

  for (const javaScriptEnabled of [true, false]) {
    test.describe(javaScriptEnabled ? "with a script" : "without one", () => {
      // The shop's address is nowhere.
      test.use({ javaScriptEnabled, expectedErrors: [/ERR_NAME_NOT_RESOLVED/] });

      test("is led to in a tab of its own, and what the shop has against it is told there", async ({
        page,
        context,
        own,
      }) => {
        await page.goto(`${own.address}/stores/${READY}`);
        if (javaScriptEnabled) await hydrated(page);
        const button = page.getByRole("button", { name: "Open admin" });
        const led = context.waitForEvent("request", (request) => request.url().includes("storeyard-sign-in"));
        const first = context.waitForEvent("page");
        await button.click();
        await own.cluster.act(READY);
        const way =
          /^http:\/\/store-atelier-nord-x7k2q\.shops\.example\/storeyard-sign-in\.php\?token=[0-9a-f]{64}$/;
        expect((await led).url()).toMatch(way);
        await (await first).close();

        const opened = context.waitForEvent("page");
        await button.click();
        await own.cluster.act(READY, "The shop has no administrator “ada”.");
        const tab = await opened;
        await expect(tab.getByRole("alert").getByText("no administrator “ada”")).toBeVisible();
        await expect(page).toHaveURL(`${own.address}/stores/${READY}`);
      });
    });
  }
});

test.describe("an administrator's new password", () => {
  // That the shop has no such administrator.
  test.use({ world: { stores: everyState() }, expectedErrors: [/status of 409/] });

  test("is made by the page, set for whom it names, and told to be set", async ({ page, own }) => {
    await page.goto(`${own.address}/stores/${READY}`);
    await hydrated(page);
    const card = page.getByRole("region", { name: "Admin password" });
    await expect(card.getByLabel("New password")).toHaveValue("");
    await card.getByText("Set a new password").click();
    await expect(card.getByLabel("New password")).toHaveValue(/^\w{5}(-\w{5}){3}$/);
    await expect(card.getByLabel("Administrator")).toHaveValue("ada");
    await card.getByLabel("Administrator").fill("bo");
    const set = card.getByRole("button", { name: "Set password" });
    await set.click();
    await own.cluster.act(READY, "The shop has no administrator “bo”. It has ada.");
    await expect(card.getByRole("alert")).toHaveText("The shop has no administrator “bo”. It has ada.");
    await card.getByLabel("Administrator").fill("ada");
    await set.click();
    await own.cluster.act(READY);
    await expect(card.getByRole("status")).toContainText("The password was set.");
    await expect(card.getByRole("alert")).toHaveCount(0);
  });

  test.describe("without a script", () => {
    test.use({ javaScriptEnabled: false });
    test("is typed, and told on the timeline", async ({ page, own }) => {
      await page.goto(`${own.address}/stores/${READY}`);
      const card = page.getByRole("region", { name: "Admin password" });
      await card.getByText("Set a new password").click();
      await card.getByLabel("New password").fill("another horse battery");
      const sent = page.waitForEvent("framenavigated");
      await card.getByRole("button", { name: "Set password" }).click({ noWaitAfter: true });
      await own.cluster.act(READY);
      await sent;
      await expect(page.getByRole("region", { name: "Timeline" })).toContainText(
        "A new password for an administrator",
      );
    });
  });
});

test("only what runs as it stands can be copied, and nothing else is claimed", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`/stores/${READY}`);
  await hydrated(page);
  const card = page.getByRole("region", { name: "Timeline" });
  await expect(card).not.toContainText("can be run again as they stand");
  const commands = card.locator("li").filter({ has: page.locator("code") });
  expect(await commands.count()).toBeGreaterThan(2);
  for (const command of await commands.all()) {
    const line = await command.locator("code").innerText();
    const copies = command.getByRole("button", { name: /Copy/ });
    await expect(copies).toHaveCount(line.includes("<stdin") ? 0 : 1);
    if (line.includes("<stdin")) continue;
    await copies.click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(line);
  }
});

test("what a store runs is told by version, and what an update would change of it", async ({ page }) => {
  await page.goto("/stores/gute-stube-b7k3r");
  await hydrated(page);
  await expect(page.getByRole("region", { name: "Details" })).toContainText(
    "WordPress 6.9.4 · WooCommerce 10.5.0 · MariaDB 11.8.3",
  );
  const upkeep = page.getByRole("region", { name: "Upkeep" });
  await expect(upkeep).toContainText("An update is offered: WordPress 6.9.4 → 6.9.5");
  await expect(upkeep).not.toContainText("MariaDB");
  await page.goto("/stores/new");
  await expect(page.getByRole("group", { name: "Engine" })).toContainText("WooCommerce 10.5.0");
});

test("what a shop was set up with is told, and who may have changed it since", async ({ page }) => {
  await page.goto("/stores/atelier-nord-x7k2q");
  await hydrated(page);
  await expect(page.getByRole("region", { name: "Details" })).toContainText(
    "German (Deutsch) · Germany · Euro (EUR) · Europe/Berlin" + "The shop's admin may have changed it since.",
  );
});

test.describe("a shop that what its owner brought has broken", () => {
  const SHOP = { id: "bunte-wolle-k2m8t", name: "Bunte Wolle", age: 20 * DAY };
  test.use({ world: { stores: [ready(SHOP)] } });

  test("is put into safe mode and taken out of it, each by a click, and says which it is", async ({
    page,
    own,
  }) => {
    await page.goto(`${own.address}/stores/${SHOP.id}`);
    await hydrated(page);
    const upkeep = page.getByRole("region", { name: "Upkeep" });
    const timeline = page.getByRole("region", { name: "Timeline" });
    await upkeep.getByRole("button", { name: "Start in safe mode" }).click();
    await expect(timeline).toContainText("Safe mode");
    // It is told what the shop has, and not what it is to have.
    await expect(upkeep).not.toContainText("The shop is in safe mode");
    await own.cluster.patch(SHOP.id, { status: { release: { safeMode: true } } });
    await expect(upkeep).toContainText("The shop is in safe mode");
    expect(await objectsTo(page)).toEqual([]);
    await upkeep.getByRole("button", { name: "Leave safe mode" }).click();
    await expect(timeline).toContainText("An end of safe mode");
    await own.cluster.patch(SHOP.id, { status: { release: { safeMode: false } } });
    await expect(upkeep.getByRole("button", { name: "Start in safe mode" })).toBeVisible();
  });
});

/** 2026-07-14 and 2026-11-02, at 22:30 UTC. */
const SUMMER = Date.UTC(2026, 6, 14, 22, 30);
const WINTER = Date.UTC(2026, 10, 2, 22, 30);

for (const [zone, summer, winter] of [
  ["Europe/Berlin", ["2026-07-15", "00:30:00"], ["2026-11-02", "23:30:00"]],
  ["Pacific/Apia", ["2026-07-15", "11:30:00"], ["2026-11-03", "11:30:00"]],
  ["America/New_York", ["2026-07-14", "18:30:00"], ["2026-11-02", "17:30:00"]],
] as const) {
  test.describe(`in ${zone}`, () => {
    const made = ready({ id: KOENIG, name: "König", age: 40 * DAY });
    const status = { ...made.status, timeline: [...timeline(KOENIG, SUMMER), ...timeline(KOENIG, WINTER)] };
    test.use({ timezoneId: zone, world: { stores: [{ ...made, status }] } });

    test("each time is told as it was there at that time, under its day", async ({ page, own }) => {
      await page.goto(`${own.address}/stores/${KOENIG}`);
      await hydrated(page);
      const timeline = page.getByRole("region", { name: "Timeline" });
      const days = timeline.locator(".day");
      await expect(days).toHaveText([new RegExp(summer[0]), new RegExp(winter[0])]);
      const times = timeline.locator("time");
      await expect(times.first()).toHaveText(summer[1]);
      await expect(times.first()).toHaveAttribute("title", /22:30 UTC/);
      await expect(times.nth(6)).toHaveText(winter[1]);
    });
  });
}

test("what a store holds is told, and that it is more than its plan gives", async ({ page }) => {
  await page.goto(`/stores/${KOENIG}`);
  await hydrated(page);
  const details = page.getByRole("region", { name: "Details" });
  await expect(details).toContainText("database 1.3 of 16 GiB, uploads 25.1 of 24 GiB");
  await expect(page.getByRole("main")).toContainText("more than the 24 GiB of its plan");
});

test.describe("whoever may not", () => {
  test.use({ person: "vi", expectedErrors: [/status of 403/] });

  test("is told so, and not to try again", async ({ page }) => {
    for (const path of ["/stores/new", `/stores/${READY}/delete`]) {
      await page.goto(path);
      await hydrated(page);
      await expect(page.getByRole("main")).toContainText(/Ask an admin/);
      await expect(page.getByRole("main")).not.toContainText(/cannot be|not affected|Try again/);
      await expect(page.getByRole("link", { name: "All stores" })).toBeVisible();
    }
  });

  test("is told so after a change of page by script too", async ({ page }) => {
    await page.goto(`/stores/${READY}`);
    await hydrated(page);
    await page.evaluate(() => history.pushState({}, "", "/stores/new"));
    await page.evaluate(() => window.dispatchEvent(new PopStateEvent("popstate")));
    await expect(page.getByRole("main")).toContainText(/Ask an admin/);
  });
});

test.describe("without anybody signed in", () => {
  test.use({ person: "", expectedErrors: [/status of 403/] });

  test("the sign-in has the focus where one types, and says at the field what was wrong", async ({
    page,
  }) => {
    await page.goto("/stores?q=demo&show=attention");
    await expect(page.getByLabel("User name")).toBeFocused();
    await page.getByLabel("User name").fill("ada");
    await page.getByLabel("Password").fill("not the password");
    await page.keyboard.press("Enter");
    await expect(page.getByLabel("Password")).toBeFocused();
    await expect(page.getByLabel("Password")).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByLabel("Password")).toHaveAccessibleDescription(/is wrong/);
    await page.getByLabel("Password").fill("correct horse battery");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/stores\?q=demo&show=attention$/);
  });
});
