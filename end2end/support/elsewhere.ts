import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Of a block for documentation, so that they are nobody's; and no more of it than the cable needs. */
const HERE = "198.51.100.201";
const THERE = "198.51.100.202";
const LOOPBACK = "127.0.0.1 localhost\n";

/**
 * A host beyond the node, behind a cable of its own, with a public address: what shops reach where they may. It knows the names that it is
 * told, and comes to them through the ingress, as the internet does.
 */
export class Elsewhere {
  readonly address = THERE;
  /** For whatever is kept of it. */
  readonly folder = mkdtempSync(join(tmpdir(), "storeyard-elsewhere-"));

  private readonly programs: ChildProcess[] = [];

  private constructor(
    private readonly name: string,
    private readonly way: Server,
  ) {}

  static async plugIn(): Promise<Elsewhere> {
    const name = `sy${randomBytes(4).toString("hex")}`;
    // There before the programs that read it instead of /etc/hosts.
    mkdirSync(etc(name), { recursive: true });
    writeFileSync(`${etc(name)}/hosts`, LOOPBACK);
    for (const line of [
      `netns add ${name}`,
      `link add ${name} type veth peer name out netns ${name}`,
      `addr add ${HERE}/30 dev ${name}`,
      `link set ${name} up`,
      `-n ${name} addr add ${THERE}/30 dev out`,
      `-n ${name} link set lo up`,
      `-n ${name} link set out up`,
      `-n ${name} route add default via ${HERE}`,
    ]) {
      run("ip", line);
    }
    // The node lets pods go nowhere beyond itself: this cable is the one exception.
    for (const way of ["-i", "-o"]) run("iptables", `-I FORWARD 1 ${way} ${name} -j ACCEPT`);
    // The node's ingress is on loopback: from beyond it is reached at this end of the cable.
    const way = createServer((visitor) => {
      const ingress = connect(80, "127.0.0.1");
      for (const end of [visitor, ingress]) {
        end.on("error", () => {
          visitor.destroy();
          ingress.destroy();
        });
      }
      visitor.pipe(ingress).pipe(visitor);
    });
    await new Promise<void>((resolve) => way.listen(80, HERE, resolve));
    return new Elsewhere(name, way);
  }

  /** It knows that this host is reached through the ingress. */
  knows(host: string): void {
    writeFileSync(`${etc(this.name)}/hosts`, `${LOOPBACK}${HERE} ${host}\n`);
  }

  /** Starts a program there; resolves when it has told `word`. */
  start(program: string, args: string[], env: NodeJS.ProcessEnv, word: string): Promise<void> {
    const child = spawn("ip", ["netns", "exec", this.name, program, ...args], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.programs.push(child);
    let told = "";
    return new Promise((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        told += chunk.toString();
        if (told.includes(word)) resolve();
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`${program} ended with ${code}: ${told}`)));
    });
  }

  /** Everything that there is of it goes. */
  async unplug(): Promise<void> {
    await Promise.all(this.programs.map(ended));
    await new Promise((resolve) => this.way.close(resolve));
    for (const way of ["-i", "-o"]) run("iptables", `-D FORWARD ${way} ${this.name} -j ACCEPT`);
    // The cable goes with its end in the namespace.
    run("ip", `link del ${this.name}`);
    run("ip", `netns del ${this.name}`);
    for (const folder of [etc(this.name), this.folder]) rmSync(folder, { recursive: true });
  }
}

/** What programs in a namespace read instead of /etc. */
function etc(name: string): string {
  return `/etc/netns/${name}`;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.on("exit", () => resolve());
    child.kill("SIGKILL");
  });
}

function run(program: string, line: string): void {
  execFileSync(program, line.split(" "), { stdio: ["ignore", "ignore", "pipe"] });
}
