import { remains } from "../support/cluster";
import { GONE_WITHIN, READY_WITHIN, createStore, newStore, phase } from "../support/dashboard";
import { expect, test } from "../support/test";

// Chromium reports a document that is a refusal as an error of its own.
test.use({ expectedErrors: [/status of 422/] });

test("a store is created, listed and deleted without JavaScript", async ({ page }) => {
  const store = newStore("Plain & Simple");
  const id = await createStore(page, store);

  await expect(async () => {
    await page.reload();
    await expect(phase(page)).toHaveText(/Ready/, { timeout: 1_000 });
  }).toPass({ timeout: READY_WITHIN });

  await page.goto("/stores?q=plain");
  const row = page.getByRole("row").filter({ hasText: id });
  await expect(row).toContainText("Ready");
  await row.getByRole("link", { name: store.name }).click();

  await page.getByRole("link", { name: "Delete…" }).click();
  await page.getByRole("textbox").fill("Something else");
  await page.getByRole("button", { name: "Delete store" }).click();
  await expect(page.getByRole("main")).toContainText(`Type “${store.name}”`);
  await page.getByRole("textbox").fill(store.name);
  await page.getByRole("button", { name: "Delete store" }).click();

  await expect(async () => {
    await page.goto(`/stores/${id}`);
    await expect(page.getByRole("heading", { name: /is gone/ })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: GONE_WITHIN });
  expect(await remains(id)).toEqual([]);
});
