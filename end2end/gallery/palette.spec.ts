import { type Page } from "@playwright/test";
import { everyState } from "./support/stores";
import { expect, hydrated, objectsTo, stands, test } from "./support/test";

const palette = (page: Page) => page.getByRole("dialog", { name: "Go to, or do, anything" });
const field = (page: Page) => palette(page).getByRole("combobox");
const chosen = (page: Page) => palette(page).getByRole("option", { selected: true });

async function open(page: Page, path = "/stores"): Promise<void> {
  await page.goto(path);
  await hydrated(page);
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
  await expect(chosen(page)).toHaveCount(1);
}

test("a store is found by its name and gone to, without a document being loaded", async ({ page }) => {
  await open(page);
  await page.evaluate(() => ((window as Window & { kept?: boolean }).kept = true));
  await page.keyboard.type("atel");
  await expect(chosen(page)).toHaveText(/Atelier Nord\s*Ready · store-atelier-nord/);
  await expect(palette(page).getByRole("status")).toHaveText("6 found.");
  await page.keyboard.press("Enter");
  await expect(palette(page)).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Atelier Nord");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  expect(await page.evaluate(() => (window as Window & { kept?: boolean }).kept)).toBe(true);
});

test("arrows choose, around the ends, and what is chosen is told to whoever listens", async ({ page }) => {
  await open(page);
  await page.keyboard.type("page");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("atel");
  await expect(palette(page).getByRole("option")).toHaveCount(6);
  const titles = await palette(page).getByRole("option").allInnerTexts();
  const tells = async () => {
    const id = await field(page).getAttribute("aria-activedescendant");
    expect(await chosen(page).getAttribute("id")).toBe(id);
    return titles.indexOf(await chosen(page).innerText());
  };
  expect(await tells()).toBe(0);
  await page.keyboard.press("ArrowDown");
  expect(await tells()).toBe(1);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  expect(await tells()).toBe(titles.length - 1);
  await page.keyboard.press("ArrowDown");
  expect(await tells()).toBe(0);
  await expect(field(page)).toBeFocused();
});

test("a verb and a name are what is done", async ({ page }) => {
  await open(page);
  await page.keyboard.type("del librairie");
  await expect(palette(page).getByRole("option")).toHaveText([/Delete Librairie du Port…/]);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/librairie-du-port-5n2tc\/delete$/);
  await page.keyboard.press("Control+k");
  await expect(field(page)).toHaveValue("del librairie");
  // What was typed last is chosen, so that it is typed over.
  await page.keyboard.type("logs of demo");
  await expect(palette(page).getByRole("option")).toHaveText([/Logs of Demo/]);
});

test("other documents and the help are led to", async ({ page }) => {
  await open(page);
  await page.keyboard.type("activ");
  await expect(chosen(page)).toHaveText(/Activity/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Activity");
  await open(page);
  await page.keyboard.type("shortcuts");
  await expect(chosen(page)).toHaveText(/Keyboard shortcuts/);
  await page.keyboard.press("Enter");
  await expect(palette(page)).toHaveCount(0);
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
});

test("it is left by Escape and by its key, and gives the focus back", async ({ page }) => {
  await page.goto("/stores");
  await hydrated(page);
  const opener = page.getByRole("button", { name: "Go to, or do, anything" });
  for (const key of ["Escape", "Control+k"]) {
    await opener.click();
    await expect(field(page)).toBeFocused();
    await page.keyboard.press(key);
    await expect(palette(page)).toHaveCount(0);
    await expect(opener).toBeFocused();
  }
});

test("it opens from a field, and does not lie over another dialog", async ({ page }) => {
  await page.goto("/stores/new");
  await hydrated(page);
  await page.getByLabel("Store name").focus();
  await page.keyboard.press("Meta+k");
  await expect(field(page)).toBeFocused();
  await page.goto("/stores/atelier-nord-x7k2q");
  await hydrated(page);
  await page.getByRole("main").getByText("Delete…").click();
  await page.keyboard.press("Control+k");
  await expect(palette(page)).toHaveCount(0);
});

test("it stands, wide and narrow, light and dark", async ({ page }) => {
  await open(page);
  await stands(page);
  await page.keyboard.type("donau");
  await expect(chosen(page)).toHaveText(/Donaudampf/);
  await stands(page);
  await page.keyboard.type("nothing like it");
  await expect(palette(page).getByText("Nothing is called that.")).toBeVisible();
  await stands(page);
});

test("the keys and their help stand, wide and narrow, light and dark", async ({ page }) => {
  await page.goto("/stores");
  await hydrated(page);
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(help).toBeVisible();
  expect(await objectsTo(page)).toEqual([]);
  await stands(page);
});

test("each key does what the help says", async ({ page }) => {
  await page.goto("/stores/atelier-nord-x7k2q");
  await hydrated(page);
  const heading = page.getByRole("heading", { level: 1 });
  await page.keyboard.press("n");
  await expect(heading).toHaveText("New store");
  await page.keyboard.press("s");
  await expect(heading).toHaveText("Stores");
  // While the list is being read there is nothing to search in yet.
  await expect(page.getByRole("searchbox")).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.getByRole("searchbox").blur();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(help).toBeVisible();
  // Pressed by hand they do the same.
  await help.getByRole("button", { name: "Search in the list" }).click();
  await expect(help).toHaveCount(0);
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.getByRole("searchbox").blur();
  await page.keyboard.press("?");
  await help.getByRole("link", { name: "New store" }).click();
  await expect(heading).toHaveText("New store");
  await expect(help).toHaveCount(0);
});

test("whoever switches the keys off keeps the palette", async ({ page }) => {
  await page.goto("/stores");
  await hydrated(page);
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await help.getByRole("switch").click();
  await expect(help.getByRole("switch")).not.toBeChecked();
  await help.getByRole("button", { name: "Close" }).click();
  for (const key of ["?", "s", "n", "/"]) await page.keyboard.press(key);
  await expect(help).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Stores");
  await expect(page.getByRole("searchbox")).not.toBeFocused();
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
});

test.describe("to a member", () => {
  test.use({ person: "cy" });
  test("nothing is found of what is another's", async ({ page }) => {
    await open(page);
    await page.keyboard.type("atelier");
    await expect(palette(page).getByText("Nothing is called that.")).toBeVisible();
  });
});

test.describe("without the cluster", () => {
  test.use({ world: { mood: "down" }, expectedErrors: [/status of 503/] });
  test("it says that the stores are not known, and not that there are none", async ({ page, own }) => {
    await page.goto(`${own.address}/stores`);
    await hydrated(page);
    await page.keyboard.press("Control+k");
    await expect(palette(page).getByRole("status")).toHaveText(/being read|cannot be read|does not answer/);
  });
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false, world: { stores: everyState() } });
  test("neither is shown", async ({ page, own }) => {
    await page.goto(`${own.address}/stores`);
    await expect(page.getByRole("button", { name: "Go to, or do, anything" })).toHaveCount(0);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.getByRole("button", { name: "ada" }).click();
    await expect(page.getByRole("button", { name: "Keyboard shortcuts" })).toHaveCount(0);
  });
});
