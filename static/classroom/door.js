/** Before the class: try camera and microphone, or nothing at all, and go in with one tap. Everything is off at first. */

import { part } from "../page.js";
import { say } from "../words.js";
import { hush, tell } from "./twice.js";

/** @typedef {import("../room/devices.js").Devices} Devices */
/** @typedef {import("../room/devices.js").Kind} Kind */

export class Door {
  #timer = 0;

  /** @param {Devices} devices */
  constructor(devices) {
    this.devices = devices;
    if (!document.getElementById("try-microphone")) return;
    part("try-microphone").addEventListener("click", () => this.#turn("microphone"));
    part("try-camera").addEventListener("click", () => this.#turn("camera"));
    part("microphones").addEventListener("change", () => void this.#choose("microphone"));
    part("cameras").addEventListener("change", () => void this.#choose("camera"));
    devices.addEventListener("track", () => this.#show());
    devices.addEventListener("list", () => void this.#list());
    devices.addEventListener("problem", (event) => this.#complain(/** @type {CustomEvent} */ (event).detail));
  }

  close() {
    clearInterval(this.#timer);
    const preview = /** @type {HTMLVideoElement | null} */ (document.getElementById("preview"));
    if (preview) preview.srcObject = null;
  }

  /** @param {Kind} kind */
  async #turn(kind) {
    const button = part(`try-${kind}`);
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    this.devices.wake();
    if (kind === "microphone") this.devices.mute(!on);
    const track = on ? await (kind === "microphone" ? this.devices.useMicrophone() : this.devices.useCamera()) : null;
    if (!on && kind === "camera") this.devices.stop("camera");
    if (on && !track) button.setAttribute("aria-pressed", "false");
    if (on && !track && kind === "microphone") this.devices.mute(true);
    this.#show();
    void this.#list();
  }

  /** @param {Kind} kind */
  async #choose(kind) {
    const id = /** @type {HTMLSelectElement} */ (part(`${kind}s`)).value || null;
    if (kind === "microphone") await this.devices.useMicrophone(id);
    else if (this.devices.camera) await this.devices.useCamera(id);
    else await this.devices.useCamera(id).then(() => part("try-camera").setAttribute("aria-pressed", "true"));
    this.#show();
  }

  #show() {
    const preview = /** @type {HTMLVideoElement} */ (part("preview"));
    const { camera, microphone, muted } = this.devices;
    preview.hidden = !camera;
    preview.srcObject = camera ? new MediaStream([camera]) : null;
    const sounds = Boolean(microphone) && !muted;
    const level = /** @type {HTMLMeterElement} */ (part("level"));
    level.hidden = !sounds;
    clearInterval(this.#timer);
    if (sounds) this.#timer = setInterval(() => (level.value = Math.min(1, this.devices.level * 2)), 100);
    const word = part("device-word");
    if (sounds) tell(word, (say) => say("Say something: the bar moves."));
    else if (camera) tell(word, (say) => say("Your camera is on."));
    else tell(word, (say) => say("Both are off. You can come in so."));
  }

  async #list() {
    const { microphones, cameras } = await this.devices.list();
    fill("microphones", microphones, this.devices.microphone);
    fill("cameras", cameras, this.devices.camera);
  }

  /** @param {{kind: Kind, code: import("../room/devices.js").Problem}} problem */
  #complain({ kind, code }) {
    hush(part("device-word"));
    tell(part("device-word"), problemWords(kind, code));
  }
}

/**
 * What is wrong with a camera or microphone, and that she may come in all the same.
 * @param {Kind} kind
 * @param {import("../room/devices.js").Problem} code
 * @returns {import("./twice.js").Words}
 */
export function problemWords(kind, code) {
  if (code === "denied")
    return kind === "microphone"
      ? (say) => say("The microphone is blocked. Tap the lock beside the address. Allow the microphone. You hear everybody without it too.")
      : (say) => say("The camera is blocked. Tap the lock beside the address. Allow the camera. You can go on without it.");
  if (code === "busy") return (say) => say("Another program uses it. Close that program and try again.");
  if (code === "insecure") return (say) => say("Camera and microphone need a safe address (https).");
  return kind === "microphone"
    ? (say) => say("No microphone was found. Plug in a headset. You hear everybody without it too.")
    : (say) => say("No camera was found. You can go on without it.");
}

/**
 * @param {string} id
 * @param {import("../room/devices.js").Device[]} devices
 * @param {MediaStreamTrack | null} track
 */
function fill(id, devices, track) {
  const select = /** @type {HTMLSelectElement} */ (part(id));
  const used = track?.getSettings().deviceId ?? "";
  const options = devices.map(({ id: value, label }, n) => new Option(label || say("Device {number}", { number: n + 1 }), value, false, value === used));
  select.replaceChildren(new Option(say("The usual one"), ""), ...options);
}
