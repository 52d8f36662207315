// Asks before a half-filled form is left: by a link, by Back, or with the page itself. Links within the form mean to leave it.
{
  const { unsent } = document.currentScript.dataset;
  let isMeant = false;

  const isHalfFilled = () => {
    const form = document.querySelector("#new-store");
    const isTyped = ({ type, value, defaultValue, dataset }) =>
      ["text", "email", "password"].includes(type) && value !== defaultValue && !("made" in dataset);
    return !isMeant && form !== null && [...form.elements].some(isTyped);
  };
  /** Whether one stays after all. */
  const stays = () => {
    if (!isHalfFilled()) return false;
    isMeant = confirm(unsent);
    return !isMeant;
  };

  addEventListener("input", () => (isMeant = false));
  addEventListener("submit", (event) => {
    isMeant = true;
    // The page's program sends it by itself, and may get it back.
    setTimeout(() => (isMeant = !event.defaultPrevented));
  });
  addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.("a[href]");
      const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
      if (!link || !isPlain || link.target === "_blank" || link.getAttribute("href").startsWith("#")) return;
      if (link.closest("#new-store")) isMeant = true;
      else if (stays()) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    },
    true,
  );
  globalThis.navigation?.addEventListener("navigate", (event) => {
    if (event.navigationType === "traverse" && event.cancelable && stays()) event.preventDefault();
  });
  addEventListener("beforeunload", (event) => isHalfFilled() && event.preventDefault());
}
