/* What the editor of rules says beside its fields; the rules themselves are said by the server. */
(() => {
  "use strict";

  const { CENT, STEP, OWN } = window.PriceRules;

  window.PriceRules.inWords = {
    saying(rule, n) {
      return rule.words || `${n + 1}. ${this.wrong(String(n)) ? "Something in it is wrong" : "Not complete yet"}`;
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

    roundings() {
      const cent = this.v.endings[0].step === "10" ? "To the whole amount" : "To the cent";
      return [
        { value: CENT, label: cent },
        ...this.v.endings.map((each, n) => ({ value: String(n), label: each.label })),
        { value: STEP, label: "In steps of…" },
        { value: OWN, label: "Another ending…" },
      ];
    },

    roundingSaid(rule) {
      const said = this.labelOf(this.roundings(), rule.rounding.preset).replace("…", ` ${rule.rounding.step}`);
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
  };
})();
