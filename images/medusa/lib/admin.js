// The shop's administrator.
const { Modules } = require("@medusajs/framework/utils");
const { createUsersWorkflow } = require("@medusajs/medusa/core-flows");

const PROVIDER = "emailpass";

/** Makes the administrator, who signs in with this e-mail address and password. */
async function createAdmin(container, email, password) {
  const [there] = await container.resolve(Modules.USER).listUsers({ email });
  const user = there ?? (await createUsersWorkflow(container).run({ input: { users: [{ email }] } })).result[0];
  const auth = container.resolve(Modules.AUTH);
  const identity = await identify(auth, email, password);
  await auth.updateAuthIdentities({ id: identity.id, app_metadata: { user_id: user.id } });
}

/** Who signs in so: one that a set-up left that was cut off is given the password. */
async function identify(auth, email, password) {
  const [there] = await auth.listAuthIdentities({ provider_identities: { entity_id: email, provider: PROVIDER } });
  const { success, error, authIdentity } = there
    ? await auth.updateProvider(PROVIDER, { entity_id: email, password })
    : await auth.register(PROVIDER, { body: { email, password } });
  if (!success) throw new Error(`its administrator cannot be made: ${error}`);
  return there ?? authIdentity;
}

module.exports = { createAdmin };
