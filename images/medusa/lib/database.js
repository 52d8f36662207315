// The database, as this image and the shop's address need it: made from the image's template where it is empty, and else brought up to date once.
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const { Client } = require("pg");

const settings = require("./settings");
const { Marks } = require("./marks");
const moving = require("./moving");
const { SignInTokens } = require("./sign-in-tokens");
const { waitFor } = require("./wait");

const ROOT = path.join(__dirname, "..");
/** Milliseconds in which a question gets a connection, or an error: less than the platform waits for an answer. */
const PATIENCE = 7000;
/** One at a time: a new pod may come up beside another. */
const LOCK = 7_340_001;

async function open() {
  const client = new Client({ connectionString: settings.databaseUrl, connectionTimeoutMillis: 3000 });
  // One that ends by itself says so to whoever asks next.
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** A connection, where the database answers at once. */
function tryToConnect() {
  return open().catch(() => undefined);
}

/** A connection, as soon as the database answers. */
function connect() {
  return waitFor("the database", open);
}

async function isEmpty(client) {
  const { rows } = await client.query("SELECT to_regclass('public.mikro_orm_migrations') IS NULL AS empty");
  return rows[0].empty;
}

/** All of it or nothing: several statements in one query are one transaction. */
async function fill(version) {
  const template = fs.readFileSync(path.join(ROOT, "database.sql"), "utf8");
  // The template leaves settings behind that are of no use to anybody else, so it has a connection of its own.
  const client = await open();
  try {
    await client.query(`${template}\n${Marks.statement("database", version)}`);
  } finally {
    await client.end();
  }
}

/** Medusa's own migrations, which can be run any number of times. */
function migrate() {
  const program = path.join(ROOT, "node_modules/@medusajs/cli/cli.js");
  const running = spawn(process.execPath, [program, "db:migrate", "--execute-safe-links"], { cwd: ROOT, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    running.on("error", reject);
    running.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error("its database could not be brought up to date: see the lines before this one")),
    );
  });
}

async function bringTo(version, client, marks) {
  if (await isEmpty(client)) {
    console.log("making the database");
    await fill(version);
  } else {
    console.log("bringing the database up to date");
    await migrate();
    await marks.set("database", version);
  }
}

async function prepare(client) {
  const version = fs.readFileSync(path.join(ROOT, "version"), "utf8").trim();
  try {
    await client.query(`SELECT pg_advisory_lock(${LOCK})`);
    const marks = new Marks((text, values) => client.query(text, values));
    await marks.make();
    await new SignInTokens(client).make();
    if ((await marks.get("database")) !== version) await bringTo(version, client, marks);
    await moving.follow(client, marks);
  } finally {
    await client.end();
  }
}

/** Whether Medusa's last try to connect failed. */
let isAway = false;

/** Medusa itself has whoever asks wait for a minute where its database is away, and says that it does not know what is wrong. */
function watch(container) {
  const { ContainerRegistrationKeys } = require("@medusajs/framework/utils");
  const { pool } = container.resolve(ContainerRegistrationKeys.PG_CONNECTION).client;
  pool.acquireTimeoutMillis = PATIENCE;
  pool.on("createFail", () => (isAway = true));
  pool.on("createSuccess", () => (isAway = false));
}

/** For the platform, which asks the shop as a visitor does. */
function tell(_, answer, next) {
  if (isAway) answer.set("X-Storeyard-Database", "away");
  next();
}

module.exports = { open, tryToConnect, connect, prepare, watch, tell };
