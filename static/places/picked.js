/** The one lesson that is taken up: asked about, led from place to place, put there or back. */

import { part } from "../page.js";
import { board, byPerson, nextFree, rowOf, runsOn, startOf, whoOn } from "./board.js";
import { breaksOf, close, offer, open, show, unanswered } from "./shown.js";
import { nearest } from "./spots.js";

/** @typedef {import("./board.js").Picked} Picked */

/** @type {Picked | null} */
let picked = null;
let asked = 0;

/** What is taken up, if anything is. */
export function held() {
  return picked;
}

/** @param {SVGElement} bar */
export function pick(bar) {
  if (picked?.bar === bar) return;
  leave(false);
  const row = rowOf(bar);
  const from = { row, minute: startOf(bar), who: "" };
  const instead = byPerson ? row.dataset.who ?? "" : null;
  picked = { bar, from, at: { ...from }, instead, places: null, wanted: false };
  open(picked);
  show(picked);
  void ask(picked);
}

/**
 * What the server says of a lesson's places; nothing when it refuses.
 * @param {URL} address
 * @returns {Promise<import("./spots.js").Places | null>}
 */
async function placesAt(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
}

/** @param {Picked} one */
async function ask(one) {
  const turn = ++asked;
  const address = new URL(`${one.bar.getAttribute("href")}/places`, location.href);
  address.searchParams.set("week", board?.dataset.week ?? "");
  if (one.instead !== null) address.searchParams.set("instead", one.instead);
  const places = await placesAt(address).catch(() => null);
  if (turn !== asked || picked?.bar !== one.bar) return;
  picked.places = places;
  if (!places) {
    unanswered();
    return;
  }
  picked.instead = places.instead;
  offer(picked, (who) => lead({ who: picked?.at.who === who ? "" : who }));
  show(picked);
  if (picked.wanted) drop();
}

/** @param {string} who whom somebody new would replace */
export function replace(who) {
  if (!picked) return;
  picked.instead = who;
  void ask(picked);
}

/** @param {boolean} focus whether the lesson keeps the focus */
export function leave(focus) {
  if (!picked) return;
  const one = picked;
  picked = null;
  close(one);
  if (focus) one.bar.focus();
}

/**
 * Lead it to another place, or give it to somebody.
 * @param {Partial<import("./board.js").Spot>} spot
 */
export function lead(spot) {
  if (!picked) return;
  picked.at = { ...picked.at, ...spot };
  show(picked);
}

/**
 * The same, to the nearest time at which it may begin there: whoever goes on so has not put it down yet.
 * @param {Partial<import("./board.js").Spot>} spot
 */
export function settle(spot) {
  if (!picked) return;
  picked.wanted = false;
  picked.at = { ...picked.at, ...spot };
  lead({ minute: nearest(runsOn(picked, picked.at.row), picked.at.minute) });
}

/** To the next place that breaks nothing. */
export function goOn() {
  const later = picked && nextFree(picked);
  if (!later) return;
  lead(later);
  later.row.scrollIntoView({ block: "nearest" });
}

/** Send it: at once where nothing breaks; else whoever reads what breaks says so with the button. */
export function drop() {
  const one = picked;
  if (!one) return;
  if (!one.places) {
    one.wanted = true;
    return;
  }
  const same = one.at.row === one.from.row && one.at.minute === one.from.minute && !whoOn(one, one.at.row);
  if (same) leave(true);
  else if (breaksOf(one)?.length === 0) put();
  else part("put").focus();
}

export function put() {
  const one = picked;
  if (!one?.places) return;
  const form = /** @type {HTMLFormElement} */ (part("place"));
  const fields = /** @type {Record<string, string>} */ ({
    lesson: one.bar.dataset.lesson, day: one.at.row.dataset.day, who: whoOn(one, one.at.row),
    starts: `${String(Math.floor(one.at.minute / 60)).padStart(2, "0")}:${String(one.at.minute % 60).padStart(2, "0")}`,
    instead: one.instead ?? "",
  });
  for (const [name, value] of Object.entries(fields)) {
    /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value = value;
  }
  one.bar.setAttribute("aria-busy", "true");
  form.submit();
}
