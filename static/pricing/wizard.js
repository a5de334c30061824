/* The new-job page: the editor of rules, and what keeps the place while the server answers.
 *
 * The rules live here as the editor shows them; what is sent is one JSON document in the field
 * #rules, in the shape that the server's rule language reads. The server's answer to each
 * keystroke is in #rules-told: every rule in words, how many variants it decides, and sentences
 * of what is wrong by their place in the document ("0.when.items.1.value"). Nothing is checked or
 * said here: there is one rule language.
 */
(() => {
  "use strict";

  const SECTIONS = ["when", "rounding", "guards", "compare_at", "name"];
  const CENT = "", STEP = "step", OWN = "own"; // how a rule rounds, besides the usual endings
  let keys = 0;

  const key = () => ++keys;
  const text = (value) => (value === undefined || value === null ? "" : String(value));
  const list = (value) => (Array.isArray(value) ? value : []);
  const object = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});
  const form = () => document.getElementById("new-job");
  const told = () => JSON.parse(document.getElementById("rules-told").dataset.told);
  const same = (one, other) => Number(one || 0) === Number(other || 0);

  /** Have the form sent for a preview, as if something had been typed. */
  function tell() {
    form().dispatchEvent(new Event("change", { bubbles: true }));
  }

  function editor() {
    return {
      v: JSON.parse(document.getElementById("rule-vocabulary").textContent),
      rules: [],
      errors: {},
      tried: 0,
      sent: false,
      listed: false,
      loaded: "",
      before: null,
      announced: "",
      written: null,

      init() {
        const said = told();
        this.listed = isListed();
        this.load(said.rules);
        this.sent = said.sent;
        this.hear(said);
        this.$watch("rules", () => this.write());
        this.write();
        form().addEventListener("input", () => this.chooseList());
        document.body.addEventListener("htmx:afterSettle", (event) => {
          if (event.target.id === "preview") this.hear(told());
        });
        if (form().dataset.sent) this.$nextTick(() => requestAnimationFrame(() => this.focusWrong()));
      },

      // -- between the document and the editor ---------------------------------------------------

      load(document_) {
        const rules = list(document_).map((raw) => this.read(object(raw)));
        this.rules = rules.length ? rules : [this.read({})];
        this.rules.forEach((rule) => { rule.open = this.rules.length === 1; });
      },

      read(raw) {
        const action = object(raw.action), compareAt = object(raw.compare_at), when = object(raw.when);
        const guards = Object.fromEntries(this.v.guards.map((each) => [each.value, { value: "", otherwise: "clamp" }]));
        for (const each of list(raw.guards).map(object)) {
          if (guards[each.kind]) guards[each.kind] = { value: text(each.value), otherwise: text(each.otherwise) || "clamp" };
        }
        return {
          key: key(), open: true, words: "", auto: false,
          unfolded: Object.fromEntries(SECTIONS.map((each) => [each, false])),
          name: text(raw.name),
          match: text(when.match) || "all",
          items: list(when.items).map((each) => this.readItem(object(each))),
          action: text(action.kind) || "percent",
          value: text(action.value),
          compareAt: { kind: text(compareAt.kind) || "keep", value: text(compareAt.value) },
          rounding: this.readRounding(object(raw.rounding)),
          guards,
        };
      },

      readItem(raw) {
        if ("items" in raw || "match" in raw) {
          return { key: key(), match: text(raw.match) || "all", items: list(raw.items).map((each) => this.readCondition(object(each))) };
        }
        return this.readCondition(raw);
      },

      readCondition(raw) {
        const made = { key: key(), field: text(raw.field) || "stock", op: text(raw.op), value: "", high: "", location: text(raw.location) };
        if (!this.v.fields.some((each) => each.value === made.field)) made.field = "stock";
        if (!this.entryOf(made)) made.op = this.fieldOf(made).ops[0].value;
        const entry = this.entryOf(made);
        if (entry === "range") [made.value, made.high] = [text(list(raw.value)[0]), text(list(raw.value)[1])];
        else made.value = entry === "texts" ? list(raw.value).map(text).join("\n") : text(raw.value);
        return made;
      },

      readRounding(raw) {
        const made = { preset: CENT, step: text(raw.step), ending: text(raw.ending), direction: text(raw.direction) || "nearest" };
        if (!made.step) return made;
        const known = this.v.endings.findIndex((each) => same(each.step, made.step) && same(each.ending, made.ending));
        const cent = same(made.ending, 0) && (same(made.step, "0.01") || (this.v.endings[0].step === "10" && same(made.step, 1)));
        if (cent) return { ...made, step: "", ending: "" };
        return { ...made, preset: known >= 0 ? String(known) : same(made.ending, 0) ? STEP : OWN };
      },

      document() {
        return this.rules.map((rule) => this.said(rule));
      },

      said(rule) {
        const made = { action: { kind: rule.action } };
        if (rule.name.trim()) made.name = rule.name;
        if (this.actionOf(rule).unit !== "none" && rule.value.trim()) made.action.value = rule.value.trim();
        if (rule.items.length) made.when = { match: rule.match, items: rule.items.map((each) => this.saidItem(each)) };
        if (rule.compareAt.kind !== "keep") made.compare_at = { kind: rule.compareAt.kind };
        if (rule.compareAt.kind === "set" && rule.compareAt.value.trim()) made.compare_at.value = rule.compareAt.value.trim();
        const rounding = this.saidRounding(rule.rounding);
        if (Object.keys(rounding).length) made.rounding = rounding;
        const guards = this.guardsOf(rule);
        if (guards.length) {
          made.guards = guards.map((kind) => ({ kind, value: rule.guards[kind].value.trim(), otherwise: rule.guards[kind].otherwise }));
        }
        return made;
      },

      saidItem(item) {
        if (item.items) return { match: item.match, items: item.items.map((each) => this.saidItem(each)) };
        const made = { field: item.field, op: item.op };
        if (this.fieldOf(item).place && item.location) made.location = item.location;
        const value = item.value.trim();
        switch (this.entryOf(item)) {
          case "nothing": break;
          case "range": made.value = [value, item.high.trim()]; break;
          case "texts": made.value = item.value.split("\n").map((each) => each.trim()).filter(Boolean); break;
          default: if (value) made.value = value;
        }
        return made;
      },

      saidRounding(rounding) {
        const made = {};
        const ending = this.v.endings[Number(rounding.preset)];
        if (rounding.preset === STEP || rounding.preset === OWN) {
          made.step = rounding.step.trim();
          if (rounding.preset === OWN) made.ending = rounding.ending.trim();
        } else if (rounding.preset !== CENT && ending) {
          made.step = ending.step;
          if (!same(ending.ending, 0)) made.ending = ending.ending;
        }
        if (rounding.direction !== "nearest") made.direction = rounding.direction;
        return made;
      },

      /** Write the document into the form. */
      write() {
        this.written = this.document();
        document.getElementById("rules").value = JSON.stringify(this.written);
      },

      /** Take what the server says of the rules that it was sent. */
      hear(said) {
        if (said.rules && this.written) {
          this.before = JSON.stringify(this.written);
          this.loaded = said.from;
          this.load(said.rules);
          const picked = document.getElementById("rule-set");
          if (picked) picked.value = "";
          this.write();
        }
        this.errors = said.errors;
        this.tried = said.tried;
        this.rules.forEach((rule, n) => {
          rule.words = said.words[n] || "";
          rule.decides = said.counts[n + 1] || 0;
        });
        if (this.sent) this.unfoldWrong();
      },

      undo() {
        this.load(JSON.parse(this.before));
        this.before = null;
        this.loaded = "";
        this.write();
        tell();
      },

      // -- what is wrong ---------------------------------------------------------------------------

      /** What is wrong at a place or inside it; before the form is sent, only where something is. */
      wrong(place, exactly = false) {
        for (const [found, said] of Object.entries(this.errors)) {
          const here = found === place || (!exactly && found.startsWith(`${place}.`));
          if (here && (this.sent || this.isFilled(found))) return said;
        }
        return "";
      },

      isFilled(place) {
        if (place === "" || place.endsWith(".when")) return true;
        let value = this.written;
        for (const each of place.split(".")) value = value?.[each];
        return value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && !value.length);
      },

      /** What is wrong at places that nothing here shows. */
      strays() {
        const shown = /^\d+\.(name|action\.(kind|value)|compare_at\.(kind|value)|rounding\.(step|ending|direction)|guards\.\d+(\..*)?|when(\.items\.\d+(\..*)?)?)$/;
        return Object.entries(this.errors).filter(([place]) => place !== "" && !shown.test(place))
          .map(([place, said]) => `Rule ${Number(place.split(".")[0]) + 1}: ${said}`);
      },

      unfoldWrong() {
        for (const place of Object.keys(this.errors)) {
          const [n, section] = place.split(".");
          const rule = this.rules[n];
          if (!rule) continue;
          rule.open = true;
          if (section in rule.unfolded) rule.unfolded[section] = true;
        }
      },

      focusWrong() {
        const wrong = ".fr-wrong :is(input, select, textarea), [aria-invalid=true], .fr-error:not(:empty)";
        const first = [...form().querySelectorAll(wrong)].find((each) => each.offsetParent !== null);
        const target = first?.matches(".fr-error") ? first.closest(".fr-field, .pw-rule, section")?.querySelector("input:not([type=hidden]), select, textarea") : first;
        target?.focus();
        target?.scrollIntoView({ block: "center" });
      },

      // -- the list of rules -----------------------------------------------------------------------

      /** A further rule: above one that always applies, which would leave nothing to it. */
      add() {
        const last = this.rules[this.rules.length - 1];
        const at = last && !last.items.length ? this.rules.length - 1 : this.rules.length;
        const rule = this.read({ when: { items: [{ field: "stock", op: "gte" }] } });
        rule.unfolded.when = true;
        this.rules.forEach((each) => { each.open = false; });
        this.changeRules(() => this.rules.splice(at, 0, rule));
        this.announce(`Rule ${at + 1} added${at < this.rules.length - 1 ? `, above rule ${at + 2}, which goes for all others` : ""}.`);
        this.focusIn(rule, "select");
      },

      duplicate(n) {
        const copy = this.read(JSON.parse(JSON.stringify(this.said(this.rules[n]))));
        this.changeRules(() => this.rules.splice(n + 1, 0, copy));
        this.announce(`Rule ${n + 2} is a copy of rule ${n + 1}.`);
        this.focusIn(copy, "select");
      },

      remove(n) {
        this.changeRules(() => this.rules.splice(n, 1));
        this.announce(`Rule ${n + 1} removed.`);
        const next = this.rules[Math.min(n, this.rules.length - 1)];
        if (this.rules.length === 1) next.open = true;
        this.focusIn(next, this.rules.length === 1 ? "select" : "button");
      },

      move(n, by, focus = "") {
        const to = n + by;
        if (to < 0 || to >= this.rules.length) return;
        const rule = this.rules[n];
        this.changeRules(() => { this.rules.splice(n, 1); this.rules.splice(to, 0, rule); });
        this.announce(`Rule ${n + 1} is now rule ${to + 1}.`);
        const tool = by < 0 ? "up" : "down", other = by < 0 ? "down" : "up";
        this.focusIn(rule, focus || `[data-tool=${tool}]:not(:disabled), [data-tool=${other}]`);
      },

      changeRules(change) {
        this.errors = {};
        change();
        this.rules.forEach((each) => { each.words = ""; });
        this.write();
        tell();
      },

      keys(event) {
        const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        const item = event.target.closest?.("[data-rule]");
        if (!by || !event.altKey || !item || this.rules.length < 2) return;
        event.preventDefault();
        const id = event.target.id;
        this.move(this.rules.findIndex((each) => String(each.key) === item.dataset.rule), by, id ? `#${id}` : "");
      },

      focusIn(rule, selector) {
        this.$nextTick(() => document.querySelector(`[data-rule="${rule.key}"]`)?.querySelector(selector)?.focus());
      },

      announce(said) {
        this.announced = said;
      },

      // -- conditions ------------------------------------------------------------------------------

      addCondition(items, button) {
        items.push(this.readCondition({ field: "stock", op: "gte" }));
        this.changed();
        this.$nextTick(() => [...button.closest(".pw-inside, .pw-group").querySelectorAll(".pw-condition select")].pop()?.closest(".pw-condition").querySelector("select").focus());
      },

      addGroup(rule, button) {
        const match = rule.match === "all" ? "any" : "all";
        rule.items.push({ key: key(), match, items: [this.readCondition({ field: "stock", op: "gte" }), this.readCondition({ field: "vendor", op: "is" })] });
        this.changed();
        this.$nextTick(() => [...button.closest(".pw-inside").querySelectorAll(".pw-group select")][0]?.focus());
      },

      takeOut(items, item, button) {
        const inside = button.closest(".pw-inside");
        items.splice(items.findIndex((each) => each.key === item.key), 1);
        for (const rule of this.rules) rule.items = rule.items.filter((each) => !each.items || each.items.length);
        this.changed();
        this.$nextTick(() => inside.querySelector(".pw-buttons button")?.focus());
      },

      changed() {
        this.errors = {};
        this.write();
        tell();
      },

      fieldChanged(item) {
        const entry = this.entryOf(item);
        if (!entry) item.op = this.fieldOf(item).ops[0].value;
        [item.value, item.high] = ["", ""];
      },

      fieldOf(item) {
        return this.v.fields.find((each) => each.value === item.field);
      },

      entryOf(item) {
        return this.fieldOf(item)?.ops.find((each) => each.value === item.op)?.entry;
      },

      /** The shop's places, and the one a rule names that is there no more. */
      placesFor(item) {
        const known = this.v.locations.some((each) => each.value === item.location);
        return known || !item.location ? this.v.locations : [...this.v.locations, { value: item.location, label: `Location ${item.location}` }];
      },

      // -- words -----------------------------------------------------------------------------------

      saying(rule, n) {
        return rule.words || `${n + 1}. Not complete yet`;
      },

      deciding(rule, n) {
        if (!rule.words) return "";
        return `Decides ${rule.decides || 0} of ${n || this.tried > 1 ? "the first " : ""}${this.tried}.`;
      },

      labelOf(choices, value) {
        return choices.find((each) => each.value === value)?.label || "";
      },

      whenSaid(rule) {
        const count = rule.items.reduce((sum, each) => sum + (each.items ? each.items.length : 1), 0);
        if (!count) return this.rules.length > 1 ? "None: for all that come here" : "None: always";
        return `${count} condition${count === 1 ? "" : "s"}`;
      },

      get roundings() {
        const cent = this.v.endings[0].step === "10" ? "To the whole amount" : "To the cent";
        return [
          { value: CENT, label: cent },
          ...this.v.endings.map((each, n) => ({ value: String(n), label: each.label })),
          { value: STEP, label: "In steps of…" },
          { value: OWN, label: "Another ending…" },
        ];
      },

      roundingSaid(rule) {
        const said = this.labelOf(this.roundings, rule.rounding.preset).replace("…", ` ${rule.rounding.step}`);
        const way = rule.rounding.direction === "nearest" ? "" : `, ${this.labelOf(this.v.directions, rule.rounding.direction).toLowerCase()}`;
        return said + way;
      },

      roundingChanged(rule) {
        const ending = this.v.endings[Number(rule.rounding.preset)];
        if (rule.rounding.preset !== CENT && ending) [rule.rounding.step, rule.rounding.ending] = [ending.step, ending.ending];
      },

      guardsOf(rule) {
        return this.v.guards.map((each) => each.value).filter((kind) => rule.guards[kind].value.trim());
      },

      guardPlace(rule, n, guard) {
        const at = this.guardsOf(rule).indexOf(guard.value);
        return at < 0 ? `${n}.guards.none` : `${n}.guards.${at}`;
      },

      guardsSaid(rule) {
        const said = this.v.guards.filter((each) => rule.guards[each.value].value.trim())
          .map((each) => `${each.label.toLowerCase()} ${rule.guards[each.value].value.trim()}${each.unit === "percent" ? " %" : ""}`);
        return said.join(", ") || "None";
      },

      unit(name) {
        return { money: this.v.currency, percent: "%" }[name] || "";
      },

      actionOf(rule) {
        return this.v.actions.find((each) => each.value === rule.action) || this.v.actions[0];
      },

      /** A list's prices are offered where there is a list, or a rule takes them already. */
      actionsFor(rule) {
        return this.v.actions.filter((each) => each.value !== "file" || this.listed || rule.action === "file");
      },

      compareAtFor(rule) {
        return this.v.compareAt.filter((each) => each.value !== "file" || this.listed || rule.compareAt.kind === "file");
      },

      /** With a price list the first rule takes its prices, unless it says something already. */
      chooseList() {
        const is = isListed();
        if (is === this.listed) return;
        this.listed = is;
        const first = this.rules[0];
        if (is && !first.value.trim() && first.action !== "file") Object.assign(first, { action: "file", auto: true });
        else if (!is && first.auto) Object.assign(first, { action: "percent", auto: false });
        this.write();
      },
    };
  }

  function isListed() {
    const fields = new FormData(form());
    return fields.get("way") === "list" && Boolean(fields.get("price_file"));
  }

  document.addEventListener("alpine:init", () => window.Alpine.data("ruleEditor", editor));

  // -- the page ------------------------------------------------------------------------------------

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
    tell();
  });

  // A list that the server sends anew stays where it was scrolled to.
  const places = new Map();
  document.addEventListener("htmx:beforeSwap", () => {
    for (const each of document.querySelectorAll("[data-keep-scroll]")) places.set(each.dataset.keepScroll, each.scrollTop);
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const each of document.querySelectorAll("[data-keep-scroll]")) each.scrollTop = places.get(each.dataset.keepScroll) || 0;
  });
})();
