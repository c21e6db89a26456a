/** Lines to paste elsewhere: a button that copies them, where the browser lets it. */

import "../page.js";
import { say } from "../words.js";

for (const one of document.querySelectorAll("[data-copies]")) {
  const button = /** @type {HTMLButtonElement} */ (one);
  const id = button.dataset.copies ?? "";
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => {
    const text = document.getElementById(id)?.textContent ?? "";
    const told = document.querySelector(`[data-copied="${id}"]`);
    navigator.clipboard.writeText(text).then(
      () => told && (told.textContent = say("Copied.")),
      () => told && (told.textContent = say("Mark the lines and copy them by hand.")),
    );
  });
}
