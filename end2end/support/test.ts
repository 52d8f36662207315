import { test as base, expect } from "@playwright/test";

/** A test that fails when the page it drives reports an error: console, uncaught exception or a broken request. */
export const test = base.extend<{ expectedErrors: RegExp[] }>({
  /** Console errors that the test itself provokes, e.g. a 404 it asks for. */
  expectedErrors: [[], { option: true }],
  page: async ({ page, expectedErrors, baseURL }, use) => {
    const errors: string[] = [];
    page.on("console", (message) => {
      // The shop's own pages are WordPress' business; the dashboard's are ours.
      if (message.type() === "error" && page.url().startsWith(baseURL ?? ""))
        errors.push(`${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => errors.push(String(error)));
    await use(page);
    expect(errors.filter((text) => !expectedErrors.some((expected) => expected.test(text)))).toEqual([]);
  },
});

export { expect };
