/**
 * The two minutes in which changes can be undone, counted down. Without this script the page says until when.
 */

import { say } from "../words.js";

const told = /** @type {HTMLElement | null} */ (document.querySelector("[data-undo]"));
const left = /** @type {HTMLElement | null} */ (document.querySelector("[data-left]"));
const ends = performance.now() + Number(told?.dataset.undo ?? 0) * 1000;

function count() {
  const seconds = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
  if (left) {
    left.hidden = false;
    left.textContent = say("{seconds} s", { seconds });
  }
  if (seconds > 0) window.setTimeout(count, 500);
  else window.setTimeout(() => window.location.reload(), 3000);
}

if (told) count();
