// What the shop's pod is told: plain values by its environment, secrets by files.
const fs = require("node:fs");
const path = require("node:path");

const FOLDER = process.env.SECRETS_DIR || "/run/secrets/storeyard";

/** A secret's text; undefined where the pod has none of the name, as while the image is built. */
function secret(name) {
  const file = path.join(FOLDER, name);
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}

function databaseUrl() {
  const host = process.env.DATABASE_HOST;
  if (!host) return undefined;
  const password = encodeURIComponent(secret("database-password"));
  // Without the last word every module waits ten seconds for TLS, which the database of the same namespace has not.
  const port = process.env.DATABASE_PORT || "5432";
  return `postgres://medusa:${password}@${host}:${port}/medusa?sslmode=disable`;
}

function redisUrl() {
  const host = process.env.CACHE_HOST;
  return host ? `redis://:${encodeURIComponent(secret("cache-password"))}@${host}:6379` : undefined;
}

/** By which server mail leaves; undefined where the shop sends none. Its user and password are files, read for each mail. */
function mail() {
  const { MAIL_MODE, MAIL_HOST, MAIL_PORT, MAIL_TLS, MAIL_FROM } = process.env;
  if (MAIL_MODE !== "smtp") return undefined;
  return { host: MAIL_HOST, port: Number(MAIL_PORT), tls: MAIL_TLS, from: MAIL_FROM };
}

const url = process.env.STORE_URL || "http://localhost:9000";

module.exports = {
  secret,
  url,
  databaseUrl: databaseUrl(),
  redisUrl: redisUrl(),
  mail: mail(),
  /** Where pages come from that may ask the shop: its own, and a storefront elsewhere. */
  origins: [url, ...(process.env.STORE_ORIGINS || "").split(",")].filter(Boolean).join(","),
  title: process.env.STORE_TITLE,
  country: (process.env.STORE_COUNTRY || "").toLowerCase(),
  currency: (process.env.STORE_CURRENCY || "").toLowerCase(),
  sampleProducts: process.env.STORE_SAMPLE_PRODUCTS === "true",
};
