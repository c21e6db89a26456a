"""Who is expected, here, late, dropped, gone or could not get in: as the database has it.

`snapshot` reads the database; what one more fact changes stands in classroom/seats.py and again in static/roster.js.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from calendars import rights
from calendars.clock import parse_instant, rfc3339
from calendars.lessons import doors, seated
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Expected, Leader, Lesson, Person, Programme
from classroom import moves, roomstays
from classroom.rooms import rules_of
from classroom.said import LIVE, PHONE, TAKEN_BACK, TAPPED, is_tap, spoken, taken_back
from classroom.seats import Roster, Seat, came, seen, settle, spoken_for, tapped
from classroom.tables import Evidence, Hand, Move, Pause, RoomStay, Visit
from classroom.visits import late_by

IN_THE_ROOM = ("page", "room")
"""Evidence by which she is seen herself; the others are somebody's word about her, or her own."""


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
        .where(Evidence.lesson.in_(ids), Evidence.kind.in_(("could_not_enter", TAKEN_BACK, *LIVE)) | TAPPED)
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
        "tapped": None, "stands_on": None,
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
    came(seat, _text(visit.a) or "", late_by(lesson, visit.a))
    ended = visit.lost if visit.end != "leave" else visit.closed
    if visit.end != "leave":
        seat["visits"][visit.id] = {"live": ended is None, "sound": visit.sound}
    if ended is not None and seat["ended"] < (_text(ended) or ""):
        seat["ended"], seat["end"] = _text(ended), "left" if visit.end == "leave" else "dropped"
    settle(seat, late_after)


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
            seen(seat, told | {"late_by": roomstays.late(lesson, told)}, roster)


def _put_word(roster: Roster, row: Evidence, lesson: Lesson, names: Mapping[str, Person]) -> None:
    """What a human says of her, she of herself, or that she could not get in."""
    seat = _seat_of(roster, row.person or "", row.body.get("role", "learner"), names)
    if is_tap(row):
        return tapped(seat, {"at": _text(row.received), "late_by": late_by(lesson, row.received)}, roster)
    if row.kind == "could_not_enter":
        _put_refusal(seat, row.body["step"], row.received)
    elif row.kind == PHONE and not spoken(row):
        begun, over = row.body["from"], row.body["to"]
        late = late_by(lesson, parse_instant(begun))
        spoken_for(seat, {"how": PHONE, "since": begun, "over": over, "late_by": late}, roster)
    elif since := spoken(row):
        spoken_for(seat, {"how": row.kind, "since": rfc3339(since), "late_by": late_by(lesson, since)}, roster)


def _moved_to(move: Move) -> dict[str, Any]:
    return {"provider": move.provider, "why": move.why, "at": _text(move.at)}


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
