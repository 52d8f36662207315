import { fillCheckout, inBrowser, placeOrder, typeCard } from "../support/buyer";
import { READY_WITHIN, fillForm, idOf, newStore, phase } from "../support/dashboard";
import { Elsewhere } from "../support/elsewhere";
import { WITHOUT_PLUGIN, environment } from "../support/environment";
import { Mailbox } from "../support/mailbox";
import { installPlugin, takeCards, typeLogin } from "../support/owner";
import { Shop } from "../support/shop";
import { removeStore } from "../support/stores";
import { Stripe } from "../support/stripe";
import { expect, test } from "../support/test";

test("a stranger makes a German shop, takes a paid order, gets the mail, and comes back in without the password", async ({
  page,
  browser,
}) => {
  test.skip(!environment.plugin, WITHOUT_PLUGIN);
  test.setTimeout(600_000);
  const owner = { ...newStore("Hofladen"), password: "forgotten soon after" };
  const buyer = "buyer@example.com";
  const elsewhere = await Elsewhere.plugIn();
  let id = "";
  try {
    const stripe = await Stripe.open(elsewhere);
    const mailbox = await Mailbox.open(elsewhere);

    await page.goto("/stores/new");
    await fillForm(page, owner);
    await page.getByLabel("Language").selectOption("German (Deutsch)");
    await page.getByLabel("Country").selectOption("Germany");
    await page.getByLabel("Currency").selectOption("Euro (EUR)");
    await page.getByRole("radio", { name: /^Internet/ }).check();
    await page.getByRole("button", { name: "Create store" }).click();
    await expect(page.getByRole("heading", { name: owner.name })).toBeVisible();
    id = idOf(page);
    await expect(phase(page)).toHaveText(/Ready/, { timeout: READY_WITHIN });

    await page.getByText("A mail server of its own").click();
    await page.getByLabel("Host").fill(mailbox.host);
    await page.getByLabel("Port").fill(String(mailbox.port));
    await page.getByLabel("Encryption").selectOption("Not encrypted");
    await page.getByLabel("Mail is from").fill("hofladen@example.com");
    await page.getByRole("button", { name: "Use this server" }).click();
    await expect(page.getByText("Its mail leaves by a server of its own.")).toBeVisible();
    await expect(phase(page)).toHaveText(/Ready/, { timeout: READY_WITHIN });

    await Shop.visit(id, async (shop) => {
      const opened = page.context().waitForEvent("page");
      await page.getByRole("button", { name: "Open admin" }).click();
      const admin = await opened;
      await expect(admin).toHaveURL(/\/wp-admin\//, { timeout: 30_000 });
      await expect(admin.locator("html")).toHaveAttribute("lang", "de-DE");
      await installPlugin(admin, shop, stripe.plugin());
      await takeCards(admin, shop, stripe);
      await admin.close();

      const order = await inBrowser(browser, async (shopper) => {
        await fillCheckout(shopper, shop, "stoneware-mug", buyer);
        await expect(shopper.getByText("€").first()).toBeVisible();
        await shopper.getByRole("radio", { name: "Card", exact: true }).check();
        await typeCard(shopper, "4242424242424242");
        return placeOrder(shopper);
      });
      await expect.poll(() => mailbox.to(owner.email, `#${order}`), { timeout: 60_000 }).toBeTruthy();
      await expect
        .poll(async () => (await mailbox.to(buyer))?.text, { timeout: 60_000 })
        .toContain("Stoneware mug");
      const status = `echo wc_get_order(${order})->get_status();`;
      await expect.poll(() => shop.php(status), { timeout: 30_000 }).toBe("processing");

      await inBrowser(browser, async (forgetful) => {
        await forgetful.goto(`${shop.url}/wp-login.php?action=lostpassword`);
        await forgetful.locator("#user_login").fill(owner.user);
        await forgetful.locator("#wp-submit").click();
        const link = async () =>
          /http\S+action=rp\S*/.exec((await mailbox.to(owner.email, "Passwort"))?.text ?? "")?.[0];
        await expect.poll(link, { timeout: 60_000 }).toBeTruthy();
        await forgetful.goto((await link()) ?? "");
        const password = "a new one, kept this time";
        const field = forgetful.locator("#pass1");
        // It is offered one.
        await expect(field).not.toHaveValue("");
        await field.fill(password);
        await forgetful.locator("#wp-submit").click();
        await forgetful.locator(".reset-pass").getByRole("link").click();
        await typeLogin(forgetful, { user: owner.user, password });
        await expect(forgetful).toHaveURL(/\/wp-admin\//);
      });
    });
  } finally {
    if (id) await removeStore(id);
    await elsewhere.unplug();
  }
});
