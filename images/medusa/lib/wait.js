// How the shop waits for what comes up beside it: a process that ended and were started again would take longer.
const { setTimeout: sleep } = require("node:timers/promises");

const PAUSE = 150;

/** What `attempt` comes to, as soon as it does not fail. */
async function waitFor(what, attempt) {
  let told;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      // Of several addresses that were tried there is a code alone.
      const why = error.message || error.code;
      if (why !== told) console.log(`waiting for ${what}: ${why}`);
      told = why;
      await sleep(PAUSE);
    }
  }
}

module.exports = { waitFor };
