import type { BrowserContext } from "@playwright/test";

const MARK = "[policy]";

/** What pages did, or were made to do, that their Content-Security-Policy forbids; `isOurs` says which pages count. */
export async function watchPolicy(
  context: BrowserContext,
  isOurs: (url: string) => boolean = () => true,
): Promise<string[]> {
  const violations: string[] = [];
  context.on("console", (message) => {
    const text = message.text();
    // Chromium's own words are there without a script too.
    const isAbout = text.startsWith(MARK) || text.includes("Content Security Policy");
    if (isAbout && isOurs(message.page()?.url() ?? "")) violations.push(text);
  });
  await context.addInitScript((mark) => {
    addEventListener(
      "securitypolicyviolation",
      ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
        console.info(`${mark} ${effectiveDirective}: ${blockedURI} in ${sourceFile}:${lineNumber}`),
    );
  }, MARK);
  return violations;
}
