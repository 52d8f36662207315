// What a new shop is set up with, once: from then on it is its owner's, and what they change or delete stays so. A set-up that was cut off is
// done again, so each step looks first for what it makes.
const { ContainerRegistrationKeys, Modules } = require("@medusajs/framework/utils");
const flows = require("@medusajs/medusa/core-flows");

const { createAdmin } = require("./admin");
const { Marks } = require("./marks");
const { createProducts } = require("./products");
const settings = require("./settings");

const DONE = "set-up";
const PAYMENT = "pp_system_default";
const FULFILMENT = "manual_manual";
const DELIVERY = "Delivery";
/** In whatever the currency is: the owner sets the real one. */
const DELIVERY_PRICE = 5;

async function setup(container) {
  const knex = container.resolve(ContainerRegistrationKeys.PG_CONNECTION);
  const marks = new Marks((text) => knex.raw(text));
  if (await marks.get(DONE)) return;
  console.log("setting the shop up");
  const shop = new Shop(container, knex);
  await shop.make();
  await createAdmin(container, settings.secret("admin-email"), settings.secret("admin-password"));
  await marks.set(DONE, new Date().toISOString());
}

class Shop {
  constructor(container, knex) {
    this.container = container;
    this.knex = knex;
    this.query = container.resolve(ContainerRegistrationKeys.QUERY);
    this.link = container.resolve(ContainerRegistrationKeys.LINK);
  }

  async make() {
    const store = await this.first("store", ["id", "default_sales_channel_id"]);
    const channel = await this.channel(store);
    await this.key();
    const region = await this.region();
    await this.tax();
    const location = await this.location(channel);
    const profile = await this.profile();
    await this.delivery(location, profile, region);
    await this.run(flows.updateStoresWorkflow, {
      selector: { id: store.id },
      update: {
        name: settings.title,
        supported_currencies: [{ currency_code: settings.currency, is_default: true }],
        default_region_id: region.id,
        default_location_id: location.id,
      },
    });
    if (settings.sampleProducts) await createProducts(this, { channel, profile, location });
  }

  async first(entity, fields, filters = {}) {
    const { data } = await this.query.graph({ entity, fields, filters });
    return data[0];
  }

  async run(workflow, input) {
    const { result } = await workflow(this.container).run({ input });
    return result;
  }

  /** Medusa makes one when it is first loaded, and a key for it. */
  async channel(store) {
    const id = store.default_sales_channel_id;
    await this.run(flows.updateSalesChannelsWorkflow, { selector: { id }, update: { name: "Online shop", description: "" } });
    return { id };
  }

  /** The key that pages of the shop are known by is the platform's: it is told there, and has not to be read back from here. */
  async key() {
    const token = settings.secret("publishable-key");
    const key = await this.first("api_key", ["id"], { type: "publishable" });
    const redacted = `${token.slice(0, 6)}***${token.slice(-3)}`;
    await this.knex("api_key").where({ id: key.id }).update({ token, redacted, title: "Storefront" });
  }

  async region() {
    const name = new Intl.DisplayNames(["en"], { type: "region" }).of(settings.country.toUpperCase());
    const there = await this.first("region", ["id"], { name });
    if (there) return there;
    const { currency, country } = settings;
    const region = { name, currency_code: currency, countries: [country], payment_providers: [PAYMENT] };
    const [made] = await this.run(flows.createRegionsWorkflow, { regions: [region] });
    return made;
  }

  /** Without a rate: which one holds, only the owner knows. */
  async tax() {
    const country_code = settings.country;
    if (await this.first("tax_region", ["id"], { country_code })) return;
    await this.run(flows.createTaxRegionsWorkflow, [{ country_code, provider_id: "tp_system" }]);
  }

  async location(channel) {
    const name = "Warehouse";
    const address = { address_1: "", country_code: settings.country.toUpperCase() };
    const there = await this.first("stock_location", ["id"], { name });
    const [location] = there
      ? [there]
      : await this.run(flows.createStockLocationsWorkflow, { locations: [{ name, address }] });
    await this.link.create({
      [Modules.STOCK_LOCATION]: { stock_location_id: location.id },
      [Modules.FULFILLMENT]: { fulfillment_provider_id: FULFILMENT },
    });
    await this.run(flows.linkSalesChannelsToStockLocationWorkflow, { id: location.id, add: [channel.id] });
    return location;
  }

  async profile() {
    const there = await this.first("shipping_profile", ["id"], { type: "default" });
    if (there) return there;
    const profile = { name: "Default Shipping Profile", type: "default" };
    const [made] = await this.run(flows.createShippingProfilesWorkflow, { data: [profile] });
    return made;
  }

  async delivery(location, profile, region) {
    if (await this.first("shipping_option", ["id"], { name: DELIVERY })) return;
    const zone = await this.zone(location);
    const prices = [
      { currency_code: settings.currency, amount: DELIVERY_PRICE },
      { region_id: region.id, amount: DELIVERY_PRICE },
    ];
    const option = {
      name: DELIVERY,
      price_type: "flat",
      provider_id: FULFILMENT,
      service_zone_id: zone.id,
      shipping_profile_id: profile.id,
      type: { label: DELIVERY, description: "To your door", code: "delivery" },
      prices,
      rules: [
        { attribute: "enabled_in_store", operator: "eq", value: "true" },
        { attribute: "is_return", operator: "eq", value: "false" },
      ],
    };
    await this.run(flows.createShippingOptionsWorkflow, [option]);
  }

  /** Where the shop delivers to: its own country. */
  async zone(location) {
    const there = await this.first("fulfillment_set", ["id", "service_zones.id"], { name: DELIVERY });
    const set = there ?? (await this.fulfilmentSet());
    await this.link.create({
      [Modules.STOCK_LOCATION]: { stock_location_id: location.id },
      [Modules.FULFILLMENT]: { fulfillment_set_id: set.id },
    });
    return set.service_zones[0];
  }

  fulfilmentSet() {
    const geo_zones = [{ type: "country", country_code: settings.country }];
    return this.container
      .resolve(Modules.FULFILLMENT)
      .createFulfillmentSets({ name: DELIVERY, type: "shipping", service_zones: [{ name: "Home", geo_zones }] });
  }
}

module.exports = { setup };
