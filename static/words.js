/**
 * Every text that a script shows: English sources, said in the page's language by its share of the catalogue. A text
 * that counts something comes with a form for each kind of number; the number is the first hole of its source. The twin
 * of server/words.py.
 */

/** @typedef {string | Record<string, string>} Text what is said whatever the number, or its forms by CLDR's names */
/** @typedef {Record<string, string | number>} Values */

/** @type {(source: string, values?: Values) => string} */
let own = (source, values = {}) => filled(source, values);

/**
 * Takes the page's share of the catalogue: English source → text.
 * @param {Record<string, Text>} words
 * @param {string} language
 */
export function learn(words, language) {
  own = voice(words, language);
}

/**
 * The text in the page's language; what is not translated is said in English, never as a key.
 *
 * @param {string} source plain English with {name} placeholders, written out where it is said (the build looks for it)
 * @param {Values} [values]
 * @returns {string}
 */
export function say(source, values = {}) {
  return own(source, values);
}

/**
 * Another voice beside the page's own: `say` for the share of another language.
 * @param {Record<string, Text>} words
 * @param {string} language
 * @returns {typeof say}
 */
export function voice(words, language) {
  const kinds = new Intl.PluralRules(language);
  return (source, values = {}) => {
    const text = words[source] ?? source;
    if (typeof text === "string") return filled(text, values);
    const number = Number(values[/\{(\w+)\}/.exec(source)?.[1] ?? ""] ?? 0);
    return filled(text[kinds.select(number)] ?? text.other ?? source, values);
  };
}

/**
 * What a voice says: for tests, which ask one function at a time.
 * @param {Record<string, Text>} words
 * @param {string} language
 * @param {string} source
 * @param {Values} values
 */
export function said(words, language, source, values) {
  return voice(words, language)(source, values);
}

/**
 * @param {string} text
 * @param {Values} values
 */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
