import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { defineConfig } from "@playwright/test";
import journeys from "./playwright.config";
import { chromium } from "./support/chromium";
import { required } from "./support/required";

/** Chromium has no file of authorities to be given; it can be told by which keys certificates are good. */
const trusted = ["STOREYARD_INTERMEDIATE", "STOREYARD_PROVIDER_CERTIFICATE"].map((name) => {
  const { publicKey } = new X509Certificate(readFileSync(required(name)));
  const key = publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(key).digest("base64");
});

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
          args: [...chromium.launchOptions.args, `--ignore-certificate-errors-spki-list=${trusted.join()}`],
        },
      },
    },
  ],
});
