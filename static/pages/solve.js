/** Follows a search for a timetable: the page is asked again each second, and only what it tells is exchanged. */

import { part } from "../page.js";

const EVERY = 1000;

async function look() {
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (answer.ok) {
      const told = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("solve");
      const shown = part("solve");
      if (told && !shown.contains(document.activeElement)) shown.replaceWith(told);
      else if (told && told.dataset.state !== shown.dataset.state) shown.replaceWith(told);
    }
  } catch {
    // The line or the house is away: the search goes on without us.
  }
  if (["waiting", "running"].includes(part("solve").dataset.state ?? "")) setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
