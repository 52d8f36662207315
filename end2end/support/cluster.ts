import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { environment } from "./environment";

const run = promisify(execFile);

/** What kubectl prints for `args`; the promise rejects with its complaint if it fails. */
export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run(environment.kubectl, ["--kubeconfig", environment.kubeconfig, ...args]);
  return stdout.trim();
}

/** Applies objects, which go to kubectl on its standard input. */
kubectl.apply = async (objects: object[]): Promise<void> => {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const child = spawn(
    environment.kubectl,
    ["--kubeconfig", environment.kubeconfig, "apply", "--server-side", "-f", "-"],
    { stdio: ["pipe", "ignore", "pipe"] },
  );
  let complaint = "";
  child.stderr.on("data", (chunk) => (complaint += String(chunk)));
  child.stdin.end(list);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`kubectl apply ended with ${code}: ${complaint}`);
};

/** Everything in the cluster that still belongs to a store; empty once it is gone. */
export async function remains(id: string): Promise<string[]> {
  const namespace = `store-${id}`;
  const [namespaces, volumes, resources, secrets, releases] = await Promise.all([
    kubectl("get", "namespace", namespace, "--ignore-not-found", "-o", "name"),
    kubectl(
      "get",
      "persistentvolume",
      "-o",
      "jsonpath={range .items[*]}{.spec.claimRef.namespace}{'\\n'}{end}",
    ),
    kubectl("get", "store", id, "-n", environment.namespace, "--ignore-not-found", "-o", "name"),
    kubectl(
      "get",
      "secret",
      `store-${id}-credentials`,
      "-n",
      environment.namespace,
      "--ignore-not-found",
      "-o",
      "name",
    ),
    run(environment.helm, [
      "list",
      "--all-namespaces",
      "--short",
      "--kubeconfig",
      environment.kubeconfig,
    ]).then(({ stdout }) => stdout),
  ]);
  return [
    ...lines(namespaces),
    ...lines(volumes)
      .filter((claimed) => claimed === namespace)
      .map((claimed) => `volume of ${claimed}`),
    ...lines(resources),
    ...lines(secrets),
    ...lines(releases).filter((release) => release === namespace),
  ];
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
