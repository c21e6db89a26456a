/**
 * Keeps the seats of a page in step with the live roster: the same shape as `seat` in server/templates/shapes.html.
 *
 * @typedef {import("./roster.js").Seat} Seat
 */

import { length } from "./dates.js";
import { say } from "./words.js";

/** @type {("room" | "phone" | "teacher" | "own")[]} */
const PROOFS = ["room", "phone", "teacher", "own"];
const SIGNS = {
  hand: { icon: "hand" },
  mute: { icon: "volume-x" },
  room: { icon: "video" },
  phone: { icon: "phone" },
  teacher: { icon: "user-check" },
  own: { icon: "quote" },
};

/**
 * The word of a seat's state.
 * @param {Seat} seat
 */
export function seatWord(seat) {
  switch (seat.state) {
    case "expected":
      return say("expected");
    case "here":
      return seat.sound === false ? say("here, no sound") : say("here");
    case "late": {
      const minutes = Math.floor(seat.late_by / 60);
      return seat.sound === false ? say("late {minutes} min, no sound", { minutes }) : say("late {minutes} min", { minutes });
    }
    case "dropped":
      return say("line lost");
    case "left":
      return say("left");
    default:
      return seat.step ? `${say("could not get in")}: ${stepWord(seat.step)}` : say("could not get in");
  }
}

/**
 * By what she is here when it is not her own page; nothing otherwise.
 * @param {Seat} seat
 */
export function proofWord(seat) {
  if (seat.stands_on === "room") return say("seen by the video room");
  if (seat.stands_on === "phone") return say("by telephone");
  if (seat.stands_on === "own") return say("said so herself");
  return seat.stands_on === "teacher" ? say("the teacher saw her") : "";
}

/**
 * Where somebody got stuck on the way in.
 * @param {string} step
 */
export function stepWord(step) {
  switch (step) {
    case "link":
      return say("the link");
    case "sign_in":
      return say("signing in");
    case "device":
      return say("microphone");
    case "room_full":
      return say("the room is full");
    case "too_early":
      return say("too early");
    case "network":
      return say("the network");
    default:
      return step;
  }
}

/**
 * A new seat for a person who stands on no page yet, cloned from a seat of the page.
 * @param {HTMLElement} pattern
 * @param {Seat} seat
 */
export function newSeat(pattern, seat) {
  const element = /** @type {HTMLElement} */ (pattern.cloneNode(true));
  element.dataset.person = seat.person;
  const initial = element.querySelector(".seat-mark bdi");
  if (initial) initial.textContent = initialOf(seat.name);
  const name = element.querySelector(".seat-mark + span bdi");
  if (name) name.textContent = seat.name;
  return element;
}

/** @param {string} name */
export function initialOf(name) {
  return Array.from(name.trim())[0] ?? "?";
}

/**
 * Draws what has changed; a seat that lights up does so once.
 * @param {HTMLElement} element a `.seat`
 * @param {Seat} seat
 * @param {{language: string, now: number}} at `now` in milliseconds of the house's clock
 */
export function drawSeat(element, seat, { language, now }) {
  const before = element.dataset.state;
  if (before !== seat.state) {
    element.dataset.state = seat.state;
    element.toggleAttribute("data-fresh", seat.state === "here" || seat.state === "late");
  }
  const present = seat.state === "here" || seat.state === "late";
  sign(element, "hand", seat.hand !== null);
  sign(element, "mute", present && seat.sound === false);
  for (const kind of PROOFS) sign(element, kind, seat.stands_on === kind);
  const lost = seat.state === "dropped" && seat.since ? length((now - Date.parse(seat.since)) / 1000, language) : "";
  const spoken = [seatWord(seat), proofWord(seat), seat.hand === null ? "" : say("hand up")].filter(Boolean).join(", ");
  const word = element.lastElementChild;
  const text = lost ? `${spoken} ${lost}` : spoken;
  if (word && word.textContent?.trim() !== text) word.textContent = text;
}

/**
 * @param {HTMLElement} element
 * @param {keyof typeof SIGNS} kind
 * @param {boolean} on
 */
function sign(element, kind, on) {
  const mark = element.querySelector(".seat-mark");
  const there = mark?.querySelector(`.seat-${kind}`);
  if (!mark || on === Boolean(there)) return;
  if (there) there.remove();
  else mark.append(icon(SIGNS[kind], `seat-${kind}`));
}

/**
 * An icon of the page's sprite inside a span; the page says where the sprite is.
 * @param {{icon: string}} name
 * @param {string} [className]
 */
export function icon(name, className = "") {
  const sprite = document.documentElement.dataset.icons ?? "";
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name.icon}`);
  drawing.append(use);
  const holder = document.createElement("span");
  if (className) holder.className = className;
  holder.append(drawing);
  return holder;
}
