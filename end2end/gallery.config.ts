import { defineConfig } from "@playwright/test";
import { chromium } from "./support/chromium";

/** The pages in every state, over an API server that is none: no cluster is needed. */
export default defineConfig({
  testDir: "gallery",
  fullyParallel: true,
  workers: 2,
  // Programs may be compiled at the same time.
  // axe takes its time over a list of fifty rows with a menu each, in eight shapes.
  timeout: 240_000,
  expect: {
    timeout: 15_000,
    toMatchAriaSnapshot: { pathTemplate: "{testDir}/aria/{arg}{ext}" },
  },
  forbidOnly: true,
  reporter: [["list"], ["json", { outputFile: "test-results/report.json" }]],
  // What cannot be clicked says why, and not only that a test took too long. To keep a trace takes half as long again: whoever wants one of a
  // test that failed says `--trace on`.
  use: { actionTimeout: 60_000, screenshot: "only-on-failure" },
  projects: [{ name: "gallery", use: chromium }],
});
