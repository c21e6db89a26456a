/** Takes a seat of the demo's stage: fetches the real sign-in page of one person and presses its one button. */

import { page } from "../page.js";

const AGAIN_MS = 1000;

/** @returns {Promise<void>} */
async function sit() {
  const answer = await fetch(page.link);
  const told = new DOMParser().parseFromString(await answer.text(), "text/html");
  const form = told.querySelector("form[method=post]");
  if (!(form instanceof HTMLFormElement)) return;
  form.action = page.link;
  form.hidden = true;
  document.body.append(document.adoptNode(form));
  form.submit();
}

/** As often as it takes while the line is away; from a page that is left nobody asks again. */
function take() {
  sit().catch(() => setTimeout(take, AGAIN_MS));
}

take();
