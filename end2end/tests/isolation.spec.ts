import { kubectl } from "../support/cluster";
import { withStores } from "../support/stores";
import { expect, test } from "../support/test";

/** Whether a pod of a store can open a connection, told by PHP, which every shop's pod has. */
async function reaches(from: string, host: string, port: number): Promise<boolean> {
  const probe = `exit(@fsockopen($argv[1], (int) $argv[2], $code, $message, 3) ? 0 : 7);`;
  const pod = ["exec", "-n", `store-${from}`, "deploy/wordpress", "-c", "wordpress"];
  try {
    await kubectl(...pod, "--", "php", "-r", probe, host, String(port));
    return true;
  } catch (error) {
    // 7 is the probe's own word for “refused or timed out”; anything else means that the probe itself did not run.
    if ((error as { code?: number }).code === 7) return false;
    throw error;
  }
}

test("a store's pod reaches its own database and nobody else's", async () => {
  await withStores(["Store A", "Store B"], async ([a, b]) => {
    const address = (id: string, service: string) =>
      kubectl(
        "get",
        "pods",
        "-n",
        `store-${id}`,
        "-l",
        `app.kubernetes.io/component=${service}`,
        "-o",
        "jsonpath={.items[0].status.podIP}",
      );
    const [own, foreign, foreignShop, apiServer] = await Promise.all([
      address(a, "database"),
      address(b, "database"),
      address(b, "web"),
      kubectl("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}"),
    ]);
    expect(await reaches(a, "mariadb", 3306)).toBe(true);
    expect(await reaches(a, own, 3306)).toBe(true);
    expect(await reaches(a, foreign, 3306)).toBe(false);
    expect(await reaches(a, foreignShop, 8080)).toBe(false);
    expect(await reaches(a, apiServer, 443)).toBe(false);
  });
});
