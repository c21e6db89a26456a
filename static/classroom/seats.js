/** The teacher's roster: every seat in its state, and in front of it the one dark thing, which is who is missing. */

import { length } from "../dates.js";
import { language, part } from "../page.js";
import { drawSeat, newSeat, stepWord } from "../seat.js";
import { say } from "../words.js";
import { isolated } from "./twice.js";

/** @typedef {import("../roster.js").Roster} Roster */
/** @typedef {import("../roster.js").Seat} Seat */

/** Whoever is not there so long after the start is missing; a line may be lost as long before it needs a human. */
const MISSED_AFTER_MS = 60_000;
const LOST_AFTER_MS = 60_000;

export class Seats {
  /** @type {Roster | null} */
  #roster = null;
  #shown = "";
  #list = part("seats");

  /**
   * @param {object} given
   * @param {string} given.me who leads: her own seat is the one she sits on
   * @param {() => number} given.houseNow
   * @param {Record<string, string>} given.lastSeen person → when, in words
   * @param {boolean} given.links whether she may show a learner's personal link
   * @param {(person: string) => void} given.lower puts down another one's hand
   */
  constructor({ me, houseNow, lastSeen, links, lower }) {
    this.me = me;
    this.houseNow = houseNow;
    this.lastSeen = lastSeen;
    this.links = links;
    this.lower = lower;
    setInterval(() => this.#draw(), 1000);
  }

  /** @param {Roster} roster */
  update(roster) {
    this.#roster = roster;
    this.#draw();
  }

  #draw() {
    const roster = this.#roster;
    if (!roster) return;
    const expected = roster.seats.filter((seat) => (seat.expected || seat.first) && seat.person !== this.me).sort(inOrder);
    part("roster-title").textContent = say("Seats: {count}", { count: expected.length });
    const here = expected.filter((seat) => seat.devices > 0).length;
    part("roster-here").textContent = say("here: {count}", { count: here });
    expected.forEach((seat, position) => this.#seat(seat, position));
    for (const old of [...this.#list.children]) {
      const person = /** @type {HTMLElement} */ (old).dataset.of;
      if (!expected.some((seat) => seat.person === person)) old.remove();
    }
    this.#alert(this.#missing(roster, expected), expected);
  }

  /**
   * @param {Seat} seat
   * @param {number} position
   */
  #seat(seat, position) {
    let place = /** @type {HTMLElement | null} */ (this.#list.querySelector(`[data-of="${seat.person}"]`));
    if (!place) {
      const pattern = /** @type {HTMLTemplateElement} */ (part("seat-pattern")).content.firstElementChild;
      place = document.createElement("li");
      place.dataset.of = seat.person;
      place.append(newSeat(/** @type {HTMLElement} */ (pattern), seat), note());
    }
    if (this.#list.children[position] !== place) this.#list.insertBefore(place, this.#list.children[position] ?? null);
    drawSeat(/** @type {HTMLElement} */ (place.firstElementChild), seat, { language, now: this.houseNow() });
    const devices = seat.devices > 1 ? say("{count} devices", { count: seat.devices }) : "";
    const under = /** @type {HTMLElement} */ (place.lastElementChild);
    const button = under.querySelector("button");
    if (seat.hand && !button) under.append(this.#lowering(seat.person));
    if (!seat.hand && button) button.remove();
    const words = /** @type {HTMLElement} */ (under.firstElementChild);
    if (words.textContent !== devices) words.textContent = devices;
  }

  /** @param {string} person */
  #lowering(person) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.dataset.kind = "quiet";
    button.textContent = say("Hand down");
    button.addEventListener("click", () => this.lower(person));
    return button;
  }

  /**
   * Whom somebody should call now.
   * @param {Roster} roster
   * @param {Seat[]} seats
   */
  #missing(roster, seats) {
    const now = this.houseNow();
    if (roster.closed || now < Date.parse(roster.starts) + MISSED_AFTER_MS) return seats.filter((seat) => seat.state === "could_not_enter");
    const late = (/** @type {Seat} */ seat) => seat.state === "dropped" && now - Date.parse(seat.since ?? "") > LOST_AFTER_MS;
    const order = ["could_not_enter", "dropped", "expected"];
    return seats
      .filter((seat) => seat.expected && (seat.state === "expected" || seat.state === "could_not_enter" || late(seat)))
      .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  }

  /**
   * @param {Seat[]} missing
   * @param {Seat[]} seats
   */
  #alert(missing, seats) {
    const begun = this.houseNow() >= Date.parse(this.#roster?.starts ?? "");
    const complete = seats.every((seat) => !seat.expected || seat.devices > 0);
    const shown = JSON.stringify([begun, complete, missing.map((seat) => [seat.person, seat.state, seat.step])]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const place = part("missing");
    place.replaceChildren();
    // In the first minute some are still on their way: nobody is called missing, and nobody here who is not.
    if (missing.length === 0 && begun && !complete) return;
    if (missing.length === 0) return void place.append(calm(complete ? say("Everybody is here.") : say("The lesson has not begun yet.")));
    const box = document.createElement("section");
    box.className = "alert";
    const [first] = missing;
    const title = document.createElement("h3");
    title.textContent =
      missing.length === 1 && first ? say("{name} is not here", { name: isolated(first.name) }) : say("{count} are not here", { count: missing.length });
    box.append(title, ...missing.map((seat) => this.#remedy(seat, missing.length > 1)));
    place.append(box);
  }

  /**
   * @param {Seat} seat
   * @param {boolean} named
   */
  #remedy(seat, named) {
    const row = document.createElement("div");
    row.className = "missing";
    const words = document.createElement("p");
    words.className = "small";
    if (named) {
      const name = document.createElement("bdi");
      name.className = "strong";
      name.textContent = seat.name;
      words.append(name, document.createElement("br"));
    }
    words.append(this.#why(seat));
    const remedy = document.createElement("div");
    remedy.className = "alert-remedy";
    if (seat.telephone) remedy.append(link("call-pattern", `tel:${seat.telephone.replaceAll(" ", "")}`, seat.name));
    if (this.links && seat.role === "learner") remedy.append(link("link-pattern", `/people/${seat.person}/link`, seat.name));
    row.append(words, remedy);
    return row;
  }

  /** @param {Seat} seat */
  #why(seat) {
    if (seat.state === "could_not_enter") return `${say("could not get in")}: ${stepWord(seat.step ?? "")}`;
    if (seat.state === "dropped") return `${say("line lost")} ${length((this.houseNow() - Date.parse(seat.since ?? "")) / 1000, language)}`;
    const seen = this.lastSeen[seat.person];
    return seen ? say("Last seen {time}.", { time: seen }) : say("Never seen yet.");
  }
}

/**
 * Learners by name, then whoever leads beside her.
 * @param {Seat} one
 * @param {Seat} other
 */
function inOrder(one, other) {
  return Number(one.role !== "learner") - Number(other.role !== "learner") || one.name.localeCompare(other.name);
}

function note() {
  const under = document.createElement("div");
  under.className = "seat-under";
  const words = document.createElement("span");
  words.className = "muted small";
  under.append(words);
  return under;
}

/** @param {string} words */
function calm(words) {
  const found = document.createElement("p");
  found.className = "calm";
  found.textContent = words;
  return found;
}

/**
 * A button of the page's own patterns, for one person.
 * @param {string} pattern
 * @param {string} href
 * @param {string} name
 */
function link(pattern, href, name) {
  const found = /** @type {HTMLAnchorElement} */ (
    /** @type {HTMLTemplateElement} */ (part(pattern)).content.firstElementChild?.cloneNode(true)
  );
  found.href = href;
  if (href.startsWith("/")) found.target = "_blank";
  const whose = document.createElement("span");
  whose.className = "unseen";
  whose.textContent = ` ${name}`;
  found.append(whose);
  return found;
}
