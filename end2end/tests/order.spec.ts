import { Agent } from "node:http";
import type { LookupFunction } from "node:net";
import restApi from "@woocommerce/woocommerce-rest-api";
import { WITHOUT_PLUGIN, environment } from "../support/environment";
import { Shop } from "../support/shop";
import { withStores } from "../support/stores";
import { expect, test } from "../support/test";

test("WooCommerce's own client for its API signs its requests, and may read and write", async () => {
  test.skip(!environment.plugin, WITHOUT_PLUGIN);
  await withStores(["Accountant"], ([id]) =>
    Shop.visit(id, async (shop) => {
      const made = JSON.parse(await shop.php(MAKE_KEY)) as { key: string; secret: string };
      const client = new WooCommerceApi({
        url: `http://${shop.host}`,
        consumerKey: made.key,
        consumerSecret: made.secret,
        axiosConfig: { httpAgent: new Agent({ lookup: loopback }) },
      });
      const product = { name: "Poster", sku: "POSTER", regular_price: "12.00" };
      expect(await client.post("products", product)).toMatchObject({ status: 201 });
      const found = await client.get("products", { sku: "POSTER", per_page: 5 });
      expect(found.data).toEqual([expect.objectContaining({ name: "Poster", price: "12.00" })]);
      const order = await client.post("orders", {
        line_items: [{ product_id: found.data[0].id, quantity: 2 }],
      });
      expect(order.data).toMatchObject({ status: "pending", total: "24.00" });
      const done = await client.put(`orders/${order.data.id}`, { status: "completed" });
      expect(done.data).toMatchObject({ status: "completed" });
      const stranger = new WooCommerceApi({
        url: `http://${shop.host}`,
        consumerKey: made.key,
        consumerSecret: "cs_of_somebody_else",
        axiosConfig: { httpAgent: new Agent({ lookup: loopback }), validateStatus: () => true },
      });
      expect(await stranger.get("orders")).toMatchObject({ status: 401 });
    }),
  );
});

/** The package is CommonJS, and its types tell otherwise. */
const { default: WooCommerceApi } = restApi as unknown as { default: typeof restApi };

/** As WooCommerce makes one under Settings, Advanced, REST API. */
const MAKE_KEY = `
  $made = ["key" => "ck_" . wc_rand_hash(), "secret" => "cs_" . wc_rand_hash()];
  $GLOBALS["wpdb"]->insert($GLOBALS["wpdb"]->prefix . "woocommerce_api_keys", [
    "user_id" => 1, "description" => "client", "permissions" => "read_write", "consumer_key" => wc_api_hash($made["key"]),
    "consumer_secret" => $made["secret"], "truncated_key" => substr($made["key"], -7),
  ]);
  echo json_encode($made);`;

/** Names under .localhost are loopback for browsers; Node asks a server for them. */
const loopback: LookupFunction = (_host, options, answer) =>
  options.all ? answer(null, [{ address: "127.0.0.1", family: 4 }]) : answer(null, "127.0.0.1", 4);
