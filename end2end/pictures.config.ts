import { defineConfig } from "@playwright/test";
import gallery from "./gallery.config";

/** What `cargo xtask pictures` takes for the README. */
export default defineConfig({
  ...gallery,
  testDir: "pictures",
  testMatch: /\.picture\.ts$/,
});
