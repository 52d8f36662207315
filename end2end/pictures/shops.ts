import {
  DAY,
  type Store,
  degraded,
  failed,
  provisioning,
  ready,
  suspended,
  timeline,
  updating,
} from "../gallery/support/stores";
import type { Line } from "../gallery/support/window";

export { day } from "../gallery/support/window";

/** The one whose pages are shown. */
export const SHOP = "atelier-nord-x7k2q";

const SECOND = 1_000;

/** Those that a team of three may have. */
export function shops(): Store[] {
  return [
    lived(ready({ id: SHOP, name: "Atelier Nord", age: 40 * DAY, owner: "ada" })),
    ofMedusa(ready({ id: "halle-7-q2m8d", name: "Halle 7", age: 21 * DAY, owner: "bo", plan: "medium" })),
    provisioning({ id: "casa-verde-0qk4z", name: "Casa Verde", age: 8 * SECOND, owner: "ada" }),
    degraded({ id: "demo-8w1vd", name: "Demo", age: 13 * DAY, owner: "bo" }),
    updating({ id: "feld-und-flur-u4p8d", name: "Feld und Flur", age: 30 * DAY, owner: "cy" }),
    ready({ id: "gute-stube-b7k3r", name: "Gute Stube", age: 60 * DAY, owner: "cy", plan: "large" }),
    failed({ id: "librairie-du-port-5n2tc", name: "Librairie du Port", age: 2 * DAY, owner: "bo" }),
    suspended({ id: "eis-am-see-s5d1n", name: "Eis am See", age: 200 * DAY, owner: "cy" }),
  ];
}

/** Made without a hitch, and with something on its volumes. */
function lived(store: Store): Store {
  const made = timeline(SHOP, Date.now() - 40 * DAY) as { what: { command?: { exit: number } } }[];
  const smooth = made.filter(({ what }) => !what.command?.exit);
  const used = { database: 214, uploads: 1_380 };
  return { ...store, status: { ...store.status, timeline: smooth, used } };
}

function ofMedusa(store: Store): Store {
  const admin = { email: "bo@halle7.example" };
  return {
    ...store,
    spec: { ...store.spec, engine: "medusa", options: { country: "DE", currency: "EUR" }, admin },
  };
}

/** Some minutes of a shop that is visited, with one thing to look into. */
export function log(): Line[] {
  const visits = [
    "/",
    "/shop/",
    "/product/stoneware-mug/",
    "/cart/",
    "/checkout/",
    "/wp-json/wc/store/v1/cart",
  ];
  const visit = (n: number): Line => ({
    at: Date.now() - (40 - n) * 7 * SECOND,
    part: "web",
    level: "info",
    text: `203.0.113.${17 + (n % 5)} "GET ${visits[n % visits.length]} HTTP/1.1" 200 ${41_200 + 613 * n} ${48 + ((n * 7) % 40)} ms`,
  });
  const lines = Array.from({ length: 36 }, (_, n) => visit(n));
  lines.splice(12, 0, {
    ...visit(12),
    level: "warning",
    text: '[php:warn] PHP Warning:  Undefined array key "size" in /srv/www/wp-content/plugins/labels/print.php on line 88',
  });
  lines.splice(20, 0, {
    ...visit(20),
    part: "database",
    text: "[Note] InnoDB: Buffer pool(s) load completed",
  });
  return lines;
}
