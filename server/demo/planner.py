"""What the planner must know of the house: who can lead what and when, and how each learner came and can come."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from calendars import places, rights
from calendars.blueprints.entry import LEVELS, SKILLS, Door
from calendars.blueprints.form import Blueprint
from calendars.clock import day_of, local
from calendars.people import enrolments, profiles, seating, staffing, wishes
from calendars.people.profiles import HALF_DAYS, NewProfile
from calendars.people.seating import Place
from calendars.people.staffing import NewBusy, Span, Working
from calendars.programmes import Line
from calendars.rights import Actor
from calendars.store import Work
from server.demo import cast
from server.demo.cast import Part

USUAL: Final = "A2.1"
"""The level around which learners are, where a model asks for none."""
BELOW: Final = "Puhuu jo työssään kaupassa. Opettaja haastatteli ja puoltaa."  # as its Finnish staff write it
SENT_BY: Final = ("Työllisyysalue", "Kotoutumispalvelut", "Oma yhteydenotto")
NOT_FREE: Final = {1: ("fri_pm",), 4: ("wed_am", "fri_pm"), 9: ("mon_am",)}
"""Position of a learner, of every eleven -> the half days on which she cannot come."""
RISE: Final = (0, 1, 0, 2, 1)
"""Of every five learners, by how many steps each is above what the model asks."""
SEEN_BEFORE: Final = timedelta(days=6)  # papers were seen so long before the first day
DAYTIME: Final = (time(8), time(16))
EVENING: Final = (time(16, 30), time(20, 30))
WORKING_DAYS: Final = staffing.WEEKDAYS[:5]
MOST_A_DAY, MOST_A_WEEK = 6 * 60, 28 * 60


@dataclass(frozen=True, slots=True)
class Led:
    """One lesson as somebody leads it: what it asked of her, and whether it is the first of its day."""

    person: str
    need: str
    starts: datetime
    ends: datetime
    first: bool


@dataclass(frozen=True, slots=True)
class Reception:
    """Who takes people in: the programme's coordinator, and the counsellor who sees their papers."""

    coordinator: Actor
    counsellor: Actor
    line: Line


async def take_in(
    work: Work, reception: Reception, learners: Mapping[str, Part], seats: Sequence[tuple[str, str, str | None]]
) -> None:
    """Everybody's way in: she asks, is described, her papers are seen, she gets the seat that stands for her.

    `seats`: (person, field, group) in the order in which they asked; with an empty group she waits for one, with None
    nobody has decided yet. The last who has a seat speaks less than the model asks, and was accepted all the same.
    """
    actor, programme = reception.coordinator, reception.line.programme
    door = enrolments.door(programme)
    houses = {one.place.id: one.place.address for one in await places.of_programme(work, actor, programme.id)}
    seen_on = min(day_of(work.now, programme.zone), programme.starts - SEEN_BEFORE)
    last = max((n for n, (_, _, group) in enumerate(seats) if group), default=-1)
    for n, (person, field, group) in enumerate(seats):
        await enrolments.apply(work, actor, programme.id, person, field)
        short = n == last and not door.refuses and bool(door.language)
        known = profile_of(n, learners[person], door, houses, programme.starts, short=short)
        await profiles.describe(work, actor, person, known)
        for code in door.checks:
            await enrolments.see(work, reception.counsellor, programme.id, person, code, seen_on)
        if group:
            where = Place(group, programme.starts, programme.ends)
            await seating.place(work, actor, person, where, BELOW if short else "")
        elif group is not None:
            await enrolments.accept(work, actor, programme.id, person)


def profile_of(
    n: int, part: Part, door: Door, houses: Mapping[str, str], starts: date, *, short: bool = False
) -> NewProfile:
    """What is known of the n-th learner; `houses`: place -> address; `short`: she speaks less than is asked."""
    town = next((address.rpartition(" ")[2] for address in houses.values()), "")
    homes = cast.HOMES.get(town, (("", 0.0),))
    municipality, far = homes[n % len(homes)]
    weekdays = [one for one in HALF_DAYS if one[:3] in WORKING_DAYS]
    return NewProfile(
        levels=_levels(n, door, short), free=[one for one in weekdays if one not in NOT_FREE.get(n % 11, ())],
        municipality=municipality, km=dict.fromkeys(houses, far) if far else {},
        languages=(part.speaks,) if part.speaks else (),
        born=date(starts.year - 22 - n * 5 % 31, 1 + n % 12, 3 + n % 25),
        registered=door.register_needed or n % 4 != 3, referred_by=SENT_BY[n % len(SENT_BY)],
    )  # fmt: skip


def _levels(n: int, door: Door, short: bool) -> dict[str, str]:
    """A little more than the model asks, in each skill another little; one step less in the one that is too low."""
    low = next((skill for skill in ("speaking", *SKILLS) if skill in door.language), "") if short else ""
    levels = {}
    for k, skill in enumerate(SKILLS):
        more = -1 if skill == low else RISE[n % len(RISE)] + (n + k) % 2
        levels[skill] = LEVELS[min(max(0, LEVELS.index(door.language.get(skill, USUAL)) + more), len(LEVELS) - 1)]
    return levels


async def wish(work: Work, reception: Reception, together: Sequence[str], apart: Sequence[str]) -> None:
    """Two who want to share a group, and two who must not."""
    for kind, pair in (("together", together), ("apart", apart)):
        if len(pair) == 2:
            await wishes.wish(work, reception.coordinator, reception.line.programme.id, pair[0], pair[1], kind)


async def staff(
    work: Work, reception: Reception, blueprint: Blueprint, crew: Sequence[str], led: Sequence[Led]
) -> None:
    """Say of each who leads what she can do, when she works and how much she may; one is busy on a morning to come.

    Each can do what she leads. The first of the crew is free after the day's first lessons and the last before the
    later ones: they can do what their colleagues do at that time, so that whoever falls ill can be stood in for.
    """
    known = set(await staffing.known(work, reception.coordinator))
    can: dict[str, set[str]] = defaultdict(set)
    for one in led:
        can[one.person].add(one.need)
        can[crew[-1] if one.first else crew[0]].add(one.need)
    can[crew[-1]] |= {need for phase in blueprint.phases.values() for one in phase.activities for need in one.needs}
    tutored = any(one.leader_role == "tutor" for one in blueprint.series.values())
    zone = reception.line.programme.zone
    for person in crew:
        await staffing.enable(work, reception.coordinator, person, can[person] & known)
        hers = [one for one in led if one.person == person]
        spans = spans_of(hers, EVENING if tutored else DAYTIME, zone)
        await staffing.work_at(work, reception.coordinator, person, Working(spans, MOST_A_DAY, MOST_A_WEEK))
    counsels = spans_of((), DAYTIME, zone)
    await staffing.work_at(work, reception.counsellor, reception.counsellor.person, Working(counsels))
    morning = _morning_to_come(reception, [one for one in led if one.person == crew[-1]])
    if morning is not None:
        await staffing.be_busy(work, await rights.actor_of(work, crew[-1]), crew[-1], morning)


def spans_of(led: Collection[Led], usual: tuple[time, time], zone: str) -> tuple[Span, ...]:
    """The usual hours of the working days, longer where what she leads on that weekday is longer."""
    hours = dict.fromkeys(WORKING_DAYS, usual)
    for one in led:
        begins, ends = (at.astimezone(ZoneInfo(zone)) for at in (one.starts, one.ends))
        weekday = staffing.WEEKDAYS[begins.weekday()]
        first, last = hours.get(weekday, usual)
        hours[weekday] = (min(first, begins.time()), max(last, ends.time()))
    return tuple(Span(weekday, first, last) for weekday, (first, last) in hours.items())


def _morning_to_come(reception: Reception, hers: Collection[Led]) -> NewBusy | None:
    """Two hours of the third working morning from now that nobody needs of her."""
    coming = [day.date for day in reception.line.days if day.date > reception.line.today]
    if len(coming) < 3:
        return None
    starts, ends = (local(coming[2], time(hour), reception.line.programme.zone) for hour in (8, 10))
    taken = any(one.starts < ends and starts < one.ends for one in hers)
    return None if taken else NewBusy(starts, ends)
