/** What really goes over a link, read from the browser's statistics. */

/** @typedef {import("./link.js").Link} Link */

const EACH_MS = 2000;
/** IP, UDP: what a packet costs on the wire besides what the browser counts. */
const HEADER_BYTES = 28;

/**
 * @typedef {object} Sample
 * @property {number} at
 * @property {number} sent bytes on the wire, headers counted
 * @property {number} received
 * @property {number} voicePackets received
 * @property {number} framesDecoded
 * @property {number} framesSent
 * @property {number | null} available kbit/s that the line would carry to this one, as the browser estimates
 * @property {boolean} squeezed the line is too short for the picture
 *
 * @typedef {object} Rate
 * @property {number} up kbit/s
 * @property {number} down kbit/s
 * @property {number} voicePackets received in a second
 * @property {number} framesDecoded since the link stands
 * @property {number} framesSent
 * @property {number} fps decoded in a second
 * @property {number | null} available
 * @property {boolean} squeezed
 */

/** Event `rates`: every link was measured once more. */
export class Meter extends EventTarget {
  /** @type {Map<string, Rate>} */
  rates = new Map();
  /** @type {Map<string, {link: Link, sample: Sample}>} */
  #before = new Map();
  #timer = window.setInterval(() => this.#measure(), EACH_MS);

  /** @param {Map<string, Link>} links the open ones, always */
  constructor(links) {
    super();
    this.links = links;
  }

  close() {
    clearInterval(this.#timer);
  }

  async #measure() {
    /** @type {Map<string, Rate>} */
    const rates = new Map();
    /** @type {Map<string, {link: Link, sample: Sample}>} */
    const now = new Map();
    for (const [name, link] of [...this.links]) {
      const taken = await sample(link.pc).catch(() => null);
      if (!taken || this.links.get(name) !== link) continue;
      now.set(name, { link, sample: taken });
      const old = this.#before.get(name);
      if (old?.link === link) rates.set(name, rate(old.sample, taken));
    }
    this.#before = now;
    this.rates = rates;
    this.dispatchEvent(new Event("rates"));
  }
}

/**
 * @param {RTCPeerConnection} pc
 * @returns {Promise<Sample>}
 */
async function sample(pc) {
  /** @type {Sample} */
  const sum = { at: performance.now(), sent: 0, received: 0, voicePackets: 0, framesDecoded: 0, framesSent: 0, available: null, squeezed: false };
  /** @type {Map<string, any>} the reports differ too much between browsers for one type */
  const reports = new Map(/** @type {any} */ (await pc.getStats()));
  for (const report of reports.values()) {
    if (report.type === "transport") {
      sum.sent += (report.bytesSent ?? 0) + HEADER_BYTES * (report.packetsSent ?? 0);
      sum.received += (report.bytesReceived ?? 0) + HEADER_BYTES * (report.packetsReceived ?? 0);
      // baseline: .selectedCandidatePairId, .availableOutgoingBitrate, .qualityLimitationReason: undefined, so not squeezed
      const pair = reports.get(report.selectedCandidatePairId);
      if (pair?.availableOutgoingBitrate) sum.available = pair.availableOutgoingBitrate / 1000;
    } else if (report.type === "inbound-rtp" && report.kind === "audio") sum.voicePackets += report.packetsReceived ?? 0;
    else if (report.type === "inbound-rtp") sum.framesDecoded += report.framesDecoded ?? 0;
    else if (report.type === "outbound-rtp" && report.kind === "video") {
      sum.framesSent += report.framesSent ?? report.framesEncoded ?? 0;
      sum.squeezed ||= report.active !== false && report.qualityLimitationReason === "bandwidth";
    }
  }
  if (sum.sent === 0) withoutTransport(reports, sum);
  return sum;
}

/**
 * Firefox gives no transport report: the streams themselves are added up.
 * @param {Map<string, any>} reports
 * @param {Sample} sum
 */
function withoutTransport(reports, sum) {
  for (const report of reports.values()) {
    if (report.type === "outbound-rtp") sum.sent += (report.bytesSent ?? 0) + (report.headerBytesSent ?? 0) + HEADER_BYTES * (report.packetsSent ?? 0);
    if (report.type === "inbound-rtp") sum.received += (report.bytesReceived ?? 0) + (report.headerBytesReceived ?? 0) + HEADER_BYTES * (report.packetsReceived ?? 0);
  }
}

/**
 * @param {Sample} before
 * @param {Sample} now
 * @returns {Rate}
 */
function rate(before, now) {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  const per = (/** @type {number} */ from, /** @type {number} */ to) => Math.max(0, to - from) / seconds;
  return {
    up: (per(before.sent, now.sent) * 8) / 1000,
    down: (per(before.received, now.received) * 8) / 1000,
    voicePackets: per(before.voicePackets, now.voicePackets),
    framesDecoded: now.framesDecoded,
    framesSent: now.framesSent,
    fps: per(before.framesDecoded, now.framesDecoded),
    available: now.available,
    squeezed: now.squeezed,
  };
}
