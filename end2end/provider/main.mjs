/**
 * An identity provider for tests: a certified one, with a few people who all have any password. `main.mjs CALLBACK SECRET [PORT
 * [FOLDER [ADDRESS]]]` tells where it is in its first line; it speaks TLS with the `key.pem` and `cert.pem` of the folder. What it says of people, what time it takes it to be and by which keys it signs is asked for at `/control`.
 */
import { generateKeyPair } from "node:crypto";
import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import Provider from "oidc-provider";

const [callback, secret, port = "0", folder, address] = process.argv.slice(2);

const groups = { ada: ["platform"], bo: ["makers", "others"], nobody: ["others"], namesake: ["makers"] };
const claims = (sub) => ({
  sub,
  email: sub === "namesake" ? "bo@example.com" : `${sub}@example.com`,
  email_verified: true,
  groups: groups[sub] ?? [],
});

/** Whether the ID token has all claims, or only who asks at `userinfo` is told them. */
let tells = "token";
let shift = 0;
const now = Date.now;
Date.now = () => now() + shift;

async function make(issuer) {
  const { privateKey } = await promisify(generateKeyPair)("ec", { namedCurve: "P-256" });
  const key = { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "ES256", kid: `${Math.random()}` };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "storeyard",
        client_secret: secret,
        redirect_uris: [callback],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        id_token_signed_response_alg: "ES256",
      },
    ],
    jwks: { keys: [key] },
    cookies: { keys: ["of a provider that is for tests"] },
    scopes: ["openid", "email", "groups"],
    claims: { openid: ["sub"], email: ["email", "email_verified"], groups: ["groups"] },
    conformIdTokenClaims: tells === "userinfo",
    ttl: {
      AuthorizationCode: 60,
      IdToken: 3600,
      AccessToken: 3600,
      Interaction: 3600,
      Session: 86400,
      Grant: 86400,
    },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => claims(sub) }),
    // Its own pages ask the internet for a font.
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    // Nobody is asked whether Storeyard may know what it asks.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        accountId: oidc.session.accountId,
        clientId: oidc.client.clientId,
      });
      grant.addOIDCScope("openid email groups");
      await grant.save();
      return grant;
    },
  });
  provider.on("server_error", (_, error) => console.error(error));
  return provider;
}

const PAGE = `<!DOCTYPE html><html lang="en"><title>Example ID</title><link rel="icon" href="data:,"><h1>Example ID</h1>
<form method="post"><label>Name <input name="login"></label> <label>Password <input name="password" type="password"></label>
<button>Sign in</button></form></html>`;

/** Takes whoever is named for who they are. */
async function interact(request, response) {
  if (request.method === "GET") return response.setHeader("content-type", "text/html").end(PAGE);
  const accountId = new URLSearchParams(await read(request)).get("login");
  await provider.interactionFinished(request, response, { login: { accountId } });
}

async function read(request) {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}

let provider;
async function take(request, response) {
  if (request.url.startsWith("/interaction/")) return interact(request, response);
  if (request.url !== "/control") return provider.callback()(request, response);
  const asked = JSON.parse(await read(request));
  Object.assign(groups, asked.groups);
  shift = (asked.seconds ?? shift / 1000) * 1000;
  tells = asked.tells ?? tells;
  // Another provider under the same address: with other keys, and with nobody signed in.
  if (asked.anew) provider = await make(issuer);
  response.end();
}
const pem = (name) => readFileSync(join(folder, name));
const server = folder
  ? https.createServer({ key: pem("key.pem"), cert: pem("cert.pem") }, take)
  : http.createServer(take);
await new Promise((resolve) => server.listen(Number(port), address ?? "127.0.0.1", resolve));
const host = address ?? (folder ? "localhost" : "127.0.0.1");
const issuer = `${folder ? "https" : "http"}://${host}:${server.address().port}`;
provider = await make(issuer);
// It ends with whoever started it.
process.stdin.resume().on("end", () => process.exit());
console.log(issuer);
