/** All links of one browser: opens the wanted ones, keeps them alive, and lets none be mistaken for another. */

import { Link } from "./link.js";

/** @typedef {import("./types.js").Wire} Wire */
/** @typedef {import("./types.js").LinkFacts} LinkFacts */
/** @typedef {import("./link.js").Signal & {bye?: boolean, hello?: boolean}} Letter */

const HELLO_MS = 3000;
const AGAIN_MS = 1000;
/** A link that never came, or did not come back in this time, is made anew. */
const PATIENCE_MS = 15000;
const STASH = 60;

/**
 * Who has the greater connection id calls; the other one is polite.
 *
 * Events: `change` (a link came, went, connected, was lost or told something).
 */
export class Links extends EventTarget {
  /** @type {Map<string, Link>} */
  open = new Map();
  /** @type {Set<string>} */
  wanted = new Set();
  /** @type {Map<string, number>} when a wanted link was last asked for */
  #asked = new Map();
  /** @type {Map<string, Letter[]>} letters of people of whom the server has not told us yet */
  #stash = new Map();
  /** @type {Set<string>} ids of links that are over */
  #over = new Set();
  #tick = window.setInterval(() => this.#care(), 500);

  /**
   * @param {object} given
   * @param {Wire} given.wire
   * @param {string} given.me
   * @param {RTCIceServer[]} given.ice_servers
   */
  constructor({ wire, me, ice_servers }) {
    super();
    this.wire = wire;
    this.me = me;
    this.ice_servers = ice_servers;
  }

  /**
   * Opens what is missing; what is open and no longer wanted stays until `drop`.
   * @param {Set<string>} connections
   */
  want(connections) {
    this.wanted = new Set(connections);
    for (const connection of [...this.#asked.keys()]) if (!connections.has(connection)) this.#asked.delete(connection);
    for (const connection of connections) {
      if (this.open.has(connection) || this.#asked.has(connection)) continue;
      this.#asked.set(connection, performance.now());
      if (this.#calls(connection)) this.#call(connection);
      const letters = this.#stash.get(connection) ?? [];
      this.#stash.delete(connection);
      for (const letter of letters) this.signal(connection, letter);
    }
  }

  /**
   * Forgets everybody who is not in the call any more.
   * @param {Set<string>} connections
   */
  know(connections) {
    for (const connection of [...this.open.keys()]) if (!connections.has(connection)) this.drop(connection, false);
    for (const connection of [...this.#stash.keys()]) if (!connections.has(connection)) this.#stash.delete(connection);
  }

  /** @param {Set<string>} connections every other link goes */
  only(connections) {
    for (const connection of [...this.open.keys()]) if (!connections.has(connection)) this.drop(connection);
  }

  /** @returns {Map<string, LinkFacts>} */
  facts() {
    const now = performance.now();
    const fact = (/** @type {Link} */ { connected, since, told }) => ({ connected, told, seconds: since === null ? 0 : (now - since) / 1000 });
    return new Map([...this.open].map(([connection, link]) => [connection, fact(link)]));
  }

  /**
   * @param {string} connection
   * @param {boolean} farewell tell the other end, which otherwise would try to mend it
   */
  drop(connection, farewell = true) {
    const link = this.open.get(connection);
    this.#asked.delete(connection);
    if (!link) return;
    this.open.delete(connection);
    this.#over.add(link.id);
    link.close();
    if (farewell) this.#send(connection, { link: link.id, bye: true });
    this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {string} from
   * @param {Letter} letter
   */
  signal(from, letter) {
    if (this.#over.has(letter.link)) return;
    const link = this.open.get(from);
    if (letter.hello) this.#hello(from);
    else if (letter.bye) link?.id === letter.link && this.#gone(from);
    else if (link?.id === letter.link) link.hear(letter);
    else if (!this.wanted.has(from)) this.#keep(from, letter);
    else if (letter.description?.type === "offer" && !this.#calls(from)) this.#take(from, letter);
    else if (!this.#calls(from)) this.#keep(from, letter);
  }

  /** @param {string} me after a new socket: nobody knows the old name any more */
  rename(me) {
    this.me = me;
    this.#asked.clear();
    this.#stash.clear();
    this.wanted.clear();
    for (const connection of [...this.open.keys()]) this.drop(connection, false);
  }

  close() {
    clearInterval(this.#tick);
    this.wanted.clear();
    for (const connection of [...this.open.keys()]) this.drop(connection, true);
  }

  /** @param {string} connection */
  #calls(connection) {
    return this.me > connection;
  }

  /** @param {string} connection */
  #call(connection) {
    const id = [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join("");
    this.#place(connection, new Link({ ...this.#given(connection), id, caller: true }));
  }

  /**
   * @param {string} from
   * @param {Letter} offer
   */
  #take(from, offer) {
    this.drop(from, false);
    this.#asked.set(from, performance.now());
    const link = new Link({ ...this.#given(from), id: offer.link, caller: false });
    this.#place(from, link);
    link.hear(offer);
    const early = this.#stash.get(from) ?? [];
    this.#stash.delete(from);
    for (const letter of early) if (letter.link === link.id) link.hear(letter);
  }

  /** @param {string} connection */
  #given(connection) {
    return { ice_servers: this.ice_servers, send: (/** @type {Letter} */ data) => this.#send(connection, data) };
  }

  /**
   * @param {string} connection
   * @param {Link} link
   */
  #place(connection, link) {
    const said = () => this.open.get(connection) === link && this.dispatchEvent(new Event("change"));
    link.addEventListener("state", said);
    link.addEventListener("told", said);
    link.addEventListener("gone", () => this.open.get(connection) === link && this.#gone(connection));
    this.open.set(connection, link);
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} from */
  #hello(from) {
    const link = this.open.get(from);
    // An offer made a moment ago is still on its way.
    if (!this.#calls(from) || !this.wanted.has(from) || (link && performance.now() - link.born < HELLO_MS)) return;
    this.drop(from, false);
    this.#asked.set(from, performance.now());
    this.#call(from);
  }

  /** @param {string} from */
  #gone(from) {
    this.drop(from, false);
    // If she is still wanted she is called again a little later: mostly the server's word that she left is on its way.
    const patience = this.#calls(from) ? PATIENCE_MS : HELLO_MS;
    if (this.wanted.has(from)) this.#asked.set(from, performance.now() - patience + AGAIN_MS);
  }

  /**
   * @param {string} from
   * @param {Letter} letter
   */
  #keep(from, letter) {
    const letters = this.#stash.get(from) ?? [];
    if (letters.length < STASH) this.#stash.set(from, [...letters, letter]);
  }

  #care() {
    const now = performance.now();
    for (const connection of this.wanted) {
      const link = this.open.get(connection);
      const calls = this.#calls(connection);
      if (link?.connected) continue;
      const since = link ? link.lostAt : (this.#asked.get(connection) ?? 0);
      if (now - since < (calls || link ? PATIENCE_MS : HELLO_MS)) continue;
      if (link) this.drop(connection, false);
      this.#asked.set(connection, now);
      if (calls) this.#call(connection);
      else this.#send(connection, { link: "", hello: true });
    }
  }

  /**
   * @param {string} to
   * @param {Letter} letter
   */
  #send(to, letter) {
    // A letter that the socket lost is written again by whoever misses the answer.
    this.wire.signal(to, letter).catch(() => undefined);
  }
}
