/**
 * The line to the server: asks with an answer in time, passes on what it hears, and comes back by itself.
 *
 * Knows no page. Attendance is proved by the acknowledgement of `beat` and by nothing else, so no timer here speaks for
 * anybody. After a break the wire enters its lesson and watches its rosters again, then sends what was not said yet.
 *
 * @typedef {import("./roster.js").Roster} Roster
 * @typedef {import("./roster.js").Fact} Fact
 * @typedef {{code: string, status: number, title?: string} & Record<string, any>} Problem
 * @typedef {{connection: string, person: string, name: string, role: string}} Self
 * @typedef {{provider: string, called: string, ice_servers: RTCIceServer[], link?: string}} Video
 * @typedef {{lesson: string, beat: number, you: Self, roster: Roster | null, call: any, board: {messages: any[], hands: any[]}, opened: string | null, paused: string | null, video: Video}} Entrance
 * @typedef {"out" | "away" | "in"} Place  out: nothing is wanted · away: on the way in or back · in: inside
 */

import { io } from "socket.io-client";
import { newId } from "./ids.js";

const ANSWER_MS = 10_000;
const UNSAID_AT_MOST = 50;
/** Full jitter: a room of people that fell out together must not come back together. */
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 8_000;
/** Silence that long after a beat was due means that the line is dead, whatever the browser believes. */
const SPARE_MS = 5_000;

/** The server said no; `code` has its words in the catalogue. */
export class Refusal extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.code);
    this.problem = problem;
    this.code = problem.code;
  }
  /** Whether the same question may be answered otherwise in a moment. */
  get passing() {
    return this.problem.status === 429 || this.problem.status === 503;
  }
}

/** Nobody answered in time, or there is no line. */
export class NoAnswer extends Error {}

/**
 * Events (all CustomEvent): `place` Place · `entered` Entrance, after each entering · `facts` Fact[] · `call` · `signal`
 * {from, data} · `beat` {n, saved} · `unsaid` messages still waiting · `refused` Refusal · `closed` {lesson} · `back` after
 * each new connection · `unreachable` number of tries in vain, for a page that wants to say so (it goes on trying).
 */
export class Wire extends EventTarget {
  /** @type {Place} */
  place = "out";
  /** @type {{id: string, text: string, done: (number: number) => void, failed: (why: Error) => void}[]} */
  unsaid = [];
  /** @type {string | null} the lesson that is wanted */
  #lesson = null;
  #media = true;
  /** @type {boolean | null} */
  #sound = null;
  /** @type {number | null} */
  #up = null;
  #wanted = false;
  #tries = 0;
  #beatMs = 0;
  #saying = false;
  #timer = 0;
  #silence = 0;
  /** @type {[string, any][] | null} what is heard before the answer to `enter`: it comes after the whole state */
  #early = null;
  #socket;

  /** @param {string} [address] the page's own server when left out */
  constructor(address) {
    super();
    const options = { transports: ["websocket"], reconnection: false, autoConnect: false, forceNew: true, timeout: ANSWER_MS };
    this.#socket = address === undefined ? io(options) : io(address, options);
    this.#socket.on("connect", () => this.#connected());
    this.#socket.on("disconnect", () => this.#lost());
    this.#socket.on("connect_error", (why) => this.#unreachable(why));
    this.#socket.on("beat", (beat, answer) => {
      answer();
      this.#listenForSilence();
      this.#pass("beat", beat);
    });
    for (const name of ["facts", "call", "signal"]) this.#socket.on(name, (told) => this.#hear(name, told));
    this.#socket.on("closed", (told) => {
      this.#forget(told.lesson);
      this.#hear("closed", told);
    });
  }

  get connected() {
    return this.#socket.connected;
  }

  /** Opens the line and keeps it open from now on. */
  open() {
    this.#wanted = true;
    if (!this.#socket.connected && !this.#socket.active) this.#connect();
  }

  /** Ends the line for good, for instance when the page goes. */
  close() {
    this.#wanted = false;
    this.#forget(this.#lesson);
    this.#quiet();
    this.#socket.disconnect();
  }

  /** Tries now instead of at the end of the wait: the page knows that the network is back or that she looks at it again. */
  hurry() {
    if (!this.#wanted || this.#socket.connected) return;
    this.#tries = 0;
    this.#socket.disconnect();
    this.#connect();
  }

  /**
   * Wants to be in this lesson from now on. `entered` or `refused` tells how it went, now and after every break.
   * @param {string} lesson
   * @param {{media?: boolean}} [how] media: whether this browser takes part in sound and picture
   */
  enter(lesson, { media = true } = {}) {
    this.#lesson = lesson;
    this.#media = media;
    this.#moveTo("away");
    this.open();
    if (this.#socket.connected) void this.#goIn();
  }

  /** Leaves the lesson; without a line there is nobody to tell, and the server closes the stay by itself. */
  async leave() {
    const lesson = this.#lesson;
    this.#forget(lesson);
    if (lesson && this.#socket.connected) await this.#ask("leave", { lesson });
  }

  /**
   * The roster of a lesson, whose facts come from now on (staff).
   * @param {string} lesson
   * @returns {Promise<Roster>}
   */
  async watch(lesson) {
    return (await this.#ask("watch", { lesson })).roster;
  }

  /**
   * Says something to the class. It waits through breaks under its own id and is said once; resolves to its number.
   * @param {string} text
   * @returns {Promise<number>}
   */
  say(text) {
    if (this.unsaid.length >= UNSAID_AT_MOST) return Promise.reject(new NoAnswer("too many messages wait"));
    return new Promise((done, failed) => {
      this.unsaid.push({ id: newId(), text, done, failed });
      this.#pass("unsaid", this.unsaid);
      void this.#sayOn();
    });
  }

  /**
   * @param {boolean} up
   * @param {string} [person] whose, when staff put down another one's
   */
  hand(up, person) {
    return this.#ask("hand", { lesson: this.#lesson, up, person });
  }

  /**
   * Tells whether her sound is connected; told again after each break.
   * @param {boolean} on
   */
  async sound(on) {
    this.#sound = on;
    if (this.place === "in") await this.#ask("sound", { lesson: this.#lesson, on });
  }

  /**
   * Tells what her line carries; told again after each break.
   * @param {number} up measured upload, kbit/s
   */
  async line(up) {
    this.#up = up;
    if (this.place === "in") await this.#ask("line", { lesson: this.#lesson, up });
  }

  /**
   * @param {string} to connection
   * @param {unknown} data
   */
  signal(to, data) {
    return this.#ask("signal", { lesson: this.#lesson, to, data });
  }

  /**
   * Asks the server; throws Refusal or NoAnswer. Nothing is kept for later: what is old is not sent after a break.
   * @param {string} event
   * @param {object} content
   * @returns {Promise<any>}
   */
  async #ask(event, content) {
    if (!this.#socket.connected) throw new NoAnswer(event);
    let answer;
    try {
      answer = await this.#socket.timeout(ANSWER_MS).emitWithAck(event, content);
    } catch {
      throw new NoAnswer(event);
    }
    if (answer?.problem) throw new Refusal(answer.problem);
    return answer;
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#socket.connect();
  }

  #connected() {
    this.#tries = 0;
    this.#pass("back", null);
    if (this.#lesson) void this.#goIn();
  }

  #lost() {
    clearTimeout(this.#silence);
    this.#early = null;
    if (this.#lesson) this.#moveTo("away");
    this.#comeBackLater();
  }

  /** @param {Error & {data?: any}} why */
  #unreachable(why) {
    const problem = why.data?.problem ?? why.data;
    if (problem?.code && problem.status < 500 && problem.status !== 429) {
      this.#wanted = false;
      this.#refuse(new Refusal(problem));
      return;
    }
    this.#pass("unreachable", this.#tries + 1);
    this.#comeBackLater();
  }

  #comeBackLater() {
    clearTimeout(this.#timer);
    if (!this.#wanted) return;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#tries++);
    this.#timer = setTimeout(() => this.#connect(), longest * (0.5 + Math.random() / 2));
  }

  async #goIn() {
    const lesson = this.#lesson;
    this.#early = [];
    try {
      /** @type {Entrance} */
      const entrance = await this.#ask("enter", { lesson, id: newId(), media: this.#media });
      if (lesson !== this.#lesson) return;
      this.#beatMs = entrance.beat * 1000;
      this.#listenForSilence();
      this.#moveTo("in");
      this.#pass("entered", entrance);
      this.#hearTheEarly();
      if (this.#sound !== null) this.sound(this.#sound).catch(() => undefined);
      if (this.#up !== null) this.line(this.#up).catch(() => undefined);
      void this.#sayOn();
    } catch (why) {
      this.#early = null;
      if (lesson !== this.#lesson) return;
      if (why instanceof Refusal && !why.passing) this.#refuse(why);
      // Without an answer nobody knows on which side of the door she stands: a new line makes it sure.
      else this.#socket.disconnect();
    }
  }

  /** One message after the other, in her order; what got no answer stays and is said again under its id. */
  async #sayOn() {
    if (this.#saying) return;
    this.#saying = true;
    try {
      for (let next = this.unsaid[0]; next && this.place === "in"; next = this.unsaid[0]) {
        try {
          const answer = await this.#ask("say", { lesson: this.#lesson, id: next.id, text: next.text });
          next.done(answer.number);
        } catch (why) {
          if (!(why instanceof Refusal) || why.passing) break;
          next.failed(why);
        }
        this.unsaid.shift();
        this.#pass("unsaid", this.unsaid);
      }
    } finally {
      this.#saying = false;
    }
  }

  /** @param {Refusal} why */
  #refuse(why) {
    this.#forget(this.#lesson);
    this.#pass("refused", why);
  }

  /** @param {string | null} lesson */
  #forget(lesson) {
    if (lesson !== this.#lesson) return;
    this.#lesson = null;
    this.#sound = null;
    this.#up = null;
    clearTimeout(this.#silence);
    for (const message of this.unsaid.splice(0)) message.failed(new NoAnswer("the lesson is over"));
    this.#moveTo("out");
  }

  #listenForSilence() {
    clearTimeout(this.#silence);
    if (this.#beatMs && this.#lesson) this.#silence = setTimeout(() => this.#giveUpLine(), 2 * this.#beatMs + SPARE_MS);
  }

  #giveUpLine() {
    this.#socket.disconnect();
  }

  #quiet() {
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
  }

  /** @param {Place} place */
  #moveTo(place) {
    if (place === this.place) return;
    this.place = place;
    this.#pass("place", place);
  }

  /**
   * @param {string} name
   * @param {any} told
   */
  #hear(name, told) {
    if (this.#early) this.#early.push([name, told]);
    else this.#pass(name, told);
  }

  #hearTheEarly() {
    const early = this.#early ?? [];
    this.#early = null;
    for (const [name, told] of early) this.#pass(name, told);
  }

  /**
   * @param {string} name
   * @param {any} detail
   */
  #pass(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
