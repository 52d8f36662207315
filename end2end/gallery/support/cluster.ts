import type { Store } from "./stores";

export type Mood = "well" | "down" | "silent" | "lagging";

/** The API server that is none, asked as one. */
export class Cluster {
  constructor(private readonly address: string) {}

  /** How it takes requests for Stores from now on. */
  async be(mood: Mood): Promise<void> {
    await this.send("PUT", `/mood/${mood}`);
  }

  async put(store: Store): Promise<void> {
    await this.send("POST", STORES, store);
  }

  /** Changes a Store by a merge patch. */
  async patch(name: string, change: object): Promise<void> {
    await this.send("PATCH", `${STORES}/${name}`, change);
  }

  /** Tells, as the operator does, what becomes of the next action that is asked for in a store; why not, where it is refused. */
  async act(name: string, refused: string | null = null): Promise<void> {
    for (;;) {
      const { metadata, status } = await this.get(name);
      const asked = JSON.parse(metadata.annotations?.["storeyard.dev/action"] ?? "null");
      if (asked && asked.id !== status.action?.id) {
        return this.patch(name, { status: { action: { id: asked.id, at: asked.at, refused } } });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Has the Store's record go, as it does once its finalizer is off. */
  async remove(name: string): Promise<void> {
    await this.send("DELETE", `${STORES}/${name}`);
    await this.patch(name, { metadata: { finalizers: [] } });
  }

  async keep(kind: "secrets" | "configmaps", name: string, data: object): Promise<void> {
    await this.send("POST", `/api/v1/namespaces/storeyard/${kind}`, { metadata: { name }, data });
  }

  /** Has an operator hold the Lease, that tells where its window is and what the nodes have left. */
  async renew(name: string, told: { window?: string; left?: string }): Promise<void> {
    const annotations = { "storeyard.dev/window": told.window, "storeyard.dev/left-on-nodes": told.left };
    const metadata = { name, namespace: "storeyard", annotations };
    const spec = { holderIdentity: "operator", renewTime: new Date().toISOString().replace("Z", "000Z") };
    await this.send("POST", LEASES, { metadata, spec });
  }

  /** Tells, as the operator does, how the next change of a user that is asked for ended; why not, where it is refused. */
  async answer(refused?: string): Promise<void> {
    for (;;) {
      const answer = await fetch(`${this.address}${SECRETS}?labelSelector=${USER_CHANGES}`);
      const { items } = (await answer.json()) as { items: Errand[] };
      const errand = items[0];
      if (errand) {
        const { id } = JSON.parse(Buffer.from(errand.data.change, "base64").toString());
        const told = JSON.stringify([{ id, refused }]);
        await this.send("DELETE", `${SECRETS}/${errand.metadata.name}`);
        const annotations = { "storeyard.dev/user-changes": told };
        return this.send("PATCH", `${SECRETS}/storeyard-users`, { metadata: { annotations } });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async get(name: string): Promise<Acted> {
    const answer = await fetch(`${this.address}${STORES}/${name}`);
    if (!answer.ok) throw new Error(`GET ${name}: ${answer.status}`);
    return (await answer.json()) as Acted;
  }

  private async send(method: string, path: string, body: object = {}): Promise<void> {
    const answer = await fetch(this.address + path, { method, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
}

/** What of a Store tells what was asked for, and what became of it. */
interface Acted {
  metadata: { annotations?: Record<string, string>; deletionTimestamp?: string };
  spec: { running?: boolean };
  status: { action?: { id: string } };
}

/** A change of a user that is asked for. */
interface Errand {
  metadata: { name: string };
  data: { change: string };
}

const LEASES = "/apis/coordination.k8s.io/v1/namespaces/storeyard/leases";
const SECRETS = "/api/v1/namespaces/storeyard/secrets";
const USER_CHANGES = "app.kubernetes.io%2Fcomponent%3Duser-change";
const STORES = "/apis/storeyard.dev/v1alpha1/namespaces/storeyard/stores";
