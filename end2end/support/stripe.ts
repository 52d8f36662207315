import { execFileSync } from "node:child_process";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { cpSync, existsSync, readFileSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { request } from "@playwright/test";
import type { Elsewhere } from "./elsewhere";
import type { Shop } from "./shop";

const SOURCES = join(import.meta.dirname, "../stripe");
const PORT = 8420;

/** A payment provider on the internet of the test, which speaks Stripe's API over TLS. */
export class Stripe {
  readonly publishableKey = `pk_test_${secret()}`;
  readonly secretKey = `sk_test_${secret()}`;
  readonly webhookSecret = `whsec_${secret()}`;

  private constructor(private readonly elsewhere: Elsewhere) {}

  static async open(elsewhere: Elsewhere): Promise<Stripe> {
    const { folder } = elsewhere;
    makeCertificate(folder, elsewhere.address);
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    const server = ["-m", "localstripe", "--port", String(PORT), "--from-scratch"];
    await elsewhere.start("python3", server, { PYTHONPATH: installed() }, "Running on");
    const relay = [join(SOURCES, "tls.mjs"), elsewhere.address, key, certificate, String(PORT)];
    await elsewhere.start(process.execPath, relay, {}, "listening");
    return new Stripe(elsewhere);
  }

  get address(): string {
    return `https://${this.elsewhere.address}`;
  }

  /** From now on it tells the shop of what becomes of payments. */
  async tells(shop: Shop): Promise<void> {
    this.elsewhere.knows(shop.host);
    const data = { url: `http://${shop.host}${WEBHOOK}`, secret: this.webhookSecret };
    const client = await request.newContext({ ignoreHTTPSErrors: true });
    const told = await client.post(`${this.address}/_config/webhooks/shop`, { data });
    await client.dispose();
    if (!told.ok()) throw new Error(`the webhook was not taken: ${told.status()}`);
  }

  /** A message about a payment as it would sign it, or somebody who has another secret. */
  message(order: number, signedWith = this.webhookSecret): { data: string; headers: Record<string, string> } {
    const object = { id: `pi_${secret()}`, metadata: { order_id: String(order) } };
    const data = JSON.stringify({ type: "payment_intent.succeeded", data: { object } });
    const time = Math.floor(Date.now() / 1000);
    const signature = createHmac("sha256", signedWith).update(`${time}.${data}`).digest("hex");
    return {
      data,
      headers: { "content-type": "application/json", "stripe-signature": `t=${time},v1=${signature}` },
    };
  }

  /** The plugin by which shops take cards of it, packed as its maker would hand it out; the zip's path. */
  plugin(): string {
    const zip = join(this.elsewhere.folder, "card-payments.zip");
    const packed = join(this.elsewhere.folder, "card-payments");
    cpSync(join(SOURCES, "card-payments"), packed, { recursive: true });
    cpSync(join(this.elsewhere.folder, "certificate.pem"), join(packed, "authorities.pem"));
    execFileSync("python3", ["-m", "zipfile", "-c", zip, packed]);
    return zip;
  }
}

/** Where the plugin is told what became of a payment. */
export const WEBHOOK = "/?wc-api=cards";

/** Where the server's packages are, as its requirements pin them; kept for the next time. */
function installed(): string {
  const requirements = join(SOURCES, "requirements.txt");
  const python = execFileSync("python3", ["--version"]).toString();
  const key = createHash("sha256")
    .update(readFileSync(requirements))
    .update(python)
    .digest("hex")
    .slice(0, 12);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "storeyard");
  const folder = join(cache, "stripe", key);
  if (!existsSync(folder)) {
    const halfMade = `${folder}.${process.pid}`;
    const [build, packages] = [join(halfMade, "build"), join(halfMade, "packages")];
    install(join(SOURCES, "build.txt"), build);
    install(requirements, packages, { PYTHONPATH: build });
    renameSync(halfMade, folder);
  }
  return join(folder, "packages");
}

function install(requirements: string, folder: string, env: NodeJS.ProcessEnv = {}): void {
  const quietly = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location"];
  // Nothing but what is pinned, to make packages with either.
  const pinned = ["--require-hashes", "--no-deps", "--no-build-isolation"];
  const where = ["--target", folder, "--requirement", requirements];
  execFileSync("pip3", ["install", ...quietly, ...pinned, ...where], { env: { ...process.env, ...env } });
}

function makeCertificate(folder: string, address: string): void {
  execFileSync(
    "openssl",
    [
      ...[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
      ],
      ...["-subj", `/CN=${address}`, "-addext", `subjectAltName=IP:${address}`],
      ...["-keyout", join(folder, "key.pem"), "-out", join(folder, "certificate.pem")],
    ],
    { stdio: "pipe" },
  );
}

function secret(): string {
  return randomBytes(12).toString("hex");
}
