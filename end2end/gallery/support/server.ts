import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { required } from "../../support/required";
import { Cluster, type Mood } from "./cluster";
import { CONFIG, LEASE, leadingTo } from "./config";
import { lines } from "./lines";
import { PASSWORD, keep } from "./people";
import { Provider, freePort } from "./provider";
import type { Store } from "./stores";
import { Window } from "./window";

/** Where the programs and the pages' files are. `cargo xtask test` sets both. */
const PROGRAMS = required("STOREYARD_PROGRAMS");
const SITE = required("STOREYARD_SITE");

export interface World {
  stores: Store[];
  mood: Mood;
  /** Whether anybody may come in yet. */
  people: boolean;
  /** What the platform's configuration says otherwise. */
  config?: object;
  /** Whether an operator acts that shows logs and metrics. */
  shows?: boolean;
  /** What the operator that acts says the nodes have left. */
  left?: string;
  /** How one signs in: with a password, at an identity provider, or both. */
  ways: Way[];
}

export type Way = "password" | "provider";

/** The real dashboard, over a cluster of its own. */
export class Server {
  private readonly sessions = new Map<string, Promise<string>>();

  private constructor(
    readonly address: string,
    private readonly health: string,
    readonly cluster: Cluster,
    /** Where people sign in too, if they do. */
    readonly provider: Provider | undefined,
    /** What the operator shows, if one does. */
    readonly window: Window | undefined,
    private readonly end: () => void,
  ) {}

  static async start({ stores, mood, people, ways, shows, left, config: otherwise }: World): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), "storeyard-gallery-"));
    const fake = program("fake-cluster", []);
    const [api] = await lines(fake, fake.stdout, 1);
    const cluster = new Cluster(api ?? "");
    if (people) await keep(cluster);
    await Promise.all(stores.map((store) => cluster.put(store)));
    await cluster.be(mood);
    const config = join(folder, "config.json");
    const listen = `127.0.0.1:${await freePort()}`;
    const provider = ways.includes("provider") ? await Provider.start(`http://${listen}`, folder) : undefined;
    const signIn = { ...CONFIG.signIn, local: ways.includes("password"), oidc: provider?.config };
    const window = shows ? await Window.start() : undefined;
    const acts = window !== undefined || left !== undefined;
    if (acts) await cluster.renew(LEASE, { window: window?.address, left });
    const operatorLease = acts ? LEASE : "";
    writeFileSync(config, JSON.stringify({ ...CONFIG, signIn, operatorLease, ...otherwise }));
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, JSON.stringify(leadingTo(api ?? "")));
    const web = program(
      "storeyard",
      ["web", "--config", config, "--site-root", SITE, "--listen", listen, "--health-listen", ANY],
      { KUBECONFIG: kubeconfig },
    );
    const told = await lines(web, web.stderr, 2, /"listening"/);
    const [health, address] = told.map((line) => `http://${JSON.parse(line).address}`);
    const server = new Server(address ?? "", health ?? "", cluster, provider, window, () => {
      provider?.stop();
      window?.stop();
      web.kill();
      fake.kill();
      rmSync(folder, { recursive: true });
    });
    if (mood === "well") await server.ready();
    return server;
  }

  /** The session cookie of somebody who has signed in. */
  cookie(person: string): Promise<string> {
    const known = this.sessions.get(person) ?? this.signIn(person);
    this.sessions.set(person, known);
    return known;
  }

  stop(): void {
    this.end();
  }

  private async signIn(name: string): Promise<string> {
    const body = new URLSearchParams({ name, password: PASSWORD });
    for (;;) {
      const answer = await fetch(`${this.address}/sign-in`, { method: "POST", body, redirect: "manual" });
      const cookie = /^storeyard=([^;]*)/.exec(answer.headers.get("set-cookie") ?? "")?.[1];
      if (cookie) return cookie;
      // Who may come in is still being read.
      if (answer.status !== 503) throw new Error(`${name} is not let in: ${answer.status}`);
      await pause();
    }
  }

  private async ready(): Promise<void> {
    while (!(await fetch(`${this.health}/readyz`)).ok) await pause();
  }
}

const ANY = "127.0.0.1:0";

function program(name: string, args: string[], env: Record<string, string> = {}) {
  return spawn(join(PROGRAMS, name), args, {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
