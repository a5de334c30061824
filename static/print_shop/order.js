/* Orders: choices take effect at once, the payment page is opened, and how far it is follows. */

import { ask } from "print-shop/api";
import { watch } from "print-shop/live";

// Forms that are sent by themselves when something in them was chosen.
for (const form of document.querySelectorAll("form[data-self]")) {
  form.classList.add("is-scripted");
  form.addEventListener("change", () => { if (form.reportValidity()) form.requestSubmit(); });
}
document.getElementById("summary")?.focus();

/* By script the browser's own way back from the payment page leads here. */
async function pay(event) {
  const form = event.target;
  if (!form.matches("#pay, [data-pay]")) return;
  event.preventDefault();
  const button = form.querySelector("button"), said = document.getElementById("pay-error");
  button.disabled = true;
  said.textContent = "";
  try {
    const answer = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { Accept: "application/json" },
      credentials: "same-origin", signal: AbortSignal.timeout(30_000),
    });
    const told = await answer.json();
    if (told.url) return location.assign(told.url);
    said.textContent = told.said;
  } catch {
    said.textContent = "The payment page could not be opened. Nothing was charged: try again.";
  }
  button.disabled = false;
}
document.addEventListener("submit", pay);
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("#pay button, [data-pay] button")) button.disabled = false;
});

const place = document.getElementById("standing");
if (place) {
  const part = () => place.firstElementChild;
  let asked = 0;
  const look = async () => {
    const url = new URL(place.dataset.url, location.href);
    // Stripe is asked once if its word is not there after a while.
    asked += 1;
    if (place.dataset.cameBack !== undefined && asked === 2) url.searchParams.set("ask", "1");
    const answer = await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout(15_000) });
    if (!answer.ok) return answer.status !== 404;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
    if (next.dataset.stamp !== part().dataset.stamp || next.dataset.tone !== part().dataset.tone) {
      const held = place.contains(document.activeElement);
      part().replaceWith(next);
      if (held) document.getElementById("main").focus();
    }
    return part().dataset.waits === "yes" || Boolean(place.dataset.ticket);
  };
  if (part().dataset.waits === "yes" || place.dataset.ticket) {
    watch({ topics: [place.dataset.topic], ticket: place.dataset.ticket, every: part().dataset.waits === "yes" ? 2 : 20, look });
  }
}
