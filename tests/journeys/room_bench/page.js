/** The bench's page: enters as the address says, with a tone as voice, and measures what it hears. */

import { io } from "/client/socket.io.esm.min.js";
import { createCall } from "/static/room/call.js";
import { Devices } from "/static/room/devices.js";

const asked = new URLSearchParams(location.search);
const tone = Number(asked.get("tone") ?? 0);
const lesson = asked.get("lesson") ?? "l1";
const random = () => Math.random().toString(36).slice(2, 10);
const bench = { events: [], call: null, devices: null, me: null, pictures: new Map(), frames: {}, state: null };
window.bench = bench;

/** A tone of her own instead of a microphone; a moving drawing instead of a camera. */
const source = {
  async microphone() {
    const context = bench.devices.wake();
    const output = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    const gain = new GainNode(context, { gain: 0.2 });
    bench.oscillator = new OscillatorNode(context, { frequency: tone });
    bench.oscillator.connect(gain).connect(output);
    bench.oscillator.start();
    bench.voice = output;
    return output.stream.getAudioTracks()[0];
  },
  async camera() {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
    const pen = canvas.getContext("2d");
    let turn = 0;
    setInterval(() => {
      pen.fillStyle = `hsl(${(turn += 7) % 360} 80% 50%)`;
      pen.fillRect((turn * 3) % 320, 0, 60, 180);
      pen.fillStyle = "#fff";
      pen.fillRect(0, (turn * 2) % 180, 320, 20);
    }, 66);
    return canvas.captureStream(15).getVideoTracks()[0];
  },
};

bench.enter = async () => {
  bench.devices = new Devices(asked.get("devices") === "own" ? {} : { source });
  bench.devices.wake();
  bench.devices.addEventListener("problem", ({ detail }) => bench.events.push(["problem", detail, performance.now()]));
  const socket = (bench.socket = io({ transports: ["websocket"], reconnectionDelay: 300, reconnectionDelayMax: 1000, timeout: 3000 }));
  const ask = (name, data) => socket.timeout(5000).emitWithAck(name, { lesson, ...data });
  const wire = { signal: (to, data) => (socket.connected ? ask("signal", { to, data }) : Promise.reject(new Error("no line"))) };
  socket.on("call", (state) => bench.call?.update((bench.state = state)));
  socket.on("signal", ({ from, data }) => bench.call?.signal(from, data));
  socket.on("connect", async () => {
    const who = { person: asked.get("person"), name: asked.get("name") ?? asked.get("person"), role: asked.get("role") ?? "learner" };
    const answer = await ask("enter", { ...who, connection: random() + random() });
    bench.me = answer.you;
    bench.state = answer.call;
    if (!bench.call) open(answer, wire, ask);
    bench.call.update(answer.call, { me: answer.you, ice_servers: answer.video.ice_servers });
  });
  if (tone || asked.get("devices") === "own") await bench.devices.useMicrophone();
};

function open(answer, wire, ask) {
  const call = (bench.call = createCall({ wire, me: answer.you, ice_servers: answer.video.ice_servers, devices: bench.devices }));
  for (const type of ["blocked", "open", "changed", "picture", "speaking", "muted", "sound", "line"]) {
    call.addEventListener(type, ({ detail }) => bench.events.push([type, detail, performance.now()]));
  }
  call.addEventListener("sound", ({ detail }) => ask("sound", detail).catch(() => undefined));
  call.addEventListener("picture", ({ detail: { connection, stream } }) => {
    bench.pictures.get(connection)?.remove();
    bench.pictures.delete(connection);
    if (!stream) return;
    const video = Object.assign(document.createElement("video"), { muted: true, autoplay: true, playsInline: true, srcObject: stream });
    document.getElementById("pictures").append(video);
    bench.pictures.set(connection, video);
  });
}

/** Her microphone gives what is not a number, and later a tone again. */
bench.poison = () => {
  const context = bench.devices.wake();
  const buffer = new AudioBuffer({ length: 4800, sampleRate: context.sampleRate });
  buffer.getChannelData(0).fill(NaN);
  bench.poisoned = new AudioBufferSourceNode(context, { buffer, loop: true });
  bench.oscillator.disconnect();
  bench.poisoned.connect(bench.voice);
  bench.poisoned.start();
};
bench.heal = () => {
  bench.poisoned.disconnect();
  bench.oscillator.connect(new GainNode(bench.devices.wake(), { gain: 0.2 })).connect(bench.voice);
};

document.getElementById("listen").addEventListener("click", () => bench.call.unblock());
document.getElementById("enter").addEventListener("click", () => bench.enter());
if (asked.get("auto")) bench.enter();

/** The strength in decibel of each tone in all that sounds on this page. */
bench.hears = async (tones) => {
  const context = bench.devices.wake();
  const analyser = new AnalyserNode(context, { fftSize: 16384, smoothingTimeConstant: 0.3 });
  const nodes = bench.call.heard.map((stream) => {
    const node = context.createMediaStreamSource(stream);
    node.connect(analyser);
    return node;
  });
  const bins = new Float32Array(analyser.frequencyBinCount);
  const best = tones.map(() => -200);
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((done) => setTimeout(done, 300));
    analyser.getFloatFrequencyData(bins);
    tones.forEach((frequency, index) => {
      const bin = Math.round((frequency * analyser.fftSize) / context.sampleRate);
      best[index] = Math.max(best[index], ...bins.slice(bin - 1, bin + 2));
    });
  }
  nodes.forEach((node) => node.disconnect());
  return best.map((value) => Math.round(value));
};

/** From here on: the longest time in milliseconds in which nothing of one tone was heard. */
bench.watch = (frequency) => {
  const context = bench.devices.wake();
  const analyser = new AnalyserNode(context, { fftSize: 2048, smoothingTimeConstant: 0 });
  const nodes = new Map();
  const bins = new Float32Array(analyser.frequencyBinCount);
  const bin = Math.round((frequency * analyser.fftSize) / context.sampleRate);
  let last = performance.now();
  bench.gap = 0;
  clearInterval(bench.watching);
  bench.watching = setInterval(() => {
    for (const stream of bench.call.heard) {
      if (nodes.has(stream)) continue;
      const node = context.createMediaStreamSource(stream);
      node.connect(analyser);
      nodes.set(stream, node);
    }
    analyser.getFloatFrequencyData(bins);
    const now = performance.now();
    if (Math.max(...bins.slice(bin - 1, bin + 2)) > -60) last = now;
    bench.gap = Math.max(bench.gap, now - last);
  }, 20);
};

bench.stats = () => Object.fromEntries(bench.call?.stats() ?? []);
bench.links = () => [...(bench.call?.links.open ?? [])].filter(([, link]) => link.connected).map(([name]) => name);
