/** What is heard of the links of a call: how loud each is, who speaks, and whether anybody is heard at all. */

/** @typedef {ReadonlyMap<string, import("./link.js").Link>} Open */

/**
 * @param {Open} open
 * @returns {Map<string, number>} by connection
 */
export function loudness(open) {
  return new Map([...open].map(([name, link]) => [name, link.connected ? link.level : 0]));
}

/**
 * What comes from the centre is everybody's voice: whose it is, she alone knows.
 * @param {Open} open
 * @param {readonly string[]} loud
 * @param {string | null} center
 * @param {string} me
 */
export function whoSpeaks(open, loud, center, me) {
  const own = loud.filter((name) => name !== center || name === me);
  const told = (center && open.get(center)?.told?.speaking) || [];
  return [...new Set([...own, ...told])].sort();
}

/**
 * A link alone proves little: where somebody has a microphone, packets must flow.
 * @param {Open} open
 * @param {ReadonlyMap<string, import("./measure.js").Rate>} rates
 */
export function hearsAnybody(open, rates) {
  return [...open].some(([name, link]) => {
    const rate = rates.get(name);
    return link.connected && (!link.told?.microphone || !rate || rate.voicePackets > 0);
  });
}
