/** The plan for few people: everybody is linked with everybody, voices and pictures go straight. */

/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Plan} Plan */
/** @typedef {import("./types.js").Cap} Cap */

/** The promise is 450 each way. Encoders overshoot and feedback travels too: measured 2 % more than was asked for. */
const UPLOAD_KBIT = 415;
/** On the wire, headers counted: a voice that talks, and one that is silent (Opus pauses, comfort noise remains). */
const TALKING_KBIT = 58;
const SILENT_KBIT = 12;
const HEADERS = 1.12;
const PICTURE = { height: 180, fps: 15, kbit: 150 };
const LEAST_KBIT = 40;
/** A pair that finds no way to each other gets one through the centre; most pairs only need a moment. */
const DETOUR_SECONDS = 6;

/**
 * My picture's share of what I may send, when it goes to so many.
 * @param {number} links
 * @param {boolean} muted
 * @returns {Cap}
 */
export function share(links, muted) {
  const each = UPLOAD_KBIT / Math.max(1, links) - (muted ? SILENT_KBIT : TALKING_KBIT);
  return { ...PICTURE, kbit: Math.max(LEAST_KBIT, Math.min(PICTURE.kbit, Math.floor(each / HEADERS))) };
}

/**
 * @param {View} view
 * @returns {Plan}
 */
export function planMesh(view) {
  const connected = view.others.filter((other) => view.links.get(other)?.connected);
  const cap = share(view.others.length, view.muted);
  return {
    want: new Set(view.others),
    release: new Set(),
    direct: connected,
    carried: null,
    mixes: view.center === view.me ? detours(view, connected) : new Map(),
    pictures: new Map(view.others.map((other) => [other, cap])),
  };
}

/**
 * Whom the centre still carries to whom: pairs that had a star and are not linked yet, and pairs that never will be.
 * @param {View} view
 * @param {string[]} connected
 */
function detours(view, connected) {
  /** @type {Map<string, Set<string>>} */
  const mixes = new Map();
  for (const ear of connected) {
    const link = view.links.get(ear);
    if (!link?.told) continue;
    const { told, seconds } = link;
    const missing = connected.filter((voice) => {
      const old = view.mixes.get(ear)?.has(voice);
      const long = Math.min(seconds, view.links.get(voice)?.seconds ?? 0) > DETOUR_SECONDS;
      return voice !== ear && !told.direct.includes(voice) && (old || long);
    });
    if (missing.length > 0) mixes.set(ear, new Set(missing));
  }
  return mixes;
}
