/**
 * Who is expected, here, late, dropped, gone or could not get in: what each fact changes in a roster.
 *
 * The same rules stand in classroom/seats.py; classroom/roster.py makes the snapshot. A test holds both to
 * snapshot + facts == next snapshot. Pure: a roster goes in, another one comes out, nothing is changed in place.
 *
 * @typedef {"expected" | "here" | "late" | "dropped" | "left" | "could_not_enter"} State
 *
 * @typedef {object} Seat
 * @property {string} person
 * @property {string} name
 * @property {string} telephone
 * @property {string} role
 * @property {boolean} expected
 * @property {State} state
 * @property {string | null} since the instant of the state
 * @property {string | null} first the instant she first came in
 * @property {number} late_by seconds
 * @property {string | null} step where she could not get in
 * @property {boolean | null} sound
 * @property {string | null} hand since when it is up
 * @property {number} devices
 * @property {Record<string, {live: boolean, sound: boolean | null}>} visits
 * @property {string} ended
 * @property {"" | "dropped" | "left"} end
 * @property {{provider: string, since: string, left: string} | null} room what the video rooms saw of her
 * @property {{how: "phone" | "teacher", since: string} | null} said since when she is here by somebody's word
 * @property {string | null} tapped when she said last herself that she is here
 * @property {"page" | "room" | "phone" | "teacher" | "own" | null} stands_on by which evidence she is here
 *
 * @typedef {object} Roster
 * @property {string} lesson
 * @property {number} number the last fact that it holds
 * @property {string} starts
 * @property {string} ends
 * @property {string} doors_open
 * @property {number} late_after seconds
 * @property {string | null} opened
 * @property {string | null} closed
 * @property {string | null} pause since when there is a break
 * @property {{provider: string, why: string, at: string} | null} moved where the lesson went on last, and why
 * @property {Seat[]} seats
 *
 * @typedef {{kind: string, stream: string, number: number, at: string} & Record<string, any>} Fact
 */

const TOLD_BY_SNAPSHOT = ["RegisterSigned", "SeatsChanged", "WalkedIn"];
const SAID_ANEW = ["held", "taken_back"];

/**
 * The roster after one more fact; null when only a new snapshot can tell: when a number is missing between them, when
 * the fact is of a person whom this roster does not name, when somebody walked in, or when somebody said by hand that
 * the lesson was held at another time or is over, or took back what was said of somebody.
 *
 * @param {Roster} roster
 * @param {Fact} fact
 * @returns {Roster | null}
 */
export function apply(roster, fact) {
  if (fact.number <= roster.number) return roster;
  if (fact.number > roster.number + 1 || TOLD_BY_SNAPSHOT.includes(fact.kind) || SAID_ANEW.includes(fact.how)) return null;
  // It was held before that was known: who came late is reckoned anew.
  if (fact.kind === "LessonOpened" && fact.held_from.slice(0, 19) < fact.at.slice(0, 19)) return null;
  const after = { ...roster, number: fact.number };
  const ofLesson = lessonFacts[fact.kind];
  if (ofLesson) return Object.assign(after, ofLesson(fact));
  const ofSeat = seatFacts[fact.kind];
  if (!ofSeat || (fact.kind === "RegisterCorrected" && !fact.since)) return after;
  const place = roster.seats.findIndex((seat) => seat.person === fact.person);
  const before = roster.seats[place];
  if (!before) return null;
  after.seats = [...roster.seats];
  after.seats[place] = ofSeat(before, fact, roster.late_after);
  return after;
}

/** @type {Record<string, (fact: Fact) => Partial<Roster>>} */
const lessonFacts = {
  LessonOpened: (fact) => ({ opened: fact.held_from }),
  PauseStarted: (fact) => ({ pause: fact.at }),
  PauseEnded: () => ({ pause: null }),
  RoomMoved: (fact) => ({ moved: { provider: fact.provider, why: fact.why, at: fact.at } }),
  LessonClosed: (fact) => ({ closed: fact.at, pause: null }),
};

/** @type {Record<string, (seat: Seat, fact: Fact, lateAfter: number) => Seat>} */
const seatFacts = {
  Entered(seat, fact, lateAfter) {
    const visits = { ...seat.visits, [fact.visit]: { live: true, sound: null } };
    return settled({ ...seat, ...came(seat, fact.at, fact.late_by), visits }, lateAfter);
  },
  Dropped(seat, fact, lateAfter) {
    return settled({ ...withVisit(seat, fact, { live: false }), ended: fact.at, end: "dropped" }, lateAfter);
  },
  Resumed(seat, fact, lateAfter) {
    return settled(withVisit(seat, fact, { live: true }), lateAfter);
  },
  Left(seat, fact, lateAfter) {
    const { [fact.visit]: _gone, ...visits } = seat.visits;
    return settled({ ...seat, visits, ended: fact.at, end: "left" }, lateAfter);
  },
  CouldNotEnter(seat, fact) {
    return seat.first === null ? { ...seat, state: "could_not_enter", step: fact.step, since: fact.at } : seat;
  },
  SoundChanged(seat, fact, lateAfter) {
    const after = withVisit(seat, fact, { sound: fact.on });
    return seat.first === null ? after : settled(after, lateAfter);
  },
  SeenInRoom(seat, fact, lateAfter) {
    const room = { provider: fact.provider, since: fact.since, left: fact.left };
    return settled({ ...seat, ...came(seat, fact.first, fact.late_by), room }, lateAfter);
  },
  RegisterCorrected(seat, fact, lateAfter) {
    const known = { ...seat, ...came(seat, fact.since, fact.late_by) };
    /** @type {Seat["said"]} */
    const said = { how: fact.how === "phone" ? "phone" : "teacher", since: fact.since };
    if (!fact.over) return settled({ ...known, said }, lateAfter);
    return settled(seat.ended < fact.over ? { ...known, ended: fact.over, end: "left" } : known, lateAfter);
  },
  SaidHere(seat, fact, lateAfter) {
    return settled({ ...seat, ...came(seat, fact.at, fact.late_by), tapped: fact.at }, lateAfter);
  },
  HandRaised: (seat, fact) => ({ ...seat, hand: fact.at }),
  HandLowered: (seat) => ({ ...seat, hand: null }),
};

/**
 * @param {Seat} seat
 * @param {Fact} fact
 * @param {{live?: boolean, sound?: boolean}} change
 * @returns {Seat}
 */
function withVisit(seat, fact, change) {
  const visit = seat.visits[fact.visit];
  return visit ? { ...seat, visits: { ...seat.visits, [fact.visit]: { ...visit, ...change } } } : seat;
}

/**
 * The earliest of all that was told of her coming; it may be told late.
 *
 * @param {Seat} seat
 * @param {string} at
 * @param {number} late
 * @returns {Partial<Seat>}
 */
function came(seat, at, late) {
  return seat.first === null || at < seat.first ? { first: at, late_by: late, step: null } : { step: null };
}

/**
 * One person, whatever she is seen by: her own page is the surest, then the video room, then somebody's word, then her
 * own, for as long as nothing says that she has left since; else as the last of them ended.
 *
 * @param {Seat} seat
 * @param {number} lateAfter
 * @returns {Seat}
 */
function settled(seat, lateAfter) {
  const live = Object.values(seat.visits).filter((visit) => visit.live);
  const sounds = live.map((visit) => visit.sound);
  const sound = sounds.includes(true) ? true : sounds.includes(false) ? false : null;
  const { room, said } = seat;
  const left = [seat.end === "left" ? seat.ended : "", room?.left ?? ""].reduce((one, other) => (one > other ? one : other));
  const own = seat.tapped !== null && seat.tapped > left ? "own" : null;
  const standsOn = live.length > 0 ? "page" : room?.since ? "room" : (said?.how ?? own);
  /** @type {Seat} */
  const known = { ...seat, devices: live.length, sound, stands_on: standsOn };
  if (live.length > 0) known.ended = known.end = "";
  if (standsOn) return { ...known, state: seat.late_by > lateAfter ? "late" : "here", since: seat.first };
  if (room && room.left >= known.ended) return { ...known, state: "left", since: room.left };
  return known.end === "" ? known : { ...known, state: known.end, since: known.ended };
}
