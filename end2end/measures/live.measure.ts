import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { kubectl } from "../support/cluster";
import { environment } from "../support/environment";
import { withStores } from "../support/stores";
import { expect, test } from "../support/test";

const CHANGES = 11;

/** Milliseconds from the start of a `kubectl patch` to the new text on the store's page, so kubectl's own time is in it. */
test("a change of a store, until it is on screen", async ({ page }, info) => {
  await withStores(["Before"], async ([id]) => {
    await page.goto(`/stores/${id}`);
    await expect(page.getByText("Ready", { exact: true }).first()).toBeVisible();
    const took: number[] = [];
    for (let change = 0; change < CHANGES; change++) {
      const text = `After ${change}`;
      const seen = page.getByText(text, { exact: true }).waitFor();
      const start = performance.now();
      await Promise.all([
        kubectl(
          "patch",
          "store",
          id,
          "-n",
          environment.namespace,
          "--subresource=status",
          "--type=merge",
          "-p",
          JSON.stringify({ status: { timeline: [{ at: Date.now(), what: { note: { text } } }] } }),
        ),
        seen.then(() => took.push(performance.now() - start)),
      ]);
    }
    writeFileSync(join(info.project.outputDir, "live.json"), JSON.stringify(took));
  });
});
