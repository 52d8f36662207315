import { randomBytes } from "node:crypto";
import { environment } from "./environment";
import { kubectl } from "./cluster";
import { GONE_WITHIN, type NewStore, READY_WITHIN, newStore } from "./dashboard";

const seconds = (milliseconds: number) => `${milliseconds / 1000}s`;

/** Makes ready stores, beside the page, for `use` to work with, and removes them whatever comes of it. */
export async function withStores<const Names extends readonly string[]>(
  names: Names,
  use: (ids: { [K in keyof Names]: string }) => Promise<void>,
): Promise<void> {
  const ids = names.map((_, index) => `end2end-${index}-${suffix()}`);
  try {
    await Promise.all(names.map((name, index) => apply(ids[index] ?? "", newStore(name))));
    await Promise.all(ids.map(isReady));
    await use(ids as { [K in keyof Names]: string });
  } finally {
    await Promise.all(ids.map(removeStore));
  }
}

/** Makes one ready store; answers its id. Whoever makes it removes it. */
export async function makeStore(store: NewStore): Promise<string> {
  const id = `end2end-${suffix()}`;
  try {
    await apply(id, store);
    await isReady(id);
  } catch (error) {
    await removeStore(id);
    throw error;
  }
  return id;
}

/** The Store resource and its Secret, as the web process writes them. */
async function apply(id: string, { name, email, user, password, egress }: NewStore): Promise<void> {
  const metadata = (name: string) => ({ name, namespace: environment.namespace });
  await kubectl.apply([
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        ...metadata(`store-${id}-credentials`),
        labels: {
          "app.kubernetes.io/managed-by": "storeyard",
          "app.kubernetes.io/component": "credentials",
          "storeyard.dev/store": id,
        },
      },
      stringData: {
        "admin-user": user,
        "admin-email": email,
        "admin-password": password,
        seed: randomBytes(32).toString("hex"),
      },
    },
    {
      apiVersion: "storeyard.dev/v1alpha1",
      kind: "Store",
      metadata: { ...metadata(id), finalizers: ["storeyard.dev/deletion"] },
      spec: {
        title: name,
        engine: "woocommerce",
        plan: "small",
        admin: { user, email },
        ...(egress && { egress }),
      },
    },
  ]);
}

/** Waits until it is. */
export function isReady(id: string): Promise<string> {
  return kubectl(
    "wait",
    `store/${id}`,
    "-n",
    environment.namespace,
    "--for=condition=Ready",
    `--timeout=${seconds(READY_WITHIN)}`,
  );
}

export async function removeStore(id: string): Promise<void> {
  await kubectl(
    "delete",
    "store",
    id,
    "-n",
    environment.namespace,
    "--ignore-not-found",
    `--timeout=${seconds(GONE_WITHIN)}`,
  );
}

function suffix(): string {
  return randomBytes(8).toString("hex").slice(0, 5);
}
