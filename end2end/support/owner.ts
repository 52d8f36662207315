import { type Page, expect } from "@playwright/test";
import type { NewStore } from "./dashboard";
import type { Shop } from "./shop";
import type { Stripe } from "./stripe";

/** Signs in to a shop's admin as its owner does. */
export async function signIn(page: Page, shop: Shop, owner: NewStore): Promise<void> {
  await page.goto(`${shop.url}/wp-login.php`);
  await typeLogin(page, owner);
  await expect(page).toHaveURL(/wp-admin/);
}

/** Fills WordPress' form and sends it. A fifth of a second after the form is there its script takes the cursor to the name, or to the password
 * where it knows the name, and empties that: what is typed earlier is lost, or goes where the cursor is. */
export async function typeLogin(page: Page, owner: Pick<NewStore, "user" | "password">): Promise<void> {
  await expect(page.locator("#user_login:focus, #user_pass:focus")).toBeVisible();
  await page.locator("#user_login").fill(owner.user);
  await page.locator("#user_pass").fill(owner.password);
  await page.locator("#wp-submit").click();
}

/** Uploads a plugin's zip, and switches it on. */
export async function installPlugin(page: Page, shop: Shop, zip: string): Promise<void> {
  await page.goto(`${shop.url}/wp-admin/plugin-install.php?tab=upload`);
  await page.locator("input[name=pluginzip]").setInputFiles(zip);
  await page.locator("#install-plugin-submit").click();
  await page.locator("a.button-primary[href*='action=activate']").click();
  await expect(page.locator("#message.updated, .notice-success").first()).toBeVisible();
}

/** Gives the plugin of a payment provider its keys, and takes cards by it from now on. */
export async function takeCards(page: Page, shop: Shop, stripe: Stripe): Promise<void> {
  await page.goto(`${shop.url}/wp-admin/admin.php?page=wc-settings&tab=checkout&section=cards`);
  const settings = {
    address: stripe.address,
    publishable_key: stripe.publishableKey,
    secret_key: stripe.secretKey,
    webhook_secret: stripe.webhookSecret,
  };
  for (const [name, value] of Object.entries(settings)) {
    await page.locator(`#woocommerce_cards_${name}`).fill(value);
  }
  await page.locator("#woocommerce_cards_enabled").check();
  await page.locator("button[name=save]").click();
  await expect(page.locator("#message.updated")).toBeVisible();
  await stripe.tells(shop);
}
