"""Who is expected, here, late, dropped, gone or could not get in: a snapshot, and what each fact changes in it.

`snapshot` reads the database, `apply` is pure and stands again in static/roster.js; a test holds
snapshot + facts == next snapshot for both. A roster is plain JSON, the same as the browser has.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from calendars import rights
from calendars.clock import rfc3339
from calendars.lessons import doors, seated
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Expected, Leader, Lesson, Person, Programme
from classroom import moves, roomstays
from classroom.rooms import rules_of
from classroom.said import LIVE, TAKEN_BACK, spoken, taken_back
from classroom.tables import Evidence, Hand, Move, Pause, RoomStay, Visit
from classroom.visits import late_by

Roster = dict[str, Any]
Seat = dict[str, Any]
IN_THE_ROOM = ("page", "room")
"""Evidence by which she is seen herself; the others are the word of somebody about her."""
TOLD_BY_SNAPSHOT = ("RegisterSigned", "SeatsChanged", "WalkedIn")
SAID_ANEW = ("held", TAKEN_BACK)
"""What somebody says by hand and after which much is otherwise."""


async def roster(look: Look, actor: Actor, lesson: str) -> Roster:
    """The roster of a lesson, for whoever may see it."""
    found, programme, target = await rights.target_of_lesson(look, lesson)
    rights.ask(actor, "see_roster", target)
    return await snapshot(look, found, programme)


async def classmates(look: Look, actor: Actor, lesson: str) -> list[Seat]:
    """The seats as the class itself may see them: who is expected and who is in, and nothing else about anybody."""
    found, programme, target = await rights.target_of_lesson(look, lesson)
    rights.ask(actor, "enter", target)
    return [
        {"person": seat["person"], "name": seat["name"], "role": seat["role"], "here": seat["stands_on"] in IN_THE_ROOM}
        for seat in (await snapshot(look, found, programme))["seats"]
    ]


async def last_seen(look: Look, actor: Actor, lesson: str) -> dict[str, datetime]:
    """When each person of a lesson's roster was last in any room of its programme, before this lesson."""
    found, _, target = await rights.target_of_lesson(look, lesson)
    rights.ask(actor, "see_roster", target)
    last: dict[str, datetime] = {}
    for stay in (Visit, RoomStay):
        rows = await look.rows(
            select(stay.person, func.max(stay.b))
            .join(Lesson, Lesson.id == stay.lesson)
            .where(Lesson.programme == found.programme, Lesson.id != lesson, stay.b <= look.now)
            .group_by(stay.person)
        )
        for person, at in rows:
            last[person] = max(at, last.get(person, at))
    return last


async def snapshot(look: Look, lesson: Lesson, programme: Programme) -> Roster:
    """The roster as the database has it. `number` is the last fact of the lesson that it holds."""
    return (await snapshots(look, [(lesson, programme)]))[0]


async def snapshots(look: Look, lessons: Sequence[tuple[Lesson, Programme]]) -> list[Roster]:
    """The rosters of many lessons, in a constant number of statements."""
    ids = [lesson.id for lesson, _ in lessons]
    numbers = await look.numbers(ids)
    seats = await _expected(look, lessons)
    visits = await look.all(select(Visit).where(Visit.lesson.in_(ids)).order_by(Visit.a, Visit.id))
    stays = await look.all(select(RoomStay).where(RoomStay.lesson.in_(ids)).order_by(RoomStay.id))
    told = await look.all(
        select(Evidence)
        .where(Evidence.lesson.in_(ids), Evidence.kind.in_(("could_not_enter", TAKEN_BACK, *LIVE)))
        .order_by(Evidence.lesson, Evidence.number)
    )
    gone = taken_back(told)
    told = [row for row in told if row.kind != TAKEN_BACK and row.id not in gone]
    hands = await look.all(select(Hand).where(Hand.lesson.in_(ids)))
    pauses = await look.all(select(Pause).where(Pause.lesson.in_(ids), Pause.ends.is_(None)))
    moved = await moves.of_lessons(look, [lesson.id for lesson, _ in lessons if lesson.room])
    people = {person for one in seats.values() for person in one} | {visit.person for visit in visits}
    people |= {row.person for row in (*stays, *told) if row.person}
    rows = await look.all(select(Person).where(Person.id.in_(sorted(people))))
    names = {person.id: person for person in rows}
    rosters = []
    for lesson, programme in lessons:
        roster = _empty(lesson, programme, numbers[lesson.id])
        for person, role in seats[lesson.id].items():
            roster["seats"].append(_seat(person, role, names, expected=True))
        for visit in (one for one in visits if one.lesson == lesson.id):
            _put_visit(_seat_of(roster, visit.person, visit.role, names), visit, lesson, roster["late_after"])
        _put_rooms(roster, [one for one in stays if one.lesson == lesson.id], lesson, names)
        for row in (one for one in told if one.lesson == lesson.id and one.person):
            _put_word(roster, row, lesson, names)
        for hand in (one for one in hands if one.lesson == lesson.id):
            _seat_of(roster, hand.person, "learner", names)["hand"] = _text(hand.raised)
        roster["pause"] = next((_text(one.starts) for one in pauses if one.lesson == lesson.id), None)
        roster["moved"] = next((_moved_to(one) for one in reversed(moved) if one.lesson == lesson.id), None)
        rosters.append(roster)
    return rosters


def apply(roster: Roster, fact: Mapping[str, Any]) -> Roster | None:
    """The roster after one more fact (a `Told.message()`); None when only a new snapshot can tell.

    That is so when a number is missing between them, when the fact is of a person whom this roster does not name, when
    somebody walked in, or when somebody said by hand that the lesson was held at another time or is over, or took back
    what was said of somebody.
    """
    if fact["number"] <= roster["number"]:
        return roster
    if fact["number"] > roster["number"] + 1 or fact["kind"] in TOLD_BY_SNAPSHOT or fact.get("how") in SAID_ANEW:
        return None
    after = deepcopy(roster)
    after["number"] = fact["number"]
    if fact["kind"] == "LessonOpened" and fact["held_from"][:19] < fact["at"][:19]:
        return None  # it was held before that was known: who came late is reckoned anew
    if fact["kind"] in _LESSON_FACTS:
        _LESSON_FACTS[fact["kind"]](after, fact)
    elif fact["kind"] in _SEAT_FACTS and not (fact["kind"] == "RegisterCorrected" and not fact.get("since")):
        seat = next((one for one in after["seats"] if one["person"] == fact["person"]), None)
        if seat is None:
            return None
        _SEAT_FACTS[fact["kind"]](seat, fact, after)
    return after


def _empty(lesson: Lesson, programme: Programme, number: int) -> Roster:
    around = doors(lesson, programme.rules)
    return {
        "lesson": lesson.id, "number": number, "starts": _text(lesson.starts), "ends": _text(lesson.ends),
        "doors_open": _text(around.opens), "late_after": rules_of(programme).late_after,
        "opened": _text(lesson.opened), "closed": _text(lesson.closed), "pause": None, "moved": None,
        "seats": [],
    }  # fmt: skip


def _seat(person: str, role: str, names: Mapping[str, Person], *, expected: bool) -> Seat:
    who = names.get(person)
    return {
        "person": person, "name": who.shown if who else "", "telephone": who.telephone if who else "", "role": role,
        "expected": expected, "state": "expected", "since": None, "first": None, "late_by": 0, "step": None,
        "sound": None, "hand": None, "devices": 0, "visits": {}, "ended": "", "end": "", "room": None, "said": None,
        "stands_on": None,
    }  # fmt: skip


async def _expected(look: Look, lessons: Sequence[tuple[Lesson, Programme]]) -> dict[str, dict[str, str]]:
    ids = [lesson.id for lesson, _ in lessons]
    seats: dict[str, dict[str, str]] = {one: {} for one in ids}
    for leader in await look.all(select(Leader).where(Leader.lesson.in_(ids)).order_by(Leader.role, Leader.person)):
        seats[leader.lesson][leader.person] = leader.role
    for row in await look.all(select(Expected).where(Expected.lesson.in_(ids)).order_by(Expected.person)):
        seats[row.lesson].setdefault(row.person, "learner")
    unfrozen = [lesson for lesson, _ in lessons if lesson.frozen is None]
    for lesson_id, people in (await seated(look, unfrozen)).items() if unfrozen else ():
        for person in sorted(people):
            seats[lesson_id].setdefault(person, "learner")
    return seats


def _seat_of(roster: Roster, person: str, role: str, names: Mapping[str, Person]) -> Seat:
    for seat in roster["seats"]:
        if seat["person"] == person:
            found: Seat = seat
            return found
    seat = _seat(person, role, names, expected=False)
    roster["seats"].append(seat)
    return seat


def _put_visit(seat: Seat, visit: Visit, lesson: Lesson, late_after: int) -> None:
    """Visits come in the order of their beginning, so the first one tells of lateness."""
    _came(seat, _text(visit.a) or "", late_by(lesson, visit.a))
    ended = visit.lost if visit.end != "leave" else visit.closed
    if visit.end != "leave":
        seat["visits"][visit.id] = {"live": ended is None, "sound": visit.sound}
    if ended is not None and seat["ended"] < (_text(ended) or ""):
        seat["ended"], seat["end"] = _text(ended), "left" if visit.end == "leave" else "dropped"
    _settle(seat, late_after)


def _put_refusal(seat: Seat, step: str, at: datetime) -> None:
    if seat["first"] is None and step != "too_early":
        seat["state"], seat["step"], seat["since"] = "could_not_enter", step, _text(at)


def _put_rooms(roster: Roster, stays: Sequence[RoomStay], lesson: Lesson, names: Mapping[str, Person]) -> None:
    by_person: dict[str, list[RoomStay]] = {}
    for one in stays:
        by_person.setdefault(one.person, []).append(one)
    for person, hers in by_person.items():
        told = roomstays.told_of(hers)
        if told is not None:
            seat = _seat_of(roster, person, hers[-1].role, names)
            _seen(seat, told | {"late_by": roomstays.late(lesson, told)}, roster)


def _put_word(roster: Roster, row: Evidence, lesson: Lesson, names: Mapping[str, Person]) -> None:
    """What a human says of her, or that she could not get in."""
    seat = _seat_of(roster, row.person or "", "learner", names)
    if row.kind == "could_not_enter":
        _put_refusal(seat, row.body["step"], row.received)
    elif since := spoken(row):
        _said(seat, {"how": row.kind, "since": rfc3339(since), "late_by": late_by(lesson, since)}, roster)


def _came(seat: Seat, at: str, late: int) -> None:
    """The earliest of all that was told of her coming; it may be told late."""
    if seat["first"] is None or at < seat["first"]:
        seat["first"], seat["late_by"] = at, late
    seat["step"] = None


def _settle(seat: Seat, late_after: int) -> None:
    """One person, whatever she is seen by: her own page is the surest, then the video room, then somebody's word."""
    live = [one for one in seat["visits"].values() if one["live"]]
    seat["devices"] = len(live)
    sounds = [one["sound"] for one in live]
    seat["sound"] = True if True in sounds else False if False in sounds else None
    if live:
        seat["ended"] = seat["end"] = ""
    room, said = seat["room"], seat["said"]
    seat["stands_on"] = "page" if live else "room" if room and room["since"] else said["how"] if said else None
    if seat["stands_on"]:
        seat["state"], seat["since"] = ("late" if seat["late_by"] > late_after else "here"), seat["first"]
    elif room and room["left"] >= seat["ended"]:
        seat["state"], seat["since"] = "left", room["left"]
    elif seat["end"]:
        seat["state"], seat["since"] = seat["end"], seat["ended"]


def _seen(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    seat["room"] = {name: fact[name] for name in ("provider", "since", "left")}
    _came(seat, fact["first"], fact["late_by"])
    _settle(seat, roster["late_after"])


def _said(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    seat["said"] = {"how": "phone" if fact["how"] == "phone" else "teacher", "since": fact["since"]}
    _came(seat, fact["since"], fact["late_by"])
    _settle(seat, roster["late_after"])


def _entered(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    _came(seat, fact["at"], fact["late_by"])
    seat["visits"][fact["visit"]] = {"live": True, "sound": None}
    _settle(seat, roster["late_after"])


def _dropped(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    if fact["visit"] in seat["visits"]:
        seat["visits"][fact["visit"]]["live"] = False
    seat["ended"], seat["end"] = fact["at"], "dropped"
    _settle(seat, roster["late_after"])


def _resumed(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    if fact["visit"] in seat["visits"]:
        seat["visits"][fact["visit"]]["live"] = True
    _settle(seat, roster["late_after"])


def _left(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    seat["visits"].pop(fact["visit"], None)
    seat["ended"], seat["end"] = fact["at"], "left"
    _settle(seat, roster["late_after"])


def _could_not_enter(seat: Seat, fact: Mapping[str, Any], _roster: Roster) -> None:
    if seat["first"] is None:
        seat["state"], seat["step"], seat["since"] = "could_not_enter", fact["step"], fact["at"]


def _sound(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    if fact["visit"] in seat["visits"]:
        seat["visits"][fact["visit"]]["sound"] = fact["on"]
    if seat["first"] is not None:
        _settle(seat, roster["late_after"])


def _raised(seat: Seat, fact: Mapping[str, Any], _roster: Roster) -> None:
    seat["hand"] = fact["at"]


def _lowered(seat: Seat, _fact: Mapping[str, Any], _roster: Roster) -> None:
    seat["hand"] = None


def _opened(roster: Roster, fact: Mapping[str, Any]) -> None:
    roster["opened"] = fact["held_from"]


def _paused(roster: Roster, fact: Mapping[str, Any]) -> None:
    roster["pause"] = fact["at"]


def _unpaused(roster: Roster, _fact: Mapping[str, Any]) -> None:
    roster["pause"] = None


def _closed(roster: Roster, fact: Mapping[str, Any]) -> None:
    roster["closed"], roster["pause"] = fact["at"], None


def _moved(roster: Roster, fact: Mapping[str, Any]) -> None:
    roster["moved"] = {"provider": fact["provider"], "why": fact["why"], "at": fact["at"]}


def _moved_to(move: Move) -> dict[str, Any]:
    return {"provider": move.provider, "why": move.why, "at": _text(move.at)}


_SEAT_FACTS = {
    "Entered": _entered, "Dropped": _dropped, "Resumed": _resumed, "Left": _left, "CouldNotEnter": _could_not_enter,
    "SoundChanged": _sound, "HandRaised": _raised, "HandLowered": _lowered, "SeenInRoom": _seen,
    "RegisterCorrected": _said,
}  # fmt: skip
_LESSON_FACTS = {
    "LessonOpened": _opened,
    "PauseStarted": _paused,
    "PauseEnded": _unpaused,
    "LessonClosed": _closed,
    "RoomMoved": _moved,
}


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
