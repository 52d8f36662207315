import { DAY, lost, ready } from "./support/stores";
import { expect, hydrated, stands, test } from "./support/test";

const SHOP = { id: "bunte-wolle-k2m8t", name: "Bunte Wolle", age: 20 * DAY, owner: "bo" };
const PAGE = `/stores/${SHOP.id}`;

test.describe("how a store was made", () => {
  test.use({ world: { stores: [ready(SHOP)] } });

  for (const javaScriptEnabled of [true, false]) {
    test.describe(javaScriptEnabled ? "with a script" : "without one", () => {
      test.use({ javaScriptEnabled });
      test("is a line that opens to its steps", async ({ page, own }) => {
        await page.goto(own.address + PAGE);
        const made = page.getByRole("region", { name: "Made in 15 s" });
        await expect(made.getByRole("listitem")).toHaveCount(0);
        await made.getByText("Made in 15 s").click();
        await expect(made.getByRole("listitem")).toHaveCount(6);
        await expect(made.getByRole("listitem").first()).toContainText("2.0 s");
      });
    });
  }

  test("stays open, opened by keyboard, whatever is told of the store", async ({ page, own }) => {
    await page.goto(own.address + PAGE);
    await hydrated(page);
    const made = page.getByRole("region", { name: "Made in 15 s" });
    await made.locator("summary").focus();
    await page.keyboard.press("Enter");
    await expect(made.getByRole("listitem")).toHaveCount(6);
    await own.cluster.patch(SHOP.id, lost());
    await expect(page.locator(".page-head .phase")).toContainText("Degraded");
    await expect(made.getByRole("listitem")).toHaveCount(6);
    await expect(made.locator("summary")).toBeFocused();
    await stands(page);
    await page.keyboard.press("Enter");
    await own.cluster.patch(SHOP.id, { spec: { title: "Bunte Wolle 2" } });
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Bunte Wolle 2");
    await expect(made.getByRole("listitem")).toHaveCount(0);
  });
});
