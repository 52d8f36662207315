import { randomBytes, randomInt } from "node:crypto";
import { connect } from "node:net";
import { crc32, deflateSync } from "node:zlib";
import { kubectl } from "../support/cluster";
import { READY_WITHIN, newStore, phase } from "../support/dashboard";
import { WITHOUT_PLUGIN, environment } from "../support/environment";
import { Shop } from "../support/shop";
import { isReady, makeStore, removeStore } from "../support/stores";
import { expect, test } from "../support/test";

const owner = { ...newStore("Corner shop"), password: `it's-"my"\\shop9 &<é>%41+` };
let id = "";

test.beforeAll(async () => {
  test.setTimeout(READY_WITHIN + 30_000);
  id = await makeStore(owner);
});
test.afterAll(async () => {
  if (id) await removeStore(id);
});

const visit = <T>(use: (shop: Shop) => Promise<T>): Promise<T> => Shop.visit(id, use);

test("what was typed as a password signs in, whatever characters it holds", async () => {
  const isIn = (address: string) => expect.stringContaining(address);
  await visit(async (shop) => {
    const answer = await shop.signIn(owner.user, owner.password);
    expect(answer.headers().location).toEqual(isIn("/wp-admin/"));
  });

  const people = Array.from({ length: 8 }, () => ({ user: `u${suffix()}`, password: anyPassword() }));
  const typed = Buffer.from(JSON.stringify(people)).toString("base64");
  await visit((shop) =>
    shop.php(`require_once "/usr/share/storeyard/password.php";
      foreach (json_decode(base64_decode("${typed}")) as $person) {
        wp_insert_user(["user_login" => $person->user, "user_pass" => Storeyard\\asFormsSendIt($person->password)]);
      }`),
  );
  for (const { user, password } of people) {
    const byForm = await visit((shop) => shop.signIn(user, password));
    expect(byForm.headers().location, password).toEqual(isIn("/wp-admin/"));
    if (environment.plugin) {
      const asCustomer = await visit((shop) => shop.signInAsCustomer(user, password));
      expect(asCustomer.headers().location, password).toEqual(isIn("/my-account/"));
    }
  }
});

test("the shop's own scheduled work is begun by the pod", async () => {
  // Looked at by the last test of this file: the pod begins what is due once a minute.
  await visit((shop) => shop.php(`wp_schedule_single_event(time() - 1, "storeyard_test");`));
});

test("WordPress' own look at the shop's health finds nothing critical", async () => {
  const found = await visit((shop) =>
    shop.php(`require_once ABSPATH . "wp-admin/includes/admin.php";
      require_once ABSPATH . "wp-admin/includes/class-wp-site-health.php";
      wp_set_current_user(1);
      $health = WP_Site_Health::get_instance();
      $found = [];
      foreach (WP_Site_Health::get_tests() as $tests) {
        foreach ($tests as $name => $test) {
          $ask = $test["async_direct_test"] ?? $test["test"];
          $ask = is_string($ask) && method_exists($health, "get_test_$ask") ? [$health, "get_test_$ask"] : $ask;
          // The browser alone can ask the rest.
          if (!is_callable($ask)) continue;
          $answer = $ask();
          $found[$name] = $answer["status"] . " " . $answer["label"];
        }
      }
      echo json_encode($found);`),
  );
  const health = JSON.parse(found) as Record<string, string>;
  expect(Object.entries(health).filter(([, told]) => told.startsWith("critical"))).toEqual([]);
  expect(health.loopback_requests).toMatch(/^good/);
});

test("a shop asks itself within its pod, by its own address", async () => {
  const answers = await visit((shop) =>
    shop.php(`$at = microtime(true);
      $page = wp_safe_remote_get(home_url("/"));
      $moved = wp_remote_get(home_url("/wp-admin/"), ["redirection" => 0]);
      $followed = wp_remote_get(str_replace("http:", "https:", home_url("/wp-admin/")));
      echo json_encode([
        wp_remote_retrieve_response_code($page), wp_remote_retrieve_response_code($moved),
        wp_remote_retrieve_response_code($followed), str_contains(wp_remote_retrieve_body($followed), "user_login"),
        microtime(true) - $at < 20,
      ]);`),
  );
  expect(JSON.parse(answers)).toEqual([200, 302, 200, true, true]);
});

test("what anybody changes is seen by every visitor at once, though pages are made from memory", async () => {
  const titles = () =>
    visit(async (shop) => {
      const pages = await Promise.all(Array.from({ length: 12 }, () => shop.get("/?s=nothing")));
      const texts = await Promise.all(pages.map((page) => page.text()));
      return [...new Set(texts.map((text) => /<title>.* - (.*)<\/title>/.exec(text)?.[1]))];
    });
  const before = await visit((shop) => shop.php(`echo get_option("blogname");`));
  for (const title of ["Changed by a command", "Changed again"]) {
    await titles();
    await visit((shop) => shop.php(`update_option("blogname", "${title}");`));
    expect(await titles()).toEqual([title]);
  }
  await visit(async (shop) => {
    await shop.signIn(owner.user, owner.password);
    const nonce = await (await shop.get("/wp-admin/admin-ajax.php?action=rest-nonce")).text();
    const headers = { "X-WP-Nonce": nonce };
    for (const title of ["Changed by a page", before]) {
      const changed = await shop.post("/wp-json/wp/v2/settings", { data: { title } }, headers);
      expect(changed.status()).toBe(200);
      expect(await titles()).toEqual([title]);
    }
  });
});

test("an API client signs in with a password of its own", async () => {
  const made = await visit((shop) =>
    shop.php(`echo WP_Application_Passwords::create_new_application_password(1, ["name" => "client"])[0];`),
  );
  const me = "http://127.0.0.1:8080/wp-json/wp/v2/users/me?context=edit";
  const told = await kubectl(
    ...["exec", "-n", `store-${id}`, "deployment/wordpress", "-c", "wordpress", "--", "curl", "-s"],
    ...["-u", `${owner.user}:${made}`, "-H", `Host: ${await visit(async (shop) => shop.host)}`],
    // Such passwords go by https only, which ends at the ingress controller.
    ...["-H", "X-Forwarded-Proto: https", me],
  );
  expect(JSON.parse(told)).toMatchObject({ username: owner.user });
});

test("PHP and the database have what the plan gives", async () => {
  const php = await visit((shop) =>
    shop.php(
      `echo implode(" ", array_map("ini_get", ["memory_limit", "upload_max_filesize", "post_max_size"]));`,
    ),
  );
  expect(php).toBe("256M 64M 65M");
  expect(await sql("SELECT @@innodb_buffer_pool_size / 1048576")).toBe("96.0000");
});

test("a slow query is told in the database's log", async () => {
  await sql("SELECT SLEEP(2.1)");
  const log = await kubectl("logs", "-n", `store-${id}`, "mariadb-0", "--tail=20");
  expect(log).toMatch(/Query_time: 2\.\d+[\s\S]*SELECT SLEEP\(2\.1\)/);
});

test("strangers find no old way in and learn no login name", async () => {
  await visit(async (shop) => {
    const call = "<methodCall><methodName>system.listMethods</methodName></methodCall>";
    expect((await shop.post("/xmlrpc.php", { data: call })).status()).toBe(403);
    expect((await shop.get("/wp-cron.php")).status()).toBe(403);
    for (const path of ["/wp-json/wp/v2/users", "/wp-json/wp/v2/users/1", "/?rest_route=/wp/v2/users"]) {
      expect((await shop.get(path)).status(), path).toBe(401);
    }
    for (const path of ["/?author=1", `/author/${owner.user}/`, "/feed/", "/wp-sitemap.xml"]) {
      const answer = await shop.get(path);
      expect(answer.headers().location ?? "", path).not.toContain(owner.user);
      expect(await answer.text(), path).not.toMatch(new RegExp(`\\b${owner.user}\\b(?!/)`));
    }
    const wrongName = await (await shop.signIn("nobody", "not the password")).text();
    const wrongPassword = await (await shop.signIn(owner.user, "not the password")).text();
    const sentence = "The name or the password is not right.";
    expect([wrongName.includes(sentence), wrongPassword.includes(sentence)]).toEqual([true, true]);
  });
});

test("the pod's own cron is let in where visitors are not", async () => {
  const pod = ["-n", `store-${id}`, "deployment/wordpress", "-c", "cron"];
  const url = "http://127.0.0.1:8080/wp-cron.php";
  const status = await kubectl(
    "exec",
    ...pod,
    "--",
    "curl",
    "-s",
    "-o",
    "/dev/null",
    "-w",
    "%{http_code}",
    url,
  );
  expect(status).toBe("200");
});

test("a shop that sends no mail says so, to programs, owners and whoever forgot a password", async ({
  page,
}) => {
  await visit(async (shop) => {
    expect(await shop.php(`var_export(wp_mail("ada@atelier.example", "Hello", "Hello"));`)).toBe("false");
    const forgotten = await shop.post("/wp-login.php?action=lostpassword", {
      form: { user_login: owner.user },
    });
    expect(await forgotten.text()).toContain("This shop sends no mail");
    await shop.signIn(owner.user, owner.password);
    expect(await (await shop.get("/wp-admin/")).text()).toContain("This shop sends no mail.");
  });
  await page.goto(`/stores/${id}`);
  await expect(page.getByText("A store sends no mail")).toBeVisible();
});

test("a picture that does not fit the memory is refused with a sentence, and the shop goes on", async () => {
  await visit(async (shop) => {
    await shop.signIn(owner.user, owner.password);
    const nonce = await (await shop.get("/wp-admin/admin-ajax.php?action=rest-nonce")).text();
    const headers = {
      "X-WP-Nonce": nonce,
      "Content-Type": "image/png",
      "Content-Disposition": "attachment; filename=large.png",
    };
    const refused = await shop.post("/wp-json/wp/v2/media", { data: picture(12_000, 9_000) }, headers);
    expect(await refused.json()).toMatchObject({ message: expect.stringContaining("108 megapixels") });
    const taken = await shop.post("/wp-json/wp/v2/media", { data: picture(1_200, 900) }, headers);
    expect(taken.status()).toBe(201);
  });
  expect(await restarts()).toBe("0");
});

test("a setting of the owner's does not take the admin off the net, and the page names the cause", async ({
  page,
}) => {
  test.skip(!environment.plugin, WITHOUT_PLUGIN);
  const plugins = `require_once ABSPATH . "wp-admin/includes/plugin.php";`;
  await page.goto(`/stores/${id}`);
  await visit(async (shop) => {
    const admin = async () => (await shop.get("/wp-login.php")).status();
    await shop.php(`${plugins} deactivate_plugins("woocommerce/woocommerce.php");`);
    await newPod();
    await expect(page.getByText("the WooCommerce plugin is not active").first()).toBeVisible({
      timeout: 90_000,
    });
    await expect(phase(page)).toHaveText(/Degraded/);
    expect(await admin()).toBe(200);

    await shop.php(`${plugins} activate_plugin("woocommerce/woocommerce.php");`);
    await expect(phase(page)).toHaveText(/Ready/, { timeout: 30_000 });
    await shop.php(`update_option("woocommerce_coming_soon", "yes");`);
    await newPod();
    await expect(page.getByText("“coming soon” page").first()).toBeVisible({ timeout: 90_000 });
    await shop.php(`update_option("woocommerce_coming_soon", "no");`);
    await expect(phase(page)).toHaveText(/Ready/, { timeout: 30_000 });

    await shop.php(`global $wp_rewrite; $wp_rewrite->set_permalink_structure(""); flush_rewrite_rules();`);
    await newPod();
    await isReady(id);
    expect((await shop.get("/?rest_route=/wc/store/v1/products")).status()).toBe(200);
    expect(await admin()).toBe(200);
  });
});

test("that nobody has opened a shop yet is something else than that it was closed", async () => {
  await visit(async (shop) => {
    const told = async () =>
      (await shop.get("/?rest_route=/wc/store/v1/products")).headers()["x-storeyard-closed"];
    const comingSoon = (value: string) => `update_option("woocommerce_coming_soon", "${value}");`;
    await shop.php(`update_option("storeyard_not_opened", "yes"); ${comingSoon("yes")}`);
    expect(await told()).toBe("not-opened");
    await shop.php(comingSoon("no"));
    expect(await told()).toBeUndefined();
    await shop.php(comingSoon("yes"));
    expect(await told()).toBe("coming-soon");
    await shop.php(environment.plugin ? comingSoon("no") : `delete_option("woocommerce_coming_soon");`);
  });
});

test("a request that runs while the pod is replaced gets its answer", async () => {
  const answered = slowRequest(`store-${id}`, 12_000);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await kubectl(
    "delete",
    "pod",
    "-n",
    `store-${id}`,
    "-l",
    "app.kubernetes.io/component=web",
    "--wait=false",
  );
  expect(await answered).toMatch(/^HTTP\/1.1 200 /);
  await rolledOut();
});

test("a shop whose pod somebody took away comes back by itself, and nobody is told meanwhile that it is gone", async () => {
  const pods = () =>
    kubectl(
      "get",
      "pods",
      "-n",
      `store-${id}`,
      "-l",
      "app.kubernetes.io/component=web",
      "-o",
      "jsonpath={.items[*].metadata.uid}",
    );
  const before = await pods();
  await kubectl("scale", "deployment/wordpress", "-n", `store-${id}`, "--replicas=0");
  const told = new Set<number>();
  await expect(async () => {
    told.add(await visit(async (shop) => (await shop.get("/")).status()));
    const now = await pods();
    expect(now).not.toBe("");
    expect(now).not.toContain(before);
  }).toPass({ intervals: [250], timeout: 90_000 });
  await rolledOut();
  told.add(await visit(async (shop) => (await shop.get("/")).status()));
  expect([...told].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect(told).toContain(200);
});

test("what the shop has put off was done within a minute", async () => {
  const due = () => visit((shop) => shop.php(`var_export(wp_next_scheduled("storeyard_test"));`));
  await expect.poll(due, { timeout: 80_000, intervals: [5_000] }).toBe("false");
});

/** What the shop's database answers. */
function sql(query: string): Promise<string> {
  const ask =
    "MYSQL_PWD=$(cat /run/secrets/storeyard/database-password) exec mariadb --no-defaults --skip-ssl -h127.0.0.1 -uwordpress -BNe";
  return kubectl("exec", "-n", `store-${id}`, "mariadb-0", "--", "sh", "-c", `${ask} "$0"`, query);
}

/** A form that is sent in drops over `duration`, and the first line of its answer. */
function slowRequest(namespace: string, duration: number): Promise<string> {
  const host = `${namespace}${new URL(environment.address).hostname.replace(/^[^.]+/, "")}`;
  const body = "log=nobody&pwd=wrong&testcookie=1";
  return new Promise((resolve, reject) => {
    const socket = connect(80, "127.0.0.1", async () => {
      socket.write(
        `POST /wp-login.php HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n` +
          `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      for (const letter of body) {
        await new Promise((next) => setTimeout(next, duration / body.length));
        socket.write(letter);
      }
    });
    let answer = "";
    socket.on("data", (data) => (answer += String(data)));
    socket.on("end", () => resolve(answer.split("\r\n")[0] ?? ""));
    socket.on("error", reject);
  });
}

/** The operator asks a shop again as soon as its pod is another one. */
async function newPod(): Promise<void> {
  const pods = ["-n", `store-${id}`, "-l", "app.kubernetes.io/component=web"];
  await kubectl("delete", "pod", ...pods);
  await rolledOut();
}

function rolledOut(): Promise<string> {
  return kubectl("rollout", "status", "deployment/wordpress", "-n", `store-${id}`, "--timeout=120s");
}

function restarts(): Promise<string> {
  const count = "jsonpath={.items[0].status.containerStatuses[?(@.name=='wordpress')].restartCount}";
  return kubectl("get", "pods", "-n", `store-${id}`, "-l", "app.kubernetes.io/component=web", "-o", count);
}

/** Printable characters, the awkward ones as often as the others together. */
function anyPassword(): string {
  const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
  const awkward = ["'", '"', "\\", "&", "%", "<", "+", "é", "🐟", "ß"];
  const any = (of: string[]) => of[randomInt(of.length)] ?? "";
  return Array.from({ length: 12 + randomInt(20) }, () => any(randomInt(2) ? awkward : printable)).join("");
}

/** A black PNG. */
function picture(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits each of red, green and blue.
  header.set([8, 2], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const rows = deflateSync(Buffer.alloc(height * (1 + width * 3)), { level: 1 });
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", rows),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(name), data]);
  const framed = Buffer.alloc(content.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(content, 4);
  framed.writeUInt32BE(crc32(content), content.length + 4);
  return framed;
}

function suffix(): string {
  return randomBytes(4).toString("hex");
}
