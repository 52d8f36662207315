import { expect, hydrated, stands, test } from "./support/test";

const PLANS = ["Small", "Medium", "Large"];

test.describe("nodes that have room", () => {
  test.use({ world: { left: "8000m/32768Mi" } });
  test("each plan says that it fits, and the form stands, wide and narrow, light and dark", async ({
    page,
    own,
  }) => {
    await page.goto(`${own.address}/stores/new`);
    await hydrated(page);
    for (const plan of PLANS) {
      const radio = page.getByRole("radio", { name: `${plan} ` });
      await expect(radio).toHaveAccessibleName(/Fits: the nodes have room for it\.$/);
    }
    await stands(page);
  });
});

test.describe("nodes that have room for the smallest plan of the smaller engine", () => {
  test.use({ world: { left: "1000m/420Mi" } });
  const SHORT = /Does not fit now: it asks for \d+ MiB of memory, and the nodes have 420 MiB left\./;

  test("the others say what is short, can be chosen, and the form stands, wide and narrow, light and dark", async ({
    page,
    own,
  }) => {
    await page.goto(`${own.address}/stores/new`);
    await hydrated(page);
    await expect(page.getByRole("radio", { name: /Small .*Fits/ })).toBeChecked();
    await expect(page.getByRole("radio", { name: /Medium / })).toHaveAccessibleName(SHORT);
    await page.getByRole("radio", { name: /Large / }).check();
    await expect(page.getByRole("radio", { name: /Large / })).toHaveAccessibleName(SHORT);
    await page.getByRole("radio", { name: /Medusa / }).check();
    await expect(page.getByRole("radio", { name: /Small / })).toHaveAccessibleName(SHORT);
    await stands(page);
  });

  test.describe("without a script", () => {
    test.use({ javaScriptEnabled: false });
    test("it is said all the same", async ({ page, own }) => {
      await page.goto(`${own.address}/stores/new`);
      await expect(page.getByRole("radio", { name: /Small .*Fits/ })).toBeChecked();
      await expect(page.getByRole("radio", { name: /Medium / })).toHaveAccessibleName(SHORT);
    });
  });

  test.describe("of somebody who may have no large store", () => {
    test.use({ person: "cy" });
    test("that limit is what is said of it", async ({ page, own }) => {
      await page.goto(`${own.address}/stores/new`);
      const large = page.getByRole("radio", { name: /Large / });
      await expect(large).toBeDisabled();
      await expect(large).toHaveAccessibleName(/You may have 0 stores with the plan Large/);
      await expect(large).not.toHaveAccessibleName(/fit/);
    });
  });
});

for (const [what, left] of [
  ["of which nobody tells", undefined],
  ["of which is told what is not understood", "much"],
] as const) {
  test.describe(`nodes ${what}`, () => {
    test.use({ world: { shows: true, left } });
    test("nothing is said of them", async ({ page, own }) => {
      await page.goto(`${own.address}/stores/new`);
      for (const plan of PLANS) {
        await expect(page.getByRole("radio", { name: `${plan} ` })).not.toHaveAccessibleName(/fit/i);
      }
    });
  });
}
