"""One day of a programme that runs: moved to another date, not held, or of another kind or at another place."""

from dataclasses import replace
from datetime import date
from typing import Final, get_args

from sqlalchemy import func, select

from calendars import rights
from calendars.blueprints.form import Kind
from calendars.days.clashing import Clash
from calendars.days.course import Course, Spot, course_of, on_date
from calendars.days.drafting import TAUGHT_ELSEWHERE, Wish, behind, draft
from calendars.errors import Conflict, Invalid, NotFound
from calendars.programmes import blueprint_of
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Lesson, Place, Proposal

ALWAYS: Final = ("contact", "online")
"""What every day can be made into: lessons are held on both, in a house or in a video room."""


async def kinds(look: Look, actor: Actor, programme: str) -> list[str]:
    """What a day of this programme can be made into: beside those the kinds that its model has anywhere."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    model = await blueprint_of(look, programme)
    own = {one.kind for one in model.phases.values()} | {one.kind for one in model.series.values()}
    return [kind for kind in get_args(Kind) if kind in ALWAYS or kind in own]


async def places(look: Look, actor: Actor, programme: str) -> list[Place]:
    """The houses in which a day can be held: those of the organisation, each name and address once."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    rows = await look.all(
        select(Place).where(Place.organisation == found.organisation).order_by(Place.name, Place.address, Place.id)
    )
    own = {one.place for one in (await course_of(look, actor, programme)).spots}
    known: dict[tuple[str, str], Place] = {}
    for row in sorted(rows, key=lambda one: one.id not in own):  # the programme's own row of a house first
        known.setdefault((row.name, row.address), row)
    return sorted(known.values(), key=lambda one: (one.name, one.address))


async def move(
    work: Work, actor: Actor, programme: str, day: str, to: date, *, free_day: bool = False, lessons: str = "move"
) -> Proposal:  # fmt: skip
    """Propose another date for one day. On a weekend, a holiday or in a break only with `free_day`.

    Raises Conflict `day_begun`, `day_taken`; Invalid `past_already`, `free_day`, `day_too_far`, `nothing_changes`.
    """
    course = await course_of(work, actor, programme)
    spot = _ahead(course, day, "to")
    if to <= course.today:
        raise Invalid("past_already", field="to")
    if (to - course.known_until).days > 366:
        raise Invalid("day_too_far", field="to")
    row = course.of_strand(course.strand(spot))
    for one in row:
        if one.date == to and one.id != day:
            raise Conflict("day_taken", field="to", n=one.n, date=to)
    clashes = []
    calendar = course.calendar(course.strand(spot))
    if not calendar.is_training(to):
        if not free_day:
            raise Invalid("free_day", field="free_day")
        clashes.append(Clash(code="free_day", facts={"date": to.isoformat(), "name": calendar.holiday(to) or ""}))
    moved = on_date(spot, to, course.programme.zone)
    if moved.starts <= course.now:
        raise Invalid("past_already", field="to")
    facts = {"n": spot.n, "from": spot.date.isoformat(), "to": to.isoformat()}
    wish = Wish(
        what="day_moved", spots=_all(course) | {day: moved}, by_hand=day, lessons=lessons, facts=facts, clashes=clashes
    )  # fmt: skip
    return await draft(work, actor, course, wish)


async def cancel(
    work: Work, actor: Actor, programme: str, day: str, *, longer: bool, series: bool = False
) -> Proposal:  # fmt: skip
    """Propose that a day is not held; with `longer` a day like it comes behind the last one, so that the number stays.

    With `series` the lessons that run go on over that one. Raises Conflict `day_begun`; Invalid `no_days_left`.
    """
    course = await course_of(work, actor, programme)
    spot = _ahead(course, day, "longer")
    spots = _all(course) | {day: replace(spot, status="cancelled")}
    if longer and not spot.extra:
        spots = longer_by(course, spots, course.strand(spot), 1, spot)
    facts = {"n": spot.n, "date": spot.date.isoformat(), "longer": longer}
    return await draft(work, actor, course, Wish(what="day_cancelled", spots=spots, series=series, facts=facts))


async def turn(work: Work, actor: Actor, programme: str, day: str, kind: str, place: str = "") -> Proposal:
    """Propose another kind of day, or another house: an online day has video rooms, a contact day has a house.

    On a workplace day nobody is taught here: its lessons are given up. On a day of own study they stay, without a room.
    Raises Conflict `day_begun`; Invalid `bad_choice`, `nothing_changes`.
    """
    course = await course_of(work, actor, programme)
    spot = _ahead(course, day, "kind")
    if kind not in await kinds(work, actor, programme):
        raise Invalid("bad_choice", field="kind")
    if kind == "contact" and place not in {one.id for one in await places(work, actor, programme)}:
        raise Invalid("bad_choice", field="place")
    there = place if kind == "contact" else None
    facts = {"n": spot.n, "date": spot.date.isoformat(), "from": spot.kind, "to": kind}
    spots, clashes = _all(course) | {day: replace(spot, kind=kind, place=there)}, []
    if kind not in ALWAYS and spot.kind != kind:
        taught = select(func.count()).where(Lesson.day == day, Lesson.status == "confirmed")
        if count := await work.one(taught):
            code = "lessons_given_up" if kind == TAUGHT_ELSEWHERE else "lessons_without_room"
            clashes.append(Clash(code=code, facts={"count": count}))
    wish = Wish(what="day_turned", spots=spots, facts=facts, clashes=clashes)
    return await draft(work, actor, course, wish)


def longer_by(course: Course, spots: dict[str, Spot], strand: str, count: int, like: Spot) -> dict[str, Spot]:
    """So many more days of the cohort, each like that one: first those laid already for somebody's own length."""
    extra = [one for one in course.of_strand(strand) if one.extra][:count]
    hours = {one.id: on_date(like, one.date, course.programme.zone) for one in extra}
    taken = {
        one.id: replace(hours[one.id], id=one.id, n=one.n, extra=False, status="confirmed") for one in extra
    }  # fmt: skip
    spots = spots | taken
    return spots | behind(course, spots, strand, count - len(taken), replace(like, status="confirmed"))


def _all(course: Course) -> dict[str, Spot]:
    return {one.id: one for one in course.spots}


def _ahead(course: Course, day: str, field: str) -> Spot:
    """The day, if it can still be changed."""
    for one in course.spots:
        if one.id == day:
            if not course.ahead(one):
                raise Conflict("day_begun", field=field)
            return one
    raise NotFound()
