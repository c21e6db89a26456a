/** The plan for five and more: each learner has one link, to the centre, who mixes the voices and shows one picture. */

/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Plan} Plan */
/** @typedef {import("./types.js").Cap} Cap */

/** @type {Cap} */
export const CAMERA = { height: 180, fps: 15, kbit: 150 };
/** @type {Cap} */
export const MOSAIC = { height: 270, fps: 6, kbit: 175 };
/** @type {Cap} */
export const LEARNER = { height: 90, fps: 8, kbit: 60 };

/**
 * @param {View} view
 * @returns {Plan}
 */
export function planStar(view) {
  return view.center === view.me ? planCenter(view) : planSpoke(view);
}

/**
 * A learner's end. Links of an earlier mesh go one by one, when the centre carries both their ends: nobody falls silent
 * in between. Without a centre there is nothing to hear: all wait for her.
 * @param {View} view
 * @returns {Plan}
 */
function planSpoke({ me, center, others, links }) {
  const spokes = others.filter((other) => other !== center);
  const carried = (center && links.get(center)?.connected && links.get(center)?.told?.carried) || [];
  const free = (/** @type {string} */ other) => !center || (carried.includes(me) && carried.includes(other));
  return {
    want: new Set(center ? [center] : []),
    release: new Set(spokes.filter((other) => links.has(other) && free(other))),
    direct: spokes.filter((other) => links.get(other)?.connected && !free(other)),
    carried: null,
    mixes: new Map(),
    pictures: new Map(center ? [[center, LEARNER]] : []),
  };
}

/**
 * The centre's end: to each one everybody she carries but that one, and but those that one still hears directly.
 * @param {View} view
 * @returns {Plan}
 */
function planCenter({ others, links, level }) {
  const carried = others.filter((other) => links.get(other)?.connected);
  const cap = { mosaic: MOSAIC, camera: CAMERA, voices: null }[level];
  const mixes = carried.map((ear) => {
    const direct = links.get(ear)?.told?.direct ?? [];
    return /** @type {[string, Set<string>]} */ ([ear, new Set(carried.filter((voice) => voice !== ear && !direct.includes(voice)))]);
  });
  return {
    want: new Set(others),
    release: new Set(),
    direct: carried,
    carried,
    mixes: new Map(mixes.filter(([, voices]) => voices.size > 0)),
    pictures: new Map(others.map((other) => [other, cap])),
  };
}
