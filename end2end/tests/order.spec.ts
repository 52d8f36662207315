import { environment } from "../support/environment";
import { Shop } from "../support/shop";
import { withStores } from "../support/stores";
import { expect, test } from "../support/test";

test("an order by the Store API is placed, paid on delivery, and read back", async () => {
  test.skip(
    !environment.plugin,
    "the shop's image was built without the WooCommerce plugin (no WOOCOMMERCE_ZIP, no download)",
  );
  await withStores(["Order desk"], ([id]) =>
    Shop.visit(id, async (shop) => {
      const api = (path: string) => `/wp-json/wc/store/v1${path}`;
      const person = {
        first_name: "Ada",
        last_name: "L",
        address_1: "Street 1",
        city: "Berlin",
        state: "DE-BE",
        postcode: "10115",
        country: "DE",
        email: "ada@atelier.example",
        phone: "030123456",
      };

      const products = await (await shop.get(api("/products?per_page=1"))).json();
      const cart = await shop.get(api("/cart"));
      const token = { "Cart-Token": cart.headers()["cart-token"] ?? "" };
      const added = await shop.post(
        api("/cart/add-item"),
        { data: { id: products[0].id, quantity: 2 } },
        token,
      );
      expect(added.status()).toBe(201);
      const addresses = { billing_address: person, shipping_address: person };
      const told = await shop.post(api("/cart/update-customer"), { data: addresses }, token);
      expect(told.status()).toBe(200);
      const placed = await shop.post(
        api("/checkout"),
        { data: { ...addresses, payment_method: "cod" } },
        token,
      );
      expect(placed.status()).toBe(200);
      const order = await placed.json();
      expect(order.status).toBe("processing");

      const query = new URLSearchParams({ key: order.order_key, billing_email: person.email });
      const read = await (await shop.get(api(`/order/${order.order_id}?${query}`), token)).json();
      expect(read).toMatchObject({ id: order.order_id, status: "processing" });
    }),
  );
});
