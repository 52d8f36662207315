import { join } from "node:path";
import { VERSIONS } from "./stores";

export const LEASE = "storeyard-operator";

/** What the dashboard is told over an API server that is none. */
export const CONFIG = {
  namespace: "storeyard",
  domainSuffix: "shops.example",
  scheme: "http",
  ingress: {
    className: "traefik",
    address: "127.0.0.1:80",
    namespace: "traefik",
    podLabels: { app: "traefik" },
  },
  signIn: {
    users: "storeyard-users",
    keys: "storeyard-keys",
    signOuts: "storeyard-sign-outs",
    audit: "storeyard-audit-",
    idleMinutes: 720,
    absoluteHours: 168,
  },
  deadlineSeconds: 600,
  concurrency: 4,
  checkSeconds: 60,
  limits: { users: { cy: { stores: 3, plans: { large: 0 } }, di: { stores: 0 } } },
  egress: { default: "none", maximum: "internet", ports: [443] },
  engines: {
    woocommerce: {
      chart: join(import.meta.dirname, "../../../charts/woocommerce"),
      images: { wordpress: "localhost/wordpress:1", mariadb: "localhost/mariadb:1" },
      versions: VERSIONS,
    },
    medusa: {
      chart: join(import.meta.dirname, "../../../charts/medusa"),
      images: {
        medusa: "localhost/medusa:1",
        "medusa-storefront": "localhost/medusa-storefront:1",
        postgres: "localhost/postgres:1",
        valkey: "localhost/valkey:1",
      },
    },
  },
  defaultEngine: "woocommerce",
};

/** As a kubeconfig has it. */
export function leadingTo(server: string): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "fake", cluster: { server } }],
    users: [{ name: "fake", user: {} }],
    contexts: [{ name: "fake", context: { cluster: "fake", user: "fake", namespace: "storeyard" } }],
    "current-context": "fake",
  };
}
