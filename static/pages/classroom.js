/** The live room's page: joins the line to the server, the call between the browsers, and what everybody sees. */

import { Calling } from "../classroom/calling.js";
import { Chat } from "../classroom/chat.js";
import { Door, problemWords } from "../classroom/door.js";
import { Here } from "../classroom/here.js";
import { Moved } from "../classroom/moved.js";
import { Scene } from "../classroom/scene.js";
import { Seats } from "../classroom/seats.js";
import { Status } from "../classroom/status.js";
import { isolated, tell } from "../classroom/twice.js";
import { page, part } from "../page.js";
import { createCall } from "../room/call.js";
import { Devices } from "../room/devices.js";
import { Rosters } from "../rosters.js";
import { Wire } from "../wire.js";

/** @typedef {import("../classroom/twice.js").Words} Words */
/** @typedef {import("../wire.js").Entrance} Entrance */

const loadedAt = Date.now();
const houseNow = () => page.now + (Date.now() - loadedAt);
const embedded = page.provider === "builtin";
const canCall = embedded && "RTCPeerConnection" in window;
const stage = part("classroom");

const devices = new Devices();
const door = new Door(devices);
const wire = new Wire();
const rosters = new Rosters(wire);
const status = new Status({ zone: page.zone, opened: page.opened, paused: page.paused, houseNow });
const scene = new Scene({ person: page.person, name: "" });
const chat = new Chat({ panel: part("chat"), button: part("message"), zone: page.zone, me: page.person, send: (text) => wire.say(text) });
const moved = new Moved(page.provider);
const here = document.getElementById("here") ? new Here(page.provider) : null;
/** @type {import("../room/call.js").Call | null} */
let call = null;
/** @type {Map<string, string>} person → name, of everybody whom the call or the board has named */
const names = new Map();
/** @type {Set<string>} */
const hands = new Set();
let leaving = false;

// --- the way in -----------------------------------------------------------------------------------------------------

part("go-in").addEventListener("click", goIn);
part("again").addEventListener("click", goIn);

/** Everything that a browser ties to a tap happens here: the sound starts, the microphone is asked for. */
function goIn() {
  part("refused").hidden = true;
  part("go-in").setAttribute("aria-disabled", "true");
  if (canCall) {
    devices.wake();
    if (!devices.microphone) void devices.useMicrophone();
  }
  wire.enter(page.lesson, { media: canCall || !embedded });
  status.say((say) => say("You go in …"));
}

wire.addEventListener("entered", (event) => {
  const entrance = /** @type {CustomEvent<Entrance>} */ (event).detail;
  const first = stage.dataset.stage !== "room";
  scene.connection = entrance.you.connection;
  if (first) show("room");
  status.back();
  status.know(entrance);
  showPause();
  join(entrance);
  scene.people(entrance.call);
  know(entrance.call.people);
  hands.clear();
  for (const { person, name } of entrance.board.hands) (hands.add(person), names.set(person, name));
  drawHands();
  chat.add(entrance.board.messages);
  moved.to(entrance.video.provider);
  here?.to(entrance.video.provider);
  if (first) status.say((say) => (canCall || !embedded ? say("You are in the class.") : say("You are in the class, with the board alone.")));
});

wire.addEventListener("refused", (event) => {
  const { code, problem } = /** @type {CustomEvent<import("../wire.js").Refusal>} */ (event).detail;
  // Somebody from outside has one page: it says that her link has ended, or was taken back.
  if (page.guest && code !== "room_full") return void location.assign(page.guest);
  if (["too_early", "lesson_over", "lesson_cancelled", "lesson_on_site"].includes(code)) return void location.assign(`/j/${page.lesson}`);
  if (code === "sign_in_first") return void location.reload();
  leaveCall();
  show("refused");
  part("go-in").removeAttribute("aria-disabled");
  const words = code === "room_full" ? (/** @type {typeof import("../words.js").say} */ say) => say("The room is full. Your teacher sees that you came.") : () => problem.title ?? code;
  tell(part("refused-word"), words);
});

/** @param {Entrance} entrance */
function join({ you, video, call: state }) {
  // A browser that can only show the board never has sound: who leads must know.
  if (!canCall) return embedded ? void wire.sound(false).catch(() => undefined) : undefined;
  if (call) return call.update(state, { me: you, ice_servers: video.ice_servers });
  call = createCall({ wire, me: you, ice_servers: video.ice_servers, devices, mosaic: page.mosaic });
  listen(call);
  call.update(state);
  if (devices.camera) void call.camera(true);
  showOwn();
}

// --- the call -------------------------------------------------------------------------------------------------------

/** @type {Record<string, Words>} */
const TURNS = {
  star: (say) => say("Many people are here now. You hear everybody through the teacher."),
  mesh: (say) => say("Everybody is joined with everybody now."),
  waiting: (say) => say("Everybody waits for the teacher. The sound comes back by itself."),
  center_lost: (say) => say("The teacher's line is lost. The sound comes back by itself."),
  center_back: (say) => say("The teacher is back. Everybody hears again."),
  center_moved: (say) => say("Another teacher carries the sound now."),
  elsewhere: (say) => say("You opened the class elsewhere. Sound and picture are there."),
  here_again: (say) => say("Sound and picture are here again."),
};

/** @param {import("../room/call.js").Call} call */
function listen(call) {
  const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ then) =>
    call.addEventListener(name, (event) => then(/** @type {CustomEvent} */ (event).detail));
  on("blocked", () => (part("listen").hidden = false));
  on("open", () => (part("listen").hidden = true));
  on("picture", (picture) => scene.picture(picture));
  on("speaking", ({ connections }) => scene.speaking(connections));
  on("muted", ({ connection, muted, microphone }) => scene.mute(connection, muted || !microphone));
  on("changed", ({ code }) => TURNS[code] && status.say(TURNS[code]));
  on("sound", ({ on }) => wire.sound(on).catch(() => undefined));
  on("line", ({ up, level }) => {
    wire.line(up).catch(() => undefined);
    tellLine(level);
  });
}

let level = "mosaic";
/** @param {string} most what the line of the centre carries */
function tellLine(most) {
  if (most === level || !page.leads) return;
  level = most;
  if (most === "camera") status.say((say) => say("Your line is short. Everybody sees you, not each other."));
  if (most === "voices") status.say((say) => say("Your line is very short. The pictures rest, the sound goes on."));
}

wire.addEventListener("call", (event) => {
  const state = /** @type {CustomEvent} */ (event).detail;
  if (state.lesson !== page.lesson) return;
  know(state.people);
  scene.people(state);
  call?.update(state);
  const mosaic = document.getElementById("mosaic");
  if (mosaic) mosaic.hidden = !(state.shape === "star" && state.center === scene.connection);
});
wire.addEventListener("signal", (event) => {
  const { from, data } = /** @type {CustomEvent} */ (event).detail;
  call?.signal(from, data);
});

function leaveCall() {
  call?.leave();
  call = null;
}

/** @param {{person: string, name: string}[]} people */
function know(people) {
  for (const { person, name } of people) names.set(person, name);
}

// --- what the server tells ------------------------------------------------------------------------------------------

wire.addEventListener("place", (event) => {
  const place = /** @type {CustomEvent<string>} */ (event).detail;
  if (place === "away" && stage.dataset.stage === "room") status.lost();
  else if (place === "in") status.back();
});
wire.addEventListener("beat", (event) => status.saved(/** @type {CustomEvent} */ (event).detail.saved));
wire.addEventListener("unsaid", (event) => chat.wait(/** @type {CustomEvent} */ (event).detail));
wire.addEventListener("facts", (event) => {
  for (const fact of /** @type {CustomEvent} */ (event).detail) if (fact.stream === page.lesson) hear(fact);
});
wire.addEventListener("closed", () => {
  if (!leaving) over();
});

/** @param {{kind: string, at: string, person?: string} & Record<string, any>} fact */
function hear(fact) {
  status.hear(fact);
  if (fact.said) {
    chat.add([fact.said]);
    const { name, person } = fact.said;
    if (person !== page.person && part("chat").hidden) status.say((say) => say("New message from {name}", { name: isolated(name) }));
  }
  if (fact.kind === "RoomMoved") (moved.to(fact.provider), here?.to(fact.provider));
  if (fact.kind === "PauseStarted") status.say((say) => say("Break. You may stay here."));
  if (fact.kind === "PauseEnded") status.say((say) => say("The lesson goes on."));
  if (fact.kind.startsWith("Pause")) showPause();
  if (fact.kind === "HandRaised" && fact.person) hands.add(fact.person);
  if (fact.kind === "HandLowered" && fact.person) hands.delete(fact.person);
  if (fact.kind === "HandRaised" && fact.person !== page.person)
    status.say((say) => say("{name} raised a hand", { name: isolated(names.get(fact.person ?? "") ?? "") }));
  if (fact.kind.startsWith("Hand")) drawHands();
}

function showPause() {
  document.getElementById("pause")?.setAttribute("aria-pressed", String(status.isPaused));
}

function drawHands() {
  scene.hands(hands);
  part("hand").setAttribute("aria-pressed", String(hands.has(page.person)));
}

if (document.getElementById("roster")) {
  const seats = new Seats({
    me: page.person,
    houseNow,
    lastSeen: page.last_seen,
    links: page.links,
    lower: (person) => void wire.hand(false, person).catch(() => undefined),
    calling: document.getElementById("calling") ? new Calling((words) => status.say(() => words)) : null,
  });
  rosters.addEventListener("roster", (event) => {
    const { roster } = /** @type {CustomEvent} */ (event).detail;
    seats.update(roster);
    moved.onRoster(roster.moved);
  });
  // The roster is there from the first moment, also for a teacher who has not gone in yet.
  wire.open();
  rosters.watch(page.lesson);
  part("side").hidden = false;
}

// --- the tools ------------------------------------------------------------------------------------------------------

const pressed = (/** @type {string} */ id) => part(id).getAttribute("aria-pressed") === "true";
/** @type {(id: string, then: () => void) => void} */
const onTap = (id, then) => document.getElementById(id)?.addEventListener("click", then);

onTap("microphone", async () => {
  const on = !pressed("microphone");
  if (on && !devices.microphone) await devices.useMicrophone();
  call?.mute(!on || !devices.microphone);
  showOwn();
});
onTap("camera", async () => {
  await call?.camera(!pressed("camera"));
  showOwn();
});
onTap("hand", () => void wire.hand(!pressed("hand")).catch(notNow));
onTap("listen", () => void call?.unblock());
onTap("mosaic", () => {
  const on = !pressed("mosaic");
  part("mosaic").setAttribute("aria-pressed", String(on));
  call?.mosaic(on);
});
onTap("pause", () => void send(`/lessons/${page.lesson}/${status.isPaused ? "resume" : "pause"}`).catch(notNow));
onTap("end", () => turnEnding(true));
onTap("go-on", () => turnEnding(false));
onTap("rooms", () => turnRooms(part("moving").hidden === true));
for (const way of document.querySelectorAll("#moving form")) {
  way.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (way);
    send(`/lessons/${page.lesson}/move`, new FormData(form)).then(() => turnRooms(false), notNow);
  });
}

devices.addEventListener("track", showOwn);
devices.addEventListener("problem", (event) => {
  const { kind, code } = /** @type {CustomEvent} */ (event).detail;
  if (stage.dataset.stage === "room") status.say(problemWords(kind, code));
});

/** What I send, as I see it. */
function showOwn() {
  if (!embedded) return;
  const sounds = Boolean(devices.microphone) && !devices.muted;
  part("microphone").setAttribute("aria-pressed", String(sounds));
  part("camera").setAttribute("aria-pressed", String(Boolean(devices.camera)));
  scene.self(devices.camera);
  scene.mute("self", !sounds);
}

/** @param {boolean} open */
function turnEnding(open) {
  part("ending").hidden = !open;
  part("end").setAttribute("aria-expanded", String(open));
  (open ? part("ending").querySelector("button") : part("end"))?.focus();
}

document.getElementById("ending")?.addEventListener("submit", (event) => {
  event.preventDefault();
  leaving = true;
  send(`/lessons/${page.lesson}/end`).then(
    () => location.assign(`/lessons/${page.lesson}/register`),
    () => {
      leaving = false;
      notNow();
    },
  );
});

/** @param {boolean} open */
function turnRooms(open) {
  part("moving").hidden = !open;
  part("rooms").setAttribute("aria-expanded", String(open));
  /** @type {HTMLElement | null} */ (open ? part("moving").querySelector("form:not([hidden]) button") : part("rooms"))?.focus();
}

/**
 * One of the leader's acts, without a new page.
 * @param {string} address
 * @param {FormData} [body]
 */
async function send(address, body = new FormData(/** @type {HTMLFormElement} */ (part("pause-form")))) {
  const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
}

function notNow() {
  status.say((say) => say("That did not work. Try again."));
}

part("chat").addEventListener("turned", () => {
  const open = !part("chat").hidden;
  stage.toggleAttribute("data-chat", open);
  if (!page.leads && !document.getElementById("roster")) part("side").hidden = !open;
});

// --- the way out ----------------------------------------------------------------------------------------------------

// Only a deliberate "leave" is a good-bye. A page that goes (a phone that sleeps, a call that comes in) says nothing:
// its stay ends at the last evidence, and when it comes back it goes on.
for (const way of document.querySelectorAll("[data-leaves]")) way.addEventListener("click", (event) => void leave(/** @type {MouseEvent} */ (event)));

/** @param {MouseEvent} event */
async function leave(event) {
  if (wire.place === "out") return;
  event.preventDefault();
  leaving = true;
  const address = /** @type {HTMLAnchorElement} */ (event.currentTarget).href;
  leaveCall();
  await Promise.race([wire.leave().catch(() => undefined), new Promise((done) => setTimeout(done, 2000))]);
  wire.close();
  location.assign(address);
}

function over() {
  leaveCall();
  devices.close();
  show("over");
  if (page.leads) location.assign(`/lessons/${page.lesson}/register`);
  part("over").focus();
}

/** @param {"door" | "room" | "refused" | "over"} name */
function show(name) {
  stage.dataset.stage = name;
  part("door").hidden = name === "room" || name === "over";
  part("refused").hidden = name !== "refused";
  part("over").hidden = name !== "over";
  part("tools").hidden = name !== "room";
  part("stage").hidden = name !== "room" || !embedded;
  const surface = document.getElementById("surface");
  if (surface) surface.hidden = name !== "room";
  if (name === "room") {
    door.close();
    part("main").focus({ preventScroll: true });
  }
  if (name === "over") part("side").hidden = true;
}

// She came here by the one tap that takes her to the new room: there is nothing more to choose.
if (page.go) {
  history.replaceState(null, "", location.pathname);
  goIn();
}

document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wire.hurry());
window.addEventListener("online", () => wire.hurry());
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

// From here on a tap is heard: until now the buttons of the door slept.
for (const button of part("door").querySelectorAll("button")) button.disabled = false;
