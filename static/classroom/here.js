/** The room of another tool tells nobody who is in it: whoever comes back to this page says so herself, with one button. */

import { page, part } from "../page.js";
import { tell } from "./twice.js";

/** Whoever looked away for less was asked nothing: the line goes on for so long without her page. */
const ASLEEP_MS = 30_000;
const THANKED_MS = 8_000;

export class Here {
  #hiddenSince = 0;
  #timer = 0;
  #provider;

  /** @param {string} provider whose room this page leads to */
  constructor(provider) {
    this.#provider = provider;
    document.addEventListener("visibilitychange", () => this.#look());
    part("here").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say().catch(() => tell(part("here-word"), (say) => say("That did not work. Try again.")));
    });
  }

  /** @param {string} provider where the lesson is by the server's word */
  to(provider) {
    this.#provider = provider;
    if (!this.#isSilent) part("here").hidden = true;
  }

  get #isSilent() {
    return page.wordless.includes(this.#provider);
  }

  #look() {
    if (document.visibilityState === "hidden") return void (this.#hiddenSince = Date.now());
    if (this.#isSilent && this.#hiddenSince && Date.now() - this.#hiddenSince >= ASLEEP_MS) this.#ask();
    this.#hiddenSince = 0;
  }

  #ask() {
    clearTimeout(this.#timer);
    tell(part("here-word"), (say) => say("Welcome back. Press the button, then your teacher knows."));
    part("here").hidden = false;
    part("here").querySelector("button")?.removeAttribute("hidden");
    part("here").querySelector("button")?.focus();
  }

  async #say() {
    const body = new FormData(/** @type {HTMLFormElement} */ (part("here")));
    const answer = await fetch(`/lessons/${page.lesson}/here`, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    tell(part("here-word"), (say) => say("Thank you. Your teacher sees that you are here."));
    part("here").querySelector("button")?.setAttribute("hidden", "");
    this.#timer = setTimeout(() => (part("here").hidden = true), THANKED_MS);
  }
}
