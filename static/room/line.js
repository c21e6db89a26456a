/** How much the centre's line carries: mosaic, camera or voices only, one step down at a time and slowly up again. */

/** @typedef {import("./measure.js").Rate} Rate */
/** @typedef {"mosaic" | "camera" | "voices"} Level */

/** @type {Record<Level, number>} */
const COST = { voices: 0, camera: 1, mosaic: 2 };
/** @type {Record<Level, Level>} */
const BELOW = { mosaic: "camera", camera: "voices", voices: "voices" };
/** @type {Record<Level, Level>} */
const ABOVE = { voices: "camera", camera: "mosaic", mosaic: "mosaic" };
const BAD_SAMPLES = 3;
/** A step up is a try; after one that failed the next is twice as far away. */
const FIRST_TRY_MS = 30_000;
const LAST_TRY_MS = 480_000;
const SETTLED_MS = 20_000;

/** Event `level`: the line carries less or more than before. */
export class Line extends EventTarget {
  /** @type {Level} the most that may be sent */
  most = "mosaic";
  #bad = 0;
  #changedAt = 0;
  #tryAfter = FIRST_TRY_MS;

  /**
   * @param {Rate[]} rates one per link, some seconds after the last ones
   * @param {Level} sending what is sent now
   * @param {number} needed kbit/s that one link needs for it
   * @param {number} [now]
   */
  judge(rates, sending, needed, now = performance.now()) {
    const short = rates.filter((each) => each.squeezed || (each.available !== null && each.available < needed)).length;
    this.#bad = short > 0 && short * 2 >= rates.length ? this.#bad + 1 : 0;
    if (this.#bad >= BAD_SAMPLES && sending !== "voices") {
      // A step up that did not last was a wrong guess.
      if (now - this.#changedAt < SETTLED_MS) this.#tryAfter = Math.min(LAST_TRY_MS, this.#tryAfter * 2);
      this.#set(BELOW[sending], now);
    } else if (this.most !== "mosaic" && this.#bad === 0 && now - this.#changedAt > this.#tryAfter) {
      this.#set(ABOVE[this.most], now);
    }
  }

  /**
   * @param {Level} level
   * @param {number} now
   */
  #set(level, now) {
    this.#bad = 0;
    this.#changedAt = now;
    if (level === this.most) return;
    this.most = level;
    this.dispatchEvent(new Event("level"));
  }
}

/**
 * The lower of what is asked and what the line carries.
 * @param {Level} asked
 * @param {Level} most
 * @returns {Level}
 */
export function lower(asked, most) {
  return COST[asked] < COST[most] ? asked : most;
}
