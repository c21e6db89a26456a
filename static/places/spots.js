/** Places of one lesson on lines of time, as the server tells them; knows nothing of what is picked up or pressed. */

/** @typedef {[number, number, number[]]} Run first and last start in minutes of the wall's clock, and what they break */
/**
 * @typedef {object} Places
 * @property {number} minutes how long the lesson is
 * @property {Record<string, Record<string, Run[]>>} places who leads it newly → day → runs
 * @property {string[]} words every sentence once
 * @property {string} instead whom somebody new would replace
 * @property {[string, string][]} leaders who leads it now
 * @property {[string, string][]} people who might
 */

const DRAWN = "http://www.w3.org/2000/svg";

/**
 * A bar from one minute to another on a line of time.
 * @param {string} kind its class
 * @param {{start: number, end: number}} axis in minutes
 * @param {number} from
 * @param {number} to
 */
export function line(kind, axis, from, to) {
  const bar = document.createElementNS(DRAWN, "rect");
  const whole = axis.end - axis.start;
  bar.setAttribute("class", kind);
  bar.setAttribute("x", `${((from - axis.start) / whole) * 100}%`);
  bar.setAttribute("width", `${((to - from) / whole) * 100}%`);
  bar.setAttribute("height", "100%");
  return bar;
}

/**
 * The minute under a finger; time runs from left to right in every language.
 * @param {{left: number, width: number}} box of the line
 * @param {{start: number, end: number}} axis
 * @param {number} x
 */
export function minuteAt(box, axis, x) {
  return axis.start + ((x - box.left) / box.width) * (axis.end - axis.start);
}

/**
 * The start nearest to a minute, among those that are a place.
 * @param {Run[]} runs
 * @param {number} minute
 */
export function nearest(runs, minute) {
  let found = minute;
  let far = Infinity;
  for (const [first, last] of runs) {
    const inside = Math.min(Math.max(minute, first), last);
    if (Math.abs(inside - minute) < far) [found, far] = [inside, Math.abs(inside - minute)];
  }
  return far === Infinity ? minute : found - (found % 5);
}

/**
 * What a start breaks, in words; null where it is no place at all.
 * @param {Run[]} runs
 * @param {number} minute
 * @param {string[]} words
 */
export function told(runs, minute, words) {
  const run = runs.find(([first, last]) => first <= minute && minute <= last);
  return run ? run[2].map((number) => words[number] ?? "") : null;
}
