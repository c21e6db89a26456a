/**
 * Seats that are moved from table to table: dragged by mouse or finger, or with the arrow keys. Each move is the form of
 * the page, sent: the answer is the page with what the move costs, and the seat has the focus again.
 */

import { part } from "../page.js";

const FAR = 6; // pixels after which a touch is a drag

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("move"));
const tables = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".table[data-group]")]);

/**
 * The tables at which a learner of this field may sit, in the order of the page.
 * @param {HTMLElement} seat
 */
function open(seat) {
  return tables.filter((table) => table.dataset.field === seat.dataset.field);
}

/**
 * @param {HTMLElement} seat
 * @param {HTMLElement | undefined} table
 */
function sit(seat, table) {
  if (!form || !table || table.contains(seat)) return;
  /** @type {HTMLSelectElement} */ (part("person")).value = seat.dataset.person ?? "";
  /** @type {HTMLSelectElement} */ (part("group")).value = table.dataset.group ?? "";
  seat.setAttribute("aria-busy", "true");
  form.querySelector("button")?.click();
}

/**
 * Left and right go from table to table as they lie on the page, up and down from seat to seat.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} seat
 */
function press(event, seat) {
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    event.preventDefault();
    const there = open(seat);
    const at = there.findIndex((table) => table.contains(seat));
    sit(seat, there[at < 0 ? 0 : at + (event.key === forward ? 1 : -1)]);
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    event.preventDefault();
    const grips = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".grip")]);
    const at = grips.indexOf(/** @type {HTMLElement} */ (event.currentTarget));
    grips[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  }
}

/**
 * @param {PointerEvent} down
 * @param {HTMLElement} seat
 * @param {HTMLElement} grip
 */
function drag(down, seat, grip) {
  if (down.button !== 0) return;
  const may = open(seat);
  let moved = false;
  /** @param {PointerEvent} event */
  const under = (event) => may.find((table) => {
    const box = table.getBoundingClientRect();
    return event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  });
  /** @param {PointerEvent} event */
  const move = (event) => {
    const [x, y] = [event.clientX - down.clientX, event.clientY - down.clientY];
    if (!moved && Math.hypot(x, y) < FAR) return;
    moved = true;
    seat.dataset.dragged = "";
    seat.style.transform = `translate(${x}px, ${y}px)`;
    const there = under(event);
    for (const table of tables) table.toggleAttribute("data-over", table === there && !table.contains(seat));
  };
  /** @param {PointerEvent} event */
  const end = (event) => {
    const there = event.type === "pointerup" && moved ? under(event) : undefined;
    grip.removeEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) {
      grip.removeEventListener(name, /** @type {EventListener} */ (end));
    }
    delete seat.dataset.dragged;
    seat.style.transform = "";
    for (const table of tables) table.removeAttribute("data-over");
    sit(seat, there);
  };
  grip.setPointerCapture(down.pointerId);
  grip.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) {
    grip.addEventListener(name, /** @type {EventListener} */ (end));
  }
}

for (const grip of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".grip"))) {
  const seat = /** @type {HTMLElement} */ (grip.closest(".movable"));
  grip.hidden = false;
  grip.addEventListener("keydown", (event) => press(event, seat));
  grip.addEventListener("pointerdown", (event) => drag(event, seat, grip));
}

/** The seat that was moved; the address would take the focus away again when the page has loaded, so it comes after. */
const came = location.hash.startsWith("#seat-") ? document.getElementById(location.hash.slice(1)) : null;
const moved = /** @type {HTMLElement | null | undefined} */ (came?.querySelector(".grip"));
if (moved) {
  came?.toggleAttribute("data-fresh", true);
  moved.focus();
  window.addEventListener("load", () => setTimeout(() => {
    if (document.activeElement === document.body) moved.focus();
  }));
}
