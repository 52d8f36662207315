// Follows a log: asks for what was written since, puts it below what is there, and stops where somebody scrolls up to read. What it says,
// the log has in the reader's language.
{
  const MOST = 5000;
  const AGAIN_MS = [1000, 2000, 5000, 10000];
  const log = document.getElementById("log");
  const list = log.querySelector("ol");
  const follow = document.getElementById("log-follow");
  const copy = document.getElementById("log-copy");
  const said = document.getElementById("log-said");
  const title = document.getElementById("log-title");
  const says = log.dataset;
  let cursor = says.cursor;
  let request = null;

  const say = (sentence) => (said.textContent = sentence);
  const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const toEnd = () => (log.scrollTop = log.scrollHeight);
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const seen = () =>
    document.hidden &&
    new Promise((resolve) => addEventListener("visibilitychange", resolve, { once: true }));

  const add = (lines) => {
    const stays = isAtEnd();
    list.insertAdjacentHTML("beforeend", lines);
    while (list.childElementCount > MOST) list.firstElementChild.remove();
    title.textContent = says.count.replace("{}", list.childElementCount);
    if (stays) toEnd();
  };

  /** Asks once; false where there is no use in asking again. */
  const ask = async (signal) => {
    const { since } = says;
    const address = `${since}${since.includes("?") ? "&" : "?"}after=${encodeURIComponent(cursor)}`;
    const answer = await fetch(address, { signal, redirect: "manual" });
    if (answer.type === "opaqueredirect") {
      say(says.signedOut);
      return false;
    }
    const text = await answer.text();
    if (answer.status === 404 || answer.status === 429) {
      say(answer.status === 404 ? says.gone : text);
      return false;
    }
    if (!answer.ok) throw new Error(text);
    cursor = answer.headers.get("x-cursor") ?? cursor;
    if (text) add(text);
    return true;
  };

  const run = async () => {
    const own = (request = new AbortController());
    follow.textContent = says.pause;
    say(says.following);
    let failures = 0;
    let goesOn = true;
    while (goesOn && request === own) {
      await seen();
      try {
        goesOn = await ask(own.signal);
        if (failures > 0) say(says.following);
        failures = 0;
      } catch {
        if (own.signal.aborted) return;
        say(says.lost);
        await pause(AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)]);
        failures += 1;
      }
    }
    if (request === own) stop();
  };
  const stop = (sentence) => {
    request?.abort();
    request = null;
    follow.textContent = says.follow;
    if (sentence) say(sentence);
  };

  follow.addEventListener("click", () => {
    if (request) return stop(says.paused);
    toEnd();
    run();
  });
  // By a person only: what is added scrolls to the end by itself.
  const read = () => request && !isAtEnd() && stop(says.reading);
  for (const by of ["wheel", "touchmove", "keyup", "pointerup"])
    log.addEventListener(by, () => requestAnimationFrame(read), { passive: true });

  copy.addEventListener("click", async () => {
    const lines = [...list.children].map((line) => line.innerText.replace(/\s*\n\s*/g, " ")).join("\n");
    try {
      await navigator.clipboard.writeText(lines);
      say(says.copied);
    } catch {
      getSelection().selectAllChildren(list);
      say(says.marked);
    }
  });

  follow.hidden = copy.hidden = false;
  toEnd();
  run();
}
