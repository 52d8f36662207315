import { chromium as playwright } from "@playwright/test";
import lighthouse, { desktopConfig } from "lighthouse";
import { chromium } from "../support/chromium";
import { freePort } from "./support/provider";
import { everyState } from "./support/stores";
import { expect, test } from "./support/test";

const PAGES = { list: "/stores", store: "/stores/atelier-nord-x7k2q" };
const SCREENS = { desktop: desktopConfig, mobile: undefined };
/** On a machine that does nothing else the performance is 100, too; programs that run beside it make a page slower than it is. */
const LEAST = { performance: 75, accessibility: 100, "best-practices": 100 };
/** Milliseconds. The page goes on listening for what changes, so that its network is never idle, and Lighthouse waits for that as long as it
 * may. */
const LOADED = 10_000;
/** None makes it faster, so that the best of some tries counts. */
const TRIES = 4;

test.use({ world: { stores: everyState() } });

for (const [name, path] of Object.entries(PAGES)) {
  for (const [screen, config] of Object.entries(SCREENS)) {
    test(`Lighthouse has nothing against the page of a ${name}, ${screen}`, async ({ own }) => {
      const { launchOptions } = chromium;
      const port = await freePort();
      const args = [...launchOptions.args, `--remote-debugging-port=${port}`];
      const browser = await playwright.launch({ ...launchOptions, args });
      const extraHeaders = { cookie: `storeyard=${await own.cookie("ada")}` };
      const onlyCategories = Object.keys(LEAST);
      const best: Record<string, number> = {};
      const isBelow = ([id, least]: [string, number]) => (best[id] ?? 0) < least;
      let complaints: string[] = [];
      for (let once = 0; once < TRIES && Object.entries(LEAST).some(isBelow); once++) {
        const options = {
          port,
          extraHeaders,
          onlyCategories,
          maxWaitForLoad: LOADED,
          logLevel: "error",
        } as const;
        const { categories = {}, audits = {} } =
          (await lighthouse(own.address + path, options, config))?.lhr ?? {};
        for (const { id, score } of Object.values(categories)) {
          best[id] = Math.max(best[id] ?? 0, Math.round((score ?? 0) * 100));
        }
        const weighed = Object.values(categories).flatMap(({ auditRefs }) => auditRefs);
        complaints = weighed
          .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1)
          .map(({ id }) => `${audits[id]?.title}: ${audits[id]?.displayValue ?? ""}`);
      }
      await browser.close();
      expect(Object.entries(LEAST).filter(isBelow), [JSON.stringify(best), ...complaints].join("\n")).toEqual(
        [],
      );
    });
  }
}
