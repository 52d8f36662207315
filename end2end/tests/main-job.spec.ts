import { kubectl, remains } from "../support/cluster";
import { GONE_WITHIN, READY_WITHIN, createStore, newStore, phase } from "../support/dashboard";
import { environment } from "../support/environment";
import { kinds } from "../support/kinds";
import { Shop } from "../support/shop";
import { expect, test } from "../support/test";

for (const kind of kinds) {
  // What a journey leaves out is told as left out.
  if (kind.sellsNothing) {
    const why = kind.sellsNothing;
    test(`something is ordered in a ${kind.engine} store, and its administrator finds the order`, () =>
      test.skip(true, why));
  }

  test(`a ${kind.engine} store is created, watched until it is ready, used, deleted, and seen to be gone`, async ({
    page,
  }) => {
    const store = { ...newStore("Atelier Nord"), kind };
    const id = await createStore(page, store);

    await test.step("the steps end at Ready", async () => {
      const steps = page.getByRole("region", { name: "Steps" });
      await expect(steps.getByRole("listitem")).toHaveCount(6);
      await expect(phase(page)).toHaveText(/Ready/, { timeout: READY_WITHIN });
      const made = page.getByRole("region", { name: /^Made in \d/ });
      await made.getByText(/^Made in/).click();
      await expect(made.getByRole("listitem")).toHaveCount(6);
      for (const name of ["Namespace", "Quota", "Credentials", "Release", "Workloads", "Shop answers"]) {
        await expect(made.getByRole("listitem").filter({ hasText: name })).toContainText(/\d s/);
      }
      await expect(page).toHaveTitle(/Ready/);
      await expect(page.getByRole("region", { name: "Timeline" })).toContainText("helm upgrade --install");
      await expect(page.getByRole("region", { name: "Timeline" })).not.toContainText(store.password);
    });

    await test.step("the shop answers with its title", async () => {
      const shop = await page.getByRole("link", { name: "Open shop" }).getAttribute("href");
      const visitor = await page.context().newPage();
      const answer = await visitor.goto(shop ?? "");
      expect(answer?.status()).toBe(200);
      await expect(visitor.locator("body")).toContainText(store.name);
      await visitor.close();
    });

    await test.step("its administrator is in its admin by one click, once", async () => {
      const context = page.context();
      const opened = context.waitForEvent("page");
      const led = context.waitForEvent("request", (request) =>
        request.url().includes(`${kind.wayIn}?token=`),
      );
      await page.getByRole("button", { name: "Open admin" }).click();
      const [desk, wayIn] = await Promise.all([opened, led]);
      await expect(kind.desk(desk)).toBeVisible({ timeout: 30_000 });
      await expect(desk).toHaveURL(kind.home);
      await context.clearCookies({ domain: new URL(desk.url()).hostname });
      const again = await desk.goto(wayIn.url());
      expect(again?.status()).toBe(403);
      await desk.close();
      await expect(page.getByRole("region", { name: "Timeline" })).toContainText(
        "A sign-in to the shop's admin asked for by",
      );
    });

    await test.step("its administrator forgets the password, and is given another one", async () => {
      const card = page.getByRole("region", { name: "Admin password" });
      await card.getByText("Set a new password").click();
      const password = card.getByLabel("New password");
      await expect(password).toHaveValue(/^\w{5}(-\w{5}){3}$/);
      store.password = await password.inputValue();
      await card.getByRole("button", { name: "Set password" }).click();
      await expect(card.getByRole("status")).toContainText("The password was set.", { timeout: 30_000 });
      await expect(page.getByRole("region", { name: "Timeline" })).not.toContainText(store.password);
    });

    await test.step("its administrator logs in with that", async () => {
      const shop = await page.getByRole("link", { name: "Open shop" }).getAttribute("href");
      const desk = await page.context().newPage();
      await kind.logIn(desk, shop ?? "", store);
      await expect(kind.desk(desk)).toBeVisible({ timeout: 30_000 });
      await desk.close();
    });

    if (!kind.sellsNothing) {
      await test.step("something is ordered, and its administrator finds the order", () =>
        Shop.visit(id, (shop) => kind.order(shop, store)));
    }

    await test.step("the list finds it by keyboard alone", async () => {
      const list = await page.context().newPage();
      await list.goto("/stores");
      await expect(async () => {
        await list.keyboard.press("/");
        await expect(list.getByRole("searchbox")).toBeFocused({ timeout: 500 });
      }).toPass();
      await list.keyboard.type("atelier");
      await expect(list).toHaveURL(/q=atelier/);
      await expect(list.getByRole("row").filter({ hasText: id })).toContainText("Ready");
      await list.close();
    });

    await test.step("a wrong name does not delete it", async () => {
      await page.locator(".page-head").getByText("Delete…").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("textbox").fill("Atelier");
      await dialog.getByRole("button", { name: "Delete store" }).click();
      await expect(dialog.getByRole("textbox")).toHaveAccessibleDescription(/does not match/);
      expect(
        await kubectl(
          "get",
          "store",
          id,
          "-n",
          environment.namespace,
          "-o",
          "jsonpath={.metadata.deletionTimestamp}",
        ),
      ).toBe("");
    });

    await test.step("it is deleted and shown to be gone", async () => {
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("textbox").fill(store.name);
      await dialog.getByRole("button", { name: "Delete store" }).click();
      await expect(phase(page)).toHaveText(/Deleting/);
      await expect(page.getByRole("heading", { name: /is gone/ })).toBeVisible({ timeout: GONE_WITHIN });
      expect(await remains(id)).toEqual([]);
    });

    await test.step("the list no longer has it", async () => {
      await page.goto("/stores");
      await expect(page.getByRole("main")).not.toContainText(id);
    });
  });
}
