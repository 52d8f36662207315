import AxeBuilder from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { chromium } from "../support/chromium";
import { kubectl } from "../support/cluster";
import { READY_WITHIN, createStore, newStore, phase } from "../support/dashboard";
import { BUYERS_MAIL, BUYERS_POSTCODE, buyer } from "../support/kinds/kind";
import { Api, medusa } from "../support/kinds/medusa";
import { Shop } from "../support/shop";
import { expect, test } from "../support/test";

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };
/** How long a shop may take to be back whose pods were killed. */
const BACK_WITHIN = 90_000;

test("a visitor buys in a Medusa shop without a script, and its administrator finds the order", async ({
  page,
  browser,
}) => {
  test.setTimeout(420_000);
  const store = { ...newStore("Atelier Nord"), kind: medusa };
  const id = await createStore(page, store);
  await expect(phase(page)).toHaveText(/Ready/, { timeout: READY_WITHIN });

  await Shop.visit(id, async (shop) => {
    const admin = await Api.ofAdmin(shop, store);
    const visitor = await Visitor.come(browser);
    const { page } = visitor;

    await test.step("its owner puts the mugs among the cups, and gives out a code", async () => {
      const cups = await admin.post("/product-categories", { name: "Cups", is_active: true });
      const { products } = await admin.get("/products?handle=stoneware-mug&fields=id");
      await admin.post(`/product-categories/${cups.product_category.id}/products`, { add: [products[0].id] });
      const tenth = { type: "percentage", target_type: "items", allocation: "across", value: 10 };
      const promotion = { code: "TENTH", type: "standard", status: "active", application_method: tenth };
      await admin.post("/promotions", promotion);
    });

    await test.step("the goods are there, and no script is", async () => {
      const answer = await page.goto(shop.url);
      expect(answer?.headers()["content-security-policy"]).toContain("default-src 'none'");
      await expect(page.getByRole("banner")).toContainText(store.name);
      await expect(page.locator("script")).toHaveCount(0);
      await visitor.looks();
    });

    await test.step("an upload is no page of the shop", async () => {
      const drawing = await shop.get("/static/stoneware-mug.svg");
      expect(drawing.status()).toBe(200);
      expect(drawing.headers()).toMatchObject({
        "content-disposition": "attachment",
        "content-security-policy": expect.stringContaining("sandbox"),
      });
    });

    await test.step("its admin is shown in no page of somebody else", async () => {
      const desk = await shop.get("/app/");
      expect(desk.status()).toBe(200);
      expect(desk.headers()).toMatchObject({
        "content-security-policy": "frame-ancestors 'none'",
        "x-frame-options": "DENY",
      });
    });

    await test.step("one of them is chosen", async () => {
      // What is above every page is asked for again every few seconds.
      const cups = page.getByRole("navigation", { name: "Categories" }).getByRole("link", { name: "Cups" });
      await expect(async () => {
        await page.reload();
        await expect(cups).toBeVisible({ timeout: 500 });
      }).toPass();
      await cups.click();
      await expect(page.getByRole("heading", { name: "Cups" })).toBeVisible();
      await expect(page.getByRole("link", { name: "Linen apron" })).toHaveCount(0);
      await visitor.looks();
      await page.getByRole("link", { name: "Stoneware mug" }).click();
      await page.getByRole("link", { name: "Slate" }).click();
      await expect(page.getByRole("link", { name: "Slate" })).toHaveAttribute("aria-current", "true");
      await visitor.looks();
      await page.getByLabel("Quantity").fill("2");
      await page.getByRole("button", { name: "Add to cart" }).click();
      await expect(page.getByRole("heading", { name: "Your cart" })).toBeVisible();
      await visitor.looks();
    });

    await test.step("a code takes something off, and another does not", async () => {
      await page.getByLabel("Discount code").fill("ELEVENTH");
      await page.getByRole("button", { name: "Apply" }).click();
      await expect(page.getByRole("alert")).toContainText("This code is not known");
      await page.getByLabel("Discount code").fill("TENTH");
      await page.getByRole("button", { name: "Apply" }).click();
      await expect(page.getByRole("button", { name: "Remove the code TENTH" })).toBeVisible();
      await expect(page.getByRole("complementary", { name: "Sum" })).toContainText("Discount");
      await visitor.looks();
    });

    await test.step("its server and its database are killed, and the cart is as it was", async () => {
      await kill(shop, "web", "database");
      await expect(async () => {
        await page.goto(`${shop.url}/cart`);
        await expect(page.getByLabel("Quantity of Stoneware mug")).toHaveValue("2", { timeout: 1_000 });
        await expect(page.getByRole("button", { name: "Remove the code TENTH" })).toBeVisible();
      }).toPass({ timeout: BACK_WITHIN });
    });

    await test.step("an address with a mistake is kept, and told", async () => {
      await page.getByRole("link", { name: "Check out" }).click();
      await page.getByLabel("E-mail").fill("ada");
      await page.getByLabel("First name").fill(buyer.first_name);
      await page.getByRole("button", { name: "Continue to delivery" }).click();
      await expect(page.getByRole("alert")).toContainText("This is no e-mail address");
      await expect(page.getByLabel("First name")).toHaveValue(buyer.first_name);
      await page.getByLabel("E-mail").fill(BUYERS_MAIL);
      await page.getByLabel("Last name").fill(buyer.last_name);
      await page.getByLabel("Street and number").fill(buyer.address_1);
      await page.getByLabel("Postal code").fill(BUYERS_POSTCODE);
      await page.getByLabel("Town or city").fill(buyer.city);
      await page.getByRole("button", { name: "Continue to delivery" }).click();
      await expect(page.getByRole("radio", { name: /Delivery/ })).toBeChecked();
      await visitor.looks();
    });

    const number = await test.step("it is bought", async () => {
      await page.getByRole("button", { name: /Buy now for/ }).click();
      await expect(page.getByRole("heading", { name: "Thank you for your order" })).toBeVisible();
      await visitor.looks();
      return (await page.getByText(/^#\d+$/).textContent())?.slice(1);
    });

    await test.step("the order is the visitor's alone, and the administrator's", async () => {
      const other = await Visitor.come(browser);
      expect((await other.page.goto(`${shop.url}/order`))?.status()).toBe(404);
      await other.leave();
      // What was confirmed is on the disk.
      await kill(shop, "database");
      let orders: object[] = [];
      await expect(async () => {
        ({ orders } = await admin.get("/orders?fields=email,display_id,payment_status,discount_total"));
      }).toPass({ timeout: BACK_WITHIN });
      expect(orders).toContainEqual(
        expect.objectContaining({
          display_id: Number(number),
          email: BUYERS_MAIL,
          payment_status: "authorized",
          discount_total: expect.closeTo(2.8),
        }),
      );
    });

    await visitor.leave();
  });
});

/** Ends parts of a shop without a word, as a node does that fails. */
function kill(shop: Shop, ...parts: string[]): Promise<string> {
  const which = `app.kubernetes.io/component in (${parts.join(", ")})`;
  return kubectl("delete", "pod", "-n", shop.namespace, "-l", which, "--grace-period=1");
}

/** Somebody in a browser of their own that runs no script. */
class Visitor {
  private constructor(
    private readonly browser: Browser,
    private readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async come(browser: Browser): Promise<Visitor> {
    const nobody = { cookies: [], origins: [] };
    const context = await browser.newContext({ ...chromium, javaScriptEnabled: false, storageState: nobody });
    return new Visitor(browser, context, await context.newPage());
  }

  /** Nothing on the page that axe objects to and nothing wider than it: at a desk, on a phone, by day and by night. */
  async looks(): Promise<void> {
    // What axe asks is a script, so the same page is looked at by somebody with the same cookies who runs it.
    const storageState = await this.context.storageState();
    for (const [viewport, colorScheme] of [
      [DESK, "light"],
      [DESK, "dark"],
      [PHONE, "light"],
    ] as const) {
      const context = await this.browser.newContext({
        ...chromium,
        viewport,
        colorScheme,
        storageState,
        bypassCSP: true,
      });
      const page = await context.newPage();
      await page.goto(this.page.url());
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      expect(violations, `${page.url()} in ${colorScheme}`).toEqual([]);
      const surplus = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(surplus, `${page.url()} at ${viewport.width}`).toBeLessThanOrEqual(0);
      await context.close();
    }
  }

  leave(): Promise<void> {
    return this.context.close();
  }
}
