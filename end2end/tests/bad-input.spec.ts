import { kubectl } from "../support/cluster";
import { fillForm, newStore } from "../support/dashboard";
import { environment } from "../support/environment";
import { expect, test } from "../support/test";

const REFUSED_NAMES: [what: string, name: string, sentence: string][] = [
  ["nothing", "   ", "Give the store a name"],
  ["too much", "x".repeat(61), "at most 60 fit"],
  ["only emoji", "🎉🎉", "at least one letter or digit"],
  ["text that runs backwards", "evil\u202Egpj", "invisible control character (U+202E)"],
  ["markup", "<script>alert(1)</script>", "cannot contain < or >"],
];

const storeCount = async () =>
  (await kubectl("get", "stores", "-n", environment.namespace, "-o", "name")).split("\n").length;

for (const [what, name, sentence] of REFUSED_NAMES) {
  test(`a name of ${what} is refused beside its field, and nothing is created`, async ({ page }) => {
    const before = await storeCount();
    await page.goto("/stores/new");
    await fillForm(page, { ...newStore(""), name });
    await page.getByRole("button", { name: "Create store" }).click();
    await expect(page.getByLabel("Store name")).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByLabel("Store name")).toHaveAccessibleDescription(new RegExp(escaped(sentence)));
    await expect(page.getByLabel("E-mail")).toHaveValue("ada@atelier.example");
    expect(await storeCount()).toBe(before);
  });
}

test("every other field has its own sentence, and the first bad one gets the focus", async ({ page }) => {
  await page.goto("/stores/new");
  await fillForm(page, { name: "Fine", email: "ada@localhost", user: "ada lovelace", password: "short" });
  await page.getByRole("button", { name: "Create store" }).click();
  await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription(/looks like name@example.com/);
  await expect(page.getByLabel("User name")).toHaveAccessibleDescription(/letters a to z, digits/);
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(
    /At least 12 characters/,
  );
  await expect(page.getByLabel("E-mail")).toBeFocused();
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
