/** The teacher's roster: every seat in its state, and in front of it the one dark thing, which is who is missing. */

import { clock, length } from "../dates.js";
import { language, page, part } from "../page.js";
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
   * @param {import("./calling.js").Calling | null} given.calling records who is on the telephone
   */
  constructor({ me, houseNow, lastSeen, links, lower, calling }) {
    this.me = me;
    this.houseNow = houseNow;
    this.lastSeen = lastSeen;
    this.links = links;
    this.lower = lower;
    this.calling = calling;
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
    const own = expected.filter((seat) => seat.role !== "visitor");
    part("roster-title").textContent = say("Seats: {count}", { count: own.length });
    const here = own.filter((seat) => seat.stands_on !== null).length;
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
      place = document.createElement("li");
      place.dataset.of = seat.person;
      place.append(newSeat(/** @type {HTMLElement} */ (pattern("seat-pattern")), seat), note());
    }
    if (this.#list.children[position] !== place) this.#list.insertBefore(place, this.#list.children[position] ?? null);
    drawSeat(/** @type {HTMLElement} */ (place.firstElementChild), seat, { language, now: this.houseNow() });
    const told = this.#note(seat);
    const under = /** @type {HTMLElement} */ (place.lastElementChild);
    const phoned = this.calling && seat.stands_on === "phone" && seat.said ? this.calling.remedy(seat.said.since, this.houseNow()) : null;
    this.#act(under, "hand", seat.hand !== null, () => [say("Hand down"), () => this.lower(seat.person)]);
    this.#act(under, "undo", phoned === "undo", () => [say("Undo"), () => this.calling?.settle("undo", seat.person)]);
    this.#act(under, "end", phoned === "end", () => [say("She hung up"), () => this.calling?.settle("end", seat.person)]);
    const words = /** @type {HTMLElement} */ (under.firstElementChild);
    if (words.textContent !== told) words.textContent = told;
  }

  /** @param {Seat} seat what is said under its name */
  #note(seat) {
    if (seat.devices > 1) return say("{count} devices", { count: seat.devices });
    return seat.role === "visitor" ? say("guest") : this.#lastTap(seat);
  }

  /** @param {Seat} seat when she said it, where nothing but her own word speaks for her */
  #lastTap(seat) {
    return seat.stands_on === "own" && seat.tapped ? clock(seat.tapped, page.zone, language) : "";
  }

  /**
   * A small button under a seat, there while it means something.
   * @param {HTMLElement} under
   * @param {string} name
   * @param {boolean} on
   * @param {() => [string, () => void]} make its word, and what a tap does
   */
  #act(under, name, on, make) {
    const there = under.querySelector(`[data-act="${name}"]`);
    if (on === Boolean(there)) return;
    if (there) return void there.remove();
    const [words, tap] = make();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.dataset.kind = "quiet";
    button.dataset.act = name;
    button.textContent = words;
    button.addEventListener("click", tap);
    under.append(button);
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
    const complete = seats.every((seat) => !seat.expected || seat.stands_on !== null);
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
    if (this.calling && seat.role === "learner") remedy.append(this.#onTelephone(seat));
    row.append(words, remedy);
    return row;
  }

  /** @param {Seat} seat */
  #onTelephone(seat) {
    const button = /** @type {HTMLButtonElement} */ (pattern("calling-pattern"));
    button.append(unseen(seat.name));
    button.addEventListener("click", () => this.calling?.ask(seat));
    return button;
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
 * Learners by name, then whoever leads beside her, then who visits.
 * @param {Seat} one
 * @param {Seat} other
 */
function inOrder(one, other) {
  return rank(one) - rank(other) || one.name.localeCompare(other.name);
}

/** @param {Seat} seat */
function rank(seat) {
  return seat.role === "learner" ? 0 : seat.role === "visitor" ? 2 : 1;
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
 * @param {string} id
 * @param {string} href
 * @param {string} name
 */
function link(id, href, name) {
  const found = /** @type {HTMLAnchorElement} */ (pattern(id));
  found.href = href;
  if (href.startsWith("/")) found.target = "_blank";
  found.append(unseen(name));
  return found;
}

/** @param {string} id of a template of the page */
function pattern(id) {
  return /** @type {HTMLTemplateElement} */ (part(id)).content.firstElementChild?.cloneNode(true);
}

/** @param {string} name whom a button is about, for those who hear it */
function unseen(name) {
  const whose = document.createElement("span");
  whose.className = "unseen";
  whose.textContent = ` ${name}`;
  return whose;
}
