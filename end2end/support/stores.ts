import { randomBytes } from "node:crypto";
import { environment } from "./environment";
import { kubectl } from "./cluster";
import { GONE_WITHIN, READY_WITHIN, newStore } from "./dashboard";

const seconds = (milliseconds: number) => `${milliseconds / 1000}s`;

/** Makes ready stores, beside the page, for `use` to work with, and removes them whatever comes of it. */
export async function withStores<const Names extends readonly string[]>(
  names: Names,
  use: (ids: { [K in keyof Names]: string }) => Promise<void>,
): Promise<void> {
  const ids = names.map((_, index) => `end2end-${index}-${suffix()}`);
  try {
    await Promise.all(names.map((name, index) => apply(ids[index] ?? "", name)));
    await Promise.all(ids.map((id) => wait(id, "condition=Ready", READY_WITHIN)));
    await use(ids as { [K in keyof Names]: string });
  } finally {
    await Promise.all(ids.map(remove));
  }
}

/** The Store resource and its Secret, as the web process writes them. */
async function apply(id: string, name: string): Promise<void> {
  const { email, user, password } = newStore(name);
  const metadata = (name: string) => ({ name, namespace: environment.namespace });
  await kubectl.apply([
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata(`store-${id}-credentials`),
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
        name,
        engine: "woocommerce",
        plan: "small",
        admin: { user, email },
        requestId: randomBytes(16).toString("hex"),
        attempt: 1,
      },
    },
  ]);
}

function wait(id: string, what: string, within: number): Promise<string> {
  return kubectl(
    "wait",
    `store/${id}`,
    "-n",
    environment.namespace,
    `--for=${what}`,
    `--timeout=${seconds(within)}`,
  );
}

async function remove(id: string): Promise<void> {
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
