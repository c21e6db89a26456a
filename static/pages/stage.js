/** Leads over the demo's stage: looks once a second where the learner is, and shows the line of text that comes next. */

import "../page.js";
import { part } from "../page.js";

const ORDER = ["enter", "cut", "missing", "pay", "end"];
const HERE = new Set(["here", "late"]);

let step = 0;
let wasCut = false;

function show() {
  document.querySelectorAll("[data-step]").forEach((one) => {
    /** @type {HTMLElement} */ (one).hidden = one.getAttribute("data-step") !== ORDER[step];
  });
  part("next").hidden = step === ORDER.length - 1;
}

function goOn() {
  step = Math.min(step + 1, ORDER.length - 1);
  show();
}

/** @returns {Promise<void>} */
async function look() {
  if (step > 1) return;
  const answer = await fetch("/stage/state", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const state = await answer.json();
  wasCut ||= state.cut;
  if (ORDER[step] === "enter" && HERE.has(state.learner)) goOn();
  else if (ORDER[step] === "cut" && wasCut && !state.cut && HERE.has(state.learner)) goOn();
}

part("next").addEventListener("click", goOn);
part("cut").addEventListener("click", () => void fetch("/stage/cut", { method: "POST" }));
show();
setInterval(() => void look().catch(() => undefined), 1000);
