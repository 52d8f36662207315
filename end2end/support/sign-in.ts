import { readFileSync } from "node:fs";
import { chromium, type FullConfig, type Page } from "@playwright/test";
import { kubectl } from "./cluster";
import { environment } from "./environment";

/** Where the session of whoever runs the journeys is kept between them. */
export const SESSION = "test-results/session.json";
export const NAME = "ada";
export const PASSWORD = "correct horse battery staple";

/** Makes the first user, or signs in where there is one, and keeps the session. */
export default async function setUp(config: FullConfig): Promise<void> {
  const browser = await chromium.launch(config.projects[0]?.use.launchOptions);
  const page = await browser.newPage({ baseURL: environment.address, javaScriptEnabled: false });
  await page.goto("/stores");
  // Where there is a provider too, nobody is sent to the set-up.
  const first = page.getByRole("link", { name: "Make the first user with a password" });
  if ((await first.count()) > 0) await first.click();
  if (page.url().endsWith("/set-up")) await page.getByLabel(/^One-time token/).fill(await token());
  await fill(page, NAME, PASSWORD);
  await page.getByRole("button", { name: /^(Sign in|Make the first user)$/ }).click();
  await page.waitForURL("**/stores");
  await page.context().storageState({ path: SESSION });
  await browser.close();
}

export async function fill(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel("User name").fill(name);
  await page.getByLabel(/^Password/).fill(password);
}

/** The session as a plain client sends it, which knows nothing of hosts under localhost. */
export function cookies(): string {
  const state = JSON.parse(readFileSync(SESSION, "utf8")) as { cookies: { name: string; value: string }[] };
  return state.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
}

function token(): Promise<string> {
  const { namespace } = environment;
  const template = 'go-template={{index .data "set-up-token" | base64decode}}';
  return kubectl("get", "secret", `${namespace}-keys`, "-n", namespace, "-o", template);
}
