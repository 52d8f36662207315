// Three products to see a new shop with.
const fs = require("node:fs");
const path = require("node:path");

const flows = require("@medusajs/medusa/core-flows");

const settings = require("./settings");

const ROOT = path.join(__dirname, "..");
/** Pieces of each. */
const STOCK = 100;

const SAMPLES = [
  {
    handle: "stoneware-mug",
    title: "Stoneware mug",
    description: "Thrown by hand, glazed inside, and safe in the dishwasher.",
    option: { title: "Glaze", values: ["Sand", "Slate"] },
    amounts: [14, 14],
  },
  {
    handle: "linen-apron",
    title: "Linen apron",
    description: "Heavy washed linen with two pockets and long straps.",
    option: { title: "Size", values: ["Short", "Long"] },
    amounts: [39, 42],
  },
  {
    handle: "oak-board",
    title: "Oak board",
    description: "A board for bread and cheese, oiled and ready to use.",
    option: { title: "Size", values: ["One size"] },
    amounts: [28],
  },
];

/** Makes the samples that are not there, each with a picture and something in stock. */
async function createProducts(shop, { channel, profile, location }) {
  const products = [];
  for (const sample of SAMPLES) {
    const there = await shop.first("product", ["id"], { handle: sample.handle });
    if (!there) products.push(product(sample, channel, profile));
  }
  if (products.length > 0) await shop.run(flows.createProductsWorkflow, { products });
  await stock(shop, location);
}

function product({ handle, title, description, option, amounts }, channel, profile) {
  const url = `${settings.url}/static/${picture(handle)}`;
  const variants = option.values.map((value, at) => ({
    title: value,
    sku: `${handle}-${value}`.toLowerCase().replaceAll(" ", "-"),
    options: { [option.title]: value },
    prices: [{ amount: amounts[at], currency_code: settings.currency }],
  }));
  return {
    handle,
    title,
    description,
    status: "published",
    options: [option],
    variants,
    images: [{ url }],
    thumbnail: url,
    sales_channels: [{ id: channel.id }],
    shipping_profile_id: profile.id,
  };
}

/** Puts a sample's picture where uploads are; the owner may delete it there. */
function picture(handle) {
  const name = `${handle}.svg`;
  fs.copyFileSync(path.join(ROOT, "samples", name), path.join(ROOT, "static", name));
  return name;
}

async function stock(shop, location) {
  const skus = SAMPLES.flatMap((sample) => product(sample, {}, {}).variants.map((variant) => variant.sku));
  const { data: items } = await shop.query.graph({
    entity: "inventory_item",
    fields: ["id", "location_levels.id"],
    filters: { sku: skus },
  });
  const inventory_levels = items
    .filter((item) => item.location_levels.length === 0)
    .map((item) => ({ inventory_item_id: item.id, location_id: location.id, stocked_quantity: STOCK }));
  if (inventory_levels.length > 0) await shop.run(flows.createInventoryLevelsWorkflow, { inventory_levels });
}

module.exports = { createProducts };
