/* The editor of rules on the new-job page, as a component of Alpine.
 *
 * The rules live here as the editor shows them; what is sent is one JSON document in the field
 * #rules, in the shape that the server's rule language reads. The server's answer to each
 * keystroke is in #rules-told: every rule in words, how many variants it decides, and sentences
 * of what is wrong by their place in the document ("0.when.items.1.value"). Nothing is checked or
 * said here: there is one rule language.
 */
(() => {
  "use strict";

  const { key } = window.PriceRules;
  const form = () => document.getElementById("new-job");
  const told = () => JSON.parse(document.getElementById("rules-told").dataset.told);

  /** Have the form sent for a preview, as if something had been typed. */
  function tell() {
    form().dispatchEvent(new Event("change", { bubbles: true }));
  }

  function editor() {
    return {
      ...window.PriceRules.inDocument,
      ...window.PriceRules.inWords,
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
        this.chooseList();
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
        const seen = (selector) => [...form().querySelectorAll(selector)].find((each) => each.offsetParent !== null);
        const inputs = "input:not([type=hidden]), select, textarea";
        const said = seen(".fr-error:not(:empty, .pw-look)");
        const target = seen(".fr-wrong :is(input, select, textarea), [aria-invalid=true]")
          || said?.closest(".fr-field, .pw-rule, section")?.querySelector(inputs);
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
        Object.assign(copy.unfolded, this.rules[n].unfolded);
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
        this.focusIn(rule, ...(focus ? [focus] : [`[data-tool=${tool}]:not(:disabled)`, `[data-tool=${other}]`]));
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

      /** Put the focus on the first of these that the rule has. */
      focusIn(rule, ...selectors) {
        this.$nextTick(() => {
          const item = document.querySelector(`[data-rule="${rule.key}"]`);
          selectors.map((each) => item?.querySelector(each)).find(Boolean)?.focus();
        });
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
})();
