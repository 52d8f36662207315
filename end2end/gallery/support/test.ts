import AxeBuilder from "@axe-core/playwright";
import { type Page, expect, test as base } from "@playwright/test";
import { Server, type World } from "./server";
import { everyState } from "./stores";

interface PerTest {
  /** Who looks; nobody if it is empty. */
  person: string;
  /** Console errors that the test itself provokes, e.g. a 404 it asks for. */
  expectedErrors: RegExp[];
  /** What a server of the test's own begins with: no store, an API server that is well, and people who may come in. */
  world: Partial<World>;
  /** A server that the test may change as it likes. */
  own: Server;
}

/** A test of pages over an API server that is none; fails with any error that a page reports. */
export const test = base.extend<PerTest, { shared: Server }>({
  person: ["ada", { option: true }],
  expectedErrors: [[], { option: true }],
  world: [{}, { option: true }],
  // Every store there is, changed by nobody.
  shared: [
    async ({}, use) => {
      const server = await Server.start({ stores: everyState(), mood: "well", people: true });
      await use(server);
      server.stop();
    },
    { scope: "worker" },
  ],
  own: async ({ context, person, world }, use) => {
    const whole: World = { stores: [], mood: "well", people: true, ...world };
    const server = await Server.start(whole);
    if (person && whole.people) await context.addCookies([await cookieOf(server, person)]);
    await use(server);
    server.stop();
  },
  baseURL: async ({ shared }, use) => use(shared.address),
  context: async ({ context, shared, person, expectedErrors }, use) => {
    const errors: string[] = [];
    context.on("console", (message) => {
      const isWrong = message.type() === "error" || /hydrat/i.test(message.text());
      if (isWrong) errors.push(message.text());
    });
    context.on("weberror", (error) => errors.push(String(error.error())));
    if (person) await context.addCookies([await cookieOf(shared, person)]);
    await use(context);
    expect(errors.filter((text) => !expectedErrors.some((expected) => expected.test(text)))).toEqual([]);
  },
});

async function cookieOf(server: Server, person: string) {
  return { name: "storeyard", value: await server.cookie(person), url: server.address };
}

export { expect };

/** Waits until the page's program has taken it over. */
export async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset.live === "yes");
}

/** Nothing of the page is wider than it. */
export async function fits(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 800 });
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(wide, `scrolls sideways at ${width} px`).toBeLessThanOrEqual(0);
}

/** What axe has against the page, by all its rules or by those alone. */
export async function objectsTo(page: Page, rules?: string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}
