import { fillCheckout, inBrowser, placeOrder, typeCard } from "../support/buyer";
import { newStore } from "../support/dashboard";
import { Elsewhere } from "../support/elsewhere";
import { WITHOUT_PLUGIN, environment } from "../support/environment";
import { installPlugin, signIn, takeCards } from "../support/owner";
import { Shop } from "../support/shop";
import { makeStore, removeStore } from "../support/stores";
import { Stripe, WEBHOOK } from "../support/stripe";
import { expect, test } from "../support/test";

const owner = { ...newStore("Till"), egress: "internet" as const };

test.describe("a shop whose owner has installed a provider's plugin", () => {
  test.skip(!environment.plugin, WITHOUT_PLUGIN);

  let elsewhere: Elsewhere;
  let stripe: Stripe;
  let id = "";

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(300_000);
    elsewhere = await Elsewhere.plugIn();
    stripe = await Stripe.open(elsewhere);
    id = await makeStore(owner);
    await Shop.visit(id, (shop) =>
      inBrowser(browser, async (page) => {
        await signIn(page, shop, owner);
        await installPlugin(page, shop, stripe.plugin());
        await takeCards(page, shop, stripe);
      }),
    );
  });
  test.afterAll(async () => {
    if (id) await removeStore(id);
    await elsewhere?.unplug();
  });

  test("takes a card, and has the order paid when the provider says so", async ({ browser }) => {
    await Shop.visit(id, (shop) =>
      inBrowser(browser, async (page) => {
        await fillCheckout(page, shop, "stoneware-mug", "buyer@example.com");
        await page.getByRole("radio", { name: "Card", exact: true }).check();
        await typeCard(page, "4242424242424242");
        const order = await placeOrder(page);
        await expect
          .poll(() => told(shop, order), { timeout: 30_000 })
          .toMatchObject({
            status: "processing",
            payment: expect.stringMatching(/^pi_/),
            notes: expect.stringContaining("The card was charged; the provider is yet to confirm it."),
          });
      }),
    );
  });

  test("says so where a card is declined, and keeps the cart", async ({ browser }) => {
    await Shop.visit(id, (shop) =>
      inBrowser(browser, async (page) => {
        await fillCheckout(page, shop, "canvas-tote", "buyer@example.com");
        await page.getByRole("radio", { name: "Card", exact: true }).check();
        await typeCard(page, "4000000000000341");
        await page.locator(".wc-block-components-checkout-place-order-button").click();
        await expect(page.getByText("Your card was declined.").first()).toBeVisible({ timeout: 30_000 });
        await expect(page).toHaveURL(/checkout/);
        await expect(page.getByText("Canvas tote").first()).toBeVisible();
      }),
    );
  });

  test("believes no word of the provider's that is not signed by it", async () => {
    await Shop.visit(id, async (shop) => {
      const order = Number(
        await shop.php(`$order = wc_create_order(["status" => "on-hold"]);
          $order->set_payment_method("cards"); $order->save(); echo $order->get_id();`),
      );
      const say = async ({ data, headers }: ReturnType<Stripe["message"]>) =>
        (await shop.post(WEBHOOK, { data }, headers)).status();
      expect(await say(stripe.message(order, "whsec_of_somebody_else"))).toBe(400);
      expect(await told(shop, order)).toMatchObject({ status: "on-hold" });
      expect(await say(stripe.message(order))).toBe(200);
      expect(await told(shop, order)).not.toMatchObject({ status: "on-hold" });
    });
  });
});

/** What the shop knows of an order. */
async function told(shop: Shop, order: number): Promise<unknown> {
  const code = `$order = wc_get_order(${order});
    $notes = implode(" ", array_map(fn ($note) => $note->content, wc_get_order_notes(["order_id" => ${order}])));
    echo json_encode(["status" => $order->get_status(), "payment" => $order->get_transaction_id(), "notes" => $notes]);`;
  return JSON.parse(await shop.php(code));
}
