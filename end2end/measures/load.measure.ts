import type { Browser } from "@playwright/test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { environment } from "../support/environment";
import { SESSION } from "../support/sign-in";
import { withStores } from "../support/stores";
import { test } from "../support/test";

const TIMES = 5;

/** A slow phone on a slow net, as Lighthouse has it. */
const SLOWER = 4;
const NET = {
  offline: false,
  latency: 150,
  downloadThroughput: (1.6 * 1_000_000) / 8,
  uploadThroughput: (0.75 * 1_000_000) / 8,
};

/** Milliseconds from the click on a link that leads here until the page answers to clicks, by a browser that has never been here. */
test("a first page, until it is live", async ({ browser }, info) => {
  await withStores(["Slow"], async ([id]) => {
    const took: Record<string, number[]> = { list: [], store: [] };
    for (let time = 0; time < TIMES; time++) {
      took.list?.push(await load(browser, "/stores"));
      took.store?.push(await load(browser, `/stores/${id}`));
    }
    writeFileSync(join(info.project.outputDir, "load.json"), JSON.stringify(took));
  });
});

async function load(browser: Browser, path: string): Promise<number> {
  const context = await browser.newContext({ storageState: SESSION, baseURL: environment.address });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", NET);
    await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    const began = performance.now();
    await page.goto(path, { waitUntil: "commit" });
    await page.waitForFunction(() => document.documentElement.dataset.live === "yes", null, { polling: 20 });
    return performance.now() - began;
  } finally {
    await context.close();
  }
}
