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

  /** Has the Store's record go, as it does once its finalizer is off. */
  async remove(name: string): Promise<void> {
    await this.send("DELETE", `${STORES}/${name}`);
    await this.patch(name, { metadata: { finalizers: [] } });
  }

  async keep(kind: "secrets" | "configmaps", name: string, data: object): Promise<void> {
    await this.send("POST", `/api/v1/namespaces/storeyard/${kind}`, { metadata: { name }, data });
  }

  private async send(method: string, path: string, body: object = {}): Promise<void> {
    const answer = await fetch(this.address + path, { method, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
}

const STORES = "/apis/storeyard.dev/v1alpha1/namespaces/storeyard/stores";
