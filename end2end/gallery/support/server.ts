import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Cluster, type Mood } from "./cluster";
import { PASSWORD, keep } from "./people";
import { type Store, VERSIONS } from "./stores";

/** Where the programs and the pages' files are. `cargo xtask test` sets both. */
const PROGRAMS = required("STOREYARD_PROGRAMS");
const SITE = required("STOREYARD_SITE");

export interface World {
  stores: Store[];
  mood: Mood;
  /** Whether anybody may come in yet. */
  people: boolean;
}

/** The real dashboard, over a cluster of its own. */
export class Server {
  private readonly sessions = new Map<string, Promise<string>>();

  private constructor(
    readonly address: string,
    private readonly health: string,
    readonly cluster: Cluster,
    private readonly end: () => void,
  ) {}

  static async start({ stores, mood, people }: World): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), "storeyard-gallery-"));
    const fake = program("fake-cluster", []);
    const [api] = await lines(fake, fake.stdout, 1);
    const cluster = new Cluster(api ?? "");
    if (people) await keep(cluster);
    await Promise.all(stores.map((store) => cluster.put(store)));
    await cluster.be(mood);
    const config = join(folder, "config.json");
    writeFileSync(config, JSON.stringify(CONFIG));
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, JSON.stringify(leadingTo(api ?? "")));
    const web = program(
      "storeyard",
      ["web", "--config", config, "--site-root", SITE, "--listen", ANY, "--health-listen", ANY],
      { KUBECONFIG: kubeconfig },
    );
    const told = await lines(web, web.stderr, 2, /"listening"/);
    const [health, address] = told.map((line) => `http://${JSON.parse(line).address}`);
    const server = new Server(address ?? "", health ?? "", cluster, () => {
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

const CONFIG = {
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
    idleMinutes: 720,
    absoluteHours: 168,
  },
  deadlineSeconds: 600,
  concurrency: 4,
  checkSeconds: 60,
  egress: { default: "none", maximum: "internet", ports: [443] },
  engines: {
    woocommerce: {
      chart: join(import.meta.dirname, "../../../charts/woocommerce"),
      images: { wordpress: "localhost/wordpress:1", mariadb: "localhost/mariadb:1" },
      versions: VERSIONS,
    },
  },
};

function leadingTo(server: string): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "fake", cluster: { server } }],
    users: [{ name: "fake", user: {} }],
    contexts: [{ name: "fake", context: { cluster: "fake", user: "fake", namespace: "storeyard" } }],
    "current-context": "fake",
  };
}

function program(name: string, args: string[], env: Record<string, string> = {}) {
  return spawn(join(PROGRAMS, name), args, {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** The first `count` lines that match; what comes after them is read and dropped, so that the program is not held up. */
function lines(
  program: ChildProcess,
  output: NodeJS.ReadableStream | null,
  count: number,
  wanted = /./,
): Promise<string[]> {
  const found: string[] = [];
  const all: string[] = [];
  return new Promise((resolve, reject) => {
    if (!output) return reject(new Error("the program's output is not read"));
    program.on("error", reject);
    program.on("exit", (code) => reject(new Error(`ended with ${code}: ${all.join("\n")}`)));
    createInterface(output).on("line", (line) => {
      if (found.length === count) return;
      all.push(line);
      if (wanted.test(line)) found.push(line);
      if (found.length === count) resolve(found);
    });
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set. Run these tests by \`cargo xtask test\`.`);
  return value;
}
