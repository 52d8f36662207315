import { devices } from "@playwright/test";

/** Debian's Chromium. */
export const chromium = {
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
