import { kubectl } from "../support/cluster";
import { READY_WITHIN, createStore, newStore, phase } from "../support/dashboard";
import { expect, test } from "../support/test";

/** Goal of a start: its pods are there and the shop answers. */
const RESUMED_WITHIN = 60_000;

test("a store is suspended and its address says so, it is resumed with what was in it, and takes a larger plan", async ({
  page,
}) => {
  const id = await createStore(page, newStore("Winterpause"));
  await expect(phase(page)).toHaveText(/Ready/, { timeout: READY_WITHIN });
  const shop = (await page.getByRole("link", { name: "Open shop" }).getAttribute("href")) ?? "";
  const upkeep = page.getByRole("region", { name: "Upkeep" });
  const claims = () => kubectl("get", "pvc", "-n", `store-${id}`, "-o", "jsonpath={.items[*].metadata.uid}");
  const before = await claims();

  await test.step("suspended, nothing of it runs, and its address tells visitors", async () => {
    await upkeep.getByRole("button", { name: "Suspend" }).click();
    await expect(phase(page)).toHaveText(/Suspended/, { timeout: READY_WITHIN });
    expect(await kubectl("get", "pods", "-n", `store-${id}`, "-o", "name")).toBe("");
    await expect(page.getByText("Open shop")).toHaveAttribute("aria-disabled", "true");
    const visitor = await page.context().newPage();
    await expect(async () => {
      const answer = await visitor.goto(shop);
      expect(answer?.status()).toBe(503);
      expect(answer?.headers()["retry-after"]).toBeTruthy();
      await expect(visitor.locator("body")).toContainText("closed at the moment");
    }).toPass({ timeout: 15_000 });
    await visitor.close();
  });

  await test.step("resumed, it answers with the same volumes", async () => {
    await upkeep.getByRole("button", { name: "Resume" }).click();
    await expect(phase(page)).toHaveText(/Ready/, { timeout: RESUMED_WITHIN });
    const visitor = await page.context().newPage();
    expect((await visitor.goto(shop))?.status()).toBe(200);
    await visitor.close();
    expect(await claims()).toBe(before);
  });

  await test.step("a larger plan is chosen, and the timeline tells who asked", async () => {
    await upkeep.getByLabel("Larger plan").selectOption({ value: "medium" });
    await upkeep.getByRole("button", { name: "Change plan" }).click();
    // What it has is told, and not what it is to have: that is there once the change was made.
    await expect(page.getByRole("region", { name: "Details" })).toContainText("Medium", {
      timeout: READY_WITHIN,
    });
    await expect(page.getByRole("region", { name: "Timeline" })).toContainText("The plan was changed", {
      timeout: READY_WITHIN,
    });
    await expect(page.getByRole("region", { name: "Timeline" })).toContainText("Another plan");
    await expect(phase(page)).toHaveText(/Ready/, { timeout: READY_WITHIN });
  });
});

test("a host that no shop has says that there is none", async ({ page }) => {
  await page.goto("/stores");
  const dashboard = new URL(page.url());
  const nowhere = `${dashboard.protocol}//store-nowhere-00000.${dashboard.host.replace(/^dashboard\./, "")}/`;
  const visitor = await page.context().newPage();
  const answer = await visitor.goto(nowhere);
  expect(answer?.status()).toBe(404);
  await expect(visitor.locator("body")).toContainText("There is no shop at this address");
});
