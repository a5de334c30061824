/* Undo and redo: states of a design, one for each thing somebody did. What follows quickly on the
 * same control is one thing. */

const MOST = 100;
const ONE_THING = 800; // milliseconds

export class History {
  constructor(state) {
    this.states = [structuredClone(state)];
    this.at = 0;
    this.last = { key: "", time: 0 };
  }

  push(state, key, now = Date.now()) {
    const same = key === this.last.key && now - this.last.time < ONE_THING && this.at > 0;
    this.last = { key, time: now };
    this.states.length = this.at + 1;
    if (same) this.states[this.at] = structuredClone(state);
    else {
      this.states.push(structuredClone(state));
      if (this.states.length > MOST) this.states.shift();
      this.at = this.states.length - 1;
    }
  }

  get canUndo() { return this.at > 0; }
  get canRedo() { return this.at < this.states.length - 1; }

  undo() { return this.#to(this.at - 1); }
  redo() { return this.#to(this.at + 1); }

  #to(place) {
    if (place < 0 || place >= this.states.length) return null;
    this.at = place;
    this.last = { key: "", time: 0 };
    return structuredClone(this.states[place]);
  }
}
