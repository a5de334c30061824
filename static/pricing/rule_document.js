/* Rules between their document (what the server's rule language reads) and the form in which the
 * editor shows them. Nothing is checked here: what cannot be meant is sent as it is.
 */
(() => {
  "use strict";

  const SECTIONS = ["when", "rounding", "guards", "compare_at", "name"];
  const CENT = "", STEP = "step", OWN = "own"; // how a rule rounds, besides the usual endings
  let keys = 0;

  const text = (value) => (value === undefined || value === null ? "" : String(value));
  const list = (value) => (Array.isArray(value) ? value : []);
  const object = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});
  const same = (one, other) => Number(one || 0) === Number(other || 0);

  /** A number for each thing on the page, so that moving it moves its fields. */
  function key() {
    keys += 1;
    return keys;
  }

  window.PriceRules = { CENT, STEP, OWN, key };

  /** What the editor knows of the document; `this` is the editor, `v` the rule language's words. */
  window.PriceRules.inDocument = {
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
  };
})();
