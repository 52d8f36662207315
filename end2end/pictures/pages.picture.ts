import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../gallery/support/test";
import { SHOP, day, log, shops } from "./shops";

const FOLDER = join(import.meta.dirname, "../../docs/pictures");
const SCHEMES = ["light", "dark"] as const;
const WIDTHS = [1200, 360];

const pages: Record<string, { path: string; shown(page: Page): Promise<void> }> = {
  list: {
    path: "/stores",
    shown: (page) => expect(page.getByRole("row")).toHaveCount(shops().length + 1),
  },
  store: {
    path: `/stores/${SHOP}`,
    shown: (page) => expect(page.getByRole("link", { name: "Open shop" })).toBeVisible(),
  },
  logs: {
    path: `/stores/${SHOP}/logs`,
    shown: (page) => expect(page.locator("#log li")).toHaveCount(log().length),
  },
  metrics: {
    path: `/stores/${SHOP}/metrics`,
    shown: (page) => expect(page.locator("svg.plot")).toHaveCount(4),
  },
};

test.use({ world: { stores: shops(), shows: true } });

for (const [name, { path, shown }] of Object.entries(pages)) {
  test(`${name}, light and dark, at a desk and on a phone`, async ({ page, own }) => {
    own.window?.log(...log());
    if (own.window) own.window.metrics = day();
    await page.goto(own.address + path);
    await shown(page);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: width > 600 ? 860 : 780 });
        await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}-${width}.png`) });
      }
    }
  });
}
