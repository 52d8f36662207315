import { type Browser, type Page, expect } from "@playwright/test";
import { chromium } from "./chromium";
import type { Shop } from "./shop";

/** Somebody in a browser of their own, which takes any certificate: those of the test are of no authority. */
export async function inBrowser<T>(browser: Browser, use: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({
    ...chromium,
    ignoreHTTPSErrors: true,
    storageState: { cookies: [], origins: [] },
  });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Puts one of the shop's products into the cart, and says where it is to be sent: all that is left is to pay. */
export async function fillCheckout(page: Page, shop: Shop, product: string, email: string): Promise<void> {
  await page.goto(`${shop.url}/product/${product}/`);
  await page.locator("button[name=add-to-cart], .single_add_to_cart_button").first().click();
  await page.goto(`${shop.url}/checkout/`);
  await page.locator("#email").fill(email);
  const fields = {
    first_name: "Ada",
    last_name: "Lovelace",
    address_1: "Street 1",
    postcode: "10115",
    city: "Berlin",
  };
  for (const [name, value] of Object.entries(fields)) await page.locator(`#shipping-${name}`).fill(value);
  // The cart is told of the address by itself, and a click before that is lost.
  await page.locator("#shipping-city").blur();
  await page.waitForLoadState("networkidle");
}

/** Presses the button; the number of the order that was received. */
export async function placeOrder(page: Page): Promise<number> {
  await page.locator(".wc-block-components-checkout-place-order-button").click();
  await expect(page).toHaveURL(/order-received\/\d+/, { timeout: 30_000 });
  return Number(/order-received\/(\d+)/.exec(page.url())?.[1]);
}

/** Types a card into the fields that the provider's script has made. */
export async function typeCard(page: Page, number: string): Promise<void> {
  const card = { number, exp_month: "12", exp_year: "34", cvc: "123", postal_code: "10115" };
  for (const [field, value] of Object.entries(card))
    await page.getByPlaceholder(field, { exact: true }).fill(value);
}
