import { expect } from "@playwright/test";
import { WITHOUT_PLUGIN, environment } from "../environment";
import { typeLogin } from "../owner";
import { BUYERS_MAIL, BUYERS_POSTCODE, type Kind, buyer } from "./kind";

const person = {
  ...buyer,
  state: "DE-BE",
  postcode: BUYERS_POSTCODE,
  country: "DE",
  email: BUYERS_MAIL,
};
const api = (path: string) => `/wp-json/wc/store/v1${path}`;

export const woocommerce: Kind = {
  engine: "woocommerce",
  hasUserName: true,
  wayIn: "/storeyard-sign-in.php",
  home: /\/wp-admin\/$/,
  desk: (page) => page.locator("#wpadminbar"),

  async logIn(page, shop, owner) {
    await page.goto(`${shop}/wp-admin/`);
    await typeLogin(page, owner);
  },

  sellsNothing: environment.plugin ? undefined : WITHOUT_PLUGIN,

  /** By the Store API, paid on delivery. */
  async order(shop) {
    const products = await (await shop.get(api("/products?per_page=1"))).json();
    const cart = await shop.get(api("/cart"));
    const token = { "Cart-Token": cart.headers()["cart-token"] ?? "" };
    const item = { data: { id: products[0].id, quantity: 2 } };
    expect((await shop.post(api("/cart/add-item"), item, token)).status()).toBe(201);
    const addresses = { billing_address: person, shipping_address: person };
    const told = await shop.post(api("/cart/update-customer"), { data: addresses }, token);
    expect(told.status()).toBe(200);
    const pay = { data: { ...addresses, payment_method: "cod" } };
    const placed = await shop.post(api("/checkout"), pay, token);
    expect(placed.status()).toBe(200);
    const order = await placed.json();
    expect(order.status).toBe("processing");

    const query = new URLSearchParams({ key: order.order_key, billing_email: person.email });
    const read = await (await shop.get(api(`/order/${order.order_id}?${query}`), token)).json();
    expect(read).toMatchObject({ id: order.order_id, status: "processing" });
  },
};
