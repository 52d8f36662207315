// What happens in the shop that somebody is told by mail.
const { ContainerRegistrationKeys, Modules } = require("@medusajs/framework/utils");

const letters = require("../../lib/mail/letters");
const settings = require("../../lib/settings");

const ORDER = [
  "id", "display_id", "email", "currency_code", "total", "tax_total", "items.*", "shipping_methods.*", "shipping_address.*",
];

const EVENTS = { "order.placed": orderPlaced, "auth.password_reset": newPassword, "invite.created": invited, "invite.resent": invited };

async function orderPlaced({ id }, first, shop) {
  const order = await first("order", ORDER, { id });
  return { to: order.email, letter: letters.orderPlaced(order, shop), about: id };
}

/** An administrator's. A customer's is set in a storefront, which alone knows where. */
async function newPassword({ entity_id: email, actor_type: who, token }, _, shop) {
  if (who !== "user") return undefined;
  const link = `${settings.url}/app/reset-password?${new URLSearchParams({ token, email })}`;
  return { to: email, letter: letters.newPassword(link, shop) };
}

async function invited({ id }, first, shop) {
  const { email, token } = await first("invite", ["email", "token"], { id });
  const link = `${settings.url}/app/invite?${new URLSearchParams({ token })}`;
  return { to: email, letter: letters.invitation(link, shop) };
}

async function mail({ event: { name, data }, container }) {
  if (!settings.mail) return;
  const query = container.resolve(ContainerRegistrationKeys.QUERY);
  const first = async (entity, fields, filters = {}) => (await query.graph({ entity, fields, filters })).data[0];
  const shop = (await first("store", ["name"])).name;
  const { to, letter, about } = (await EVENTS[name](data, first, shop)) ?? {};
  if (!to) return;
  // What is about one thing is told once, also where the process that told it was cut off.
  const once = about && { resource_id: about, idempotency_key: `${name} ${about}` };
  const notification = { to, channel: "email", template: name, content: letter, data: { shop }, trigger_type: name, ...once };
  await container
    .resolve(Modules.NOTIFICATION)
    .createNotifications(notification)
    .catch((error) => container.resolve(ContainerRegistrationKeys.LOGGER).error(error.message));
}

module.exports = { default: mail, config: { event: Object.keys(EVENTS), context: { subscriberId: "storeyard-mail" } } };
