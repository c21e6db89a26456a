/** Who is in the class and how she is seen: a picture where there is one, else her seat; who speaks has a ring. */

import { part } from "../page.js";
import { initialOf } from "../seat.js";
import { say } from "../words.js";

/** @typedef {import("../room/types.js").Person} Person */
/** @typedef {{people: Person[], shape: string, center: string | null}} State */

export class Scene {
  /** @type {Map<string, HTMLElement>} one place for each person, a picture or a seat */
  #places = new Map();
  /** @type {Map<string, {stream: MediaStream, mosaic: boolean}>} by connection */
  #streams = new Map();
  /** @type {Map<string, boolean>} by connection: whether her microphone is off */
  #muted = new Map();
  /** @type {Set<string>} */
  #hands = new Set();
  /** @type {Set<string>} connections */
  #speaking = new Set();
  /** @type {State} */
  #state = { people: [], shape: "mesh", center: null };
  #pictures = part("pictures");
  #others = part("others");

  /** @param {{person: string, name: string}} me */
  constructor(me) {
    this.me = me;
    /** My connection; it changes with every new line. */
    this.connection = "";
  }

  /** @param {State} state */
  people(state) {
    this.#state = state;
    this.draw();
  }

  /** @param {{connection: string, stream: MediaStream | null, mosaic: boolean}} picture */
  picture({ connection, stream, mosaic }) {
    if (stream) this.#streams.set(connection, { stream, mosaic });
    else this.#streams.delete(connection);
    this.draw();
  }

  /** @param {MediaStreamTrack | null} track my own camera */
  self(track) {
    const before = this.#streams.get("self")?.stream.getVideoTracks()[0] ?? null;
    if (before === track) return;
    if (track) this.#streams.set("self", { stream: new MediaStream([track]), mosaic: false });
    else this.#streams.delete("self");
    this.draw();
  }

  /** @param {string[]} connections */
  speaking(connections) {
    this.#speaking = new Set(connections);
    this.draw();
  }

  /**
   * @param {string} connection
   * @param {boolean} muted
   */
  mute(connection, muted) {
    this.#muted.set(connection, muted);
    this.draw();
  }

  /** @param {Iterable<string>} people whose hands are up */
  hands(people) {
    this.#hands = new Set(people);
    this.draw();
  }

  draw() {
    const people = this.#state.people.map((each) => (each.person === this.me.person ? { ...each, name: say("You") } : each));
    for (const [person, place] of this.#places) {
      if (people.some((each) => each.person === person)) continue;
      place.remove();
      this.#places.delete(person);
    }
    // Whoever leads comes first, I myself last: I know what I look like.
    const rank = (/** @type {Person} */ each) => (each.person === this.me.person ? 2 : each.role === "learner" ? 1 : 0);
    for (const each of [...people].sort((a, b) => rank(a) - rank(b))) this.#draw(each);
    part("alone").hidden = people.length > 1;
    this.#others.hidden = this.#others.childElementCount === 0;
  }

  /** @param {Person} person */
  #draw(person) {
    const self = person.person === this.me.person;
    const seen = this.#streams.get(self ? "self" : person.connection) ?? null;
    let place = this.#places.get(person.person);
    if (!place || place.classList.contains("picture") !== Boolean(seen)) {
      place?.remove();
      place = seen ? newPicture(person) : newSeat(person);
      this.#places.set(person.person, place);
    }
    const list = seen ? this.#pictures : this.#others;
    if (place !== list.lastElementChild) list.append(place);
    place.toggleAttribute("data-self", self);
    place.toggleAttribute("data-mosaic", Boolean(seen?.mosaic));
    place.toggleAttribute("data-center", person.connection === this.#state.center);
    place.toggleAttribute("data-speaks", this.#speaking.has(self ? this.connection : person.connection));
    mark(place, "hand", this.#hands.has(person.person));
    mark(place, "mute", this.#muted.get(self ? "self" : person.connection) ?? false);
    const video = place.querySelector("video");
    if (!video || !seen || video.srcObject === seen.stream) return;
    video.srcObject = seen.stream;
    video.play().catch(() => undefined); // muted pictures may always play; one that was taken away need not
  }
}

/** @param {Person} person */
function newPicture({ name }) {
  const place = document.createElement("li");
  place.className = "picture";
  const video = document.createElement("video");
  video.muted = true;
  video.autoplay = true;
  video.playsInline = true;
  place.append(video, named("picture-name", name), marks());
  return place;
}

/** @param {Person} person */
function newSeat({ name }) {
  const place = document.createElement("li");
  place.className = "seat";
  place.dataset.state = "here";
  place.dataset.size = "l";
  const circle = document.createElement("span");
  circle.className = "seat-mark";
  circle.setAttribute("aria-hidden", "true");
  const initial = document.createElement("bdi");
  initial.textContent = initialOf(name);
  circle.append(initial);
  place.append(circle, named("seat-name", name), marks());
  return place;
}

/**
 * @param {string} className
 * @param {string} name
 */
function named(className, name) {
  const label = document.createElement("bdi");
  label.className = className;
  label.textContent = name;
  return label;
}

function marks() {
  const place = document.createElement("span");
  place.className = "marks";
  return place;
}

/**
 * @param {HTMLElement} place
 * @param {"hand" | "mute"} kind
 * @param {boolean} on
 */
function mark(place, kind, on) {
  const holder = /** @type {HTMLElement} */ (place.querySelector(".marks"));
  const there = holder.querySelector(`[data-mark="${kind}"]`);
  if (on === Boolean(there)) return;
  if (there) return there.remove();
  const pattern = /** @type {HTMLTemplateElement} */ (part(`${kind}-pattern`));
  const sign = document.createElement("span");
  sign.dataset.mark = kind;
  const word = document.createElement("span");
  word.className = "unseen";
  word.textContent = kind === "hand" ? say("hand up") : say("microphone off");
  sign.append(pattern.content.cloneNode(true), word);
  holder.append(sign);
}
