/** Says a thing twice: in her language, and small in plain Finnish under it. She learns it by using it. */

import { json, language } from "../page.js";
import { say, voice } from "../words.js";

/** @typedef {(say: typeof import("../words.js").say) => string} Words called once with each voice */

const plain = voice(json("page-plain") ?? {}, "fi");
const direction = document.documentElement.dir;

/**
 * Puts the words into an element; what stands there already is left in peace, so that nobody hears it again.
 * @param {HTMLElement} element
 * @param {Words} words a function of the voice, its source written out where it is said: the build looks for it
 */
export function tell(element, words) {
  const own = words(say);
  if (element.dataset.told === own) return;
  element.dataset.told = own;
  element.replaceChildren(span("own", own, language, direction));
  const small = words(plain);
  if (small !== own) element.append(span("selko", small, "fi", "ltr"));
}

/** @param {HTMLElement} element */
export function hush(element) {
  delete element.dataset.told;
  element.replaceChildren();
}

/**
 * A name that keeps its own direction inside any sentence.
 * @param {string} name
 */
export function isolated(name) {
  return `\u2068${name}\u2069`;
}

/**
 * @param {string} className
 * @param {string} text
 * @param {string} lang
 * @param {string} dir
 */
function span(className, text, lang, dir) {
  const found = document.createElement("span");
  found.className = className;
  found.textContent = text;
  found.lang = lang;
  found.dir = dir;
  return found;
}
