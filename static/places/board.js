/** The week that a proposal draws: its lines of time, on which of them a lesson may lie, and what lies under a pointer. */

import { minuteAt, nearest } from "./spots.js";

/** @typedef {{row: SVGElement, minute: number, who: string}} Spot `who`: nobody new where empty */
/**
 * @typedef {object} Picked a lesson that was taken up
 * @property {SVGElement} bar
 * @property {Spot} from
 * @property {Spot} at
 * @property {string | null} instead whom somebody new would replace; null: as the server says
 * @property {import("./spots.js").Places | null} places null until the server has told them
 * @property {boolean} wanted whether it is put as soon as they are told
 */

export const board = document.getElementById("week-board");
export const axis = { start: Number(board?.dataset.start) / 60, end: Number(board?.dataset.end) / 60 };
export const byPerson = board?.dataset.view === "teacher";
export const STEP = 15; // minutes from one place to the next

/** @param {SVGElement} bar */
export function rowOf(bar) {
  return /** @type {SVGElement} */ (bar.closest(".week-line"));
}

/** @param {SVGElement} bar */
export function startOf(bar) {
  return Number(bar.dataset.from) / 60;
}

/**
 * The rows on which this lesson may lie: those of its group's card, or of every person's and house's.
 * @param {SVGElement} bar
 */
export function rowsOf(bar) {
  const within = board?.dataset.view === "group" ? bar.closest("section") : board;
  return /** @type {SVGElement[]} */ ([...(within?.querySelectorAll(".week-line[data-day]") ?? [])]);
}

/**
 * Who would lead it newly on that row: on a person's row she does, if she does not already.
 * @param {Picked} one
 * @param {SVGElement} row
 */
export function whoOn(one, row) {
  if (!byPerson) return one.at.who;
  return row.dataset.who === rowOf(one.bar).dataset.who ? "" : row.dataset.who ?? "";
}

/**
 * The times of a row at which it may begin, led by whoever would lead it there.
 * @param {Picked} one
 * @param {SVGElement} row
 * @param {string} [who]
 */
export function runsOn(one, row, who = whoOn(one, row)) {
  return one.places?.places[who]?.[row.dataset.day ?? ""] ?? [];
}

/**
 * Whether a point of the window lies in a box, give or take some pixels to its sides.
 * @param {{left: number, right: number, top: number, bottom: number}} box
 * @param {number} x
 * @param {number} y
 */
export function inside(box, x, y, beside = 0) {
  return y >= box.top && y <= box.bottom && x >= box.left - beside && x <= box.right + beside;
}

/**
 * The place under a pointer, or null beside all rows.
 * @param {Picked} one
 * @param {number} x
 * @param {number} y
 * @param {number} held how many minutes after the lesson's begin it was taken
 */
export function placeAt(one, x, y, held) {
  const row = rowsOf(one.bar).find((it) => inside(it.getBoundingClientRect(), x, y, 40));
  if (!row) return null;
  const minute = minuteAt(row.getBoundingClientRect(), axis, x) - held;
  return { row, minute: nearest(runsOn(one, row), Math.round(minute / STEP) * STEP) };
}

/**
 * The next place in the order of the week that breaks nothing; after the last comes the first.
 * @param {Picked} one
 */
export function nextFree(one) {
  const rows = rowsOf(one.bar);
  const all = rows.flatMap((row) => runsOn(one, row)
    .filter(([, , breaks]) => !breaks.length)
    .map(([minute]) => ({ row, minute })));
  /** @param {SVGElement} row */
  const rank = (row) => rows.indexOf(row) - rows.indexOf(one.at.row);
  return all.find((it) => rank(it.row) > 0 || (rank(it.row) === 0 && it.minute > one.at.minute)) ?? all[0];
}
