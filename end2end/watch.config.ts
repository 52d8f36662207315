import { defineConfig } from "@playwright/test";

/** What `cargo xtask watch` shows. */
export default defineConfig({
  testDir: "watch",
  testMatch: /\.watch\.ts$/,
  reporter: "list",
});
