import { defineConfig, devices } from "@playwright/test";
import { SESSION } from "./support/sign-in";
import { environment } from "./support/environment";

const chromium = {
  ...devices["Desktop Chrome"],
  launchOptions: {
    executablePath: "/usr/bin/chromium",
    // Nothing leaves the machine: each of these switches off a request that Chromium makes of its own accord.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
};

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
    trace: "retain-on-failure",
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
