/** One link between two browsers: a peer connection that negotiates, restarts and caps itself. */

/** @typedef {import("./types.js").Cap} Cap */
/** @typedef {import("./types.js").Told} Told */

/**
 * @typedef {object} Signal what two ends of a link send each other over the server
 * @property {string} link the caller's name of this very link: late letters of an earlier one are not mistaken for it
 * @property {RTCSessionDescriptionInit} [description]
 * @property {RTCIceCandidateInit[]} [candidates]
 */

const VOICE_KBIT = 24;
/** A short break of a radio line heals by itself; the callee waits a little longer, so that both do not restart at once. */
const PATIENCE_MS = { caller: 3000, callee: 4500 };
const RETRY_MS = 5000;
const BATCH_MS = 30;

/**
 * Opus for speech: one channel, silence costs nearly nothing.
 * @param {string} sdp
 */
export function tuned(sdp) {
  const opus = /a=rtpmap:(\d+) opus\/48000/i.exec(sdp)?.[1];
  if (!opus) return sdp;
  return sdp.replace(new RegExp(`(a=fmtp:${opus} )([^\\r\\n]*)`), (_, head, rest) => {
    const kept = rest.split(";").filter((/** @type {string} */ part) => !/^\s*(usedtx|stereo|sprop-stereo|maxaveragebitrate)=/.test(part));
    return head + [...kept, "usedtx=1", "stereo=0", `maxaveragebitrate=${VOICE_KBIT * 1000}`].join(";");
  });
}

/**
 * Events: `state` (connected or not any more), `told` (the other side told something new), `gone` (she closed it).
 */
export class Link extends EventTarget {
  /** @type {Told | null} */
  told = null;
  /** @type {number | null} when it was connected, in milliseconds of this page */
  since = null;
  born = performance.now();
  /** When it was lost, or made if it never was connected. */
  lostAt = performance.now();

  /** @type {RTCRtpTransceiver | null} */
  #audio = null;
  /** @type {RTCRtpTransceiver | null} */
  #video = null;
  /** @type {RTCDataChannel | null} */
  #channel = null;
  /** @type {MediaStreamTrack | null} */
  #voice = null;
  /** @type {MediaStreamTrack | null} */
  #picture = null;
  /** @type {Cap | null} */
  #cap = null;
  /** @type {string} */
  #telling = "";
  #making = false;
  #ignoring = false;
  #closed = false;
  /** @type {RTCIceCandidateInit[]} */
  #batch = [];
  #line = Promise.resolve();
  #sending = Promise.resolve();
  #mending = 0;
  #mendAt = performance.now() + RETRY_MS;

  /**
   * @param {object} given
   * @param {string} given.id
   * @param {boolean} given.caller who makes the first offer and, when both offer at once, is the one who insists
   * @param {RTCIceServer[]} given.ice_servers
   * @param {(data: Signal) => void} given.send
   */
  constructor({ id, caller, ice_servers, send }) {
    super();
    this.id = id;
    this.caller = caller;
    this.send = send;
    this.pc = new RTCPeerConnection({ iceServers: ice_servers, bundlePolicy: "max-bundle" });
    this.pc.onnegotiationneeded = () => this.#offer();
    this.pc.onicecandidate = ({ candidate }) => candidate && this.#trickle(candidate.toJSON());
    this.pc.onconnectionstatechange = () => this.#moved();
    this.pc.oniceconnectionstatechange = () => this.#moved();
    this.pc.ondatachannel = ({ channel }) => this.#talk(channel);
    if (caller) {
      this.#audio = this.pc.addTransceiver("audio", { direction: "sendrecv" });
      this.#video = this.pc.addTransceiver("video", { direction: "sendrecv" });
      this.#talk(this.pc.createDataChannel("told"));
    }
    this.#mending = window.setInterval(() => this.#mend(), 500);
  }

  get connected() {
    return this.since !== null;
  }

  /** @returns {MediaStreamTrack | null} the other one's voice, or the mix that she sends */
  get voice() {
    return this.#audio?.receiver.track ?? null;
  }

  /** @returns {MediaStreamTrack | null} */
  get picture() {
    return this.#video?.receiver.track ?? null;
  }

  /** How loud the voice that comes in is now, from 0 to 1. */
  get level() {
    const heard = this.#audio?.receiver.getSynchronizationSources?.() ?? [];
    return Math.max(0, ...heard.map((source) => source.audioLevel ?? 0));
  }

  /** @param {MediaStreamTrack | null} track the voice or the mix to send */
  speak(track) {
    if (track === this.#voice) return;
    this.#voice = track;
    this.#apply();
  }

  /**
   * @param {MediaStreamTrack | null} track
   * @param {Cap | null} cap
   */
  show(track, cap) {
    const same = this.#cap?.kbit === cap?.kbit && this.#cap?.height === cap?.height && this.#cap?.fps === cap?.fps;
    if (track === this.#picture && same) return;
    this.#picture = track;
    this.#cap = cap;
    this.#apply();
  }

  /** @param {Told} told */
  tell(told) {
    const text = JSON.stringify(told);
    if (text === this.#telling) return;
    this.#telling = text;
    if (this.#channel?.readyState === "open") this.#channel.send(text);
  }

  /**
   * Takes a signal of the other end; one after the other, since each step of a negotiation needs the one before.
   * @param {Signal} data
   */
  hear(data) {
    this.#line = this.#line.then(() => this.#take(data)).catch((reason) => {
      if (!this.#closed && !this.#ignoring) console.debug("A signal did not fit.", reason);
    });
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#mending);
    this.since = null;
    this.pc.close();
  }

  async #offer() {
    // The callee never speaks first: its transceivers come with the caller's offer, else there would be two of each.
    if (this.#closed || (!this.caller && !this.pc.remoteDescription)) return;
    try {
      this.#making = true;
      await this.pc.setLocalDescription();
      this.#describe();
    } catch (reason) {
      if (!this.#closed) console.debug("An offer could not be made.", reason);
    } finally {
      this.#making = false;
    }
  }

  #describe() {
    const description = this.pc.localDescription;
    if (description) this.send({ link: this.id, description: { type: description.type, sdp: tuned(description.sdp) } });
  }

  /** @param {RTCIceCandidateInit} candidate */
  #trickle(candidate) {
    this.#batch.push(candidate);
    if (this.#batch.length > 1) return;
    setTimeout(() => {
      if (!this.#closed) this.send({ link: this.id, candidates: this.#batch });
      this.#batch = [];
    }, BATCH_MS);
  }

  /** @param {Signal} data */
  async #take({ description, candidates }) {
    if (this.#closed) return;
    if (description) {
      const collision = description.type === "offer" && (this.#making || this.pc.signalingState !== "stable");
      this.#ignoring = this.caller && collision;
      if (this.#ignoring) return;
      if (description.type === "answer" && this.pc.signalingState !== "have-local-offer") return;
      await this.pc.setRemoteDescription(description);
      if (description.type === "offer") await this.#answer();
      this.#apply();
    }
    for (const candidate of candidates ?? []) await this.pc.addIceCandidate(candidate);
  }

  async #answer() {
    for (const transceiver of this.pc.getTransceivers()) {
      if (transceiver.receiver.track.kind === "audio") this.#audio ??= transceiver;
      else this.#video ??= transceiver;
      if (transceiver.direction !== "sendrecv") transceiver.direction = "sendrecv";
    }
    await this.pc.setLocalDescription();
    this.#describe();
    this.dispatchEvent(new Event("state"));
  }

  /** Brings the senders to what was asked last; calls that overlap would undo each other. */
  #apply() {
    this.#sending = this.#sending.then(async () => {
      if (this.#closed) return;
      const audio = this.#audio?.sender;
      const video = this.#video?.sender;
      if (audio && audio.track !== this.#voice) await audio.replaceTrack(this.#voice);
      if (audio) await limit(audio, { maxBitrate: VOICE_KBIT * 1000, priority: "high", networkPriority: "high" });
      if (!video) return;
      const cap = this.#cap;
      const track = cap && this.#picture;
      if (track && cap) {
        const height = track.getSettings().height ?? cap.height;
        const scaleResolutionDownBy = Math.max(1, height / cap.height);
        await limit(video, { maxBitrate: cap.kbit * 1000, maxFramerate: cap.fps, scaleResolutionDownBy });
      }
      if (video.track !== track) await video.replaceTrack(track);
    }).catch((reason) => {
      if (!this.#closed) console.debug("A sender refused.", reason);
    });
  }

  /** @param {RTCDataChannel} channel */
  #talk(channel) {
    this.#channel = channel;
    channel.onopen = () => this.#telling && channel.send(this.#telling);
    channel.onmessage = ({ data }) => {
      this.told = JSON.parse(data);
      this.dispatchEvent(new Event("told"));
    };
    channel.onclose = () => !this.#closed && this.dispatchEvent(new Event("gone"));
  }

  #moved() {
    if (this.#closed) return;
    const ice = this.pc.iceConnectionState;
    const up = this.pc.connectionState === "connected" && (ice === "connected" || ice === "completed");
    if (ice === "failed") this.#mendAt = 0;
    if (up === this.connected) return;
    this.since = up ? performance.now() : null;
    if (!up) {
      this.lostAt = performance.now();
      this.#mendAt = this.lostAt + (this.caller ? PATIENCE_MS.caller : PATIENCE_MS.callee);
    }
    this.dispatchEvent(new Event("state"));
  }

  /** Restarts ICE when a line that was there is gone too long, and says again what may have been lost with a socket. */
  #mend() {
    if (this.connected) return;
    const now = performance.now();
    if (now < this.#mendAt) return;
    this.#mendAt = now + RETRY_MS;
    if (this.pc.signalingState === "have-local-offer") this.#describe();
    else this.pc.restartIce();
  }
}

/**
 * @param {RTCRtpSender} sender
 * @param {RTCRtpEncodingParameters} wish
 * @param {number} tries a negotiation that ends meanwhile makes the parameters stale
 */
async function limit(sender, wish, tries = 3) {
  const parameters = sender.getParameters();
  const encoding = parameters.encodings?.[0];
  if (!encoding || Object.entries(wish).every(([key, value]) => Reflect.get(encoding, key) === value)) return;
  Object.assign(encoding, wish);
  try {
    await sender.setParameters(parameters);
  } catch (reason) {
    if (tries === 0) throw reason;
    await limit(sender, wish, tries - 1);
  }
}
