/** The lesson goes on in another room: one button that takes her there, and a line of it on the roster. */

import { clock } from "../dates.js";
import { language, page, part } from "../page.js";
import { say } from "../words.js";
import { isolated, tell } from "./twice.js";

/** @typedef {{provider: string, why: string, at: string}} Move */

const EMBEDDED = "builtin";

export class Moved {
  /** @type {string} whose room this page leads to */
  #shown;
  #there;

  /** @param {string} provider */
  constructor(provider) {
    this.#shown = provider;
    this.#there = provider;
    part("moved-go").addEventListener("click", () => this.#go());
  }

  /** @param {string} provider where the lesson is by the server's word */
  to(provider) {
    this.#there = provider;
    const elsewhere = provider !== this.#shown;
    part("moved").hidden = !elsewhere;
    for (const one of document.querySelectorAll("[data-room]")) {
      /** @type {HTMLElement} */ (one).hidden = /** @type {HTMLElement} */ (one).dataset.room === provider;
    }
    if (!elsewhere) return;
    tell(part("moved-word"), (say) => say("The class is in another room now."));
    const way = /** @type {HTMLAnchorElement} */ (part("moved-go"));
    if (provider === EMBEDDED) {
      way.href = `/lessons/${page.lesson}/room?go`;
      way.removeAttribute("target");
    } else {
      way.href = `/lessons/${page.lesson}/door`;
      way.target = "_blank";
    }
  }

  /** The other room opens in its own window; this page must then stand beside it instead of showing the old one. */
  #go() {
    if (this.#there === EMBEDDED) return;
    if (this.#shown === EMBEDDED) setTimeout(() => location.assign(`/lessons/${page.lesson}/room?go`), 300);
    this.#shown = this.#there;
    part("moved").hidden = true;
  }

  /** @param {Move | null} move the last one, as the roster has it */
  onRoster(move) {
    const place = document.getElementById("roster-moved");
    if (!place || !move) return;
    const room = isolated(page.rooms[move.provider] ?? say("another room"));
    const time = clock(move.at, page.zone, language);
    const words = document.createElement("span");
    words.textContent = say("The class moved at {time} to the room {room}.", { time, room });
    const reason = document.createElement("span");
    reason.textContent = why(move.why);
    place.replaceChildren(words, " ", reason);
    place.hidden = false;
  }
}

/** @param {string} code */
function why(code) {
  if (code === "by_hand") return say("Whoever leads moved it.");
  if (code === "chosen") return say("The programme takes other rooms now.");
  return say("The server of the room did not answer.");
}
