// Where the dashboard's “Open admin” leads: whoever comes with a token is signed in as the administrator that it was made for, once.
const database = require("./database");
const { SignInTokens } = require("./sign-in-tokens");

const PATH = "/auth/storeyard-sign-in";
const ADMIN = "/app/";
const HEADERS = { "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex" };

const NOT_SIGNED_IN = `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not signed in</title>
<h1>Not signed in</h1>
<p>This way in was used already, or is older than a minute. Go back to the store's page and press “Open admin” again.</p>
</html>
`;

const WHO = `SELECT identity.id AS identity, account.id AS account
  FROM auth_identity AS identity JOIN "user" AS account ON identity.app_metadata ->> 'user_id' = account.id
  WHERE account.id = $1 AND account.deleted_at IS NULL AND identity.deleted_at IS NULL LIMIT 1`;

/** To be used after Medusa is loaded, which knows sessions. */
async function signIn(request, answer) {
  answer.set(HEADERS);
  const { token } = request.query;
  const who = request.method === "GET" && typeof token === "string" ? await whoComes(token) : undefined;
  if (!who) return answer.status(403).type("html").send(NOT_SIGNED_IN);
  await anew(request.session);
  request.session.auth_context = {
    actor_id: who.account,
    actor_type: "user",
    auth_identity_id: who.identity,
    app_metadata: { user_id: who.account },
    user_metadata: {},
  };
  return answer.redirect(ADMIN);
}

async function whoComes(token) {
  const client = await database.open();
  try {
    const user = await new SignInTokens(client).use(token);
    if (!user) return undefined;
    const { rows } = await client.query(WHO, [user]);
    return rows[0];
  } finally {
    await client.end();
  }
}

/** Nobody else knows the session that comes of it. */
function anew(session) {
  return new Promise((resolve, reject) => session.regenerate((error) => (error ? reject(error) : resolve())));
}

module.exports = {
  PATH,
  signIn: (request, answer, next) => signIn(request, answer).catch(next),
};
