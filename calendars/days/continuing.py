"""The lessons that run on when days are added behind a programme: each group's, as on the last such weekday before.

The same hours, topic and teachers; whoever led a lesson as a substitute once is not taken for its teacher. What cannot
be placed so is named, with what stands in the way.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.appointments.unstaffed import at_work
from calendars.changes.records import plain
from calendars.changes.standings import CONFIRMED, Change, Standing, standings
from calendars.clashes import met
from calendars.clock import same_hour
from calendars.days import clashing
from calendars.days.clashing import Clash
from calendars.days.course import Course, Spot
from calendars.days.seats import Held
from calendars.days.talks import Seated, seated
from calendars.store import Look, new_id
from calendars.tables import Day, Lesson

RUNNING: Final = timedelta(weeks=4)
"""What had no lesson on its weekday for so long before the new days runs no more."""
LED: Final = timedelta(weeks=8)
"""Over so long it is counted who leads a lesson mostly."""
NOT_PLACED: Final = frozenset({"group_busy", "appointment"})

Slot = tuple[str, time]
"""A group, and the local hour at which its lesson begins."""


@dataclass(frozen=True, slots=True)
class GoingOn:
    """The lessons on the new days, and what to know of them."""

    changes: list[Change]
    clashes: list[Clash]


async def going_on(
    look: Look, course: Course, spots: Mapping[str, Spot], seats: Sequence[Held], leaving: Collection[str] = ()
) -> GoingOn:  # fmt: skip
    """The running lessons over the days that are new.

    `seats`: as they will be. `leaving`: lessons that make room in the same act.
    """
    known = {one.id: one for one in course.spots}
    new = sorted(
        (one for id, one in spots.items() if one.status == CONFIRMED and not one.extra
         and (id not in known or known[id].extra)),
        key=lambda one: one.date,
    )  # fmt: skip
    if not new:
        return GoingOn([], [])
    held = await _held(look, course, new[0].date)
    wanted = {new_id(): one for spot in new for one in _on(spot, held, new[0].date, course)}
    leaders = {who for one in wanted.values() for who in one.leaders}
    staying = {who for who, _ in await at_work(look, [(who, course.programme) for who in leaders])}
    clashes = [
        _told(Clash(code="leader_gone", lesson=id, who=who), one)
        for id, one in wanted.items() for who in one.leaders if who not in staying
    ]  # fmt: skip
    wanted = {
        id: replace(one, led_by=tuple(pair for pair in one.led_by if pair[0] in staying)) for id, one in wanted.items()
    }
    wanted = await _without_those_there(look, wanted)
    busy = await _busy(look, course, wanted, await seated(look, seats))
    clashes += [_told(one, wanted[one.lesson]) for one in busy]
    free = {id: one for id, one in wanted.items() if id not in {clash.lesson for clash in busy}}
    settled, found = await clashing.settle(look, free, leaving)
    clashes += [_told(one, wanted[one.lesson]) for one in found]
    placed = {id: one for id, one in settled.items() if one.takes_place}
    clashes += await clashing.not_at_work(look, course.programme.zone, placed)
    return GoingOn([Change(id, None, one) for id, one in placed.items()], clashes)


async def _held(look: Look, course: Course, before: date) -> dict[tuple[str, int], dict[date, list[Standing]]]:
    """The lessons of the weeks before by kind of day and weekday, each on its date."""
    rows = await look.rows(
        select(Lesson.id, Day.kind, Day.date)
        .join(Day, Day.id == Lesson.day)
        .where(
            Lesson.programme == course.programme.id, Lesson.status == CONFIRMED, Day.status == CONFIRMED,
            Day.extra.is_(False), Day.date >= before - LED, Day.date < before,
        )
    )  # fmt: skip
    stand = await standings(look, [lesson for lesson, _, _ in rows])
    found: dict[tuple[str, int], dict[date, list[Standing]]] = defaultdict(lambda: defaultdict(list))
    for lesson, kind, on in rows:
        found[kind, on.weekday()][on].append(stand[lesson][1])
    return found


def _on(
    spot: Spot, held: Mapping[tuple[str, int], Mapping[date, Sequence[Standing]]], first: date, course: Course
) -> list[Standing]:  # fmt: skip
    """The lessons of a new day: of each group those of its last such day, led by whoever leads that hour mostly."""
    days = held.get((spot.kind, spot.date.weekday()), {})
    zone = ZoneInfo(course.programme.zone)
    led: dict[Slot, Counter[tuple[tuple[str, str], ...]]] = defaultdict(Counter)
    last: dict[str, date] = {}
    for on in sorted(days, reverse=True):  # of two who led as often the later one leads
        for one in days[on]:
            if on >= first - RUNNING:
                last.setdefault(one.group, on)
            if one.led_by:
                led[_slot(one, zone)][one.led_by] += 1
    found = []
    for group, on in sorted(last.items()):
        for one in sorted((each for each in days[on] if each.group == group), key=lambda each: each.starts):
            usual = led[_slot(one, zone)].most_common(1)
            starts = same_hour(spot.date, one.starts, course.programme.zone)
            found.append(
                replace(
                    one, day=spot.id, starts=starts, ends=starts + (one.ends - one.starts), independent=False, task="",
                    led_by=usual[0][0] if usual else (),
                )
            )  # fmt: skip
    return found


def _slot(one: Standing, zone: ZoneInfo) -> Slot:
    return one.group, one.starts.astimezone(zone).time()


async def _without_those_there(look: Look, wanted: Mapping[str, Standing]) -> dict[str, Standing]:
    """A day that was laid for somebody's own length may have its lessons already."""
    days = {one.day for one in wanted.values()}
    rows = await look.rows(select(Lesson.group, Lesson.starts).where(Lesson.day.in_(days), Lesson.status == CONFIRMED))
    there = {(group, starts) for group, starts in rows}
    return {id: one for id, one in wanted.items() if (one.group, one.starts) not in there}


async def _busy(look: Look, course: Course, wanted: Mapping[str, Standing], seats: Seated) -> list[Clash]:
    """Lessons at whose hour one of those who will sit in them has an appointment of her own."""
    if not wanted:
        return []
    sitting = {id: seats.of(one.group, course.day_of(one.starts)) for id, one in wanted.items()}
    first, last = min(one.starts for one in wanted.values()), max(one.ends for one in wanted.values())
    standing = await met(look, frozenset().union(*sitting.values()), first, last)
    taken = sorted(standing, key=lambda one: (one.starts, one.whose))
    found = []
    for id, one in wanted.items():
        own = (
            each for each in taken if each.whose in sitting[id] and each.starts < one.ends and one.starts < each.ends
        )
        if (other := next(own, None)) is not None:
            found.append(Clash(code="appointment", lesson=id, who=other.whose, other=other.lesson))
    return found


def _told(clash: Clash, one: Standing) -> Clash:
    """What stands in the way, with the lesson in words: one that is not placed stands nowhere else."""
    code = f"series_{clash.code}"
    facts = {"group": one.group, "starts": plain(one.starts), "ends": plain(one.ends)}
    return replace(clash, code=code, lesson="" if clash.code in NOT_PLACED else clash.lesson, facts=facts)
