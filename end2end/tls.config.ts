import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { defineConfig } from "@playwright/test";
import journeys from "./playwright.config";
import { chromium } from "./support/chromium";
import { required } from "./support/environment";

/** Chromium has no file of authorities to be given; it can be told by which key certificates are good. */
const intermediate = new X509Certificate(readFileSync(required("STOREYARD_INTERMEDIATE")));
const key = intermediate.publicKey.export({ type: "spki", format: "der" });
const trusted = createHash("sha256").update(key).digest("base64");

/** As the other journeys, over https. */
export default defineConfig({
  ...journeys,
  testDir: "tls",
  timeout: 240_000,
  projects: [
    {
      name: "https",
      use: {
        ...chromium,
        launchOptions: {
          ...chromium.launchOptions,
          args: [...chromium.launchOptions.args, `--ignore-certificate-errors-spki-list=${trusted}`],
        },
      },
    },
  ],
});
