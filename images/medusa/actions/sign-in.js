// Has an administrator signed in whoever comes with a token next: see lib/sign-in.js. It is given the token's digest.
const { SignInTokens } = require("../lib/sign-in-tokens");
const { administrator, carryOut } = require("./action");

carryOut(async (client, { account, digest }) => {
  await new SignInTokens(client).keep(digest, await administrator(client, account));
});
