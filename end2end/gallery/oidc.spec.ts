import type { Page } from "@playwright/test";
import { doubledIds, expect, fits, hydrated, objectsTo, test } from "./support/test";

// A refusal is a page with that status, which Chromium notes.
test.use({ person: "", world: { ways: ["password", "provider"] }, expectedErrors: [/status of 403/] });

/** On the provider's own page. */
async function signInAs(page: Page, name: string): Promise<void> {
  await page.getByRole("link", { name: "Sign in with Example ID" }).click();
  await page.locator("input[name=login]").fill(name);
  await page.locator("input[name=password]").fill("any");
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("whoever signs in at the provider is where they wanted to be, by their own name", async ({
  page,
  own,
}) => {
  await page.goto(`${own.address}/stores/new`);
  await signInAs(page, "ada");
  await expect(page).toHaveURL(`${own.address}/stores/new`);
  await hydrated(page);
  await page.getByRole("button", { name: "ada@example.com" }).click();
  await expect(page.getByText("admin", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByText("may still be signed in at Example ID")).toBeVisible();
  await expect(page.getByRole("link", { name: "Sign out there too" })).toHaveAttribute(
    "href",
    /session\/end/,
  );
});

test("who has no role is told whom to ask, and comes in once they have one", async ({ page, own }) => {
  await page.goto(`${own.address}/stores`);
  await signInAs(page, "nobody");
  await expect(page.getByText("Ask the platform team (platform@example.com)")).toBeVisible();
  await own.provider?.move({ nobody: ["makers"] });
  await page.getByRole("link", { name: "Sign in with Example ID" }).click();
  await expect(page).toHaveURL(`${own.address}/stores`);
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("one signs in at the provider all the same", async ({ page, own }) => {
    await page.goto(own.address);
    await signInAs(page, "bo");
    await expect(page.getByText("bo@example.com")).toBeVisible();
  });
});

for (const ways of [["password", "provider"], ["provider"]] as const) {
  test.describe(`a sign-in by ${ways.join(" or ")}`, () => {
    test.use({ world: { ways: [...ways] } });

    for (const colorScheme of ["light", "dark"] as const) {
      test(`can be read and used by everybody, ${colorScheme}`, async ({ page, own }) => {
        await page.emulateMedia({ colorScheme });
        await page.goto(`${own.address}/sign-in`);
        await signInAs(page, "nobody");
        await expect(page.getByText("none of your groups")).toBeVisible();
        await expect(page.locator("input[type=password]")).toHaveCount(ways.length - 1);
        for (const width of [1280, 360, 320]) await fits(page, width);
        expect(await objectsTo(page)).toEqual([]);
        expect(await doubledIds(page)).toEqual([]);
      });
    }
  });
}
