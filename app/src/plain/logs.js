// Follows a log: asks for what was written since, puts it below what is there, and stops where somebody scrolls up to read.
{
  const MOST = 5000;
  const AGAIN_MS = [1000, 2000, 5000, 10000];
  const log = document.getElementById("log");
  const list = log.querySelector("ol");
  const follow = document.getElementById("log-follow");
  const copy = document.getElementById("log-copy");
  const said = document.getElementById("log-said");
  const title = document.getElementById("log-title");
  let cursor = log.dataset.cursor;
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
    title.textContent = `${list.childElementCount} lines, the newest last`;
    if (stays) toEnd();
  };

  /** Asks once; false where there is no use in asking again. */
  const ask = async (signal) => {
    const { since } = log.dataset;
    const address = `${since}${since.includes("?") ? "&" : "?"}after=${encodeURIComponent(cursor)}`;
    const answer = await fetch(address, { signal, redirect: "manual" });
    if (answer.type === "opaqueredirect") {
      say("You are signed out. Reload to sign in.");
      return false;
    }
    const text = await answer.text();
    if (answer.status === 404 || answer.status === 429) {
      say(answer.status === 404 ? "This store is gone." : text);
      return false;
    }
    if (!answer.ok) throw new Error(text);
    cursor = answer.headers.get("x-cursor") ?? cursor;
    if (text) add(text);
    return true;
  };

  const run = async () => {
    const own = (request = new AbortController());
    follow.textContent = "Pause";
    say("Following");
    let failures = 0;
    let goesOn = true;
    while (goesOn && request === own) {
      await seen();
      try {
        goesOn = await ask(own.signal);
        if (failures > 0) say("Following");
        failures = 0;
      } catch {
        if (own.signal.aborted) return;
        say("The connection is lost. Trying again.");
        await pause(AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)]);
        failures += 1;
      }
    }
    if (request === own) stop();
  };
  const stop = (sentence) => {
    request?.abort();
    request = null;
    follow.textContent = "Follow";
    if (sentence) say(sentence);
  };

  follow.addEventListener("click", () => {
    if (request) return stop("Paused");
    toEnd();
    run();
  });
  // By a person only: what is added scrolls to the end by itself.
  const read = () => request && !isAtEnd() && stop("Paused while you read");
  for (const by of ["wheel", "touchmove", "keyup", "pointerup"])
    log.addEventListener(by, () => requestAnimationFrame(read), { passive: true });

  copy.addEventListener("click", async () => {
    const lines = [...list.children].map((line) => line.innerText.replace(/\s*\n\s*/g, " ")).join("\n");
    try {
      await navigator.clipboard.writeText(lines);
      say("Copied");
    } catch {
      getSelection().selectAllChildren(list);
      say("Selected: copy it with your keyboard.");
    }
  });

  follow.hidden = copy.hidden = false;
  toEnd();
  run();
}
