/** Lets the countdown to a lesson's door run, and opens the way in when it ends. */

import { length } from "../dates.js";
import { language } from "../page.js";
import { say } from "../words.js";

/** @param {HTMLElement} door */
function countDown(door) {
  const opensAt = Date.now() + Number(door.dataset.seconds) * 1000;
  const waiting = /** @type {HTMLElement} */ (door.querySelector("[data-waiting]"));
  const left = /** @type {HTMLElement} */ (door.querySelector("[data-left]"));
  const wayIn = /** @type {HTMLElement} */ (door.querySelector("[data-way-in]"));
  left.hidden = false;

  const timer = setInterval(tick, 1000);
  tick();

  function tick() {
    const seconds = Math.ceil((opensAt - Date.now()) / 1000);
    left.textContent = say("Still {time}", { time: length(seconds, language) });
    if (seconds > 0) return;
    clearInterval(timer);
    waiting.hidden = true;
    wayIn.hidden = false;
  }
}

document.querySelectorAll("[data-door]").forEach((door) => countDown(/** @type {HTMLElement} */ (door)));

// A phone that slept shows the day anew: what was next may be now.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
