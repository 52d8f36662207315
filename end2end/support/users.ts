import { spawn } from "node:child_process";
import { environment } from "./environment";

/** Runs `storeyard user …` in the operator's pod, as whoever installed the platform does; a password goes to its standard input. */
export async function user(args: string[], password = ""): Promise<void> {
  const { kubectl, kubeconfig, namespace } = environment;
  const command = [
    "--kubeconfig",
    kubeconfig,
    "exec",
    "-i",
    "-n",
    namespace,
    `deployment/${namespace}-operator`,
  ];
  const child = spawn(kubectl, [...command, "--", "storeyard", "user", ...args], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  let complaint = "";
  child.stderr.on("data", (chunk) => (complaint += String(chunk)));
  child.stdin.end(`${password}\n`);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`storeyard user ${args.join(" ")} ended with ${code}: ${complaint}`);
}
