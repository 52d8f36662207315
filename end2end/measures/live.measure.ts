import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { kubectl } from "../support/cluster";
import { environment } from "../support/environment";
import { withStores } from "../support/stores";
import { expect, test } from "../support/test";

const CHANGES = 11;

/** Milliseconds from the start of a `kubectl patch` to the new text on the list's page, so kubectl's own time is in it. */
test("a change of a store, until it is on screen", async ({ page }, info) => {
  await withStores(["Before"], async ([id]) => {
    await page.goto("/stores");
    const row = page.getByRole("row").filter({ hasText: id });
    await expect(row).toContainText("Ready");
    const took: number[] = [];
    for (let change = 0; change < CHANGES; change++) {
      const name = `After ${change}`;
      const seen = row.getByText(name, { exact: true }).waitFor();
      const start = performance.now();
      await Promise.all([
        kubectl(
          "patch",
          "store",
          id,
          "-n",
          environment.namespace,
          "--type=merge",
          "-p",
          JSON.stringify({ spec: { name } }),
        ),
        seen.then(() => took.push(performance.now() - start)),
      ]);
    }
    writeFileSync(join(info.project.outputDir, "live.json"), JSON.stringify(took));
  });
});
