import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { environment } from "../support/environment";
import { fill } from "../support/sign-in";
import { expect, test } from "../support/test";
import { user } from "../support/users";

const PASSWORD = "a password of their own";

test.use({ storageState: { cookies: [], origins: [] }, expectedErrors: [/status of 40[134]/] });

async function signIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  await page.goto("/stores");
  await fill(page, name, password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function withUser(name: string, role: string, use: () => Promise<void>): Promise<void> {
  await user(["add", name, "--role", role], PASSWORD);
  try {
    await use();
  } finally {
    await user(["remove", name]);
  }
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`the sign-in has nothing that axe objects to in ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto("/sign-in");
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
}

test("whoever comes in goes on to where they were going, and is out after signing out", async ({ page }) => {
  await withUser("bo", "member", async () => {
    await page.goto("/stores/new");
    await fill(page, "bo", "not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByLabel("Password")).toHaveAccessibleDescription(
      /user name or the password is wrong/,
    );
    await fill(page, "bo", PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { name: "New store" })).toBeVisible();

    await page.getByText("bo", { exact: true }).click();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await page.goto("/stores");
    await expect(page).toHaveURL(/\/sign-in/);
  });
});

test("a viewer looks and is offered nothing else", async ({ page }) => {
  await withUser("vi", "viewer", async () => {
    await signIn(page, "vi");
    await expect(page.getByRole("heading", { name: "Stores" })).toBeVisible();
    await expect(page.getByRole("link", { name: "New store" })).toHaveCount(0);
    await page.goto("/stores/new");
    await expect(page.getByText("not create any")).toBeVisible();
  });
});

test("an open page of somebody who was removed leads to the sign-in", async ({ page }) => {
  await user(["add", "cy"], PASSWORD);
  await signIn(page, "cy");
  await expect(page.getByRole("heading", { name: "Stores" })).toBeVisible();
  await user(["remove", "cy"]);
  await expect(page).toHaveURL(/\/sign-in/, { timeout: 40_000 });
});

test("the session is kept where no script reads it", async ({ page, context }) => {
  await withUser("di", "member", async () => {
    await signIn(page, "di");
    await expect(page.getByRole("heading", { name: "Stores" })).toBeVisible();
    // The time zone of its clock is what a page tells the form.
    expect(await page.evaluate(() => document.cookie)).toMatch(/^zone=[\w/+-]+$/);
    const cookies = (await context.cookies(environment.address)).filter(({ name }) => name !== "zone");
    // The session, and by what a browser that came in before is known.
    expect(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([
      { httpOnly: true, sameSite: "Lax" },
      { httpOnly: true, sameSite: "Lax" },
    ]);
  });
});
