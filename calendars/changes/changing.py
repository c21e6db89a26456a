"""Many lessons changed in one act: whether they may be, their rows, who leads them and by what right.

Everything or nothing. Ids stay, every change moves `revision`, and time, day or state moves `sequence` too.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from calendars import grants, lessons, rights
from calendars.away import away_between
from calendars.changes.standings import Change, Standing, standings
from calendars.clashes import Booking, check_free
from calendars.clock import meet
from calendars.errors import Conflict, NotFound
from calendars.facts import LessonCancelled, LessonMoved, LessonPlanned
from calendars.grants import Right
from calendars.lessons import NewLesson
from calendars.rights import Actor, Target
from calendars.store import Look, Work
from calendars.tables import Day, Grant, Group, Leader, Lesson, Person, Programme

Rows = dict[str, tuple[Lesson, Standing]]


async def check(look: Look, actor: Actor, programme: Programme, changes: Sequence[Change], rows: Rows) -> None:
    """Whether all of these may be made now, for whoever plans. `rows`: the lessons as they stand.

    Raises Conflict `proposal_stale`, `lesson_begun`, `lesson_frozen`, `past_already` and `away_then`, each with the
    lesson, and Overlaps `taken_already`.
    """
    target = Target(programme.organisation, programme.id)
    rights.ask(actor, "plan", target)
    days = {day.id: day for day in await look.all(select(Day).where(Day.programme == programme.id))}
    groups = set(await look.all(select(Group.id).where(Group.programme == programme.id)))
    leading = {person for one in changes for person in one.after.leaders}
    known = set(await look.all(select(Person.id).where(Person.id.in_(leading)))) if leading else set()
    if added := {person for one in changes for person, _ in _added(one)}:
        rights.ask(actor, "invite", target)
        await rights.ask_to_put_in_charge(look, actor, added, "teacher")
    for one in changes:
        _check_row(one, rows.get(one.lesson), programme, look.now)
        if one.after.takes_place:
            lessons.check_new(_as_new(one.after), programme, days, groups, known)
    await _check_free(look, changes)


async def check_present(look: Look, changes: Sequence[Change]) -> None:
    """Raises Conflict `away_then` where somebody would lead at a new time, or newly, although she is away."""
    booked = [
        (person, one)
        for one in changes
        if one.after.takes_place
        for person in one.after.leaders
        if one.before is None or _moves(one) or person not in one.before.leaders
    ]
    if not booked:
        return
    first, last = min(one.after.starts for _, one in booked), max(one.after.ends for _, one in booked)
    away = await away_between(look, {person for person, _ in booked}, first, last)
    for person, one in booked:
        if meet(away.get(person, ()), one.after.starts, one.after.ends):
            raise Conflict("away_then", who=person, lesson=one.lesson)


async def make(
    work: Work, actor: Actor, programme: Programme, changes: Sequence[Change], reason: str = "replanned"
) -> None:
    """Make them all, for whoever plans; the lessons are locked. Raises what `check` raises."""
    rows = await hold(work, changes)
    touched = {one.after.group for one in changes}
    await work.run(select(Group.id).where(Group.id.in_(touched)).order_by(Group.id).with_for_update(key_share=True))
    await check(work, actor, programme, changes, rows)
    for one in changes:
        _write(work, one, rows, programme.id)
        work.tell(_fact(one, programme.id, actor.person, reason))
    await work.flush()
    await _seat_leaders(work, changes)
    await _move_rights(work, actor, Target(programme.organisation, programme.id), changes)
    await work.flush()


async def hold(work: Work, changes: Sequence[Change], beside: Collection[str] = ()) -> Rows:
    """Hold the lessons, then whoever leads them and those `beside`; groups come last, as for all who book."""
    await work.flush()
    rows = await standings(work, {one.lesson for one in changes}, lock=True)
    await lessons.lock_people(work, {person for one in changes for person in one.after.leaders} | set(beside))
    return rows


def _check_row(one: Change, found: tuple[Lesson, Standing] | None, programme: Programme, now: datetime) -> None:
    if one.before is None:
        if found is not None:
            raise Conflict("proposal_stale", lesson=one.lesson)
        return
    if found is None or found[0].programme != programme.id:
        raise NotFound()
    row, standing = found
    if row.opened is not None or row.closed is not None or row.signed is not None or row.ends <= now:
        raise Conflict("lesson_begun", lesson=one.lesson)
    if standing != one.before:
        raise Conflict("proposal_stale", lesson=one.lesson)
    if row.frozen is not None and (one.after.day, one.after.group) != (row.day, row.group):
        raise Conflict("lesson_frozen", lesson=one.lesson)


def check_ahead(changes: Sequence[Change], now: datetime) -> None:
    """Raises Conflict `past_already` where a lesson would begin in the past."""
    for one in changes:
        if one.after.takes_place and one.after.starts <= now and (one.before is None or _moves(one)):
            raise Conflict("past_already", lesson=one.lesson)


async def _check_free(look: Look, changes: Sequence[Change]) -> None:
    bookings = [
        Booking(whose, one.after.starts, one.after.ends, one.lesson)
        for one in changes
        if one.after.takes_place
        for whose in (one.after.group, *one.after.leaders)
    ]
    await check_free(look, bookings, {one.lesson for one in changes})


def _as_new(after: Standing) -> NewLesson:
    return NewLesson(after.group, after.day, after.starts, after.ends, after.topic, after.leaders)


def _moves(one: Change) -> bool:
    """Whether calendars must notice: its time, its day or its state changes."""
    before, after = one.before, one.after
    return before is None or (before.starts, before.ends, before.day, before.status, before.independent) != (
        after.starts, after.ends, after.day, after.status, after.independent
    )  # fmt: skip


def _write(work: Work, one: Change, rows: Rows, programme: str) -> None:
    after = one.after
    values = {
        "group": after.group, "day": after.day, "starts": after.starts, "ends": after.ends, "topic": after.topic,
        "status": after.status, "needs": list(after.needs), "independent": after.independent, "task": after.task,
        "modified": work.now,
    }  # fmt: skip
    if one.before is None:
        work.add(Lesson(id=one.lesson, programme=programme, revision=1, sequence=0, **values))
        return
    row = rows[one.lesson][0]
    for name, value in values.items():
        setattr(row, name, value)
    row.revision += 1
    row.sequence += _moves(one)


def _fact(one: Change, programme: str, by: str, reason: str) -> LessonPlanned | LessonMoved | LessonCancelled:
    if one.before is None:
        return LessonPlanned(stream=programme, lesson=one.lesson, by=by)
    if one.before.takes_place and not one.after.takes_place:
        return LessonCancelled(stream=programme, lesson=one.lesson, reason=reason, by=by)
    return LessonMoved(stream=programme, lesson=one.lesson, by=by)


async def _seat_leaders(work: Work, changes: Sequence[Change]) -> None:
    changed = [one for one in changes if one.before is None or one.before.led_by != one.after.led_by]
    if not changed:
        return
    await work.run(delete(Leader).where(Leader.lesson.in_([one.lesson for one in changed])))
    led = [
        {"lesson": one.lesson, "person": person, "role": role} for one in changed for person, role in one.after.led_by
    ]
    if led:
        await work.run(insert(Leader), led)


async def _move_rights(work: Work, actor: Actor, target: Target, changes: Sequence[Change]) -> None:
    """Who leads a new lesson leads its group; who leads a standing one instead gets it alone, and it ends with that."""
    new = {
        (person, role, one.after.group) for one in changes if one.before is None for person, role in one.after.led_by
    }
    if new:
        await lessons.entitle(work, actor, new, target)
    lost = {(person, one.lesson) for one in changes if one.before for person, _ in _removed(one)}
    if lost:
        await _take(work, actor, lost)
    added = [(person, role, one) for one in changes if one.before for person, role in _added(one)]
    if added:
        missing = await lessons.unentitled(work, {(person, role, one.after.group) for person, role, one in added})
        given = [
            (person, Right(role, "lesson", one.lesson))
            for person, role, one in added
            if (person, role, one.after.group) in missing
        ]
        await grants.lay(work, actor, given)


async def _take(work: Work, actor: Actor, lost: Collection[tuple[str, str]]) -> None:
    """End the rights to these lessons alone: (person, lesson)."""
    held = await work.all(
        select(Grant).where(
            Grant.scope_kind == "lesson", Grant.scope.in_({lesson for _, lesson in lost}), Grant.until.is_(None)
        )
    )
    ending = [grant for grant in held if (grant.person, grant.scope) in lost and grant.role in lessons.ROLES]
    await grants.end(work, actor, ending)


def _added(one: Change) -> set[tuple[str, str]]:
    return set(one.after.led_by) - set(one.before.led_by if one.before else ())


def _removed(one: Change) -> set[tuple[str, str]]:
    return set(one.before.led_by if one.before else ()) - set(one.after.led_by)
