// The shop's process: the database is brought to this image's state, Medusa is loaded, a new shop is set up, and only then does it listen.
// So whoever is answered is answered by a shop.
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { setImmediate: turn, setTimeout: sleep } = require("node:timers/promises");

const cache = require("./lib/cache");
const database = require("./lib/database");
const mailState = require("./lib/mail/state");
const signIn = require("./lib/sign-in");
const uploads = require("./lib/uploads");

const PORT = 9000;
/** Milliseconds for which a connection stays that nobody uses: longer than an ingress controller keeps one, which would else ask on one that is
 * being closed, and have no answer for its visitor. */
const IDLE = 120_000;
/** Milliseconds that requests are waited for at the end, and then what works in the background: where a store is stopped, its cache may be gone
 * already. Both together are less than Kubernetes gives. */
const REQUESTS = 30_000;
const JOBS = 5_000;
/** Where the dashboard is. */
const ADMIN = "/app";
const ALONE = {
  "Content-Security-Policy": "frame-ancestors 'none'",
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
};

/** As Medusa's own word for it, which keeps it from counting who uses it: without the file it would write one, and ask. */
function switchTelemetryOff() {
  const folder = path.join(process.env.XDG_CONFIG_HOME, "medusa");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify({ telemetry: { enabled: false } }));
}

/** What Medusa is made of, piece by piece: seconds, in which nothing else of this process gets its turn but between two of them. */
async function read() {
  const { modules } = require("./medusa-config");
  const used = Object.values(modules).filter(({ disable }) => !disable);
  for (const piece of ["@medusajs/medusa/loaders/index", "@medusajs/core-flows", ...used.map(({ resolve }) => resolve)]) {
    require(piece);
    await turn();
  }
}

/** Loads Medusa once the database is as it has to be. A new one comes up, and is made, while Medusa's files are read. */
async function load(expressApp) {
  const early = await database.tryToConnect();
  if (early) await database.prepare(early);
  await Promise.all([early ?? database.connect().then(database.prepare), read()]);
  await cache.answers();
  const { default: loadMedusa } = require("@medusajs/medusa/loaders/index");
  return loadMedusa({ directory: __dirname, expressApp });
}

/** In the log an address has no query where that may be somebody's way in: a new password, an invitation. */
function hideQuery(request, _, next) {
  [request.originalUrl] = request.originalUrl.split("?");
  next();
}

/** Nobody shows the dashboard within a page of theirs, on which a click is another one than it seems. */
function standAlone(_, answer, next) {
  answer.set(ALONE);
  next();
}

/** What is done when the pod is told to go. No signal ends the first process of a container that does not listen to it. */
let stop = () => process.exit(0);

async function main() {
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => stop());
  switchTelemetryOff();
  const app = require("express")().disable("x-powered-by");
  const server = http.createServer({ keepAliveTimeout: IDLE }, app);
  app.get("/health", (_, answer) => answer.status(200).send("OK"));
  app.use([database.tell, mailState.tell]);
  app.use([signIn.PATH, ADMIN], hideQuery);
  app.use(ADMIN, standAlone);
  app.use(uploads.PATH, uploads.fence);
  const { container, shutdown } = await load(app);
  database.watch(container);
  app.all(signIn.PATH, signIn.signIn);
  await require("./lib/setup").setup(container);

  const { GracefulShutdownServer } = require("@medusajs/framework/utils");
  const listening = GracefulShutdownServer.create(server.listen(PORT));
  stop = async () => {
    await listening.shutdown(REQUESTS);
    await Promise.race([shutdown(), sleep(JOBS)]);
    process.exit(0);
  };
}

main().catch((error) => {
  // The last line is what the pod's status shows.
  console.error(error);
  console.error(`The shop cannot start: ${error.message}`);
  process.exit(1);
});
