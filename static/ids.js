/** Ids that the browser makes for what it writes, so that a repeated write counts once: 20 random letters, as the server's. */

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

/** @returns {string} */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => LETTERS[byte % 32]).join("");
}
