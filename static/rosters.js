/**
 * Rosters that stay true: the snapshot, then every fact; a gap or a new connection brings a new snapshot.
 *
 * @typedef {import("./roster.js").Roster} Roster
 * @typedef {import("./roster.js").Fact} Fact
 * @typedef {import("./wire.js").Wire} Wire
 */

import { apply } from "./roster.js";

const AGAIN_MS = 2_000;

/** Event `roster` {roster, before}: after each change, `before` being null for the first one. */
export class Rosters extends EventTarget {
  /** @type {Map<string, Roster>} */
  now = new Map();
  /** @type {Map<string, Fact[]>} lessons whose snapshot is on its way, with the facts that came meanwhile */
  #asked = new Map();
  /** @type {Set<string>} */
  #watched = new Set();
  #wire;

  /** @param {Wire} wire */
  constructor(wire) {
    super();
    this.#wire = wire;
    wire.addEventListener("facts", (event) => this.#hear(/** @type {CustomEvent<Fact[]>} */ (event).detail));
    wire.addEventListener("back", () => this.#watched.forEach((lesson) => void this.#fetch(lesson)));
    wire.addEventListener("entered", (event) => {
      const { roster } = /** @type {CustomEvent<{roster: Roster | null}>} */ (event).detail;
      if (roster) this.#put(roster);
    });
  }

  /** @param {string} lesson watched from now on, also after breaks */
  watch(lesson) {
    this.#watched.add(lesson);
    if (this.#wire.connected) void this.#fetch(lesson);
  }

  /** @param {Fact[]} facts */
  #hear(facts) {
    for (const fact of facts) {
      const waiting = this.#asked.get(fact.stream);
      const roster = this.now.get(fact.stream);
      if (waiting) waiting.push(fact);
      else if (roster) this.#add(roster, fact);
    }
  }

  /**
   * @param {Roster} roster
   * @param {Fact} fact
   */
  #add(roster, fact) {
    const after = apply(roster, fact);
    if (after === null) void this.#fetch(roster.lesson);
    else if (after !== roster) this.#put(after);
  }

  /** @param {Roster} roster */
  #put(roster) {
    const before = this.now.get(roster.lesson) ?? null;
    this.now.set(roster.lesson, roster);
    this.dispatchEvent(new CustomEvent("roster", { detail: { roster, before } }));
  }

  /** @param {string} lesson */
  async #fetch(lesson) {
    if (this.#asked.has(lesson)) return;
    this.#asked.set(lesson, []);
    try {
      this.#put(await this.#wire.watch(lesson));
    } catch {
      // Without a line `back` asks again; with one, a moment later.
      if (this.#wire.connected) setTimeout(() => void this.#fetch(lesson), AGAIN_MS);
    } finally {
      const meanwhile = this.#asked.get(lesson) ?? [];
      this.#asked.delete(lesson);
      this.#hear(meanwhile);
    }
  }
}
