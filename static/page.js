/** What every page's script starts from: the data and the words that the server wrote into the page. */

import { learn } from "./words.js";

/**
 * The JSON of a `<script type="application/json" id="…">`; null if the page has none.
 * @param {string} id
 * @returns {any}
 */
export function json(id) {
  const text = document.getElementById(id)?.textContent;
  return text ? JSON.parse(text) : null;
}

/** The page's data, in whatever form its template gave it. */
export const page = json("page-data") ?? {};

/** The language of the page. */
export const language = document.documentElement.lang;

learn(json("page-words") ?? {}, language);

/**
 * The element with this id; a page without it is a mistake of ours, said at once.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}
