/* The designer: controls, stage, undo, the picture, and what is said about it. */

import { ask } from "print-shop/api";
import { backdropOf, read, spell, write } from "print-shop/controls";
import { History } from "print-shop/history";
import { watch } from "print-shop/live";
import { Saver } from "print-shop/saver";
import { Stage } from "print-shop/stage";
import { uploads } from "print-shop/upload";

const of = (id) => document.getElementById(id);
const told = JSON.parse(of("told").textContent);
const form = of("controls"), picture = of("picture");
const LEVELS = { excellent: "Excellent", good: "Good", soft: "A little soft", too_small: "Too small" };
const GOING = 220; // milliseconds without a movement after which its true picture is asked for

let state = { document: told.document, size: told.size };
let photo = told.photo, shown = 0;
const history = new History(state);

const stage = new Stage({
  element: of("stage"), quick: of("quick"), shapes: told.shapes, unit: told.unit,
  now: () => ({ doc: state.document, size: told.sizes[state.size], pixels: photo, url: photo.url }),
  moved: (placed, key, going) => change({ ...state.document, photo: placed }, key, { pause: going ? GOING : undefined }),
});

const saver = new Saver({ url: told.api, tell, show, refuse });

function change(doc, key, { pause, size = state.size } = {}) {
  state = { document: doc, size };
  history.push(state, key);
  follow(pause);
}

function follow(pause) {
  write(form, state.document, state.size);
  of("undo").disabled = !history.canUndo;
  of("redo").disabled = !history.canRedo;
  of("wrong").textContent = "";
  for (const each of form.querySelectorAll("[aria-invalid=true]")) each.removeAttribute("aria-invalid");
  for (const id of ["name.text-error", "text.text-error"]) of(id).textContent = "";
  saver.change(state, { pause });
}

/* What was kept, in words, and never by colour alone. */
let counting = null;
function tell(what, seconds = 0, kept = false) {
  clearInterval(counting);
  of("saved").dataset.state = what;
  const say = (words) => { if (of("saved-words").textContent !== words) of("saved-words").textContent = words; };
  if (what === "saved") say("Saved");
  else if (what === "saving") say("Saving …");
  else if (what === "offline") say("No connection. Trying again; keep this page open");
  else if (what === "refused") say("Not saved");
  else if (what === "gone") say("Not saved: this design is gone");
  else if (what === "wait") {
    say(`${kept ? "Saved. The" : "The"} picture follows in ${seconds} seconds: that were many at once`);
    counting = setInterval(() => {
      seconds -= 1;
      if (seconds <= 0) clearInterval(counting);
      // Every second would be too much to be read out.
      else of("saved-words").setAttribute("aria-label", `${seconds}`);
    }, 1000);
  }
}

async function show(answer) {
  const number = (shown += 1);
  const { design } = answer;
  verdict(design.resolution);
  const next = new Image();
  next.src = answer.preview_image_url;
  try {
    await next.decode();
  } catch {
    return; // the picture before stays; the next change brings another
  }
  if (number !== shown) return;
  of("stage").style.setProperty("--ratio", answer.width / answer.height);
  picture.width = answer.width;
  picture.height = answer.height;
  picture.src = answer.preview_image_url;
  picture.dataset.digest = design.digest;
  if (saver.settled) stage.rest();
  dispatchEvent(new CustomEvent("print-shop:picture", { detail: design.digest }));
  letters(design.document);
}

function verdict({ level, words }) {
  of("verdict").dataset.level = level;
  of("verdict-level").textContent = LEVELS[level];
  // Changed only when it says something else: it is read out.
  if (of("verdict-words").textContent !== words) of("verdict-words").textContent = words;
}

let looked = lettersOf(told.document);
function lettersOf(doc) {
  return JSON.stringify([doc.name.text, doc.text.text, doc.name.font, doc.text.font]);
}
async function letters(doc) {
  if (lettersOf(doc) === looked) return;
  looked = lettersOf(doc);
  const { lost } = await ask("GET", `${location.pathname}letters/`).catch(() => ({ lost: [] }));
  of("lost").hidden = !lost.length;
  of("lost-letters").textContent = lost.join(", ");
}

function refuse(refusal) {
  let placed = false;
  for (const { pointer = "", detail = "" } of refusal.errors) {
    const name = pointer.replace(/^#\/document\//, "").replaceAll("/", ".");
    const said = of(`${name}-error`);
    if (!said) continue;
    said.textContent = detail;
    of(name)?.setAttribute("aria-invalid", "true");
    placed = true;
  }
  if (refusal.code === "size-gone") of("size-error").textContent = refusal.message;
  else if (!placed) of("wrong").textContent = refusal.message;
}

/* What still lies as it lay at first is laid anew for another format; what was moved stays. */
function fitted(doc, before, after) {
  const next = structuredClone(doc);
  for (const [section, keys] of [["frame", ["size"]], ["name", ["size", "x", "y"]], ["text", ["size", "x", "y"]]]) {
    if (keys.every((key) => doc[section][key] === before[section][key])) {
      for (const key of keys) next[section][key] = after[section][key];
    }
  }
  return next;
}

form.addEventListener("input", ({ target }) => {
  if (target.name === "size") {
    of("size-error").textContent = "";
    of("order-name").textContent = told.sizes[target.value].name;
    of("order-price").textContent = target.parentElement.querySelector(".soft").textContent;
    document.querySelector("#order button").disabled = false;
    return change(fitted(state.document, told.sizes[state.size].start, told.sizes[target.value].start), "size", { size: target.value });
  }
  if (target.name === "backdrop") return change({ ...state.document, background: backdropOf(target.value) }, "backdrop");
  if (target.dataset.colourOf) {
    const [section, key] = target.dataset.colourOf.split(".");
    return change({ ...state.document, [section]: { ...state.document[section], [key]: target.value } }, target.dataset.colourOf, { pause: 150 });
  }
  if (target.id.startsWith("background-")) {
    const kind = of("background-kind").value;
    const colours = [of("background-top").value, of("background-bottom").value];
    return change({ ...state.document, background: { kind, colours: kind === "plain" ? colours.slice(0, 1) : colours } }, "backdrop", { pause: 150 });
  }
  if (!target.name.includes(".")) return;
  let doc = read(state.document, target);
  const moves = target.name.startsWith("photo.");
  if (moves) doc = { ...doc, photo: stage.tidy(doc.photo) };
  change(doc, target.name, { pause: target.type === "range" ? 120 : undefined });
  if (moves) stage.sketch();
});
form.addEventListener("submit", (event) => event.preventDefault());

function travel(next) {
  if (!next) return;
  state = next;
  follow();
  stage.sketch();
}
of("undo").addEventListener("click", () => travel(history.undo()));
of("redo").addEventListener("click", () => travel(history.redo()));
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (event.target.matches?.("input[type=text], textarea")) return; // typing has an undo of its own
  const key = event.key.toLowerCase();
  if (key === "z" || key === "y") {
    event.preventDefault();
    travel(key === "y" || event.shiftKey ? history.redo() : history.undo());
  }
});
of("centre").addEventListener("click", () => {
  change({ ...state.document, photo: { ...state.document.photo, x: 0, y: 0, zoom: 1, rotation: 0 } }, "centre");
  stage.sketch();
});
of("start-over").addEventListener("click", () => {
  const { start } = told.sizes[state.size];
  change({ ...start, photo: { ...start.photo, id: photo.id } }, "start over");
  stage.sketch();
});

uploads({
  drop: of("stage"),
  taken(next) {
    photo = next;
    change({ ...state.document, photo: { id: next.id, x: 0, y: 0, zoom: 1, rotation: 0 } }, "photo");
    stage.sketch();
  },
});

/* A close look: drawn from the whole photo by a worker. */
const dialog = of("close-look");
let unwatch = null;
of("fine").addEventListener("click", async () => {
  const say = (words) => { of("close-look-words").textContent = words; };
  of("close-look-picture").hidden = true;
  say("Drawing it from your whole photo …");
  dialog.showModal();
  unwatch?.();
  try {
    await saver.done();
    const { job_id: job } = await ask("POST", `${told.api}preview/?quality=high`, { body: {} });
    unwatch = watch({
      topics: [`render.${job}`, `design.${told.design}`], ticket: told.ticket, every: 0.7,
      async look() {
        const render = await ask("GET", `/api/jobs/${job}/`);
        if (render.status === "completed") {
          of("close-look-picture").src = render.image_url;
          of("close-look-picture").hidden = false;
          say("This is what will be printed, drawn from your whole photo.");
          return false;
        }
        if (render.status === "failed" && !render.next_attempt_at) {
          say("It could not be drawn just now. Your design is kept; try again later.");
          return false;
        }
        if (render.status === "failed") say("It did not work at first and is tried again …");
        return true;
      },
    });
  } catch (error) {
    say(error.status === 429 ? `That was a lot at once. Try again in ${error.seconds} seconds.` : error.message || "No connection. Try again.");
  }
});
of("close-look-shut").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => { unwatch?.(); of("fine").focus(); });

/* What is ordered is what is shown: everything is kept first. */
of("order")?.addEventListener("submit", async (event) => {
  if (saver.settled) return;
  event.preventDefault();
  try {
    await saver.done();
    event.target.submit();
  } catch {
    of("wrong").scrollIntoView({ block: "center" });
  }
});
addEventListener("beforeunload", (event) => { if (!saver.settled) event.preventDefault(); });

for (const each of document.querySelectorAll(".scripted")) each.hidden = false;
of("stage-bar").hidden = false;
for (const slider of form.querySelectorAll("input[type=range]")) spell(slider);
write(form, state.document, state.size);
document.documentElement.dataset.ready = "yes";
