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
