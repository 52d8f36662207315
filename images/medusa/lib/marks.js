// What has been done to a shop's database, kept in it and apart from Medusa's own tables.
const TABLE = "storeyard.marks";

class Marks {
  #query;

  /** `query(text, values)` answers with rows. */
  constructor(query) {
    this.#query = query;
  }

  /** What writes a mark, as text. */
  static statement(name, value) {
    return `INSERT INTO ${TABLE} (name, value) VALUES ('${name}', '${value}') ON CONFLICT (name) DO UPDATE SET value = excluded.value;`;
  }

  async make() {
    await this.#query("CREATE SCHEMA IF NOT EXISTS storeyard");
    await this.#query(`CREATE TABLE IF NOT EXISTS ${TABLE} (name text PRIMARY KEY, value text NOT NULL)`);
  }

  async get(name) {
    const { rows } = await this.#query(`SELECT value FROM ${TABLE} WHERE name = '${name}'`);
    return rows[0]?.value;
  }

  async set(name, value) {
    await this.#query(Marks.statement(name, value));
  }
}

module.exports = { Marks };
