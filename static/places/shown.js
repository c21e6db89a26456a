/** A lesson that was taken up, as the page shows it: where it may lie, where it would, and beside it what that breaks. */

import { language, part } from "../page.js";
import { say } from "../words.js";
import { axis, byPerson, rowsOf, runsOn, startOf } from "./board.js";
import { line, told } from "./spots.js";

/** @typedef {import("./board.js").Picked} Picked */

/** @returns {HTMLElement[]} the buttons of those who may lead it */
export function peopleShown() {
  return [...document.querySelectorAll(".picked-who")].map((one) => /** @type {HTMLElement} */ (one));
}

/**
 * It was taken up: its name, and nobody offered yet.
 * @param {Picked} one
 */
export function open(one) {
  one.bar.toggleAttribute("data-picked", true);
  part("picked").hidden = false;
  part("picked-name").textContent = one.bar.getAttribute("aria-label");
  part("by-form").setAttribute("href", one.bar.getAttribute("href") ?? "");
  part("picked-people").replaceChildren();
  part("picked-instead").hidden = true;
}

/**
 * It was put back.
 * @param {Picked} one
 */
export function close(one) {
  one.bar.removeAttribute("data-picked");
  part("picked").hidden = true;
  wipe();
}

function wipe() {
  for (const old of document.querySelectorAll(".place-free, .place-ghost")) if (!old.closest(".key")) old.remove();
}

/** The server gave no places. */
export function unanswered() {
  part("picked-time").textContent = say("The server does not answer. Try again.");
}

/**
 * Beside the lesson: instead of whom somebody new would lead, and everybody who may.
 * @param {Picked} one
 * @param {(who: string) => void} choose
 */
export function offer(one, choose) {
  if (!one.places || byPerson) return;
  const instead = /** @type {HTMLSelectElement} */ (part("instead"));
  instead.replaceChildren(...one.places.leaders.map(([who, name]) => new Option(name, who, false, who === one.instead)));
  part("picked-instead").hidden = one.places.leaders.length < 2 || one.instead === "";
  part("picked-people").replaceChildren(...one.places.people.map(([who, name]) => {
    const button = person(who, name);
    button.addEventListener("click", () => choose(who));
    return button;
  }));
}

/**
 * @param {string} who
 * @param {string} name
 */
function person(who, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "picked-who button";
  button.dataset.who = who;
  const words = document.createElement("span");
  const shown = document.createElement("bdi");
  shown.textContent = name;
  const state = document.createElement("span");
  state.className = "small";
  words.append(shown, " ", state);
  button.append(words);
  return button;
}

/**
 * The places that break nothing, where the lesson would lie now, and what that breaks, in words.
 * @param {Picked} one
 */
export function show(one) {
  wipe();
  for (const row of rowsOf(one.bar)) {
    for (const [first, last, breaks] of runsOn(one, row)) {
      if (!breaks.length) row.prepend(line("place-free", axis, first, last + (one.places?.minutes ?? 0)));
    }
  }
  const { row, minute } = one.at;
  const breaks = breaksOf(one);
  const minutes = one.places?.minutes ?? Number(one.bar.dataset.to) / 60 - startOf(one.bar);
  const ghost = line("place-ghost", axis, minute, minute + minutes);
  if (breaks && !breaks.length) ghost.setAttribute("data-free", "");
  row.append(ghost);
  part("picked-time").textContent = `${row.dataset.words} ${clock(minute)}–${clock(minute + minutes)}`;
  part("picked-free").hidden = !breaks || breaks.length > 0;
  const texts = one.places && !breaks ? [say("It cannot be put there.")] : breaks ?? [];
  part("picked-breaks").replaceChildren(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  for (const button of peopleShown()) showPerson(one, button);
}

/**
 * Whether she is chosen, and whether it would break anything if she led it there.
 * @param {Picked} one
 * @param {HTMLElement} button
 */
function showPerson(one, button) {
  const who = button.dataset.who ?? "";
  const free = breaksOf(one, who)?.length === 0;
  button.setAttribute("aria-pressed", String(one.at.who === who));
  button.toggleAttribute("data-free", free);
  const state = button.querySelector(".small");
  if (state) state.textContent = free ? say("free") : say("breaks a rule");
}

/**
 * What it breaks where it would lie now, in words; null where it cannot be, or nobody knows yet.
 * @param {Picked} one
 * @param {string} [who] led by her
 */
export function breaksOf(one, who) {
  return one.places ? told(runsOn(one, one.at.row, who), one.at.minute, one.places.words) : null;
}

/** @param {number} minute of the clock on the wall */
function clock(minute) {
  const mark = language === "fi" ? "." : ":";
  return `${Math.floor(minute / 60)}${mark}${String(minute % 60).padStart(2, "0")}`;
}
