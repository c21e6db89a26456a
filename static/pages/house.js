/**
 * The seats of the coordinator's house and of the teacher's day, live. The page is right without this script; with it
 * each seat lights up as it happens, and a lesson that lost its teacher comes first by itself.
 *
 * @typedef {import("../roster.js").Roster} Roster
 * @typedef {import("../roster.js").Seat} Seat
 */

import { json, language } from "../page.js";
import { Rosters } from "../rosters.js";
import { drawSeat, newSeat, stepWord } from "../seat.js";
import { Wire } from "../wire.js";
import { say } from "../words.js";

/** New lessons come into the hour and old ones go: the page asks for itself again this often. */
const AGAIN_MS = 10_000;

/** @type {{lessons: string[], now: number, leading: string[], uncounted: string[]}} */
let data = json("page-data");
const wire = new Wire();
const rosters = new Rosters(wire);
const loaded = performance.now();
const serverAtLoad = data.now;

/** The house's own time; in the demo it is not that of this machine. */
function now() {
  return serverAtLoad + performance.now() - loaded;
}

/** @param {Seat} seat */
function leads(seat) {
  return data.leading.includes(seat.role);
}

/** @param {Seat} seat whether the lesson is hers: who leads it and who visits it are counted nowhere */
function learns(seat) {
  return !data.uncounted.includes(seat.role);
}

/** @param {Seat} seat */
function isIn(seat) {
  return seat.state === "here" || seat.state === "late";
}

/**
 * Who is not where she should be: what classes.py, `troubled`, says too.
 * @param {Roster} roster
 * @param {boolean} begun
 */
function troubled(roster, begun) {
  const wanted = begun ? ["could_not_enter", "dropped", "expected"] : ["could_not_enter"];
  return roster.seats
    .filter((seat) => learns(seat) && wanted.includes(seat.state) && (seat.expected || seat.first))
    .sort((a, b) => wanted.indexOf(a.state) - wanted.indexOf(b.state) || a.name.localeCompare(b.name));
}

/** @param {Seat} seat */
function noteWord(seat) {
  if (seat.state === "could_not_enter") return seat.step ? stepWord(seat.step) : say("could not get in");
  return seat.state === "dropped" ? say("line lost") : say("call her");
}

/** @param {Seat} seat */
function note(seat) {
  const item = document.createElement("li");
  item.dataset.note = seat.person;
  const name = document.createElement("bdi");
  name.textContent = seat.name;
  const word = document.createElement("span");
  word.className = "muted";
  word.textContent = noteWord(seat);
  if (seat.telephone) {
    const link = document.createElement("a");
    link.href = `tel:${seat.telephone.replaceAll(" ", "")}`;
    link.append(name);
    item.append(link, " ", word);
  } else {
    item.append(name, " ", word);
  }
  return item;
}

/**
 * @param {Element} row
 * @param {string} mark
 * @param {boolean} shown
 */
function show(row, mark, shown) {
  row.querySelector(`[data-${mark}]`)?.toggleAttribute("hidden", !shown);
}

/**
 * @param {HTMLElement} row
 * @param {Roster} roster
 */
function drawSeats(row, roster) {
  const list = row.querySelector(".seats");
  const pattern = /** @type {HTMLElement | null} */ (document.querySelector(".seats .seat"));
  for (const seat of roster.seats.filter(learns)) {
    let element = /** @type {HTMLElement | null} */ (row.querySelector(`.seat[data-person="${seat.person}"]`));
    if (!element && pattern && list) {
      element = newSeat(pattern, seat);
      const item = document.createElement("li");
      item.append(element);
      list.append(item);
    }
    if (element) drawSeat(element, seat, { language, now: now() });
  }
}

/** @param {HTMLElement} row */
function draw(row) {
  const roster = rosters.now.get(row.dataset.lesson ?? "");
  if (!roster) return;
  const begun = Number(row.dataset.starts) <= now();
  const led = roster.seats.some((seat) => leads(seat) && isIn(seat));
  const over = roster.closed !== null;
  const missing = begun && !led && !over;
  const needy = over ? [] : troubled(roster, begun);
  drawSeats(row, roster);
  if (missing) row.dataset.tone = "alert";
  else delete row.dataset.tone;
  show(row, "led", led);
  show(row, "trouble", missing);
  show(row, "remedy", missing);
  show(row, "well", begun && !missing && needy.length === 0);
  const notes = row.querySelector("[data-notes]");
  const told = needy.map((seat) => `${seat.person} ${noteWord(seat)}`).join();
  if (notes && notes.getAttribute("data-notes") !== told) {
    notes.replaceChildren(...needy.map(note));
    notes.setAttribute("data-notes", told);
  }
}

function rows() {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-lesson][data-online]")]);
}

function drawAll() {
  rows().forEach(draw);
  for (const list of document.querySelectorAll("[data-lessons]")) {
    const dark = [...list.children].filter((row) => row instanceof HTMLElement && row.dataset.tone === "alert");
    const inFront = dark.every((row, place) => list.children[place] === row);
    if (!inFront && !list.contains(document.activeElement)) list.prepend(...dark);
  }
  count();
}

function count() {
  const begun = rows().filter((row) => Number(row.dataset.starts) <= now());
  const seats = begun.flatMap((row) => rosters.now.get(row.dataset.lesson ?? "")?.seats ?? []).filter(learns);
  const element = document.querySelector("[data-count]");
  const known = begun.every((row) => rosters.now.has(row.dataset.lesson ?? ""));
  if (element && known) {
    const words = { here: seats.filter(isIn).length, expected: seats.filter((seat) => seat.expected).length };
    const text = say("{here} / {expected} here", words);
    if (element.textContent !== text) element.textContent = text;
  }
  const calm = rows().length > 0 && rows().every((row) => !row.dataset.tone && !row.querySelector("[data-notes] > *"));
  document.querySelector("[data-calm]")?.toggleAttribute("hidden", !calm);
}

/**
 * What needs a human: who is away, who is asked, what can be undone. Where somebody is about to press, nothing moves.
 * @param {HTMLElement | null} fresh
 */
function renewNeeds(fresh) {
  const ours = document.getElementById("needs");
  if (!fresh || !ours || ours.contains(document.activeElement) || ours.textContent === fresh.textContent) return;
  ours.replaceWith(document.importNode(fresh, true));
}

/** The page as the server has it now; empty when it refuses. */
async function asked() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  return answer.ok ? answer.text() : "";
}

/** What has changed on the page since: its lessons take the place of ours when they are no more the same. */
async function askAgain() {
  if (document.visibilityState === "hidden") return;
  const told = await asked().catch(() => ""); // the line is away, or she goes to another page meanwhile
  if (!told) return;
  const whole = new DOMParser().parseFromString(told, "text/html");
  renewNeeds(whole.getElementById("needs"));
  const fresh = whole.getElementById("now");
  const ours = document.getElementById("now");
  if (!fresh || !ours || ours.contains(document.activeElement)) return;
  const found = JSON.parse(fresh.querySelector("#page-data")?.textContent ?? "null");
  if (!found || found.lessons.join() === data.lessons.join()) return;
  data = { ...found, now: data.now };
  ours.replaceWith(document.importNode(fresh, true));
  data.lessons.forEach((lesson) => rosters.watch(lesson));
  if (data.lessons.length) wire.open();
  drawAll();
}

rosters.addEventListener("roster", drawAll);
data.lessons.forEach((lesson) => rosters.watch(lesson));
if (data.lessons.length) wire.open();
setInterval(drawAll, 1000);
setInterval(() => void askAgain(), AGAIN_MS);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") wire.hurry();
});
