// The cache is waited for here: Medusa tries it once, and ends where it does not answer.
const { once } = require("node:events");
const net = require("node:net");

const settings = require("./settings");
const { waitFor } = require("./wait");

const PATIENCE = 3000;

async function open({ hostname: host, port }) {
  const socket = net.connect({ host, port: Number(port) });
  socket.setTimeout(PATIENCE, () => socket.destroy(new Error("it does not answer")));
  try {
    await once(socket, "connect");
  } finally {
    socket.destroy();
  }
}

/** Comes back as soon as the cache answers, where the shop has one. */
async function answers() {
  if (settings.redisUrl) await waitFor("the cache", () => open(new URL(settings.redisUrl)));
}

module.exports = { answers };
