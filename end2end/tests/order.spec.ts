import { environment } from "../support/environment";
import { withStores } from "../support/stores";
import { expect, test } from "../support/test";

test("an order by the Store API is placed, paid on delivery, and read back", async ({ request }) => {
  test.skip(
    !environment.plugin,
    "the shop's image was built without the WooCommerce plugin (no WOOCOMMERCE_ZIP, no download)",
  );
  await withStores(["Order desk"], async ([id]) => {
    const dashboard = new URL(environment.address);
    const host = `store-${id}${dashboard.hostname.slice(dashboard.hostname.indexOf("."))}`;
    // Names under .localhost are loopback for browsers; here the ingress is asked by address, and told the shop's host.
    const api = (path: string) => `http://127.0.0.1/wp-json/wc/store/v1${path}`;
    const headers: Record<string, string> = { host };
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

    const products = await (await request.get(api("/products?per_page=1"), { headers })).json();
    const cart = await request.get(api("/cart"), { headers });
    headers["Cart-Token"] = cart.headers()["cart-token"] ?? "";
    const added = await request.post(api("/cart/add-item"), {
      headers,
      data: { id: products[0].id, quantity: 2 },
    });
    expect(added.status()).toBe(201);
    const addresses = { billing_address: person, shipping_address: person };
    expect((await request.post(api("/cart/update-customer"), { headers, data: addresses })).status()).toBe(
      200,
    );
    const placed = await request.post(api("/checkout"), {
      headers,
      data: { ...addresses, payment_method: "cod" },
    });
    expect(placed.status()).toBe(200);
    const order = await placed.json();
    expect(order.status).toBe("processing");

    const query = new URLSearchParams({ key: order.order_key, billing_email: person.email });
    const read = await (await request.get(api(`/order/${order.order_id}?${query}`), { headers })).json();
    expect(read).toMatchObject({ id: order.order_id, status: "processing" });
  });
});
