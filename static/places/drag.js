/** A lesson dragged with a mouse, or with a finger after a moment's rest: a finger that moves at once scrolls. */

import { minuteAt } from "./spots.js";
import { axis, byPerson, inside, placeAt, rowOf, startOf } from "./board.js";
import { drop, held, lead, leave, pick } from "./picked.js";
import { peopleShown } from "./shown.js";

const FAR = 6; // pixels after which a press is a drag
const REST = 300; // milliseconds after which a finger drags instead of scrolling
const EDGE = 72; // pixels from the edge of the window where it scrolls along
const ENDS = /** @type {const} */ (["pointerup", "pointercancel"]);

/** One press on a lesson, from the moment it goes down until it is let go. */
class Drag {
  /**
   * @param {PointerEvent} down
   * @param {SVGElement} bar
   */
  constructor(down, bar) {
    this.bar = bar;
    this.finger = down.pointerType === "touch";
    this.x = down.clientX;
    this.y = down.clientY;
    this.began = { x: this.x, y: this.y };
    /** How many minutes after its begin the lesson was taken. */
    this.after = minuteAt(rowOf(bar).getBoundingClientRect(), axis, down.clientX) - startOf(bar);
    this.moving = false;
    this.somewhere = false;
    this.resting = this.finger ? window.setTimeout(this.begin, REST) : 0;
    this.along = window.setInterval(this.scroll, 30);
    if (!this.finger) bar.setPointerCapture(down.pointerId);
    bar.addEventListener("pointermove", this.move);
    bar.addEventListener("touchmove", this.still, { passive: false });
    for (const name of ENDS) bar.addEventListener(name, this.end);
  }

  begin = () => {
    this.moving = true;
    pick(this.bar);
    this.bar.toggleAttribute("data-dragged", true);
  };

  scroll = () => {
    const by = this.y < EDGE ? -12 : this.y > window.innerHeight - EDGE ? 12 : 0;
    if (this.moving && by) window.scrollBy(0, by);
  };

  /** @param {Event} event */
  still = (event) => {
    if (this.moving) event.preventDefault();
  };

  /** @param {PointerEvent} event */
  move = (event) => {
    this.x = event.clientX;
    this.y = event.clientY;
    const far = Math.hypot(this.x - this.began.x, this.y - this.began.y) >= FAR;
    if (!this.moving && far && this.finger) this.end(event);
    else if (!this.moving && far) this.begin();
    if (this.moving) this.follow();
  };

  /** Where the pointer is the lesson lies, or somebody on whose name it is leads it; else it is back. */
  follow() {
    const one = held();
    if (!one) return;
    const place = placeAt(one, this.x, this.y, this.after);
    this.somewhere = place !== null;
    /** @type {Partial<import("./board.js").Spot>} */
    let spot = place ?? one.from;
    for (const button of peopleShown()) {
      const here = inside(button.getBoundingClientRect(), this.x, this.y);
      if (here && !byPerson) spot = { ...one.from, who: button.dataset.who ?? "" };
      button.toggleAttribute("data-over", here);
    }
    lead(spot);
  }

  /** @param {PointerEvent} event */
  end = (event) => {
    window.clearTimeout(this.resting);
    window.clearInterval(this.along);
    this.bar.removeEventListener("pointermove", this.move);
    this.bar.removeEventListener("touchmove", this.still);
    for (const name of ENDS) this.bar.removeEventListener(name, this.end);
    this.bar.removeAttribute("data-dragged");
    if (!this.moving) return;
    this.bar.dataset.justMoved = "";
    window.setTimeout(() => delete this.bar.dataset.justMoved, 300);
    if (event.type === "pointerup" && (this.somewhere || held()?.at.who)) drop();
    else leave(false);
  };
}

/**
 * @param {PointerEvent} down
 * @param {SVGElement} bar
 */
export function drag(down, bar) {
  if (down.button === 0) new Drag(down, bar);
}
