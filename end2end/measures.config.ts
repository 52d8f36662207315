import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

/** What `cargo xtask bench` measures in the browser. */
export default defineConfig({
  ...tests,
  testDir: "measures",
  testMatch: /\.measure\.ts$/,
  projects: tests.projects?.slice(0, 1),
});
