/** What a person in the call has to be told: each turn of the room once, and whether she has sound. */

/** A line that stumbles for a moment is not worth a sentence. */
const LOST_MS = 3000;

/**
 * @typedef {"star" | "mesh" | "waiting" | "center_lost" | "center_back" | "center_moved" | "elsewhere" | "here_again"} Code
 */

export class Bearing {
  /** @type {"mesh" | "star" | "elsewhere" | null} */
  #shape = null;
  /** @type {string | null} the last centre that was heard */
  #center = null;
  /** @type {number | null} since when she is not heard */
  #missing = null;
  #lost = false;
  #speaking = "";
  /** @type {Map<string, string>} */
  #microphones = new Map();
  /** @type {boolean | null} */
  #sound = null;
  /** @type {number | null} */
  #silent = null;

  /**
   * @param {"mesh" | "star" | "elsewhere"} shape
   * @param {string | null} center
   * @param {boolean} up the centre is heard, or I am the centre
   * @param {number} [now]
   * @returns {Code | null} what has just changed
   */
  turn(shape, center, up, now = performance.now()) {
    const before = this.#shape;
    this.#shape = shape;
    if (shape !== "star") {
      this.#center = null;
      this.#missing = null;
      this.#lost = false;
      if (shape === before || before === null) return shape === "elsewhere" && before === null ? shape : null;
      return shape === "elsewhere" ? shape : before === "elsewhere" ? "here_again" : "mesh";
    }
    if (before !== "star" && before !== null) {
      this.#center = center;
      this.#lost = center === null;
      return center ? "star" : "waiting";
    }
    return up ? this.#heard(center) : this.#unheard(center, now);
  }

  /** @param {string | null} center */
  #heard(center) {
    const [before, lost] = [this.#center, this.#lost];
    this.#center = center;
    this.#missing = null;
    this.#lost = false;
    if (lost) return "center_back";
    return before !== null && before !== center ? "center_moved" : null;
  }

  /**
   * @param {string | null} center
   * @param {number} now
   */
  #unheard(center, now) {
    this.#missing ??= now;
    if (this.#lost || (center !== null && now - this.#missing < LOST_MS)) return null;
    this.#lost = true;
    return this.#center === null ? "waiting" : "center_lost";
  }

  /** @param {string[]} who @returns {boolean} others speak than before */
  speaking(who) {
    const text = who.join();
    const changed = text !== this.#speaking;
    this.#speaking = text;
    return changed;
  }

  /**
   * @param {Map<string, import("./link.js").Link>} links
   * @returns {{connection: string, muted: boolean, microphone: boolean}[]} whose microphone is another than before
   */
  microphones(links) {
    const changes = [];
    for (const [connection, { told }] of links) {
      const now = `${told?.muted} ${told?.microphone}`;
      if (!told || this.#microphones.get(connection) === now) continue;
      this.#microphones.set(connection, now);
      changes.push({ connection, muted: told.muted, microphone: told.microphone });
    }
    for (const connection of [...this.#microphones.keys()]) if (!links.has(connection)) this.#microphones.delete(connection);
    return changes;
  }

  /**
   * @param {boolean} wanted there is somebody to hear
   * @param {boolean} hears
   * @param {boolean} blocked
   * @param {number} [now]
   * @returns {boolean | null} what to tell the server, if anything
   */
  sound(wanted, hears, blocked, now = performance.now()) {
    const on = hears && !blocked;
    this.#silent = on || !wanted ? null : (this.#silent ?? now);
    if (!on && (this.#silent === null || now - this.#silent < LOST_MS)) return null;
    if (on === this.#sound) return null;
    this.#sound = on;
    return on;
  }

  /** A new socket: the server has to be told again. */
  again() {
    this.#sound = null;
    this.#silent = null;
  }
}
