/* Keeps a design on the server as it is made, and brings its picture.
 *
 * One request at a time, so that an older state never arrives after a newer one. One that is slow is
 * given up when there is something newer; as nobody knows whether it still arrives, the newest
 * state is then said once more at the end. Only the newest answer counts. */

import { ask, NoAnswer, Refusal } from "print-shop/api";

const PAUSE = 70; // milliseconds in which further changes are waited for, after the first
const SLOW = 600; // a request older than this is given up for a newer state
const CONFIRM = 1500;
const FIRST_RETRY = 1, LONGEST_RETRY = 15; // seconds

export class Saver {
  /* tell(state, seconds): "saved", "saving", "offline", "wait", "refused", "gone".
   * show(answer): the newest answer of the preview. refuse(refusal): what is wrong, and where. */
  constructor({ url, tell, show, refuse }) {
    Object.assign(this, { url, tell, show, refuse });
    this.wanted = null; // the newest state that no answer was received for
    this.flight = null;
    this.timer = null;
    this.sentAt = 0;
    this.unsure = false;
    this.retry = FIRST_RETRY;
    this.waiters = [];
    addEventListener("online", () => this.wanted && this.#soon(0));
  }

  get settled() { return !this.wanted && !this.flight; }

  change(state, { pause = PAUSE } = {}) {
    this.wanted = state;
    this.tell("saving");
    if (this.flight) {
      if (performance.now() - this.flight.at > SLOW) {
        this.unsure = true;
        this.flight.stop.abort();
        this.flight = null;
        this.#soon(0);
      }
      return;
    }
    const quiet = performance.now() - this.sentAt > 2 * PAUSE;
    this.#soon(quiet && pause <= PAUSE ? 0 : pause);
  }

  /* Resolves when everything is kept; rejects when it cannot be. */
  done() {
    if (this.settled) return Promise.resolve();
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  #soon(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#send(), pause);
  }

  async #send() {
    if (this.flight || !this.wanted) return;
    const state = this.wanted, stop = new AbortController();
    const flight = { stop, at: performance.now() };
    this.flight = flight;
    this.sentAt = flight.at;
    let answer;
    try {
      answer = await ask("POST", `${this.url}preview/`, { body: state, signal: stop.signal });
    } catch (error) {
      if (this.flight !== flight) return; // given up for a newer state
      this.flight = null;
      return this.#failed(error, state);
    }
    if (this.flight !== flight) return;
    this.flight = null;
    this.retry = FIRST_RETRY;
    if (this.wanted !== state) return this.#soon(0);
    this.wanted = null;
    this.show(answer);
    if (this.unsure) {
      this.unsure = false;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => { this.wanted ??= state; this.#send(); }, CONFIRM);
    }
    this.tell("saved");
    this.waiters.splice(0).forEach(({ resolve }) => resolve());
  }

  async #failed(error, state) {
    if (error instanceof Refusal && error.status === 429) {
      // To keep costs nothing: only the picture has to wait.
      const kept = await ask("PATCH", this.url, { body: state }).then(() => true, () => false);
      this.tell("wait", error.seconds || 5, kept);
      this.#soon((error.seconds || 5) * 1000);
      if (kept) this.waiters.splice(0).forEach(({ resolve }) => resolve());
    } else if (error instanceof Refusal) {
      if (this.wanted === state) this.wanted = null;
      else this.#soon(0);
      this.tell(error.status === 404 ? "gone" : "refused");
      this.refuse(error);
      this.waiters.splice(0).forEach(({ reject }) => reject(error));
    } else if (error instanceof NoAnswer) {
      this.tell("offline", this.retry);
      this.#soon(this.retry * 1000);
      this.retry = Math.min(LONGEST_RETRY, this.retry * 2);
    } else throw error;
  }
}
