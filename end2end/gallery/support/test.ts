import AxeBuilder from "@axe-core/playwright";
import { type Page, expect, test as base } from "@playwright/test";
import { watchPolicy } from "../../support/policy";
import { Server, type World } from "./server";
import { everyState } from "./stores";

interface PerTest {
  /** Who looks; nobody if it is empty. */
  person: string;
  /** Console errors that the test itself provokes, e.g. a 404 it asks for. */
  expectedErrors: RegExp[];
  /** What pages did that their policy forbids. A test that provokes some takes them out. */
  violations: string[];
  /** What a server of the test's own begins with: no store, an API server that is well, and people who may come in. */
  world: Partial<World>;
  /** A server that the test may change as it likes. */
  own: Server;
}

const USUAL: Omit<World, "stores"> = { mood: "well", people: true, ways: ["password"] };

/** A test of pages over an API server that is none; fails with any error that a page reports. */
export const test = base.extend<PerTest, { shared: Server }>({
  person: ["ada", { option: true }],
  expectedErrors: [[], { option: true }],
  world: [{}, { option: true }],
  // Every store there is, changed by nobody.
  shared: [
    async ({}, use) => {
      const server = await Server.start({ stores: everyState(), ...USUAL });
      await use(server);
      server.stop();
    },
    { scope: "worker" },
  ],
  own: async ({ context, person, world }, use) => {
    const whole: World = { stores: [], ...USUAL, ...world };
    const server = await Server.start(whole);
    if (person && whole.people) await context.addCookies([await cookieOf(server, person)]);
    await use(server);
    server.stop();
  },
  baseURL: async ({ shared }, use) => use(shared.address),
  violations: [
    async ({ context }, use) => {
      const violations = await watchPolicy(context);
      await use(violations);
      expect(violations, "forbidden by the pages' policy").toEqual([]);
    },
    { auto: true },
  ],
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
  // What it has nothing against is not described, which takes longer than to find it.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ["violations"] });
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}

/** Ids that more than one element has: what a label or a description names is then another thing than is meant. */
export async function doubledIds(page: Page): Promise<string[]> {
  const ids = await page.locator("[id]").evaluateAll((elements) => elements.map(({ id }) => id));
  return ids.filter((id, at) => ids.indexOf(id) !== at);
}

const WIDTHS = [320, 820, 1280];

/** Nothing that is wider than the page, and nothing that axe objects to: in the narrow layout, in the wide one, and in the dark. No id twice. */
export async function stands(page: Page): Promise<void> {
  expect(await doubledIds(page), "ids that two elements have").toEqual([]);
  await page.emulateMedia({ colorScheme: "light" });
  for (const width of WIDTHS) await fits(page, width);
  expect(await objectsTo(page), `at ${page.viewportSize()?.width} px`).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await objectsTo(page, ["color-contrast", "link-in-text-block"]), "in the dark").toEqual([]);
  await fits(page, 320);
  expect(await objectsTo(page), "in the dark at 320 px").toEqual([]);
}
