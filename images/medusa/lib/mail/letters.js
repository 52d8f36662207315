// What mail says, as subject and text.

const LOCALE = "en";

function money(amount, currency) {
  return new Intl.NumberFormat(LOCALE, { style: "currency", currency }).format(Number(amount));
}

/** Lines that say something. */
function lines(...texts) {
  return texts.filter((text) => typeof text === "string" && text.trim() !== "").join("\n");
}

/** Where it goes, as one writes it on a parcel. */
function address(of) {
  if (!of) return "";
  const name = [of.first_name, of.last_name].filter(Boolean).join(" ");
  const town = [of.postal_code, of.city].filter(Boolean).join(" ");
  return lines(name, of.company, of.address_1, of.address_2, town, of.country_code?.toUpperCase());
}

function item({ quantity, title, variant_title: variant, unit_price: price }, currency) {
  const which = variant && !/^default/i.test(variant) ? ` (${variant})` : "";
  return `${Number(quantity)} × ${title}${which}: ${money(Number(price) * Number(quantity), currency)}`;
}

function orderPlaced(order, shop) {
  const { display_id: number, currency_code: currency, items, shipping_methods: ways, total, tax_total: tax } = order;
  const sent = ways.map(({ name, amount }) => `${name}: ${money(amount, currency)}`);
  const sums = lines(
    ...items.map((one) => item(one, currency)),
    ...sent,
    Number(tax) > 0 ? `Tax: ${money(tax, currency)}` : "",
    `Total: ${money(total, currency)}`,
  );
  const to = address(order.shipping_address);
  const parts = [`Thank you for your order at ${shop}. Its number is ${number}.`, sums, to && `It goes to\n${to}`];
  return { subject: `Your order ${number} at ${shop}`, text: `${parts.filter(Boolean).join("\n\n")}\n` };
}

function newPassword(link, shop) {
  const text = `Somebody, we think you, asked for a new password in the admin of ${shop}. Set it here, within 15 minutes:\n\n${link}\n\nIf it was not you, nothing has to be done.\n`;
  return { subject: `A new password for ${shop}`, text };
}

function invitation(link, shop) {
  const text = `You are invited to the admin of ${shop}. Choose a password here:\n\n${link}\n`;
  return { subject: `An invitation to ${shop}`, text };
}

module.exports = { invitation, newPassword, orderPlaced };
