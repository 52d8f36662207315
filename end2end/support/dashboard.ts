import type { Locator, Page } from "@playwright/test";
import type { Kind } from "./kinds/kind";
import { expect } from "./test";

/** What one types to get a store. */
export interface NewStore {
  name: string;
  email: string;
  user: string;
  password: string;
  /** What the form begins with, where it is not said. */
  kind?: Kind;
  /** What the platform gives by itself, where it is not said. */
  egress?: "none" | "internet";
}

/** A store as no other test makes it; the name is what a person would type. */
export function newStore(name: string): NewStore {
  return { name, email: "ada@atelier.example", user: "ada", password: "correct horse battery staple" };
}

/** How long a store may take on a loaded machine, in milliseconds. Idle, it is a fifth of it. */
export const READY_WITHIN = 120_000;
export const GONE_WITHIN = 90_000;

/** Fills the form as a person does. */
export async function fillForm(page: Page, store: NewStore): Promise<void> {
  await page.getByLabel("Store name").fill(store.name);
  if (store.kind) await page.locator(`input[name=engine][value=${store.kind.engine}]`).check();
  await page.getByLabel("E-mail").fill(store.email);
  if (store.kind?.hasUserName ?? true) await page.getByLabel("User name").fill(store.user);
  else await expect(page.getByLabel("User name")).toBeHidden();
  await page.getByLabel("Password", { exact: true }).fill(store.password);
}

/** Creates a store from the list's page on; answers its id. */
export async function createStore(page: Page, store: NewStore): Promise<string> {
  await page.goto("/stores");
  await page.getByRole("link", { name: "New store" }).first().click();
  await expect(page.getByRole("heading", { name: "New store" })).toBeVisible();
  await fillForm(page, store);
  await page.getByRole("button", { name: "Create store" }).click();
  await expect(page.getByRole("heading", { name: store.name })).toBeVisible();
  return idOf(page);
}

/** Where a store's page says how the store is. */
export function phase(page: Page): Locator {
  return page.locator(".page-head .phase");
}

/** The id in the address of a store's page. */
export function idOf(page: Page): string {
  const id = /\/stores\/([a-z0-9-]+)$/.exec(new URL(page.url()).pathname)?.[1];
  if (!id) throw new Error(`${page.url()} is not a store's page`);
  return id;
}
