// Sets an administrator's password, and ends all their sessions: whoever had the old one is out.
const scrypt = require("scrypt-kdf");

const settings = require("../lib/settings");
const { Refused, administrator, carryOut } = require("./action");

/** As Medusa's own provider has it, which reads it back out of the hash. */
const COST = { logN: 15, r: 8, p: 1 };

const UPDATE = `UPDATE provider_identity AS provider SET updated_at = now(),
    provider_metadata = jsonb_set(coalesce(provider.provider_metadata, '{}'), '{password}', to_jsonb($2::text))
  FROM auth_identity AS identity
  WHERE provider.auth_identity_id = identity.id AND provider.provider = 'emailpass'
    AND identity.app_metadata ->> 'user_id' = $1 AND provider.deleted_at IS NULL AND identity.deleted_at IS NULL`;

carryOut(async (client, { account, password }) => {
  const user = await administrator(client, account);
  const hash = await scrypt.kdf(password, COST);
  const { rowCount } = await client.query(UPDATE, [user, hash.toString("base64")]);
  if (rowCount === 0) throw new Refused(`“${account}” signs in without a password.`);
  await endSessions(user);
});

/** They are in the cache, where one is. */
async function endSessions(user) {
  if (!settings.redisUrl) return;
  const Redis = require("ioredis");
  const cache = new Redis(settings.redisUrl, { lazyConnect: true, connectTimeout: 3000, retryStrategy: () => null });
  await cache.connect();
  try {
    for await (const keys of cache.scanStream({ match: "sess:*", count: 1000 })) {
      const sessions = keys.length > 0 ? await cache.mget(keys) : [];
      const own = keys.filter((_, n) => sessions[n] && JSON.parse(sessions[n]).auth_context?.actor_id === user);
      if (own.length > 0) await cache.del(own);
    }
  } finally {
    cache.disconnect();
  }
}
