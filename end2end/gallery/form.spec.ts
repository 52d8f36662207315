import type { Page } from "@playwright/test";
import { expect, hydrated, test } from "./support/test";

/** What the browser asks, and what it is answered. */
class Questions {
  readonly asked: string[] = [];
  leaves = false;

  constructor(page: Page) {
    page.on("dialog", (dialog) => {
      this.asked.push(dialog.type());
      return this.leaves ? dialog.accept() : dialog.dismiss();
    });
  }
}

async function open(page: Page): Promise<void> {
  await page.goto("/stores");
  await hydrated(page);
  await page.getByRole("main").getByRole("link", { name: "New store" }).click();
  await expect(page.getByRole("button", { name: "Create store" })).toBeVisible();
}

test("a half-filled form is left only if that is meant", async ({ page }) => {
  const questions = new Questions(page);
  await open(page);
  const name = page.getByRole("textbox", { name: "Store name" });
  const stores = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Stores" });
  await name.pressSequentially("Atelier");
  await stores.click();
  expect(questions.asked).toEqual(["confirm"]);
  await expect(name).toHaveValue("Atelier");
  await page.evaluate(() => history.back());
  await expect(() => expect(questions.asked).toEqual(["confirm", "confirm"])).toPass();
  await expect(name).toHaveValue("Atelier");
  await expect(page).toHaveURL(/\/stores\/new$/);

  questions.leaves = true;
  await page.reload();
  expect(questions.asked).toEqual(["confirm", "confirm", "beforeunload"]);
  await hydrated(page);
  await name.pressSequentially("Atelier");
  await stores.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Stores");
  expect(questions.asked).toEqual(["confirm", "confirm", "beforeunload", "confirm"]);
});

test("nobody is asked about a form that is empty, or left by its own link", async ({ page }) => {
  const questions = new Questions(page);
  await open(page);
  await page.getByRole("link", { name: "← Stores" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Stores");
  await page.getByRole("main").getByRole("link", { name: "New store" }).click();
  await page.getByRole("textbox", { name: "Store name" }).fill("Atelier");
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Stores");
  expect(questions.asked).toEqual([]);
});

test("a password is made for whoever types none, can be copied, and is no reason to be asked", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const questions = new Questions(page);
  await open(page);
  const password = page.getByLabel("Password", { exact: true });
  await expect(password).toHaveValue(/^\w{5}(-\w{5}){3}$/);
  await expect(password).toHaveAttribute("type", "text");
  const made = await password.inputValue();
  await page.getByRole("button", { name: /Copy/ }).click();
  await expect(page.getByRole("button", { name: /Copied/ })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(made);
  await page.getByRole("button", { name: "Generate" }).click();
  await expect(password).not.toHaveValue(made);
  expect(await (await page.request.get(page.url())).text()).not.toContain(made);
  await page.getByRole("link", { name: "← Stores" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Stores");
  expect(questions.asked).toEqual([]);

  await page.getByRole("main").getByRole("link", { name: "New store" }).click();
  await password.fill("my own password");
  await page.getByRole("link", { name: "← Stores" }).click();
  expect(questions.asked).toEqual(["confirm"]);
});

test("another kind of shop asks for what it needs, and keeps what was typed", async ({ page }) => {
  await open(page);
  await page.getByRole("textbox", { name: "E-mail" }).fill("ada@atelier.example");
  await page.getByRole("radio", { name: /Medusa/ }).check();
  await expect(page.getByRole("textbox", { name: "User name" })).toBeHidden();
  await expect(page.getByRole("combobox", { name: "Language" })).toBeHidden();
  await expect(page.getByRole("combobox", { name: "Country" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "E-mail" })).toHaveValue("ada@atelier.example");
  await page.getByRole("radio", { name: /WooCommerce/ }).check();
  await expect(page.getByRole("textbox", { name: "User name" })).toBeVisible();
});

test.describe("whoever is in Zurich", () => {
  test.use({ locale: "fr-CH", timezoneId: "Europe/Zurich" });
  test("a form begins with where one is, and another choice is made by keyboard and kept", async ({
    page,
  }) => {
    await open(page);
    const list = (name: string) => page.getByRole("combobox", { name });
    await expect(list("Language")).toHaveValue("fr_FR");
    await expect(list("Country")).toHaveValue("CH");
    await expect(list("Currency")).toHaveValue("CHF");
    await expect(list("Time zone")).toHaveValue("Europe/Zurich");
    await list("Language").focus();
    await page.keyboard.type("Germ");
    await page.getByRole("button", { name: "Create store" }).click();
    await expect(page.getByRole("textbox", { name: "Store name" })).toBeFocused();
    await expect(list("Language")).toHaveValue("de_DE");
    await expect(list("Currency")).toHaveValue("CHF");
  });
});

test.describe("a form that is sent", () => {
  test.use({ expectedErrors: [/ERR_FAILED|module/] });
  for (const isHydrated of [true, false]) {
    test(`nobody is asked about a form that is sent ${isHydrated ? "by" : "without"} the page's program`, async ({
      page,
      own,
    }) => {
      const questions = new Questions(page);
      if (!isHydrated) await page.route(/\.js$/, (route) => route.abort());
      await page.goto(`${own.address}/stores/new`);
      if (isHydrated) await hydrated(page);
      await page.getByRole("textbox", { name: "Store name" }).fill("Atelier Nord");
      await page.getByRole("textbox", { name: "E-mail" }).fill("ada@atelier.example");
      await page.getByRole("textbox", { name: "User name" }).fill("ada");
      await page.getByRole("textbox", { name: "Password" }).fill("correct horse battery");
      await page.getByRole("button", { name: "Create store" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Atelier Nord");
      expect(questions.asked).toEqual([]);
    });
  }
});

test.describe("on a platform that takes one store an hour", () => {
  test.use({
    world: { config: { creationRate: { perPersonHourly: 1 } } },
    expectedErrors: [/status of 429/],
  });

  test("the second one is refused in a sentence, and what was typed is still there", async ({
    page,
    own,
  }) => {
    await page.goto(`${own.address}/stores/new`);
    await hydrated(page);
    await fill(page, "Atelier Nord");
    await expect(page).toHaveURL(/\/stores\/atelier-nord-/);
    await page.goto(`${own.address}/stores/new`);
    await hydrated(page);
    await fill(page, "Casa Verde");
    const told = page.getByText(/You asked for a store within an hour, .* Try again in (59|60) min\./);
    await expect(told).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Store name" })).toHaveValue("Casa Verde");
  });

  async function fill(page: Page, name: string): Promise<void> {
    await page.getByRole("textbox", { name: "Store name" }).fill(name);
    await page.getByLabel("E-mail").fill("ada@atelier.example");
    await page.getByLabel("User name").fill("ada");
    await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
    await page.getByRole("button", { name: "Create store" }).click();
  }
});
