import { LONG } from "./support/people";
import { KOENIG, everyState, many, removed } from "./support/stores";
import { expect, hydrated, stands, test } from "./support/test";

const PAGES: [what: string, path: string][] = [
  ["the list", "/stores?sort=name"],
  ["a filter of the list", "/stores?show=attention"],
  ["a search without a match", "/stores?q=nothing-like-it"],
  ["a ready store", "/stores/atelier-nord-x7k2q"],
  ["a queued store", "/stores/berg-kaffee-p3m9a"],
  ["a store on its way", "/stores/casa-verde-0qk4z"],
  ["a degraded store", "/stores/demo-8w1vd"],
  ["a failed store", "/stores/librairie-du-port-5n2tc"],
  ["a store that is being updated", "/stores/feld-und-flur-u4p8d"],
  ["a suspended store", "/stores/eis-am-see-s5d1n"],
  ["a store whose update was undone", "/stores/gute-stube-b7k3r"],
  ["a store that is being deleted", "/stores/sommer-pop-up-9d4xk"],
  ["a store of a long name", `/stores/${KOENIG}`],
  ["a failed store of a long Arabic name", "/stores/matjar-lnwr-ll-twr-lshrqy-wlbkhwr-lfkhr-c3d4e"],
  ["a degraded store of a long Chinese name", "/stores/dong-jing-shou-gong-pi-ju-yu-chuan-tong-f5g6h"],
  ["the page that deletes", `/stores/${KOENIG}/delete`],
  ["the form", "/stores/new"],
];

test.describe("shared", () => {
  for (const [what, path] of PAGES) {
    test(`${what} stands, wide and narrow, light and dark`, async ({ page }) => {
      await page.goto(path);
      await hydrated(page);
      await stands(page);
    });
  }

  test.describe("what is not there", () => {
    test.use({ expectedErrors: [/status of 404/] });
    for (const path of ["/stores/no-such-00000", "/nowhere"]) {
      test(`${path} stands, wide and narrow, light and dark`, async ({ page }) => {
        await page.goto(path);
        await hydrated(page);
        await stands(page);
      });
    }
  });

  test("the dialog that deletes stands, wide and narrow, light and dark", async ({ page }) => {
    await page.goto(`/stores/${KOENIG}`);
    await hydrated(page);
    await page.locator(".page-head").getByText("Delete…").click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete store" }).click();
    await expect(page.getByRole("dialog").getByRole("textbox")).toHaveAccessibleDescription(/does not match/);
    await stands(page);
  });

  test("the form for a new password stands, wide and narrow, light and dark", async ({ page }) => {
    await page.goto("/stores/atelier-nord-x7k2q");
    await hydrated(page);
    await page.getByText("Set a new password").click();
    await expect(page.getByLabel("New password")).not.toHaveValue("");
    await stands(page);
  });

  test("the form with what is wrong stands, wide and narrow, light and dark", async ({ page }) => {
    await page.goto("/stores/new");
    await hydrated(page);
    await page.getByRole("button", { name: "Create store" }).click();
    await expect(page.getByLabel("Store name")).toHaveAttribute("aria-invalid", "true");
    await stands(page);
  });

  test.describe("by a person of a long name", () => {
    test.use({ person: LONG });
    test("the list and the account's menu stand, wide and narrow, light and dark", async ({ page }) => {
      await page.goto("/stores");
      await hydrated(page);
      await stands(page);
      await page.locator(".account").getByText(LONG).click();
      await expect(page.getByRole("button", { name: "Sign out", exact: true })).toBeVisible();
      await stands(page);
    });
  });

  test.describe("by a viewer", () => {
    test.use({ person: "vi" });
    test("the list stands, wide and narrow, light and dark", async ({ page }) => {
      await page.goto("/stores");
      await hydrated(page);
      await stands(page);
    });
  });

  test.describe("by nobody", () => {
    test.use({ person: "", expectedErrors: [/status of 403/] });
    test("the sign-in stands, wide and narrow, light and dark", async ({ page }) => {
      await page.goto("/sign-in");
      await stands(page);
      await page.getByLabel("User name").fill("ada");
      await page.getByLabel("Password").fill("not the password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByText("The user name or the password is wrong")).toBeVisible();
      await stands(page);
    });
  });
});

test.describe("before anybody was let in", () => {
  test.use({ person: "", world: { people: false } });
  test("the set-up stands, wide and narrow, light and dark", async ({ page, own }) => {
    await page.goto(`${own.address}/set-up`);
    await stands(page);
  });
});

test.describe("with 120 stores", () => {
  test.use({ world: { stores: many(120) } });
  test("each page of the list stands, wide and narrow, light and dark", async ({ page, own }) => {
    for (const query of ["", "?page=3&sort=name"]) {
      await page.goto(`${own.address}/stores${query}`);
      await hydrated(page);
      await stands(page);
    }
  });
});

test.describe("without a store", () => {
  for (const person of ["ada", "vi"]) {
    test.describe(person, () => {
      test.use({ person });
      test("the list stands, wide and narrow, light and dark", async ({ page, own }) => {
        await page.goto(`${own.address}/stores`);
        await hydrated(page);
        await stands(page);
      });
    });
  }
});

test.describe("while the cluster does not answer", () => {
  test.use({ world: { mood: "down" }, expectedErrors: [/status of 503/] });
  test("the list and a store stand, wide and narrow, light and dark", async ({ page, own }) => {
    for (const path of ["/stores", `/stores/${KOENIG}`]) {
      await expect(async () => {
        await page.goto(own.address + path);
        await expect(page.getByRole("alert").getByText("cannot be read")).toBeVisible({ timeout: 500 });
      }).toPass();
      await hydrated(page);
      await stands(page);
    }
  });
});

test("what is still being read stands, wide and narrow, light and dark", async ({ page }) => {
  await page.goto("/stores/new");
  await hydrated(page);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/poll", async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("link", { name: "← Stores" }).click();
  await expect(page.getByText("The stores are being read.")).toBeAttached();
  await stands(page);
  release();
  await expect(page.locator("tbody tr")).toHaveCount(everyState().length);
});

test.describe("after the cluster has ceased to answer", () => {
  test.use({ world: { stores: everyState() } });
  test("the list and a store say so, and stand, wide and narrow, light and dark", async ({ page, own }) => {
    await own.cluster.be("down");
    for (const path of ["/stores", `/stores/${KOENIG}`]) {
      await page.goto(own.address + path);
      await expect(page.getByText("The cluster does not answer")).toBeVisible();
      await hydrated(page);
      await stands(page);
    }
  });
});

test.describe("once a store is gone", () => {
  test.use({ world: { stores: everyState() } });
  test("its page says what was seen, and stands, wide and narrow, light and dark", async ({ page, own }) => {
    const [proven, unproven] = [KOENIG, "sommer-pop-up-9d4xk"];
    await own.cluster.patch(proven, removed());
    for (const [id, heading] of [
      [proven, /is gone$/],
      [unproven, /has no record any more$/],
    ] as const) {
      await page.goto(`${own.address}/stores/${id}`);
      await hydrated(page);
      await own.cluster.remove(id);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
      await stands(page);
    }
  });
});
