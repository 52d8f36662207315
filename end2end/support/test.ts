import { test as base, expect } from "@playwright/test";
import { watchPolicy } from "./policy";

/** A test that fails when the page it drives reports an error: console, uncaught exception or a broken request; or when any page of the
 * dashboard does what its policy forbids. */
export const test = base.extend<{ expectedErrors: RegExp[] }>({
  /** Console errors that the test itself provokes, e.g. a 404 it asks for. */
  expectedErrors: [[], { option: true }],
  context: async ({ context, baseURL }, use) => {
    const violations = await watchPolicy(context, (url) => url.startsWith(baseURL ?? ""));
    await use(context);
    expect(violations, "forbidden by the pages' policy").toEqual([]);
  },
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
