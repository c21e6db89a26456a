/** Camera and microphone: found, chosen, tried and let go; a person without either is welcome too. */

/**
 * @typedef {object} Source where tracks come from; tests hand in tones instead of a microphone
 * @property {(id: string | null) => Promise<MediaStreamTrack>} microphone
 * @property {(id: string | null) => Promise<MediaStreamTrack>} camera
 *
 * @typedef {"microphone" | "camera"} Kind
 * @typedef {"denied" | "missing" | "busy" | "insecure"} Problem
 * @typedef {{id: string, label: string}} Device
 */

/** @type {Record<string, Problem>} */
const PROBLEMS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** @type {Source} */
const OWN = {
  microphone: (id) =>
    capture({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1, ...exactly(id) } }),
  camera: (id) => capture({ video: { width: 320, height: 180, frameRate: 15, facingMode: "user", ...exactly(id) } }),
};

/**
 * Events: `track` (a microphone or camera came, changed or went), `list` (something was plugged in or out),
 * `problem` with {kind, code}.
 */
export class Devices extends EventTarget {
  /** @type {MediaStreamTrack | null} */
  microphone = null;
  /** @type {MediaStreamTrack | null} */
  camera = null;
  /** Nobody is heard before she wants to be; microphones that send faint noise from the start never pause either. */
  muted = true;

  /** @type {AudioContext | null} */
  #context = null;
  /** @type {{track: MediaStreamTrack, analyser: AnalyserNode, node: MediaStreamAudioSourceNode} | null} */
  #meter = null;
  /** @type {Record<Kind, string | null>} */
  #chosen = { microphone: null, camera: null };
  /** @type {Record<Kind, number>} counts the wishes: an answer to an older wish is thrown away */
  #wish = { microphone: 0, camera: 0 };
  #plugged = () => this.dispatchEvent(new Event("list"));

  /** @param {{source?: Source}} [given] */
  constructor({ source = OWN } = {}) {
    super();
    this.source = source;
    navigator.mediaDevices?.addEventListener("devicechange", this.#plugged);
  }

  /** The page's one audio context; the first call belongs inside a tap, where a browser lets it start. */
  wake() {
    this.#context ??= new AudioContext({ latencyHint: "interactive" });
    if (this.#context.state !== "running") this.#context.resume().catch(() => undefined);
    return this.#context;
  }

  /**
   * What there is to choose from. Browsers name the devices only after the first permission.
   * @returns {Promise<{microphones: Device[], cameras: Device[]}>}
   */
  async list() {
    const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    const of = (/** @type {MediaDeviceKind} */ kind) =>
      all.filter((each) => each.kind === kind && each.deviceId).map(({ deviceId, label }) => ({ id: deviceId, label }));
    return { microphones: of("audioinput"), cameras: of("videoinput") };
  }

  /**
   * Opens a microphone (null: the one chosen before, else the browser's own choice); muted until `mute(false)`.
   * @param {string | null} [id]
   * @returns {Promise<MediaStreamTrack | null>}
   */
  async useMicrophone(id = this.#chosen.microphone) {
    const track = await this.#open("microphone", id);
    if (track) track.enabled = !this.muted;
    return track;
  }

  /**
   * Opens a camera; its track is also the preview.
   * @param {string | null} [id]
   * @returns {Promise<MediaStreamTrack | null>}
   */
  useCamera(id = this.#chosen.camera) {
    return this.#open("camera", id);
  }

  /** @param {Kind} kind lets a device go, its light goes out */
  stop(kind) {
    this.#wish[kind] += 1;
    this.#put(kind, null);
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.muted = muted;
    if (this.microphone) this.microphone.enabled = !muted;
  }

  /** How loud the microphone is now, from 0 to 1: what a level meter shows. Nothing while muted. */
  get level() {
    const track = this.microphone;
    if (!track || !this.#context) return 0;
    if (this.#meter?.track !== track) {
      this.#meter?.node.disconnect();
      const node = this.#context.createMediaStreamSource(new MediaStream([track]));
      const analyser = new AnalyserNode(this.#context, { fftSize: 512 });
      node.connect(analyser);
      this.#meter = { track, node, analyser };
    }
    const samples = new Float32Array(512);
    this.#meter.analyser.getFloatTimeDomainData(samples);
    return Math.min(1, samples.reduce((top, sample) => Math.max(top, Math.abs(sample)), 0));
  }

  close() {
    navigator.mediaDevices?.removeEventListener("devicechange", this.#plugged);
    this.stop("microphone");
    this.stop("camera");
    this.#context?.close().catch(() => undefined);
    this.#context = null;
  }

  /**
   * @param {Kind} kind
   * @param {string | null} id
   * @returns {Promise<MediaStreamTrack | null>}
   */
  async #open(kind, id) {
    const wish = ++this.#wish[kind];
    this.#chosen[kind] = id;
    try {
      const track = await this.source[kind](id);
      if (wish !== this.#wish[kind]) {
        track.stop();
        return this[kind];
      }
      this.#put(kind, track);
      return track;
    } catch (reason) {
      const name = reason instanceof Error || reason instanceof DOMException ? reason.name : "";
      // A device that was chosen once and is not plugged in today must not keep anybody from the others.
      if (id && PROBLEMS[name] === "missing" && wish === this.#wish[kind]) return this.#open(kind, null);
      this.#complain(kind, PROBLEMS[name] ?? (window.isSecureContext ? "busy" : "insecure"));
      return null;
    }
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack | null} track
   */
  #put(kind, track) {
    const old = this[kind];
    if (old === track) return;
    this[kind] = track;
    old?.stop();
    track?.addEventListener("ended", () => this[kind] === track && this.#lost(kind));
    this.dispatchEvent(new Event("track"));
  }

  /** @param {Kind} kind somebody pulled the plug: what else there is, is better than nothing */
  async #lost(kind) {
    this.#put(kind, null);
    const other = kind === "microphone" ? await this.useMicrophone(null) : await this.useCamera(null);
    if (!other) this.#complain(kind, "missing");
  }

  /**
   * @param {Kind} kind
   * @param {Problem} code
   */
  #complain(kind, code) {
    this.dispatchEvent(new CustomEvent("problem", { detail: { kind, code } }));
  }
}

/** @param {string | null} id */
function exactly(id) {
  return id ? { deviceId: { exact: id }, facingMode: undefined } : {};
}

/** @param {MediaStreamConstraints} constraints */
async function capture(constraints) {
  if (!navigator.mediaDevices) throw new DOMException("Only a secure page may ask.", "InsecureError");
  const [track] = (await navigator.mediaDevices.getUserMedia(constraints)).getTracks();
  if (!track) throw new DOMException("The browser gave nothing.", "NotFoundError");
  return track;
}
