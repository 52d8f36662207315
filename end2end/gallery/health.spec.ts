import { DAY, lost, ready } from "./support/stores";
import { expect, stands, test } from "./support/test";
import { NOT_READY } from "./support/window";

const SHOP = { id: "bunte-wolle-k2m8t", name: "Bunte Wolle", age: 20 * DAY, owner: "bo" };
const PAGE = `/stores/${SHOP.id}`;
const USED = { status: { used: { database: 310, uploads: 1_800 } } };
const ENCRYPTED = {
  status: { release: { address: { scheme: "https", host: `store-${SHOP.id}.shops.example` } } },
};

test.describe("a shop that is well", () => {
  test.use({ world: { stores: [ready(SHOP)], shows: true } });

  test("says how fast it answers and what it uses of its plan, and stands, wide and narrow, light and dark", async ({
    page,
    own,
  }) => {
    await own.cluster.patch(SHOP.id, USED);
    await own.cluster.patch(SHOP.id, ENCRYPTED);
    await page.goto(own.address + PAGE);
    const strip = page.getByRole("region", { name: "At this moment" });
    await expect(strip).toContainText("in 84 ms");
    for (const fact of [
      /Answers\s*in 84 ms\s*checked just now/,
      /Certificate\s*6[78] days\s*until \d{4}-\d\d-\d\d/,
      /Restarts\s*1\s*the last 5 h ago/,
      /CPU\s*0.25 of 2 cores\s*measured 1 min ago/,
      /Memory\s*730 MiB of 1 GiB\s*WordPress at 99 %/,
      /Disk\s*2.1 GiB of 5 GiB/,
    ]) {
      await expect(strip).toContainText(fact);
    }
    await stands(page);
  });

  test("says so on the page of its metrics too", async ({ page, own }) => {
    await page.goto(`${own.address}${PAGE}/metrics`);
    await expect(page.getByRole("region", { name: "At this moment" })).toContainText("in 84 ms");
    await stands(page);
  });

  test("is told anew with the next poll that begins", async ({ page, own }) => {
    await page.goto(own.address + PAGE);
    const strip = page.getByRole("region", { name: "At this moment" });
    await expect(strip).toContainText("in 84 ms");
    if (own.window) own.window.vitals = { answer: { millis: 1_900, at: Date.now() }, restarts: { times: 0 } };
    await own.cluster.patch(SHOP.id, { spec: { title: "Bunte Wolle 2" } });
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Bunte Wolle 2");
    await expect(strip).toContainText(/in 1.9 s.*CPU\s*–/);
  });

  test.describe("without a script", () => {
    test.use({ javaScriptEnabled: false });
    test("says what its status does, and where the rest is", async ({ page, own }) => {
      await page.goto(own.address + PAGE);
      const strip = page.getByRole("region", { name: "At this moment" });
      await expect(strip).toContainText(/Answers\s*yes\s*when it was last asked/);
      await strip.getByRole("link", { name: "Metrics" }).click();
      await expect(page.getByRole("region", { name: "At this moment" })).toContainText("in 84 ms");
    });
  });
});

test.describe("a shop of which the operator does not tell", () => {
  test.use({ world: { stores: [ready(SHOP)], shows: true } });

  test("says so quietly and what its status says, and stands, wide and narrow, light and dark", async ({
    page,
    own,
  }) => {
    if (own.window) own.window.vitals = undefined;
    await own.cluster.patch(SHOP.id, USED);
    await page.goto(own.address + PAGE);
    const strip = page.getByRole("region", { name: "At this moment" });
    await expect(strip).toContainText(`is not known at this moment. ${NOT_READY}`);
    await expect(strip).toContainText(/Answers\s*yes.*CPU\s*–.*Disk\s*2.1 GiB of 5 GiB/);
    await stands(page);
  });
});

test.describe("a shop that does not answer", () => {
  test.use({ world: { stores: [ready(SHOP)], shows: true } });

  test("is not told to answer as fast as it did", async ({ page, own }) => {
    await page.goto(own.address + PAGE);
    const strip = page.getByRole("region", { name: "At this moment" });
    await expect(strip).toContainText("in 84 ms");
    await own.cluster.patch(SHOP.id, lost());
    await expect(strip).toContainText(/Answers\s*no\s*for \d/);
    await expect(strip).not.toContainText("84 ms");
    await stands(page);
  });
});
