import { ask } from "../support/ask";
import { kubectl } from "../support/cluster";
import { READY_WITHIN, createStore, newStore, phase } from "../support/dashboard";
import { environment } from "../support/environment";
import { typeLogin } from "../support/owner";
import { removeStore } from "../support/stores";
import { expect, test } from "../support/test";

const ONLY_TLS = /^max-age=\d{8}/;

test("a store is made and used over https, with a certificate that was issued for it, and nothing leads out of it", async ({
  page,
  browser,
}) => {
  await test.step("the dashboard has its certificate, and leads to it", async () => {
    const door = await ask(`${environment.address}/sign-in`);
    expect([200, 303]).toContain(door.status);
    expect(door.headers["strict-transport-security"]).toMatch(ONLY_TLS);
    const plain = await ask(`${environment.address.replace("https:", "http:")}/stores?q=a`);
    expect([plain.status, plain.headers.location]).toEqual([308, `${environment.address}/stores?q=a`]);
    const session = await page.context().cookies();
    expect(session.length).toBeGreaterThan(0);
    expect(session.filter(({ secure }) => !secure)).toEqual([]);
  });

  const store = newStore("Maison Claire");
  const id = await createStore(page, store);
  try {
    await expect(phase(page)).toHaveText(/Ready/, { timeout: READY_WITHIN });
    const shop = (await page.getByRole("link", { name: "Open shop" }).getAttribute("href")) ?? "";
    const { origin, hostname } = new URL(shop);

    await test.step("its shop has a certificate of its own, and not a link without TLS", async () => {
      expect(origin).toMatch(/^https:/);
      const front = await ask(`${origin}/`);
      expect(front.status).toBe(200);
      expect(front.body).toContain(`https://${hostname}/`);
      expect(front.body).not.toContain(`http://${hostname}`);
      expect(front.headers["strict-transport-security"]).toMatch(ONLY_TLS);
      for (const path of ["/", "/wp-admin/?a=b"]) {
        const plain = await ask(`http://${hostname}${path}`);
        expect([plain.status, plain.headers.location]).toEqual([308, `${origin}${path}`]);
      }
    });

    await test.step("its owner types a password and stays signed in", async () => {
      const context = await browser.newContext();
      const desk = await context.newPage();
      await desk.goto(`http://${hostname}/wp-login.php`);
      await expect(desk).toHaveURL(`${origin}/wp-login.php`);
      await typeLogin(desk, store);
      await expect(desk.locator("#wpadminbar")).toBeVisible({ timeout: 30_000 });
      for (const path of ["/wp-admin/profile.php", "/wp-admin/options-general.php"]) {
        await desk.goto(`${origin}${path}`);
        await expect(desk.locator("#wpadminbar")).toBeVisible({ timeout: 30_000 });
        await expect(desk).toHaveURL(`${origin}${path}`);
      }
      const cookies = await context.cookies();
      const ofSession = cookies.filter(({ name }) => name.startsWith("wordpress_"));
      expect(ofSession.length).toBeGreaterThan(0);
      expect(ofSession.filter(({ secure }) => !secure)).toEqual([]);
      await context.close();
    });

    await test.step("one click on the dashboard leads to its admin", async () => {
      const opened = page.context().waitForEvent("page");
      await page.getByRole("button", { name: "Open admin" }).click();
      const desk = await opened;
      await expect(desk.locator("#wpadminbar")).toBeVisible({ timeout: 30_000 });
      await expect(desk).toHaveURL(`${origin}/wp-admin/`);
      await desk.close();
    });

    await test.step("while it is suspended its address says so, under the same certificate", async () => {
      const suspended = JSON.stringify({ spec: { running: false } });
      await kubectl("patch", "store", id, "-n", environment.namespace, "--type=merge", "-p", suspended);
      await expect(phase(page)).toHaveText(/Suspended/, { timeout: READY_WITHIN });
      await expect(async () => {
        const away = await ask(`${origin}/`);
        expect([away.status, away.body]).toEqual([503, expect.stringContaining("Closed for now")]);
      }).toPass({ timeout: 15_000 });
    });
  } finally {
    await removeStore(id);
  }
});
