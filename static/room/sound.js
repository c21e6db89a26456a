/** The loudspeaker: one audio element per voice, and the word "blocked" when the browser wants one more tap. */

/**
 * Events: `blocked` (the browser lets nothing sound until somebody taps), `open` (it sounds again).
 */
export class Sound extends EventTarget {
  blocked = false;
  /** @type {Map<string, HTMLAudioElement>} */
  #elements = new Map();

  /** @param {AudioContext} context made inside the tap that enters the class */
  constructor(context) {
    super();
    this.context = context;
    context.addEventListener("statechange", () => this.#judge());
    // A browser that refuses says nothing; it just does not start.
    setTimeout(() => this.#judge(), 700);
  }

  /**
   * @param {string} name
   * @param {MediaStreamTrack | null} track
   */
  play(name, track) {
    const element = this.#elements.get(name) ?? new Audio();
    const playing = element.srcObject instanceof MediaStream ? element.srcObject.getAudioTracks()[0] : null;
    if (playing === track) return;
    if (!track) return this.stop(name);
    this.#elements.set(name, element);
    element.autoplay = true;
    element.srcObject = new MediaStream([track]);
    this.#start(element);
  }

  /** @param {string} name */
  stop(name) {
    const element = this.#elements.get(name);
    if (!element) return;
    this.#elements.delete(name);
    element.pause();
    element.srcObject = null;
  }

  /** To be called inside a tap: everything that was held back begins. */
  async unblock() {
    await Promise.allSettled([this.context.resume(), ...[...this.#elements.values()].map((element) => element.play())]);
    this.#judge();
  }

  /** What sounds now, for whoever wants to measure it. */
  get streams() {
    return [...this.#elements.values()].filter((element) => !element.paused).map((element) => /** @type {MediaStream} */ (element.srcObject));
  }

  get names() {
    return [...this.#elements.keys()];
  }

  close() {
    for (const name of [...this.#elements.keys()]) this.stop(name);
  }

  /** @param {HTMLAudioElement} element */
  async #start(element) {
    try {
      await element.play();
    } catch (reason) {
      // An element that was stopped again at once also refuses; only the browser's veto is for the person.
      if (reason instanceof DOMException && reason.name === "NotAllowedError") this.#say(true);
    }
  }

  #judge() {
    const still = this.context.state !== "closed" && this.context.state !== "running";
    this.#say(still || [...this.#elements.values()].some((element) => element.paused));
  }

  /** @param {boolean} blocked */
  #say(blocked) {
    if (blocked === this.blocked) return;
    this.blocked = blocked;
    this.dispatchEvent(new Event(blocked ? "blocked" : "open"));
  }
}
