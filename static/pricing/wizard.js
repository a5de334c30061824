/* The new-job page: what keeps the place while the server answers, and what is saved under a name. */
(() => {
  "use strict";

  // Enter in a field shows what it would do; only the button makes the plan.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("#new-job input")) return;
    event.preventDefault();
    if (event.target.matches("[type=checkbox], [type=radio]")) event.target.click();
    else event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });

  document.addEventListener("click", (event) => {
    const more = event.target.closest?.("[data-show-more]");
    if (!more) return;
    document.getElementById("shown").value = more.dataset.showMore;
    document.getElementById("new-job").dispatchEvent(new Event("change", { bubbles: true }));
  });

  // The filter is saved by the page of saved filters; what it says is shown here.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-save-filter]");
    if (!button) return;
    const sent = new FormData(document.getElementById("new-job"));
    const name = document.getElementById("filter-name").value.trim();
    sent.set("name", name);
    sent.delete("next");
    button.disabled = true;
    try {
      const answer = await fetch(button.dataset.saveFilter, { method: "POST", body: sent });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const wrong = [...page.querySelectorAll("#save-filter .fr-error")].map((each) => each.textContent.trim());
      if (answer.ok) show("fr-text-good", `The filter is saved as “${name}”.`);
      else show("fr-error", wrong.join(" ") || "It was not saved. Load the page and try again.", answer.status === 409);
    } catch {
      show("fr-error", "The server was not reached, so it was not saved. Try again.");
    } finally {
      button.disabled = false;
      button.focus();
    }
  });

  /** Say how saving went; `taken`: the name is, and the filter of that name may be replaced. */
  function show(tone, said, taken = false) {
    const line = Object.assign(document.createElement("p"), { className: tone, textContent: said });
    const place = document.getElementById("filter-saved");
    place.replaceChildren(line);
    if (!taken) return;
    const label = Object.assign(document.createElement("label"), { className: "pr-check" });
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "replace", value: "1" });
    label.append(box, " Replace it");
    place.append(label);
  }

  // A list that the server sends anew stays where it was scrolled to.
  const places = new Map();
  document.addEventListener("htmx:beforeSwap", () => {
    for (const each of document.querySelectorAll("[data-keep-scroll]")) places.set(each.dataset.keepScroll, each.scrollTop);
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const each of document.querySelectorAll("[data-keep-scroll]")) each.scrollTop = places.get(each.dataset.keepScroll) || 0;
  });
})();
