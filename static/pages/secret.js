/** Secrets on a form: hidden as they are typed, shown while whoever types asks to see them. */

import "../page.js";

for (const one of document.querySelectorAll("[data-shows]")) {
  const button = /** @type {HTMLButtonElement} */ (one);
  const field = /** @type {HTMLInputElement | null} */ (document.getElementById(button.dataset.shows ?? ""));
  button.hidden = !field;
  button.addEventListener("click", () => {
    if (!field) return;
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    button.setAttribute("aria-pressed", String(hidden));
  });
}
