// Tokens that are each good for one sign-in, within a minute, named by their digests: only whoever asked for one has the token itself.
const crypto = require("node:crypto");

const TABLE = "storeyard.sign_in_tokens";
const SECONDS = 60;

class SignInTokens {
  #client;

  constructor(client) {
    this.#client = client;
  }

  async make() {
    const columns = "digest text PRIMARY KEY, user_id text NOT NULL, ends timestamptz NOT NULL";
    await this.#client.query(`CREATE TABLE IF NOT EXISTS ${TABLE} (${columns})`);
  }

  async keep(digest, user) {
    if (!/^[0-9a-f]{64}$/.test(digest)) throw new Error("the digest of the token is none");
    await this.#client.query(`DELETE FROM ${TABLE} WHERE ends < now()`);
    const ends = `now() + interval '${SECONDS} seconds'`;
    await this.#client.query(
      `INSERT INTO ${TABLE} VALUES ($1, $2, ${ends}) ON CONFLICT (digest) DO UPDATE SET user_id = $2, ends = ${ends}`,
      [digest, user],
    );
  }

  /** The user whom it signs in, once: of two who come with it, one deletes the row. */
  async use(token) {
    const digest = crypto.createHash("sha256").update(token).digest("hex");
    const { rows } = await this.#client.query(
      `DELETE FROM ${TABLE} WHERE digest = $1 RETURNING user_id, ends >= now() AS is_good`,
      [digest],
    );
    return rows[0]?.is_good ? rows[0].user_id : undefined;
  }
}

module.exports = { SignInTokens };
