import { defineConfig } from "@playwright/test";
import { chromium } from "./support/chromium";
import { SESSION } from "./support/sign-in";
import { environment } from "./support/environment";

export default defineConfig({
  testDir: "tests",
  globalSetup: "./support/sign-in.ts",
  // One node of two cores: stores that are made at the same time only wait for each other.
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  reporter: [["list"], ["json", { outputFile: "test-results/report.json" }]],
  use: {
    baseURL: environment.address,
    storageState: SESSION,
    // No trace, as in the gallery.
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "hydrated", testIgnore: /\.plain\.spec\.ts$/, use: chromium },
    {
      name: "without-javascript",
      testMatch: /\.plain\.spec\.ts$/,
      use: { ...chromium, javaScriptEnabled: false },
    },
  ],
});
