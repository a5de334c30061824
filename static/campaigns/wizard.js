/* The page of a new campaign: a trigger is taken out, and those after it move up. */
(() => {
  "use strict";

  const fields = (n) => [...document.querySelectorAll(`#trigger-${n} :is(select, input)`)];

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-remove-trigger]");
    if (!button) return;
    for (let n = Number(button.dataset.removeTrigger); fields(n).length; n += 1) {
      const after = fields(n + 1);
      fields(n).forEach((field, place) => { field.value = after[place]?.value ?? (field.options?.[0].value ?? ""); });
    }
    document.getElementById("new-job").dispatchEvent(new Event("change", { bubbles: true }));
    document.querySelector(`#trigger-${button.dataset.removeTrigger} select`).focus();
  });
})();
