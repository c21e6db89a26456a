/**
 * Lessons of a proposed week, moved: dragged by mouse, by finger after a moment's rest, or taken up with Enter and put
 * with the arrow keys. What each place breaks is the server's word; nothing is sent before that word is on the page.
 */

import { part } from "../page.js";
import { STEP, board, placeAt, rowOf, rowsOf } from "../places/board.js";
import { drag } from "../places/drag.js";
import { drop, goOn, held, lead, leave, pick, put, replace, settle } from "../places/picked.js";

/** @type {Record<string, number>} left is earlier and right is later, in every language */
const SIDEWAYS = { ArrowLeft: -STEP, ArrowRight: STEP };
/** @type {Record<string, number>} from day to day */
const UPRIGHT = { ArrowUp: -1, ArrowDown: 1 };

/**
 * @param {KeyboardEvent} event
 * @param {SVGElement} bar
 */
function press(event, bar) {
  const one = held();
  const { key } = event;
  if (key === "Enter" || key === " ") {
    event.preventDefault();
    if (one?.bar === bar) drop();
    else {
      pick(bar);
      rowOf(bar).scrollIntoView({ block: "nearest" });
    }
  } else if (one?.bar !== bar) {
    return;
  } else if (key === "Escape") {
    leave(true);
  } else if (key in SIDEWAYS) {
    event.preventDefault();
    settle({ minute: one.at.minute + (SIDEWAYS[key] ?? 0) });
  } else if (key in UPRIGHT) {
    event.preventDefault();
    const rows = rowsOf(bar);
    const row = rows[rows.indexOf(one.at.row) + (UPRIGHT[key] ?? 0)] ?? one.at.row;
    row.scrollIntoView({ block: "nearest" });
    settle({ row });
  }
}

for (const bar of /** @type {NodeListOf<SVGElement>} */ (document.querySelectorAll(".week-piece"))) {
  bar.addEventListener("keydown", (event) => press(event, bar));
  bar.addEventListener("pointerdown", (event) => drag(event, bar));
  for (const name of ["dragstart", "contextmenu"]) bar.addEventListener(name, (event) => event.preventDefault());
  bar.addEventListener("click", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (!("justMoved" in bar.dataset)) pick(bar);
  });
}
for (const row of /** @type {NodeListOf<SVGElement>} */ (document.querySelectorAll(".week-line[data-day]"))) {
  row.addEventListener("click", (event) => {
    const one = held();
    const place = one && placeAt(one, event.clientX, event.clientY, (one.places?.minutes ?? 0) / 2);
    if (place) lead(place);
  });
}
if (board) {
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-scripted]"))) one.hidden = false;
  part("put").addEventListener("click", (event) => {
    event.preventDefault();
    put();
  });
  part("next").addEventListener("click", goOn);
  part("leave").addEventListener("click", () => leave(true));
  part("picked").addEventListener("keydown", (event) => event.key === "Escape" && leave(true));
  part("instead").addEventListener("change", (event) => replace(/** @type {HTMLSelectElement} */ (event.target).value));
}

/** The lesson that was put: it has the focus again, as soon as the address no longer takes it. */
const came = document.querySelector(".week-piece:target") ?? document.querySelector(`[data-lesson="${location.hash.slice(8)}"]`);
if (came instanceof SVGElement) {
  came.focus();
  window.addEventListener("load", () => setTimeout(() => {
    if (document.activeElement === document.body) came.focus();
  }));
}
