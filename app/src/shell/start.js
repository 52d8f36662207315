// Says in <html data-live> whether this page renews itself: "no" until a script runs, "starting", "yes", "stopped". The page's program
// beats while it lives; this is the part that is there when the program is not. What it says, its element has in the
// reader's language.
{
  const SILENT_CHECKS = 8;
  const CHECK_MS = 5000;
  const root = document.documentElement;
  let silent = 0;
  let note = null;
  let isOver = false;

  const tell = (sentence) => {
    if (note) return;
    root.dataset.live = "stopped";
    note = document.createElement("p");
    note.className = "stopped";
    note.setAttribute("role", "alert");
    const again = document.createElement("a");
    again.href = location.href;
    again.rel = "external";
    again.textContent = reload;
    note.append(sentence, " ", again);
    const show = () => note && document.body.prepend(note);
    if (document.body) show();
    else addEventListener("DOMContentLoaded", show);
  };
  const end = (sentence) => {
    isOver = true;
    tell(sentence);
  };
  const beat = () => {
    silent = 0;
    if (isOver) return;
    note?.remove();
    note = null;
    root.dataset.live = "yes";
  };
  const isTrap = (reason) => typeof WebAssembly === "object" && reason instanceof WebAssembly.RuntimeError;
  const { stopped, failed, late, reload } = document.currentScript.dataset;

  // So that a form that asks for it can begin with the time zone of whoever fills it in.
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const secure = location.protocol === "https:" ? "; secure" : "";
  if (timeZone) document.cookie = `zone=${timeZone}; path=/; max-age=31536000; samesite=lax${secure}`;
  if ("noModule" in HTMLScriptElement.prototype) root.dataset.live = "starting";
  addEventListener("storeyard:beat", beat);
  addEventListener("storeyard:failed", () => end(failed));
  addEventListener("storeyard:panic", () => end(stopped));
  addEventListener("error", (event) => isTrap(event.error) && end(stopped));
  addEventListener("unhandledrejection", (event) => isTrap(event.reason) && end(stopped));
  // What was typed would be lost by a reload that nobody asked for.
  addEventListener("input", (event) => {
    if (!event.target.closest("form.search, #palette")) root.dataset.typed = "";
  });
  // Checks are counted, not time: a machine that slept is not a program that stopped.
  setInterval(() => {
    silent = document.hidden ? 0 : silent + 1;
    if (silent >= SILENT_CHECKS && root.dataset.live !== "no") {
      tell(root.dataset.live === "starting" ? late : stopped);
    }
  }, CHECK_MS);
}
