/** Somebody calls because her line is away: found among the missing or by her code, asked once, recorded by whoever leads. */

import { page, part } from "../page.js";
import { say } from "../words.js";
import { isolated } from "./twice.js";

/** @typedef {{person: string, name: string}} Somebody */

export class Calling {
  #asked = "";
  /** @type {HTMLElement | null} where the focus goes back to */
  #from = null;

  /** @param {(words: string) => void} failed says that something under a seat was not done */
  constructor(failed) {
    this.failed = failed;
    part("calling-no").addEventListener("click", () => this.#close());
    this.#onSubmit("calling-form", "calling-problem", () => this.#tell("", this.#asked).then(() => this.#close()));
    this.#onSubmit("calling-code", "code-problem", (form) => this.#find(form));
  }

  /**
   * The first of two taps: whom somebody has on the telephone.
   * @param {Somebody} who
   */
  ask({ person, name }) {
    this.#asked = person;
    this.#from = /** @type {HTMLElement | null} */ (document.activeElement);
    part("calling-word").textContent = say("Is {name} on the telephone?", { name: isolated(name) });
    complain("calling-problem", "");
    part("calling").hidden = false;
    part("calling").querySelector("button")?.focus();
  }

  /**
   * What may be done about somebody who is on the telephone: for a moment it is undone, later her call is over.
   * @param {string} since
   * @param {number} now
   * @returns {"undo" | "end"}
   */
  remedy(since, now) {
    return now - Date.parse(since) < page.undone_within ? "undo" : "end";
  }

  /**
   * @param {"undo" | "end"} act
   * @param {string} person
   */
  settle(act, person) {
    void this.#tell(`/${act}`, person).catch((why) => this.failed(why.message));
  }

  #close() {
    part("calling").hidden = true;
    this.#asked = "";
    (this.#from?.isConnected ? this.#from : part("calling-summary")).focus();
  }

  /** @param {HTMLFormElement} form */
  async #find(form) {
    const { people } = await this.#send("/code", new FormData(form));
    form.reset();
    const [first, ...others] = /** @type {Somebody[]} */ (people);
    // Two of one class with one code: whoever leads chooses on the page that asks for each.
    if (others.length > 0) return void location.assign(`/lessons/${page.lesson}/telephone`);
    if (first) this.ask(first);
  }

  /**
   * @param {string} way
   * @param {string} person
   */
  async #tell(way, person) {
    const body = new FormData(/** @type {HTMLFormElement} */ (part("calling-form")));
    body.set("person", person);
    await this.#send(way, body);
  }

  /**
   * @param {string} way
   * @param {FormData} body
   */
  async #send(way, body) {
    const answer = await fetch(`/lessons/${page.lesson}/telephone${way}`, { method: "POST", body, headers: { Accept: "application/json" } });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.title ?? say("That did not work. Try again."));
    return said;
  }

  /**
   * @param {string} id of a form
   * @param {string} place where its refusal is said
   * @param {(form: HTMLFormElement) => Promise<void>} act
   */
  #onSubmit(id, place, act) {
    part(id).addEventListener("submit", (event) => {
      event.preventDefault();
      complain(place, "");
      act(/** @type {HTMLFormElement} */ (event.currentTarget)).catch((why) => complain(place, why.message));
    });
  }
}

/**
 * @param {string} place
 * @param {string} words none: all is well
 */
function complain(place, words) {
  part(place).textContent = words;
  part(place).hidden = !words;
}
