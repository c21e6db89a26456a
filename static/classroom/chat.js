/** The messages of the class: each once, in their order, and what waits for the line is seen to wait. */

import { clock } from "../dates.js";
import { language } from "../page.js";
import { say } from "../words.js";
import { tell } from "./twice.js";

/** What the board takes in one message (classroom/board.py, LONGEST). */
const LONGEST = 2000;
const ADDRESS = /https?:\/\/[^\s<>"'\u2066-\u2069]+[^\s<>"'\u2066-\u2069.,;:!?)\]،؛؟]/giu;

/** @typedef {{id: string, number: number, person: string, name: string, text: string, at: string}} Message */

export class Chat {
  /** @type {Map<string, HTMLElement>} */
  #shown = new Map();
  /** @type {{id: string, text: string}[]} */
  #waiting = [];
  #unread = 0;

  /**
   * @param {object} given
   * @param {HTMLElement} given.panel
   * @param {HTMLElement} given.button shows how many are unread
   * @param {string} given.zone
   * @param {string} given.me
   * @param {(text: string) => Promise<unknown>} given.send
   */
  constructor({ panel, button, zone, me, send }) {
    this.panel = panel;
    this.button = button;
    this.zone = zone;
    this.me = me;
    this.list = /** @type {HTMLElement} */ (panel.querySelector("#messages"));
    this.none = /** @type {HTMLElement} */ (panel.querySelector("#no-messages"));
    const input = /** @type {HTMLInputElement} */ (panel.querySelector("#said"));
    panel.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (!text) return;
      this.#complain([...text].length > LONGEST);
      if ([...text].length > LONGEST) return;
      input.value = "";
      // What the server refuses comes back into her hands.
      send(text).catch(() => (input.value ||= text));
    });
    button.addEventListener("click", () => this.#turn(Boolean(panel.hidden), input));
  }

  /** @param {Message[]} messages */
  add(messages) {
    for (const message of messages) {
      if (this.#shown.has(message.id)) continue;
      this.#waiting = this.#waiting.filter((each) => each.id !== message.id);
      const line = this.#line(message.name, clock(message.at, this.zone, language), message.text);
      line.dataset.number = String(message.number);
      this.#shown.set(message.id, line);
      const after = [...this.list.children].find((each) => Number(/** @type {HTMLElement} */ (each).dataset.number ?? Infinity) > message.number);
      this.list.insertBefore(line, after ?? null);
      if (this.panel.hidden && message.person !== this.me) this.#unread += 1;
    }
    this.#settle();
  }

  /** @param {{id: string, text: string}[]} waiting what is not said yet */
  wait(waiting) {
    this.#waiting = waiting.filter((each) => !this.#shown.has(each.id));
    this.#settle();
  }

  /**
   * @param {boolean} open
   * @param {HTMLInputElement} input
   */
  #turn(open, input) {
    this.panel.hidden = !open;
    this.button.setAttribute("aria-pressed", String(open));
    this.panel.dispatchEvent(new Event("turned", { bubbles: true }));
    if (!open) return;
    this.#unread = 0;
    this.#settle();
    input.focus();
  }

  /** @param {boolean} tooLong what she wrote stays where it is: she may shorten it */
  #complain(tooLong) {
    const place = /** @type {HTMLElement} */ (this.panel.querySelector("#unsaid"));
    place.hidden = !tooLong;
    if (tooLong) tell(place, (say) => say("This message is too long. Send it in parts."));
  }

  #settle() {
    const low = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 80;
    for (const old of [...this.list.querySelectorAll("[data-unsent]")]) old.remove();
    for (const { text } of this.#waiting) {
      const line = this.#line(say("You"), say("waits for the line"), text);
      line.dataset.unsent = "";
      this.list.append(line);
    }
    this.none.hidden = this.list.childElementCount > 0;
    if (low) this.list.scrollTop = this.list.scrollHeight;
    if (this.#unread) this.button.dataset.unread = String(this.#unread);
    else delete this.button.dataset.unread;
  }

  /**
   * @param {string} name
   * @param {string} when
   * @param {string} text
   */
  #line(name, when, text) {
    const line = document.createElement("li");
    line.className = "chat-message";
    const said = document.createElement("p");
    said.dir = "auto";
    said.append(...linked(text));
    line.append(bdi(name, "strong"), " ", bdi(when, "muted small"), said);
    return line;
  }
}

/**
 * The text with its web addresses to tap. Nothing else in it means anything.
 * @param {string} text
 * @returns {(string | HTMLAnchorElement)[]}
 */
function linked(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const link = document.createElement("a");
    link.href = found[0];
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.append(bdi(found[0], ""));
    parts.push(text.slice(from, found.index), link);
    from = (found.index ?? 0) + found[0].length;
  }
  return [...parts, text.slice(from)];
}

/**
 * @param {string} text
 * @param {string} className
 */
function bdi(text, className) {
  const found = document.createElement("bdi");
  if (className) found.className = className;
  found.textContent = text;
  return found;
}
