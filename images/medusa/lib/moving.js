// A shop that was moved to another address: where files are kept by an address of the shop's, that is brought to the new one.
const settings = require("./settings");

const MARK = "url";

/** Whatever Medusa's version, so are the columns called that hold one. */
const PLACES = `SELECT table_name AS table, column_name AS column FROM information_schema.columns
  WHERE table_schema = 'public' AND column_name IN ('url', 'thumbnail') AND data_type = 'text'`;

/** Does nothing where the shop is where it was. */
async function follow(client, marks) {
  const from = await marks.get(MARK);
  if (from === settings.url) return;
  await client.query("BEGIN");
  if (from) console.log(`moved from ${from} to ${settings.url}: ${await rewrite(client, from)} addresses of files rewritten`);
  await marks.set(MARK, settings.url);
  await client.query("COMMIT");
}

async function rewrite(client, from) {
  let changed = 0;
  const { rows } = await client.query(PLACES);
  for (const { table, column } of rows) {
    // With the slash it is not the beginning of a longer name.
    const { rowCount } = await client.query(
      `UPDATE "${table}" SET "${column}" = $2::text || substr("${column}", length($1) + 1) WHERE starts_with("${column}", $1)`,
      [`${from}/`, `${settings.url}/`],
    );
    changed += rowCount;
  }
  return changed;
}

module.exports = { follow };
