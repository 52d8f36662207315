import { environment } from "../support/environment";
import { cookies } from "../support/sign-in";
import { expect, test } from "../support/test";

// Names under .localhost are loopback for browsers; a plain client asks the ingress by address and names the host.
const HEADERS = { host: new URL(environment.address).host };
const at = (path: string) => `http://127.0.0.1${path}`;

test("a store that does not exist is a 404 with a sentence", async ({ request }) => {
  const headers = { ...HEADERS, cookie: cookies() };
  const answer = await request.get(at("/stores/nothing-x7k2q"), { headers });
  expect(answer.status()).toBe(404);
  expect(await answer.text()).toContain("no store");
});

test("a page that does not exist is a 404", async ({ request }) => {
  expect((await request.get(at("/nothing/here"), { headers: HEADERS })).status()).toBe(404);
});

test("a body of 10 MB is refused, and the server stays up", async ({ request }) => {
  const headers = { ...HEADERS, "content-type": "application/x-www-form-urlencoded" };
  const answer = await request.post(at("/api/create_store"), {
    headers,
    data: "name=" + "x".repeat(10_000_000),
  });
  expect(answer.status()).toBe(413);
  const page = { ...HEADERS, cookie: cookies() };
  expect((await request.get(at("/stores"), { headers: page })).status()).toBe(200);
});

test("a body of another kind than a form is refused", async ({ request }) => {
  const headers = { ...HEADERS, "content-type": "application/xml" };
  const answer = await request.post(at("/api/create_store"), { headers, data: "<name/>" });
  expect(answer.status()).toBe(415);
});

test("a post from another site is refused", async ({ request }) => {
  const headers = {
    ...HEADERS,
    "content-type": "application/x-www-form-urlencoded",
    origin: "http://elsewhere.example",
    "sec-fetch-site": "cross-site",
  };
  expect((await request.post(at("/api/create_store"), { headers, data: "name=x" })).status()).toBe(403);
});
