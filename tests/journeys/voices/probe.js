/**
 * Runs before the product's own scripts and changes none of them: a microphone that gives one tone, a camera that gives
 * a moving drawing, and ears that measure what the page lets sound, what its connections carry and what it says.
 * `window.probing` = {tone, relay}: tone 0 is a person who gives no microphone; relay: only through a TURN server.
 */
(() => {
  const { tone, relay, servers } = window.probing;
  const calls = [];
  const players = new Set();
  const said = [];
  let context = null;
  const wake = () => (context ??= new AudioContext());

  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(given = {}, ...rest) {
      super({ ...given, ...(relay ? { iceTransportPolicy: "relay" } : {}), ...(servers ? { iceServers: servers } : {}) }, ...rest);
      calls.push(this);
    }
  };

  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    players.add(this);
    return play.call(this);
  };

  function voice() {
    if (!tone) throw new DOMException("She gives no microphone.", "NotAllowedError");
    const output = new MediaStreamAudioDestinationNode(wake(), { channelCount: 1 });
    const source = new OscillatorNode(wake(), { frequency: tone });
    source.connect(new GainNode(wake(), { gain: 0.2 })).connect(output);
    source.start();
    return output.stream;
  }

  function picture() {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
    const pen = canvas.getContext("2d");
    let turn = 0;
    setInterval(() => {
      pen.fillStyle = `hsl(${(turn += 7) % 360} 80% 50%)`;
      pen.fillRect((turn * 3) % 320, 0, 60, 180);
      pen.fillStyle = "#fff";
      pen.fillRect(0, (turn * 2) % 180, 320, 20);
    }, 66);
    return canvas.captureStream(15);
  }

  if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async ({ audio }) => (audio ? voice() : picture());

  const sounding = () =>
    [...players].filter((one) => !one.paused && !one.muted && one.srcObject?.getAudioTracks().some((track) => track.readyState === "live"));

  /** The strength in decibel of each tone in all that sounds on this page now. */
  async function hears(tones) {
    const analyser = new AnalyserNode(wake(), { fftSize: 16384, smoothingTimeConstant: 0.3 });
    const nodes = sounding().map((one) => wake().createMediaStreamSource(one.srcObject));
    nodes.forEach((node) => node.connect(analyser));
    const bins = new Float32Array(analyser.frequencyBinCount);
    const best = tones.map(() => -200);
    for (let turn = 0; turn < 4; turn += 1) {
      await new Promise((done) => setTimeout(done, 300));
      analyser.getFloatFrequencyData(bins);
      tones.forEach((frequency, index) => {
        const bin = Math.round((frequency * analyser.fftSize) / wake().sampleRate);
        best[index] = Math.max(best[index], ...bins.slice(bin - 1, bin + 2));
      });
    }
    nodes.forEach((node) => node.disconnect());
    return best.map((level) => (Number.isFinite(level) ? Math.round(level) : -200));
  }

  /** From here on: the longest time in milliseconds in which nothing of one tone was heard. */
  const silence = { longest: 0, timer: 0 };
  function watch(frequency) {
    const analyser = new AnalyserNode(wake(), { fftSize: 2048, smoothingTimeConstant: 0 });
    const nodes = new Map();
    const bins = new Float32Array(analyser.frequencyBinCount);
    const bin = Math.round((frequency * analyser.fftSize) / wake().sampleRate);
    let last = performance.now();
    silence.longest = 0;
    clearInterval(silence.timer);
    silence.timer = setInterval(() => {
      for (const { srcObject } of sounding()) {
        if (nodes.has(srcObject)) continue;
        nodes.set(srcObject, wake().createMediaStreamSource(srcObject));
        nodes.get(srcObject).connect(analyser);
      }
      analyser.getFloatFrequencyData(bins);
      const now = performance.now();
      if (Math.max(...bins.slice(bin - 1, bin + 2)) > -60) last = now;
      silence.longest = Math.max(silence.longest, now - last);
    }, 20);
  }

  const open = () => calls.filter((call) => call.connectionState === "connected" && /connected|completed/.test(call.iceConnectionState));

  /** One row for each connection that stands: bytes on the wire with all headers, samples and frames. */
  async function carried() {
    const rows = {};
    for (const call of open()) {
      const row = { at: performance.now(), sent: 0, received: 0, samples: 0, invented: 0, lost: 0, frames: 0, drawn: 0, ways: [] };
      const reports = new Map(await call.getStats());
      for (const report of reports.values()) {
        if (report.type === "transport") {
          row.sent += report.bytesSent + 28 * report.packetsSent;
          row.received += report.bytesReceived + 28 * report.packetsReceived;
          const pair = reports.get(report.selectedCandidatePairId);
          if (pair) row.ways = [reports.get(pair.localCandidateId)?.candidateType, reports.get(pair.remoteCandidateId)?.candidateType];
        } else if (report.type === "inbound-rtp" && report.kind === "audio") {
          row.samples += report.totalSamplesReceived ?? 0;
          row.invented += (report.concealedSamples ?? 0) - (report.silentConcealedSamples ?? 0);
          row.lost += report.packetsLost ?? 0;
        } else if (report.type === "inbound-rtp") row.frames += report.framesDecoded ?? 0;
        else if (report.type === "outbound-rtp" && report.kind === "video") row.drawn += report.framesEncoded ?? 0;
      }
      rows[calls.indexOf(call)] = row;
    }
    return rows;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const place = document.getElementById("told");
    if (!place) return;
    new MutationObserver(() => place.dataset.told && said.push(place.dataset.told)).observe(place, { attributeFilter: ["data-told"] });
  });

  /** A text of the page's scripts in its own language. */
  const words = (source) => JSON.parse(document.getElementById("page-words").textContent)[source] ?? source;

  /** How often the page has said a sentence. */
  const times = (source) => said.filter((one) => one === words(source)).length;

  window.probe = { hears, watch, silence, carried, words, times, open: () => open().length };
})();
