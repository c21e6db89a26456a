"""A lesson that nobody planned: a teacher holds it with her group now, and it counts like any other."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import insert, or_, select

from calendars import lessons, rights
from calendars.clashes import Booking, booked, check_free, clashing
from calendars.clock import day_of, local
from calendars.errors import Conflict, NotOpen
from calendars.facts import LessonPlanned
from calendars.rights import Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Day, Group, Leader, Lesson, Programme

USUAL: Final = timedelta(hours=1)
"""How long it is planned for, unless the next lesson of the group or of hers comes sooner; it may be closed earlier."""
SHORTEST: Final = timedelta(minutes=10)


async def begin(work: Work, actor: Actor, group: str) -> tuple[Lesson, bool]:
    """Plan a lesson of a group that begins now, led by the actor, with the list of who is expected written down.

    Returns it, and whether it is held online. It lies on today's training day; a teacher adds none, for the days are
    what was promised. Raises Conflict `no_training_day`, NotOpen `lesson_on_site` at the workplace, Overlaps
    `taken_already` when she or the group is in another lesson, or will be within minutes.
    """
    found, programme, target = await rights.target_of_group(work, group)
    rights.ask(actor, "lead", target)
    await lessons.lock_people(work, {actor.person})
    await work.run(select(Group.id).where(Group.id == group).with_for_update(key_share=True))
    starts = work.now.replace(second=0, microsecond=0)
    day = await _today(work, programme)
    if day.kind == "workplace":
        raise NotOpen("lesson_on_site")
    ends = await _until(work, actor.person, group, starts, programme)
    row = Lesson(
        id=new_id(), programme=programme.id, day=day.id, group=found.id, starts=starts, ends=ends, revision=1,
        sequence=0, status="confirmed", modified=work.now,
    )  # fmt: skip
    await check_free(work, [Booking(whose, starts, ends, row.id) for whose in (group, actor.person)])
    work.add(row)
    await work.flush()
    role = "tutor" if rights.role_in(actor, target) == "tutor" else "teacher"
    await work.run(insert(Leader), [{"lesson": row.id, "person": actor.person, "role": role}])
    await lessons.freeze(work, row.id)
    work.tell(LessonPlanned(stream=programme.id, lesson=row.id, by=actor.person))
    await work.flush()
    return row, day.kind == "online"


async def groups_of(look: Look, actor: Actor) -> list[tuple[Group, Programme]]:
    """The groups with which the actor can begin one now: she leads them herself, and neither is anywhere else."""
    own = {scope.id for scope in actor.scopes if scope.kind == "group" and "lead" in rights.MATRIX[scope.role]}
    rows = await look.rows(
        select(Group, Programme)
        .join(Programme, Programme.id == Group.programme)
        .where(Group.id.in_(own), Programme.status == "confirmed")
        .order_by(Programme.starts.desc(), Group.id)
    )
    trained = await _trained(look, {programme.id for _, programme in rows})
    starts = look.now.replace(second=0, microsecond=0)
    wanted = [
        Booking(whose, starts, starts + SHORTEST, group.id)
        for group, programme in rows
        for whose in (group.id, actor.person)
        if (programme.id, day_of(look.now, programme.zone)) in trained
    ]
    taken = clashing(wanted, await booked(look, wanted))
    free = {one.lesson for one in wanted} - taken
    return [(group, programme) for group, programme in rows if group.id in free]


async def _trained(look: Look, programmes: Collection[str]) -> set[tuple[str, date]]:
    """On which days around now these programmes have a training day that may have lessons: (programme, day)."""
    around = [look.now.date() + timedelta(days=step) for step in (-1, 0, 1)]  # a zone may be on either side
    rows = await look.rows(
        select(Day.programme, Day.date).where(
            Day.programme.in_(programmes), Day.date.in_(around), Day.status == "confirmed", Day.kind != "workplace"
        )
    )
    return set(rows)


async def _today(look: Look, programme: Programme) -> Day:
    found: Day | None = await look.one(
        select(Day)
        .where(Day.programme == programme.id, Day.date == day_of(look.now, programme.zone), Day.status == "confirmed")
        .order_by(Day.n)
    )
    if found is None:
        raise Conflict("no_training_day")
    return found


async def _until(look: Look, person: str, group: str, starts: datetime, programme: Programme) -> datetime:
    """An hour from now, or until whatever comes first: the next lesson of the two, or midnight."""
    following: datetime | None = await look.one(
        select(Lesson.starts)
        .outerjoin(Leader, Leader.lesson == Lesson.id)
        .where(
            Lesson.status == "confirmed", Lesson.starts >= starts + SHORTEST, Lesson.starts < starts + USUAL,
            or_(Lesson.group == group, Leader.person == person),
        )
        .order_by(Lesson.starts)
        .limit(1)
    )  # fmt: skip
    midnight = local(day_of(starts, programme.zone) + timedelta(days=1), time(), programme.zone)
    return min(filter(None, (starts + USUAL, following, midnight)))
