import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { lines } from "./lines";

const SECRET = "known to the provider";

/** A certified identity provider, at which everybody has any password. */
export class Provider {
  private constructor(
    private readonly issuer: string,
    /** What the dashboard has to know of it. */
    readonly config: object,
    readonly stop: () => void,
  ) {}

  /** `folder`: where the dashboard finds its secret. */
  static async start(dashboard: string, folder: string): Promise<Provider> {
    const callback = `${dashboard}/sign-in/oidc/callback`;
    const clientSecretFile = join(folder, "client-secret");
    writeFileSync(clientSecretFile, SECRET);
    const main = join(import.meta.dirname, "../../provider/main.mjs");
    const program = spawn(process.execPath, [main, callback, SECRET], { stdio: ["pipe", "pipe", "ignore"] });
    const [issuer] = await lines(program, program.stdout, 1, /^http/);
    const config = {
      name: "Example ID",
      issuer,
      clientId: "storeyard",
      clientSecretFile,
      callback,
      scopes: ["email", "groups"],
      groupClaims: ["groups"],
      roles: { admin: ["platform"], member: ["makers"] },
      hours: 12,
      contact: "the platform team (platform@example.com)",
    };
    return new Provider(issuer ?? "", config, () => program.kill());
  }

  /** Has people be in those groups from now on. */
  async move(groups: Record<string, string[]>): Promise<void> {
    const answer = await fetch(`${this.issuer}/control`, {
      method: "POST",
      body: JSON.stringify({ groups }),
    });
    if (!answer.ok) throw new Error(`the provider takes no groups: ${answer.status}`);
  }
}

/** A port that nobody listens at, for whoever has to be told before it is listened at. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
