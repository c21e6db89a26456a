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
  return filled(catalogue[source] ?? source, values);
}

/**
 * Another voice beside the page's own: `say` for the share of another language.
 * @param {Record<string, string>} words
 * @returns {typeof say}
 */
export function voice(words) {
  return (source, values = {}) => filled(words[source] ?? source, values);
}

/**
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
