import type { Locator } from "@playwright/test";
import { LONG } from "./support/people";
import { DAY, KOENIG, everyState, lost, many, ready } from "./support/stores";
import { expect, hydrated, stands, test } from "./support/test";

const NARROW = { width: 320, height: 800 };

test.describe("on a phone", () => {
  test.use({ viewport: NARROW });

  test("the list can be sorted, with a script and without", async ({ page, browser, baseURL }) => {
    await page.goto("/stores");
    await hydrated(page);
    const sorts = page.getByRole("navigation", { name: "Sort" });
    await sorts.getByRole("link", { name: "Name" }).click();
    await expect(page).toHaveURL(/sort=name/);
    await expect(page.locator("tbody a.name").first()).toHaveText("Atelier Nord");
    await expect(sorts.getByRole("link", { name: "Name" })).toHaveAttribute("aria-current", "true");
    await sorts.getByRole("link", { name: "Name" }).click();
    await expect(page).toHaveURL(/turn=1/);

    const plain = await browser.newContext({
      javaScriptEnabled: false,
      viewport: NARROW,
      baseURL,
      storageState: await page.context().storageState(),
    });
    const there = await plain.newPage();
    await there.goto("/stores");
    await there.getByRole("navigation", { name: "Sort" }).getByRole("link", { name: "Name" }).click();
    await expect(there.locator("tbody a.name").first()).toHaveText("Atelier Nord");
    await plain.close();
  });

  test("nothing has the focus that one cannot see", async ({ page }) => {
    await page.goto("/stores?show=attention");
    await hydrated(page);
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      if ((await focused.count()) === 0) return;
      expect(await isSeen(focused), await focused.evaluate((element) => element.outerHTML)).toBe(true);
    }
  });

  test("a table stays a table to those who hear it", async ({ page }) => {
    await page.goto("/stores?sort=name");
    const row = page.getByRole("row").filter({ hasText: "Demo" });
    await expect(row.getByRole("cell").nth(1)).toContainText("Demo");
    const roles = await page.evaluate(() =>
      ["table", "tbody", "tbody tr", "td"].map((name) => document.querySelector(name)?.getAttribute("role")),
    );
    expect(roles).toEqual(["table", "rowgroup", "row", "cell"]);
  });

  test("no text of a row is printed over another", async ({ page }) => {
    await page.goto("/stores?sort=name");
    const overlaps = await page.evaluate(() => {
      const rows = [...document.querySelectorAll("tbody tr")];
      const boxes = (row: Element) => {
        const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
        const found: [Node, DOMRect][] = [];
        while (texts.nextNode()) {
          const range = document.createRange();
          range.selectNodeContents(texts.currentNode);
          for (const box of range.getClientRects()) found.push([texts.currentNode, box]);
        }
        return found.filter(([node, box]) => node.textContent?.trim() && box.width > 1);
      };
      const isOver = (a: DOMRect, b: DOMRect) =>
        a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4;
      return rows
        .filter((row) => {
          const all = boxes(row);
          return all.some(([a, over]) => all.some(([b, under]) => a !== b && isOver(over, under)));
        })
        .map((row) => row.textContent);
    });
    expect(overlaps).toEqual([]);
  });

  test.describe("of a person with a long name", () => {
    test.use({ person: LONG });
    test("the name ends in three dots, and the menu's arrow is seen", async ({ page }) => {
      await page.goto("/stores");
      const button = page.locator(".account").first();
      const box = await button.boundingBox();
      expect(box && box.x + box.width).toBeLessThanOrEqual(320);
      const name = button.locator("bdi");
      expect(await name.evaluate((name) => getComputedStyle(name).textOverflow)).toBe("ellipsis");
      expect(await name.evaluate((name) => name.scrollWidth > name.clientWidth)).toBe(true);
    });
  });
});

test("what is typed before the page is taken over is searched for", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/*.wasm*", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/stores", { waitUntil: "commit" });
  await page.getByRole("searchbox").fill("librairie");
  release();
  await expect(page).toHaveURL(/q=librairie/);
  await expect(page.getByRole("searchbox")).toHaveValue("librairie");
  await expect(page.locator("tbody tr")).toHaveCount(1);
});

test("a page that is left while one types has nothing to do any more", async ({ page }) => {
  await page.goto("/stores");
  await hydrated(page);
  await page.getByRole("searchbox").pressSequentially("de");
  await page.getByRole("link", { name: "New store" }).click();
  await expect(page.getByRole("heading", { name: "New store" })).toBeVisible();
  await page.waitForTimeout(400);
  await expect(page).toHaveURL(/\/stores\/new$/);
});

test("the way back from a store leads to the list as it was", async ({ page }) => {
  await page.goto("/stores?show=attention&sort=name");
  await hydrated(page);
  await page.getByRole("link", { name: "Librairie du Port" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Librairie du Port");
  await page.getByRole("link", { name: "← Stores" }).click();
  await expect(page).toHaveURL(/show=attention&sort=name$/);
});

test("the way back leads there too after a reload", async ({ page }) => {
  await page.goto("/stores?show=attention&sort=name");
  await page.getByRole("link", { name: "Librairie du Port" }).click();
  await expect(page).toHaveURL(/\/stores\/librairie-du-port-5n2tc\?from=/);
  await page.reload();
  await hydrated(page);
  await page.getByRole("link", { name: "← Stores" }).click();
  await expect(page).toHaveURL(/\/stores\?show=attention&sort=name$/);
});

test.describe("of several engines, plans and owners", () => {
  const stores = [
    ready({ id: "atelier-nord-aaaaa", name: "Atelier Nord", age: 3 * DAY, owner: "ada" }),
    ready({ id: "berg-kaffee-bbbbb", name: "Berg Kaffee", age: 2 * DAY, owner: "bo", plan: "large" }),
    ready({ id: "casa-verde-ccccc", name: "Casa Verde", age: 1 * DAY, owner: "bo", engine: "medusa" }),
    ready({ id: "demo-ddddd", name: "Demo", age: 4 * DAY }),
  ];
  test.use({ world: { stores } });

  test("one narrows the list down, and the address tells to what", async ({ page, own }) => {
    await page.goto(`${own.address}/stores?sort=name`);
    await hydrated(page);
    const names = page.locator("tbody a.name");
    await page.getByLabel("Owner").selectOption("bo");
    await expect(names).toHaveText(["Berg Kaffee", "Casa Verde"]);
    await page.getByLabel("Engine").selectOption("Medusa");
    await expect(names).toHaveText(["Casa Verde"]);
    await expect(page).toHaveURL(/\/stores\?engine=medusa&owner=bo&sort=name$/);
    await page.getByRole("searchbox").fill("casa");
    await expect(page).toHaveURL(/\/stores\?q=casa&engine=medusa&owner=bo&sort=name$/);
    await page.getByLabel("Plan").selectOption("Large");
    await expect(page.getByRole("heading", { name: "No match" })).toBeVisible();
    await page.getByRole("link", { name: "Take away “casa”" }).click();
    await expect(page).toHaveURL(/\/stores\?engine=medusa&plan=large&owner=bo&sort=name$/);
    // The address comes before the answer, with which the other links move to where this one was.
    await expect(page.getByRole("link", { name: "Take away “casa”" })).toHaveCount(0);
    await page.getByRole("link", { name: "Take away Engine: Medusa" }).click();
    await expect(names).toHaveText(["Berg Kaffee"]);
    await expect(page.getByRole("searchbox")).toHaveValue("");
    await expect(page.getByLabel("Engine")).toHaveValue("");
    await page.goBack();
    await expect(page.getByRole("heading", { name: "No match" })).toBeVisible();
    await expect(page.getByLabel("Engine")).toHaveValue("medusa");
    await page.getByRole("link", { name: "Show all stores" }).click();
    await expect(names).toHaveCount(4);
    await expect(page).toHaveURL(/\/stores\?sort=name$/);
    await expect(page.getByLabel("Owner")).toHaveValue("");
  });

  test("one's own are a click away", async ({ page, own }) => {
    await page.goto(`${own.address}/stores`);
    await hydrated(page);
    const whose = page.getByRole("navigation", { name: "Whose stores" });
    await whose.getByRole("link", { name: "Mine" }).click();
    await expect(page.locator("tbody a.name")).toHaveText(["Atelier Nord"]);
    await expect(page.locator("tbody .cell-owner")).toHaveText(["You"]);
    await expect(page.getByLabel("Owner")).toHaveValue("ada");
    await expect(whose.getByRole("link", { name: "Mine" })).toHaveAttribute("aria-current", "true");
    await whose.getByRole("link", { name: "Everybody's" }).click();
    await expect(page.locator("tbody a.name")).toHaveCount(4);
  });

  test("the list stands with all of its filters, wide and narrow, light and dark", async ({ page, own }) => {
    for (const query of ["?sort=name", "?owner=bo&engine=medusa&plan=large&q=casa&show=attention"]) {
      await page.goto(`${own.address}/stores${query}`);
      await hydrated(page);
      await stands(page);
    }
  });

  test.describe("without a script", () => {
    test.use({ javaScriptEnabled: false });

    test("one narrows the list down, opens a store and goes back to the same list", async ({ page, own }) => {
      await page.goto(`${own.address}/stores?sort=name`);
      await page.getByLabel("Owner").selectOption("bo");
      await page.getByLabel("Plan").selectOption("Small");
      await page.getByRole("button", { name: "Search" }).click();
      const names = page.locator("tbody a.name");
      await expect(names).toHaveText(["Casa Verde"]);
      await names.first().click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Casa Verde");
      await page.getByRole("link", { name: "← Stores" }).click();
      await expect(names).toHaveText(["Casa Verde"]);
      await expect(page.getByLabel("Owner")).toHaveValue("bo");
      await expect(page.getByLabel("Plan")).toHaveValue("small");
    });
  });
});

test("what a search found is said", async ({ page }) => {
  await page.goto("/stores");
  await hydrated(page);
  await page.getByRole("searchbox").fill("librairie");
  await expect(page.locator("p[role=status]").first()).toHaveText("1 of 12 stores");
});

test.describe("with many stores", () => {
  test.use({ world: { stores: many(60) } });

  test("one pages through them and back", async ({ page, own }) => {
    await page.goto(`${own.address}/stores`);
    await hydrated(page);
    await expect(page.getByText("1 to 50 of 60")).toBeVisible();
    await expect(page.getByRole("link", { name: "Previous" })).toHaveAttribute("aria-disabled", "true");
    await page.getByRole("link", { name: "Next" }).click();
    await expect(page.getByText("51 to 60 of 60")).toBeVisible();
    await page.goBack();
    await expect(page.getByText("1 to 50 of 60")).toBeVisible();
  });

  test("the way back leads to where one was in the list", async ({ page, own }) => {
    await page.goto(`${own.address}/stores`);
    await hydrated(page);
    const place = () => page.evaluate(() => scrollY);
    for (const back of [() => page.goBack(), () => page.getByRole("link", { name: "← Stores" }).click()]) {
      await page.evaluate(() => scrollTo(0, 1_000));
      await expect.poll(place).toBe(1_000);
      await page.locator("tbody a.name").nth(24).click();
      await expect(page.getByRole("region", { name: "Timeline" })).toBeVisible();
      await expect.poll(place).toBe(0);
      await back();
      await expect(page.locator("tbody tr")).toHaveCount(50);
      await expect.poll(place).toBe(1_000);
    }
  });

  test("a burst of changes is one sentence", async ({ page, own }) => {
    await page.goto(`${own.address}/stores`);
    await hydrated(page);
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => {
        const number = String(i + 11).padStart(3, "0");
        return own.cluster.patch(`shop-${number}-aaaaa`, lost());
      }),
    );
    const said = page.locator("p[role=status]").first();
    await expect(page.locator(".phase.degraded")).toHaveCount(12);
    await expect(said).toHaveText(/^(\d+ stores have changed\.|(Shop \d+ is degraded\. ?){1,3})$/);
  });
});

test.describe("with stores of one's own", () => {
  test.use({ world: { stores: everyState() }, person: "bo" });

  test("a member sees theirs and no other", async ({ page, own }) => {
    await page.goto(`${own.address}/stores`);
    await expect(page.locator("tbody tr")).toHaveCount(9);
    await expect(page.getByText(KOENIG)).toHaveCount(0);
  });
});

async function isSeen(element: Locator): Promise<boolean> {
  const box = await element.boundingBox();
  if (!box || box.width < 4 || box.height < 4) return false;
  return element.evaluate((element) => {
    let above = element.parentElement;
    while (above) {
      const { width, height } = above.getBoundingClientRect();
      if (getComputedStyle(above).overflow === "hidden" && (width < 4 || height < 4)) return false;
      above = above.parentElement;
    }
    return true;
  });
}
