// What every action begins with, and how it ends: with 0 when all is done. With 3 it understood and will not, and the last line of its standard
// error is the sentence why. It asks the database alone, so that it needs none of Medusa to be well.
const fs = require("node:fs");

const database = require("../lib/database");

const REFUSED = 3;
/** Names of other administrators that somebody is told who asked for one that is not there. */
const NAMED = 5;

/** Why it is not done, as a sentence for the person who asked. */
class Refused extends Error {}

/** Does `what` with the database and with what was asked. */
async function carryOut(what) {
  try {
    const asked = JSON.parse(fs.readFileSync(0, "utf8"));
    const client = await database.open();
    try {
      await what(client, asked);
    } finally {
      await client.end();
    }
  } catch (error) {
    process.exitCode = error instanceof Refused ? REFUSED : 1;
    console.error(error instanceof Refused ? error.message : `the action failed: ${error.message}`);
  }
}

/** The administrator's number. Each of Medusa's users is one. */
async function administrator(client, email) {
  const there = await client.query('SELECT id FROM "user" WHERE lower(email) = lower($1) AND deleted_at IS NULL', [email]);
  if (there.rows[0]) return there.rows[0].id;
  const others = await client.query('SELECT email FROM "user" WHERE deleted_at IS NULL ORDER BY created_at LIMIT $1', [NAMED]);
  const named = others.rows.map((user) => user.email).join(", ");
  throw new Refused(`The shop has no administrator “${email}”. ${named ? `It has ${named}.` : "It has no other either."}`);
}

module.exports = { Refused, administrator, carryOut };
