/** What the page says about itself: saved, the line is lost, the room has changed, how long the lesson has lasted. */

import { length, wall } from "../dates.js";
import { language, part } from "../page.js";
import { say } from "../words.js";
import { hush, tell } from "./twice.js";

/** @typedef {import("./twice.js").Words} Words */

const SENTENCE_MS = 9_000;
/** A break shorter than this is over before anybody could read of it. */
const NOTICED_MS = 1_500;

export class Status {
  /** @type {number | null} since when the line is lost */
  #lostSince = null;
  /** @type {string | null} */
  #opened;
  /** @type {string | null} */
  #paused;
  #sentence = 0;
  /** whether a fact about it came since the line was last lost: then it is newer than what the entrance read */
  #heard = false;

  /** @param {{zone: string, opened: string | null, paused: string | null, houseNow: () => number}} given */
  constructor({ zone, opened, paused, houseNow }) {
    this.zone = zone;
    this.houseNow = houseNow;
    this.#opened = opened;
    this.#paused = paused;
    this.timer = setInterval(() => this.#tick(), 500);
  }

  /** @param {string | null} instant until when everything is kept, by the server's word */
  saved(instant) {
    if (!instant) return;
    const { hour, minute, second } = wall(instant, this.zone);
    const mark = language === "fi" ? "." : ":";
    const time = `${language === "fi" ? "klo " : ""}${[hour, two(minute), two(second)].join(mark)}`;
    for (const id of ["saved", "saved-roster"]) {
      const place = document.getElementById(id);
      if (place) place.textContent = say("Saved {time} ✓", { time });
    }
  }

  lost() {
    this.#lostSince ??= Date.now();
    this.#heard = false;
    this.#tick();
  }

  back() {
    this.#lostSince = null;
    part("lost").hidden = true;
    hush(part("lost-word"));
  }

  /**
   * One sentence about what has just changed; it goes by itself.
   * @param {Words} words
   */
  say(words) {
    clearTimeout(this.#sentence);
    tell(part("told"), words);
    this.#sentence = setTimeout(() => hush(part("told")), SENTENCE_MS);
  }

  /**
   * How far the lesson is, by the server's word at each entrance: whoever was away has heard nothing of a break.
   * @param {{opened: string | null, paused: string | null}} now
   */
  know({ opened, paused }) {
    if (this.#heard) return;
    this.#opened = opened;
    this.#paused = paused;
    this.#tick();
  }

  /** @param {{kind: string, at: string} & Record<string, any>} fact */
  hear(fact) {
    if (fact.kind === "LessonOpened" || fact.kind.startsWith("Pause")) this.#heard = true;
    if (fact.kind === "LessonOpened") this.#opened = fact.held_from;
    if (fact.kind === "PauseStarted") this.#paused = fact.at;
    if (fact.kind === "PauseEnded") this.#paused = null;
    this.#tick();
  }

  get isPaused() {
    return this.#paused !== null;
  }

  #tick() {
    this.#tickHeld();
    if (this.#lostSince === null || Date.now() - this.#lostSince < NOTICED_MS) return;
    part("lost").hidden = false;
    tell(part("lost-word"), (say) => say("The line is lost. You come back by yourself."));
    part("lost-time").textContent = length((Date.now() - this.#lostSince) / 1000, language);
  }

  #tickHeld() {
    const since = this.#paused ?? this.#opened;
    const seconds = since ? (this.houseNow() - Date.parse(since)) / 1000 : -1;
    part("held").hidden = seconds < 0;
    if (seconds < 0) return;
    part("held-time").textContent = length(seconds, language);
    part("held-word").textContent = this.#paused ? say("break") : say("since the start");
  }
}

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, "0");
}
