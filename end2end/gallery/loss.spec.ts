import { DAY, lost, ready } from "./support/stores";
import { expect, hydrated, stands, test } from "./support/test";

const SHOP = { id: "bunte-wolle-k2m8t", name: "Bunte Wolle", age: 20 * DAY, owner: "bo" };
const PAGE = `/stores/${SHOP.id}`;
const FATAL = "PHP Fatal error:  Uncaught Error: Call to undefined function wolle() in /plugins/wolle.php:12";

test.describe("a shop that does not answer", () => {
  test.use({ world: { stores: [ready(SHOP)] } });

  test("says why, with the line of its log and what to do, and stands, wide and narrow, light and dark", async ({
    page,
    own,
    context,
  }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(own.address + PAGE);
    await hydrated(page);
    await own.cluster.patch(SHOP.id, lost(`The shop answers 500: “${FATAL}”.`));
    const notice = page.getByRole("region", { name: "The shop does not answer as it should" });
    await expect(notice).toContainText("Shop answers: The shop answers 500.");
    await expect(notice.locator("pre")).toHaveText(FATAL);
    await expect(notice).toContainText("safe mode runs the shop without what its owner brought");
    await notice.getByRole("button", { name: /details/ }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(FATAL);
    await stands(page);

    await expect(page.getByRole("button", { name: "Start in safe mode" })).toHaveCount(1);
    await notice.getByRole("button", { name: "Start in safe mode" }).click();
    await expect(page.getByRole("region", { name: "Timeline" })).toContainText("Safe mode");
  });

  test.describe("to whom may only look", () => {
    test.use({ person: "vi" });
    test("names safe mode and offers nothing", async ({ page, own }) => {
      await own.cluster.patch(SHOP.id, lost());
      await page.goto(own.address + PAGE);
      await hydrated(page);
      await expect(page.getByRole("main")).toContainText("safe mode runs the shop without");
      await expect(page.getByRole("button", { name: "Start in safe mode" })).toHaveCount(0);
    });
  });
});
