/**
 * Leads over the demo's stage: looks once a second where the learner is, shows the line of text that comes next, and
 * makes each screen as large as there is room, as a photograph of a laptop or a telephone would be.
 *
 * @typedef {import("../roster.js").Seat} Seat
 */

import { language, part } from "../page.js";
import { drawSeat } from "../seat.js";

/** Each step and whose screen it is about. */
const ALL = [
  { name: "enter", front: "learner" },
  { name: "cut", front: "teacher" },
  { name: "missing", front: "teacher" },
  { name: "pay", front: "coordinator" },
  { name: "ill", front: "coordinator" },
  { name: "end", front: "coordinator" },
];
/** A model without a lesson ahead has nobody who could fall ill for it. */
const STEPS = ALL.filter(({ name }) => document.querySelector(`[data-step=${name}]`));
const HERE = new Set(["here", "late"]);
/** Below this width one screen is shown at a time, in its own size. */
const wide = window.matchMedia("(min-width: 60rem)");

let step = 0;
let wasCut = false;
/** Who came in for the teacher, once somebody has; the telephone then looks at its lesson again. */
let stands = "";

/** @param {string} name of the part whose screen stands in front */
function front(name) {
  part("frames").dataset.front = name;
  for (const button of document.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", String(button.getAttribute("data-show") === name));
  fitAll();
}

/** @param {number} to */
function go(to) {
  step = Math.max(0, Math.min(to, STEPS.length - 1));
  const { name, front: screen } = /** @type {{name: string, front: string}} */ (STEPS[step]);
  for (const one of document.querySelectorAll("[data-step]")) /** @type {HTMLElement} */ (one).hidden = one.getAttribute("data-step") !== name;
  for (const [place, way] of document.querySelectorAll("[data-to]").entries()) {
    if (place === step) way.setAttribute("aria-current", "step");
    else way.removeAttribute("aria-current");
    way.toggleAttribute("data-done", place < step);
  }
  part("next").hidden = step === STEPS.length - 1;
  front(screen);
}

/** @returns {Promise<void>} */
async function look() {
  const answer = await fetch("/stage/state", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  /** @type {{seats: Record<string, Seat>, cut: boolean, now: number, ill: {said: boolean, before: string, after: string} | null}} */
  const { seats, cut, now, ill } = await answer.json();
  if (ill) follow(ill);
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-step] .seat"))) {
    const seat = seats[element.dataset.person ?? ""];
    if (seat) drawSeat(element, seat, { language, now });
  }
  part("cut").toggleAttribute("disabled", cut);
  const person = /** @type {HTMLElement | null} */ (document.querySelector("[data-step=enter] .seat"))?.dataset.person ?? "";
  const here = HERE.has(seats[person]?.state ?? "");
  wasCut ||= cut;
  if (STEPS[step]?.name === "enter" && here) go(step + 1);
  else if (STEPS[step]?.name === "cut" && wasCut && !cut && here) go(step + 1);
}

/** @param {{said: boolean, before: string, after: string}} ill */
function follow(ill) {
  const said = document.getElementById("ill-said");
  if (!said || !ill.said) return;
  said.hidden = false;
  part("ill").toggleAttribute("disabled", true);
  /** @type {HTMLElement} */ (said.querySelector("[data-before]")).textContent = ill.before;
  /** @type {HTMLElement} */ (said.querySelector("[data-after]")).textContent = ill.after || "…";
  if (stands === ill.after) return;
  stands = ill.after;
  show("learner", part("ill").dataset.follow ?? "");
}

/**
 * Lets one of the screens go to an address of its own house.
 * @param {string} name
 * @param {string} address
 */
function show(name, address) {
  const frame = /** @type {HTMLIFrameElement} */ (document.querySelector(`iframe[name=${name}]`));
  frame.src = address;
}

/**
 * Whether the demo heard it; where the line is away or the page is left, the button is still there to be pressed again.
 * @param {"cut" | "ill"} what
 */
async function tell(what) {
  const answer = await fetch(`/stage/${what}`, { method: "POST" }).catch(() => null);
  return answer !== null;
}

/** She says it on her own telephone; the house shows it, and the learner's telephone the lesson that it is about. */
async function fallIll() {
  if (!(await tell("ill"))) return;
  show("coordinator", part("ill").dataset.house ?? "");
  show("learner", part("ill").dataset.follow ?? "");
}

/** Shows a screen of its own width in the room that there is. */
function fit(/** @type {HTMLElement} */ screen) {
  const frame = /** @type {HTMLIFrameElement} */ (screen.firstElementChild);
  const room = screen.clientWidth;
  const scale = wide.matches ? room / Number(screen.dataset.width) : 1;
  frame.style.width = `${room / scale}px`;
  frame.style.height = `${screen.clientHeight / scale}px`;
  frame.style.transform = `scale(${scale})`;
}

function fitAll() {
  for (const screen of document.querySelectorAll(".stage-screen")) fit(/** @type {HTMLElement} */ (screen));
}

part("next").addEventListener("click", () => go(step + 1));
part("cut").addEventListener("click", () => void tell("cut"));
document.getElementById("ill")?.addEventListener("click", () => void fallIll());
for (const [place, way] of document.querySelectorAll("[data-to]").entries()) way.addEventListener("click", () => go(place));
for (const button of document.querySelectorAll("[data-show]")) button.addEventListener("click", () => front(button.getAttribute("data-show") ?? ""));
part("ways").hidden = false;
part("fronts").hidden = false;
go(0);
const sizes = new ResizeObserver((changed) => changed.forEach(({ target }) => fit(/** @type {HTMLElement} */ (target))));
for (const screen of document.querySelectorAll(".stage-screen")) sizes.observe(screen);
wide.addEventListener("change", fitAll);
setInterval(() => void look().catch(() => undefined), 1000);
