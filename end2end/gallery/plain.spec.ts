import { everyState } from "./support/stores";
import { expect, hydrated, stands, test } from "./support/test";

const NEW = "another horse battery";

test.describe("pages that need no program", () => {
  for (const [what, path] of [
    ["the users", "/users"],
    ["one's own account", "/account"],
    ["the activity", "/activity"],
    ["an activity without a match", "/activity?who=nobody&what=failed"],
    ["the audit log", "/audit"],
    ["an audit log without a match", "/audit?who=nobody&result=done&since=2026-01-01"],
  ] as const) {
    test(`${what} stand, wide and narrow, light and dark`, async ({ page }) => {
      await page.goto(path);
      for (const details of await page.locator("details").all()) await details.locator("summary").click();
      await stands(page);
    });
  }

  test.describe("to whom they are not shown", () => {
    test.use({ person: "vi", expectedErrors: [/status of 403/] });
    for (const path of ["/users", "/audit"]) {
      test(`${path} says so and stands, wide and narrow, light and dark`, async ({ page }) => {
        await page.goto(path);
        await expect(page.getByText("Ask one.")).toBeVisible();
        await stands(page);
      });
    }
  });
});

test.describe("the users, without a script", () => {
  test.use({ javaScriptEnabled: false, world: {} });

  test("somebody is added, and a password that is made is shown once", async ({ page, own }) => {
    await page.goto(`${own.address}/users`);
    await page.getByLabel("User name").fill("el");
    await page.locator("#add-password").fill(NEW);
    const answered = own.cluster.answer();
    await page.getByRole("button", { name: "Add user" }).click();
    await answered;
    await expect(page.getByRole("status")).toHaveText("el may sign in now.");

    await page.getByText("Change bo").click();
    const again = own.cluster.answer();
    await page.getByRole("button", { name: "Set password of bo" }).click();
    await again;
    await expect(page.getByRole("status").locator("code")).toHaveText(/^\w{5}(-\w{5}){3}$/);
    await page.goto(`${own.address}/users`);
    await expect(page.getByRole("status")).toHaveCount(0);
  });

  test.describe("refused", () => {
    test.use({ expectedErrors: [/status of 409/] });
    test("what the operator refuses is said", async ({ page, own }) => {
      await page.goto(`${own.address}/users`);
      await page.getByText("Change bo").click();
      const answered = own.cluster.answer("There is no user bo. The list of users shows who there is.");
      await page.locator("#role-bo").selectOption("viewer");
      await page.getByRole("button", { name: "Save role of bo" }).click();
      await answered;
      await expect(page.getByRole("alert")).toContainText("There is no user bo.");
    });
  });
});

test("the users are managed by keyboard", async ({ page }) => {
  await page.goto("/stores");
  await hydrated(page);
  await page.locator(".who").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Users" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Users");
  await page.locator("summary", { hasText: "Change bo" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.locator("#role-bo")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Save role of bo" })).toBeFocused();
});

test.describe("what is left to somebody who may have a few stores", () => {
  test.use({ person: "cy" });
  test("is told on the form, which stands, wide and narrow, light and dark", async ({ page }) => {
    await page.goto("/stores/new");
    await hydrated(page);
    await expect(page.getByText("You have 0 of 3 stores. Of the plan Large, 0 of 0.")).toBeVisible();
    await expect(page.getByRole("radio", { name: /Large/ })).toBeDisabled();
    await stands(page);
  });
});

test.describe("somebody who may have no store", () => {
  test.use({ person: "di" });
  test("is told so and asked for nothing, wide and narrow, light and dark", async ({ page }) => {
    await page.goto("/stores/new");
    await hydrated(page);
    await expect(page.getByText("You may have 0 stores, and have 0.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Create store" })).toHaveCount(0);
    await stands(page);
  });
});

test.describe("the activity", () => {
  test.use({ javaScriptEnabled: false, world: { stores: everyState() } });

  for (const person of ["ada", "bo", "vi"]) {
    test.describe(`of ${person}`, () => {
      test.use({ person });
      test("is looked through without a script", async ({ page, own }) => {
        await page.goto(`${own.address}/stores`);
        await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Activity" }).click();
        await expect(page.getByRole("heading", { level: 1 })).toHaveText("Activity");
        const rows = page.getByRole("main").getByRole("listitem");
        await expect(rows.getByRole("link", { name: "Atelier Nord" }).first()).toBeVisible();
        // Nobody's store is for whoever sees all.
        await expect(rows.getByRole("link", { name: /Donaudampf/ })).toHaveCount(person === "bo" ? 0 : 2);
        await page.getByLabel("Store").fill("atelier");
        await page.getByLabel("What").selectOption({ label: "Ready" });
        await page.getByRole("button", { name: "Show" }).click();
        await expect(rows).toHaveText([/Ready\s*Atelier Nord\s*Storeyard/]);
        await expect(page.getByLabel("Store")).toHaveValue("atelier");
        await rows.getByRole("link").click();
        await expect(page.getByRole("heading", { level: 1 })).toHaveText("Atelier Nord");
      });
    });
  }

  test("tells what one has asked for at once", async ({ page, own }) => {
    await page.goto(`${own.address}/stores/eis-am-see-s5d1n`);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.goto(`${own.address}/activity?who=ada`);
    await expect(page.getByRole("main").getByRole("listitem")).toHaveText([
      /Change of a store: resume\s*Eis am See\s*ada · Done/,
    ]);
  });
});
