// What a storefront has to know of the shop and Medusa's own routes do not tell: what it is called, and where it sells where a visitor says
// nothing of that. Like all below /store it is for whoever has the publishable key.
const { ContainerRegistrationKeys } = require("@medusajs/framework/utils");

async function GET(request, answer) {
  const query = request.scope.resolve(ContainerRegistrationKeys.QUERY);
  const { data } = await query.graph({ entity: "store", fields: ["name", "default_region_id"] });
  const [{ name, default_region_id }] = data;
  answer.json({ name, default_region_id });
}

module.exports = { GET };
