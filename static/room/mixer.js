/** The centre's mixing desk: for each one in the star the sum of all the others. */

const GUARD_MS = 250;
const SAMPLES = 256;

/**
 * @typedef {object} Input
 * @property {MediaStreamTrack} track
 * @property {MediaStreamAudioSourceNode} source
 * @property {AnalyserNode} probe
 * @property {GainNode} gate
 * @property {boolean} sick
 */

/** Voices go in by `input`, each mix comes out as a track by `mix`. */
export class Mixer {
  /** @type {Map<string, Input>} */
  #inputs = new Map();
  /** @type {Map<string, MediaStreamAudioDestinationNode>} */
  #outputs = new Map();
  /** @type {Map<string, Set<string>>} */
  #routes = new Map();
  #samples = new Float32Array(SAMPLES);
  #guard = window.setInterval(() => this.#check(), GUARD_MS);

  /** @param {AudioContext} context */
  constructor(context) {
    this.context = context;
  }

  /**
   * A voice to mix; a remote one must also hang on a media element, else it is silence here.
   * @param {string} name
   * @param {MediaStreamTrack | null} track
   */
  input(name, track) {
    const old = this.#inputs.get(name);
    if (old?.track === track) return;
    if (old) {
      old.source.disconnect();
      old.gate.disconnect();
      this.#inputs.delete(name);
    }
    if (!track) return;
    const source = this.context.createMediaStreamSource(new MediaStream([track]));
    const probe = new AnalyserNode(this.context, { fftSize: SAMPLES });
    const gate = new GainNode(this.context);
    source.connect(probe);
    source.connect(gate);
    this.#inputs.set(name, { track, source, probe, gate, sick: false });
    for (const [ear, voices] of this.#routes) if (voices.has(name)) this.#connect(gate, ear);
  }

  /**
   * The track that holds these voices and no other.
   * @param {string} ear
   * @param {Set<string>} voices
   * @returns {MediaStreamTrack}
   */
  mix(ear, voices) {
    const output = this.#outputs.get(ear) ?? new MediaStreamAudioDestinationNode(this.context, { channelCount: 1 });
    this.#outputs.set(ear, output);
    const before = this.#routes.get(ear) ?? new Set();
    this.#routes.set(ear, new Set(voices));
    for (const name of before) if (!voices.has(name)) this.#inputs.get(name)?.gate.disconnect(output);
    for (const name of voices) {
      const input = this.#inputs.get(name);
      if (input && !before.has(name)) this.#connect(input.gate, ear);
    }
    return /** @type {MediaStreamTrack} */ (output.stream.getAudioTracks()[0]);
  }

  /** @param {Set<string>} ears whose mixes go on; all others end, and voices that are in none are let go */
  keep(ears) {
    for (const [ear, output] of this.#outputs) {
      if (ears.has(ear)) continue;
      this.mix(ear, new Set());
      for (const track of output.stream.getTracks()) track.stop();
      this.#outputs.delete(ear);
      this.#routes.delete(ear);
    }
    const used = new Set([...this.#routes.values()].flatMap((voices) => [...voices]));
    for (const name of [...this.#inputs.keys()]) if (!used.has(name)) this.input(name, null);
  }

  close() {
    clearInterval(this.#guard);
    this.keep(new Set());
  }

  /**
   * @param {AudioNode} gate
   * @param {string} ear
   */
  #connect(gate, ear) {
    const output = this.#outputs.get(ear);
    if (output) gate.connect(output);
  }

  /** One sample that is not a number silences each mix that holds it: such a voice is cut off until it is sound again. */
  #check() {
    for (const input of this.#inputs.values()) {
      input.probe.getFloatTimeDomainData(this.#samples);
      const sick = !this.#samples.every(Number.isFinite);
      if (sick === input.sick) continue;
      input.sick = sick;
      if (sick) input.source.disconnect(input.gate);
      else input.source.connect(input.gate);
    }
  }
}
