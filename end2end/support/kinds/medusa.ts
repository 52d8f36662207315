import { expect } from "@playwright/test";
import { kubectl } from "../cluster";
import type { NewStore } from "../dashboard";
import { environment } from "../environment";
import type { Shop } from "../shop";
import { BUYERS_MAIL, BUYERS_POSTCODE, type Kind, buyer } from "./kind";

const QUANTITY = 2;

export const medusa: Kind = {
  engine: "medusa",
  hasUserName: false,
  wayIn: "/auth/storeyard-sign-in",
  home: /\/app\/(orders)?$/,
  desk: (page) => page.getByRole("link", { name: "Orders" }).first(),

  async logIn(page, shop, owner) {
    await page.goto(`${shop}/app/login`);
    await page.locator("input[name=email]").fill(owner.email);
    await page.locator("input[name=password]").fill(owner.password);
    await page.locator("button[type=submit]").click();
  },

  /** By the store's API, to be paid by hand; read back by the admin's. */
  async order(shop, owner) {
    const api = await Api.ofStore(shop);
    const { regions } = await api.get("/regions?fields=id,*countries");
    const region = regions[0].id;
    // It delivers to the country that the form began with, which is the browser's.
    const person = {
      ...buyer,
      postal_code: BUYERS_POSTCODE,
      country_code: regions[0].countries[0].iso_2,
    };
    const { products } = await api.get(`/products?region_id=${region}&fields=*variants.calculated_price`);
    const variant = products[0].variants[0];
    const { cart } = await api.post("/carts", { region_id: region, email: BUYERS_MAIL });
    await api.post(`/carts/${cart.id}/line-items`, { variant_id: variant.id, quantity: QUANTITY });
    await api.post(`/carts/${cart.id}`, { shipping_address: person, billing_address: person });
    const { shipping_options: ways } = await api.get(`/shipping-options?cart_id=${cart.id}`);
    await api.post(`/carts/${cart.id}/shipping-methods`, { option_id: ways[0].id });
    const { payment_collection: payment } = await api.post("/payment-collections", { cart_id: cart.id });
    const by = { provider_id: "pp_system_default" };
    await api.post(`/payment-collections/${payment.id}/payment-sessions`, by);
    const { type, order } = await api.post(`/carts/${cart.id}/complete`, {});
    expect(type).toBe("order");

    const admin = await Api.ofAdmin(shop, owner);
    const total = QUANTITY * variant.calculated_price.calculated_amount + ways[0].amount;
    expect((await admin.get(`/orders/${order.id}?fields=+email`)).order).toMatchObject({
      email: BUYERS_MAIL,
      payment_status: "authorized",
      fulfillment_status: "not_fulfilled",
      total,
    });
  },
};

/** What a shop answers to programs. */
export class Api {
  private constructor(
    private readonly shop: Shop,
    private readonly path: string,
    private readonly headers: Record<string, string>,
  ) {}

  /** As a storefront asks, with the key that the store's page shows. */
  static async ofStore(shop: Shop): Promise<Api> {
    const id = shop.namespace.replace(/^store-/, "");
    const path = "jsonpath={.status.public.publishable-key}";
    const key = await kubectl("get", "store", id, "-n", environment.namespace, "-o", path);
    expect(key).toMatch(/^pk_[0-9a-f]{64}$/);
    return new Api(shop, "/store", { "x-publishable-api-key": key });
  }

  /** As its administrator asks. */
  static async ofAdmin(shop: Shop, owner: NewStore): Promise<Api> {
    const login = { data: { email: owner.email, password: owner.password } };
    const { token } = await (await shop.post("/auth/user/emailpass", login)).json();
    return new Api(shop, "/admin", { Authorization: `Bearer ${token}` });
  }

  async get(path: string) {
    return this.answer(path, await this.shop.get(`${this.path}${path}`, this.headers));
  }

  async post(path: string, data: object) {
    return this.answer(path, await this.shop.post(`${this.path}${path}`, { data }, this.headers));
  }

  private async answer(path: string, answer: Awaited<ReturnType<Shop["get"]>>) {
    expect(answer.status(), path).toBe(200);
    return answer.json();
  }
}
