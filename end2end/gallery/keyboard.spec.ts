import { everyState, removed } from "./support/stores";
import { expect, hydrated, test } from "./support/test";

const FAILED = "librairie-du-port-5n2tc";
const READY = "atelier-nord-x7k2q";

test("a change of page leads to its heading", async ({ page }) => {
  await page.goto("/stores");
  await hydrated(page);
  await page.getByRole("link", { name: "Atelier Nord" }).focus();
  await page.keyboard.press("Enter");
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText("Atelier Nord");
  await expect(heading).toBeFocused();
  await page.keyboard.press("n");
  await expect(heading).toHaveText("New store");
  await expect(heading).toBeFocused();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Stores" }).focus();
  await page.keyboard.press("Enter");
  await expect(heading).toHaveText("Stores");
  await expect(heading).toBeFocused();
});

test("a page that was loaded leaves the focus where the browser has it", async ({ page }) => {
  await page.goto(`/stores/${READY}`);
  await hydrated(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "← Stores" })).toBeFocused();
});

test("the dialog opens, is left by Escape, and gives the focus back", async ({ page }) => {
  await page.goto(`/stores/${READY}`);
  await hydrated(page);
  const opener = page.getByRole("main").getByText("Delete…");
  await opener.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog").getByRole("textbox")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(opener).toBeFocused();
});

test("a dialog that is opened again has nothing in it", async ({ page }) => {
  await page.goto(`/stores/${READY}`);
  await hydrated(page);
  const dialog = page.getByRole("dialog");
  for (const leave of ["Escape", "Cancel"]) {
    await page.getByRole("main").getByText("Delete…").click();
    await expect(dialog.getByRole("textbox")).toHaveValue("");
    await expect(dialog.getByText("does not match")).toHaveCount(0);
    await dialog.getByRole("textbox").fill("Atelier");
    await dialog.getByRole("button", { name: "Delete store" }).click();
    await expect(dialog.getByText("does not match")).toBeVisible();
    if (leave === "Escape") await page.keyboard.press("Escape");
    else await dialog.getByText("Cancel").click();
    await expect(dialog).toHaveCount(0);
  }
  await page.getByRole("main").getByText("Delete…").click();
  await expect(dialog.getByRole("textbox")).toHaveValue("");
  await expect(dialog.getByText("does not match")).toHaveCount(0);
});

test("every button is pressed with the space bar too", async ({ page }) => {
  await page.goto(`/stores/${READY}`);
  await hydrated(page);
  await page.getByRole("main").getByText("Delete…").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Cancel" }).focus();
  await page.keyboard.press("Space");
  await expect(dialog).toHaveCount(0);
});

test.describe("what takes the focused element away gives the focus to the heading", () => {
  test.use({ world: { stores: everyState() } });

  test("a deletion", async ({ page, own }) => {
    await page.goto(`${own.address}/stores/${READY}`);
    await hydrated(page);
    await page.getByRole("main").getByText("Delete…").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type("Atelier Nord");
    await page.keyboard.press("Enter");
    await expect(page.locator(".page-head .phase")).toHaveText(/Deleting/);
    await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
    await own.cluster.patch(READY, removed());
    await own.cluster.remove(READY);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Atelier Nord is gone");
    await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  });

  test("a retry", async ({ page, own }) => {
    await page.goto(`${own.address}/stores/${FAILED}`);
    await hydrated(page);
    await page.getByRole("button", { name: "Retry" }).focus();
    await page.keyboard.press("Enter");
    await expect(page.locator(".page-head .phase")).toHaveText(/Queued/);
    await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  });
});

test("the account's menu is left by Escape, by a click elsewhere, and with the page", async ({ page }) => {
  await page.goto("/stores");
  await hydrated(page);
  const open = page
    .locator(".account")
    .getByText("ada")
    .or(page.getByRole("button", { name: "ada" }))
    .first();
  const signOut = page.getByRole("button", { name: "Sign out", exact: true });
  await open.focus();
  await page.keyboard.press("Enter");
  await expect(signOut).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(signOut).toBeHidden();
  await expect(open).toBeFocused();
  await open.click();
  await expect(signOut).toBeVisible();
  await page.getByRole("heading", { level: 1 }).click();
  await expect(signOut).toBeHidden();
  await open.click();
  await page.keyboard.press("n");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("New store");
  await expect(signOut).toBeHidden();
});

test("keys without a modifier can be switched off, and stay so", async ({ page }) => {
  await page.goto("/stores");
  await hydrated(page);
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.getByRole("searchbox").blur();
  await page.getByRole("button", { name: "ada" }).click();
  const keys = page.getByRole("switch", { name: "Single-key shortcuts" });
  await expect(keys).toBeChecked();
  await keys.click();
  await expect(keys).not.toBeChecked();
  await page.keyboard.press("Escape");
  await expect(page.locator(".keys")).toBeHidden();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).not.toBeFocused();
  await page.keyboard.press("n");
  await page.reload();
  await hydrated(page);
  await page.keyboard.press("n");
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).not.toBeFocused();
  await expect(page).toHaveURL(/\/stores$/);
});

test("a key that has nothing to do on a page is left to the browser", async ({ page }) => {
  await page.goto(`/stores/${READY}`);
  await hydrated(page);
  // The page listens before the key is pressed.
  const isTaken = await page.evaluateHandle(() => {
    const pressed = new Promise<boolean>((resolve) =>
      window.addEventListener("keydown", (event) => setTimeout(() => resolve(event.defaultPrevented))),
    );
    return { pressed };
  });
  await page.keyboard.press("/");
  expect(await isTaken.evaluate(({ pressed }) => pressed)).toBe(false);
});

test.describe("by a viewer", () => {
  test.use({ person: "vi" });
  test("the key for a new store does nothing, and the one for the search is named", async ({ page }) => {
    await page.goto("/stores");
    await hydrated(page);
    await expect(page.locator(".keys")).toHaveText(/\/ to search/);
    await page.keyboard.press("n");
    await page.keyboard.press("/");
    await expect(page.getByRole("searchbox")).toBeFocused();
    await expect(page).toHaveURL(/\/stores$/);
  });
});
