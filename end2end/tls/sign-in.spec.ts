import type { Cookie, Page } from "@playwright/test";
import { ask } from "../support/ask";
import { environment } from "../support/environment";
import { expect, test } from "../support/test";

const { address } = environment;
const CALLBACK = `${address}/sign-in/oidc/callback`;

test.use({
  // Nobody is signed in.
  storageState: { cookies: [], origins: [] },
  // A refusal is a page with that status, which Chromium notes.
  expectedErrors: [/status of 403/],
});

/** To the provider's own page; the address to which the dashboard sent the browser there. */
async function begin(page: Page): Promise<URL> {
  const asked = page.waitForRequest((request) => new URL(request.url()).searchParams.has("redirect_uri"));
  await page.getByRole("link", { name: "Sign in with Example ID" }).click();
  await expect(page.locator("input[name=login]")).toBeVisible();
  return new URL((await asked).url());
}

/** On the provider's own page. */
async function finish(page: Page, name: string): Promise<void> {
  await page.locator("input[name=login]").fill(name);
  await page.locator("input[name=password]").fill("any");
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** What the dashboard keeps in the browser, by name. */
async function kept(page: Page): Promise<Record<string, Cookie>> {
  const cookies = await page.context().cookies(address);
  return Object.fromEntries(cookies.map((cookie) => [cookie.name, cookie]));
}

/** Of this host alone, over TLS alone, and for no script. */
function expectBound(cookie: Cookie | undefined): void {
  const { hostname } = new URL(address);
  expect(cookie).toMatchObject({ domain: hostname, path: "/", secure: true, httpOnly: true });
}

test("whoever signs in at a provider comes back over https, with the role of their group, until they sign out", async ({
  page,
  browser,
}) => {
  await test.step("the provider is asked to send them back over https, and only this browser can go on", async () => {
    await page.goto(`${address}/stores/new`);
    const { protocol, searchParams } = await begin(page);
    expect(protocol).toBe("https:");
    expect(searchParams.get("redirect_uri")).toBe(CALLBACK);
    expect(searchParams.get("code_challenge_method")).toBe("S256");
    expectBound((await kept(page))["__Host-storeyard-attempt"]);
    await finish(page, "ada");
    await expect(page).toHaveURL(`${address}/stores/new`);
  });

  const session =
    await test.step("the session is bound to the dashboard, and what began it is gone", async () => {
      const cookies = await kept(page);
      expect(Object.keys(cookies)).not.toContain("__Host-storeyard-attempt");
      expectBound(cookies["__Host-storeyard"]);
      for (const { name, secure } of Object.values(cookies)) expect(secure, name).toBe(true);
      return cookies["__Host-storeyard"] as Cookie;
    });

  await test.step("by plain http nobody is signed in: it leads to https", async () => {
    const plain = await ask(`${CALLBACK.replace("https:", "http:")}?code=a&state=b`);
    expect([plain.status, plain.headers.location]).toEqual([308, `${CALLBACK}?code=a&state=b`]);
    expect(plain.headers["set-cookie"]).toBeUndefined();
  });

  await test.step("signed out is signed out, for whoever kept the session too", async () => {
    await page.getByRole("button", { name: "ada@example.com" }).click();
    await expect(page.getByText("admin", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(page.getByText("may still be signed in at Example ID")).toBeVisible();
    const there = page.getByRole("link", { name: "Sign out there too" });
    await expect(there).toHaveAttribute("href", /^https:.*session\/end/);
    expect(Object.keys(await kept(page))).not.toContain("__Host-storeyard");
    const context = await browser.newContext({ storageState: { cookies: [session], origins: [] } });
    const thief = await context.newPage();
    await thief.goto(`${address}/stores`);
    await expect(thief).toHaveURL(new RegExp(`^${address}/sign-in`));
    await context.close();
  });
});

for (const [name, group, outcome] of [
  ["bo", "makers", "member"],
  ["nobody", "others", undefined],
] as const) {
  test(`who is in ${group} is ${outcome ?? "told whom to ask"}`, async ({ page }) => {
    await page.goto(`${address}/stores`);
    await begin(page);
    await finish(page, name);
    if (outcome) {
      await page.getByRole("button", { name: `${name}@example.com` }).click();
      await expect(page.getByText(outcome, { exact: true })).toBeVisible();
      return;
    }
    await expect(page.getByText("none of your groups")).toBeVisible();
    expect(Object.keys(await kept(page))).not.toContain("__Host-storeyard");
  });
}
