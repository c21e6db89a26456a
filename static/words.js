/** Every text that a script shows: English sources, said in the page's language by its share of the catalogue. */

/** @type {Record<string, string>} */
let catalogue = {};

/**
 * Takes the page's share of the catalogue: English source → text.
 * @param {Record<string, string>} words
 */
export function learn(words) {
  catalogue = words;
}

/**
 * The text in the page's language; what is not translated is said in English, never as a key.
 *
 * @param {string} source plain English with {name} placeholders, written out where it is said (the build looks for it)
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(source, values = {}) {
  const text = catalogue[source] ?? source;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
