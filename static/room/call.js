/** The call: obeys the server's state, and makes links, voices, pictures and words fit together. */

import { Bearing } from "./bearing.js";
import { hearsAnybody, loudness, whoSpeaks } from "./hearing.js";
import { Links } from "./links.js";
import { Line, lower } from "./line.js";
import { Meter } from "./measure.js";
import { planMesh } from "./mesh.js";
import { Mixer } from "./mixer.js";
import { Mosaic } from "./mosaic.js";
import { Pictures } from "./pictures.js";
import { Sound } from "./sound.js";
import { Speaking } from "./speaking.js";
import { planStar } from "./star.js";

/** @typedef {import("./types.js").CallState} CallState */
/** @typedef {import("./types.js").Plan} Plan */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Wire} Wire */
/** @typedef {import("./devices.js").Devices} Devices */

const REPLAN_MS = 1000;
/** A voice that comes two ways for a moment is better than one that comes none. */
const OVERLAP_MS = 150;
const VOICE_KBIT = 50;

/**
 * @typedef {object} Given
 * @property {Wire} wire
 * @property {{connection: string, person: string}} me
 * @property {RTCIceServer[]} ice_servers
 * @property {Devices} devices
 * @property {string | URL} [mosaic] where the drawing worker lies
 */

/**
 * Enters the call; to be called inside the tap, so that the sound may start.
 * @param {Given} given
 */
export function createCall(given) {
  return new Call(given);
}

/**
 * Events, each with its detail: `blocked`, `open` · `changed` {code} · `picture` {connection, stream, mosaic} ·
 * `speaking` {connections} · `muted` {connection, muted, microphone} · `sound` {on} · `line` {up, level}.
 */
export class Call extends EventTarget {
  /** @type {CallState | null} */
  #state = null;
  /** @type {Map<string, Set<string>>} */
  #mixes = new Map();
  /** @type {Mixer | null} */
  #mixer = null;
  /** @type {Mosaic | null} */
  #mosaic = null;
  #mosaicAsked = false;
  #cameraAsked = false;
  /** @type {Set<string>} */
  #releasing = new Set();
  #line = new Line();
  #lastUp = { at: -Infinity, up: 0 };
  #planned = false;
  #left = false;

  /** @param {Given} given */
  constructor({ wire, me, ice_servers, devices, mosaic = new URL("../worklets/mosaic.js", import.meta.url) }) {
    super();
    this.me = me;
    this.devices = devices;
    this.mosaicScript = mosaic;
    this.sounds = new Sound(devices.wake());
    this.links = new Links({ wire, me: me.connection, ice_servers });
    this.pictures = new Pictures();
    this.bearing = new Bearing();
    this.meter = new Meter(this.links.open);
    this.speakers = new Speaking(() => this.#levels());
    this.links.addEventListener("change", () => this.#soon());
    this.devices.addEventListener("track", this.#soon);
    this.sounds.addEventListener("blocked", () => this.#say("blocked", {}));
    this.sounds.addEventListener("open", () => this.#say("open", {}));
    this.speakers.addEventListener("change", () => this.#soon());
    this.meter.addEventListener("rates", () => this.#judge());
    this.#line.addEventListener("level", () => this.#soon());
    this.timer = window.setInterval(this.#soon, REPLAN_MS);
    window.addEventListener("pagehide", this.leave);
  }

  /**
   * The server's word. After a new socket also who I am now.
   * @param {CallState} state
   * @param {{me?: {connection: string, person: string}, ice_servers?: RTCIceServer[]}} [entered]
   */
  update(state, { me, ice_servers } = {}) {
    if (this.#left) return;
    if (ice_servers) this.links.ice_servers = ice_servers;
    if (me && me.connection !== this.me.connection) {
      this.me = me;
      this.links.rename(me.connection);
      this.bearing.again();
      this.#state = null;
    }
    if (this.#state && state.version < this.#state.version) return;
    this.#state = state;
    this.links.know(new Set(state.people.map((each) => each.connection)));
    this.#plan();
  }

  /**
   * @param {string} from
   * @param {any} data
   */
  signal(from, data) {
    if (!this.#left) this.links.signal(from, data);
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.devices.mute(muted);
    this.#soon();
  }

  /** @param {boolean} on */
  async camera(on) {
    this.#cameraAsked = on;
    if (on && !this.devices.camera) await this.devices.useCamera();
    if (!this.#cameraAsked) this.devices.stop("camera");
    this.#soon();
  }

  /** @param {boolean} on the centre shows all instead of herself */
  mosaic(on) {
    this.#mosaicAsked = on;
    this.#soon();
  }

  /** To be called inside a tap. */
  unblock() {
    return this.sounds.unblock();
  }

  /** @returns {Map<string, import("./measure.js").Rate>} what each link carries, by connection */
  stats() {
    return this.meter.rates;
  }

  /** What she hears now; for measuring. */
  get heard() {
    return this.sounds.streams;
  }

  leave = () => {
    if (this.#left) return;
    this.#left = true;
    window.removeEventListener("pagehide", this.leave);
    this.devices.removeEventListener("track", this.#soon);
    clearInterval(this.timer);
    this.meter.close();
    this.speakers.close();
    this.links.close();
    this.sounds.close();
    this.#mixer?.close();
    this.#mosaic?.close();
  };

  /** Many things happen at once when somebody comes; one plan answers them all. */
  #soon = () => {
    if (this.#planned || this.#left) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      if (!this.#left) this.#plan();
    });
  };

  #plan() {
    const state = this.#state;
    if (!state) return;
    const view = this.#view(state);
    const here = state.people.some((each) => each.connection === this.me.connection);
    const plan = state.shape === "mesh" ? planMesh(view) : planStar(view);
    this.links.want(here ? plan.want : new Set());
    this.#release(here ? plan.release : new Set(this.links.open.keys()), here);
    if (state.shape === "mesh") this.links.only(plan.want);
    this.#speak(plan, view);
    this.#show(plan, state);
    this.#tell(plan, view);
    this.#report(state, here);
  }

  /**
   * @param {CallState} state
   * @returns {View}
   */
  #view({ people, center }) {
    // Another tab of mine stands beside me: a link to it would only howl.
    const others = people.filter((each) => each.connection !== this.me.connection && each.person !== this.me.person);
    return {
      me: this.me.connection,
      center,
      others: others.map((each) => each.connection),
      links: this.links.facts(),
      mixes: this.#mixes,
      muted: this.devices.muted || !this.devices.microphone,
      level: lower(this.#mosaicAsked ? "mosaic" : "camera", this.#line.most),
    };
  }

  /**
   * @param {Set<string>} names
   * @param {boolean} gently
   */
  #release(names, gently) {
    for (const name of names) {
      if (this.#releasing.has(name)) continue;
      this.#releasing.add(name);
      const drop = () => {
        this.#releasing.delete(name);
        this.links.drop(name);
      };
      if (gently) setTimeout(drop, OVERLAP_MS);
      else drop();
    }
  }

  /**
   * What goes out and what sounds here.
   * @param {Plan} plan
   * @param {View} view
   */
  #speak(plan, view) {
    this.#mixes = plan.mixes;
    if (plan.mixes.size > 0) this.#mixer ??= new Mixer(this.devices.wake());
    for (const [name, link] of this.links.open) {
      this.sounds.play(name, link.voice);
      const voices = plan.mixes.get(name);
      if (!this.#mixer || !voices) {
        link.speak(this.devices.microphone);
        continue;
      }
      this.#mixer.input(this.me.connection, this.devices.microphone);
      for (const voice of voices) this.#mixer.input(voice, this.links.open.get(voice)?.voice ?? null);
      link.speak(this.#mixer.mix(name, new Set([...voices, view.me])));
    }
    for (const name of this.sounds.names) if (!this.links.open.has(name)) this.sounds.stop(name);
    this.#mixer?.keep(new Set(plan.mixes.keys()));
    if (plan.mixes.size > 0) return;
    this.#mixer?.close();
    this.#mixer = null;
  }

  /**
   * @param {Plan} plan
   * @param {CallState} state
   */
  #show(plan, state) {
    const drawing = this.#sendsMosaic(state);
    if (drawing) {
      this.#mosaic ??= new Mosaic(this.mosaicScript);
      const tiles = state.people.map(({ connection: id, name }) => ({ id, name, track: this.#shown(id) }));
      this.#mosaic.show(tiles);
    } else if (this.#mosaic) {
      this.#mosaic.close();
      this.#mosaic = null;
    }
    const track = drawing ? (this.#mosaic?.track ?? null) : this.#cameraAsked ? this.devices.camera : null;
    for (const [name, link] of this.links.open) link.show(track, plan.pictures.get(name) ?? null);
  }

  /** @param {CallState} state */
  #sendsMosaic({ shape, center }) {
    return shape === "star" && center === this.me.connection && this.#mosaicAsked && this.#line.most === "mosaic";
  }

  /** @param {string} connection */
  #shown(connection) {
    if (connection === this.me.connection) return this.#cameraAsked ? this.devices.camera : null;
    const link = this.links.open.get(connection);
    return link?.connected && link.told?.camera ? link.picture : null;
  }

  /**
   * @param {Plan} plan
   * @param {View} view
   */
  #tell(plan, view) {
    const mosaic = Boolean(this.#mosaic);
    const speaking = plan.carried ? this.speakers.who : [];
    for (const [name, link] of this.links.open) {
      const camera = Boolean(plan.pictures.get(name)) && (mosaic || (this.#cameraAsked && Boolean(this.devices.camera)));
      const microphone = Boolean(this.devices.microphone);
      link.tell({ camera, mosaic, microphone, muted: view.muted, direct: plan.direct, carried: plan.carried, speaking });
    }
  }

  /**
   * What the page should know.
   * @param {CallState} state
   * @param {boolean} here
   */
  #report(state, here) {
    const center = state.shape === "star" ? state.center : null;
    const up = center === this.me.connection || Boolean(center && this.links.open.get(center)?.connected);
    const code = this.bearing.turn(here ? state.shape : "elsewhere", center, up);
    if (code) this.#say("changed", { code });
    for (const detail of this.pictures.compare(this.links.open)) this.#say("picture", detail);
    for (const detail of this.bearing.microphones(this.links.open)) this.#say("muted", detail);
    const speaking = whoSpeaks(this.links.open, this.speakers.who, center, this.me.connection);
    if (this.bearing.speaking(speaking)) this.#say("speaking", { connections: speaking });
    const wanted = this.links.wanted.size > 0;
    const on = this.bearing.sound(wanted, hearsAnybody(this.links.open, this.meter.rates), this.sounds.blocked);
    if (on !== null) this.#say("sound", { on });
  }

  #levels() {
    return loudness(this.links.open).set(this.me.connection, this.devices.muted ? 0 : this.devices.level);
  }

  /** The centre steps down when her line is short; everybody's upload is worth a word when it has changed. */
  #judge() {
    const state = this.#state;
    const rates = [...this.meter.rates].filter(([name]) => this.links.open.get(name)?.connected).map(([, each]) => each);
    if (!state || rates.length === 0) return;
    if (state.shape === "star" && state.center === this.me.connection) {
      const level = this.#mosaic ? "mosaic" : this.#cameraAsked && this.#line.most !== "voices" ? "camera" : "voices";
      this.#line.judge(rates, level, { mosaic: 200, camera: 150, voices: 0 }[level] + VOICE_KBIT);
    }
    const up = Math.round(rates.reduce((sum, each) => sum + (each.available ?? each.up), 0));
    const now = performance.now();
    if (now - this.#lastUp.at < 10_000 || Math.abs(up - this.#lastUp.up) < 0.1 * this.#lastUp.up) return;
    this.#lastUp = { at: now, up };
    this.#say("line", { up, level: this.#line.most });
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
