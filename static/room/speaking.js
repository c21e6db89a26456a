/** Who is speaking now: loud enough, and held over the pauses between words. */

const EACH_MS = 200;
const LOUD = 0.02;
const HOLD_MS = 700;

/** Event `change`: `who` is another set now. */
export class Speaking extends EventTarget {
  /** @type {string[]} */
  who = [];
  /** @type {Map<string, number>} */
  #until = new Map();

  /** @param {() => Map<string, number>} levels how loud each one is now, from 0 to 1 */
  constructor(levels) {
    super();
    this.levels = levels;
    this.timer = window.setInterval(() => this.#listen(), EACH_MS);
  }

  close() {
    clearInterval(this.timer);
  }

  #listen() {
    const now = performance.now();
    const levels = this.levels();
    for (const [name, level] of levels) if (level > LOUD) this.#until.set(name, now + HOLD_MS);
    for (const [name, until] of [...this.#until]) if (until < now || !levels.has(name)) this.#until.delete(name);
    const who = [...this.#until.keys()].sort();
    if (who.join() === this.who.join()) return;
    this.who = who;
    this.dispatchEvent(new Event("change"));
  }
}
