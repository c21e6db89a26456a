"""The rooms of appointments that are held online: a lesson of its own for each, on a line that no report counts.

A room, its doors, its presence and its evidence belong to a lesson. So an online appointment has one, with the same
id: it stands beside the programme, on its line of rooms, and opens for those whom it concerns and for nobody else.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, insert, select

from calendars import grants, rights
from calendars.appointments.rights import Known
from calendars.appointments.unstaffed import gone
from calendars.clock import day_of
from calendars.grants import Right
from calendars.rights import ROOMS
from calendars.store import Work, new_id
from calendars.tables import Day, Expected, Grant, Group, Lesson, Phase, Programme, RoomLine

AFTERWARDS = timedelta(days=8)
"""So long those who were in it may look back at its room: until its minutes are entered."""


async def keep(work: Work, known: Known) -> None:
    """Make the room of an appointment what the appointment says: there when it is online, closed when it is not.

    Follows from a change of the appointment; that act has asked. An offered time gets its room when it is booked.
    """
    row = known.row
    lesson = await work.get(Lesson, row.id)
    stands = row.status == "confirmed" and row.way == "online" and row.learner is not None
    if not stands:
        if lesson is not None and lesson.status != "cancelled":
            lesson.status = "cancelled"
            _revise(lesson, work.now)
        return
    line = await _line(work, known.programme)
    day = await _day(work, line, day_of(row.starts, known.programme.zone), row.starts, row.ends)
    if lesson is None:
        work.add(
            Lesson(
                id=row.id, programme=line.line, day=day, group=line.group, topic="", starts=row.starts, ends=row.ends,
                frozen=work.now, revision=1, sequence=0, status="confirmed", modified=work.now,
            )
        )  # fmt: skip
    else:
        lesson.day, lesson.starts, lesson.ends, lesson.status = day, row.starts, row.ends, "confirmed"
        _revise(lesson, work.now)
    await work.flush()
    await _expect(work, known)
    await _entitle(work, known)


async def _expect(work: Work, known: Known) -> None:
    """The one learner whose presence is counted."""
    await work.run(delete(Expected).where(Expected.lesson == known.row.id))
    await work.run(insert(Expected), [{"lesson": known.row.id, "person": known.row.learner}])


async def _entitle(work: Work, known: Known) -> None:
    """Its people, and only they, may come in: staff lead it, whoever is no staff comes as a guest."""
    until = known.row.ends + AFTERWARDS
    wanted = {(str(known.row.learner), "learner"), *await _partners(work, known)}
    held = await work.all(
        select(Grant).where(
            Grant.scope_kind == "lesson", Grant.scope == known.row.id, Grant.until.is_(None) | (Grant.until > work.now)
        )
    )
    for grant in held:
        if (grant.person, grant.role) in wanted:
            grant.until = until
            wanted.discard((grant.person, grant.role))
        else:
            grant.until = work.now
    given = [(who, Right(role, "lesson", known.row.id, until=until)) for who, role in sorted(wanted)]
    work.add(*(grants.written(who, right, known.row.made_by, work.now) for who, right in given))
    await grants.touch(work, *(grant.person for grant in held), *(who for who, _ in given))
    await work.flush()


async def _partners(work: Work, known: Known) -> set[tuple[str, str]]:
    """Those with whom it is, each with her role; nothing for whoever has stopped working there."""
    placed = await rights.placed(work, Grant.person.in_(known.partners), Grant.role.in_(rights.STAFF))
    staff = {grant.person for grant, _ in placed if grant.until is None or grant.until > work.now}
    left = {who for who in known.partners if gone(placed, who, known.programme, work.now)}
    return {(who, "tutor" if who in staff else "guest") for who in known.partners - left}


async def _line(work: Work, programme: Programme) -> RoomLine:
    """The line of rooms beside a programme, made when the first room is needed."""
    found = await work.get(RoomLine, programme.id)
    if found is not None:
        return found
    await work.number(f"rooms:{programme.id}")  # of two that book the first at once, one waits here for the other
    meanwhile: RoomLine | None = await work.one(select(RoomLine).where(RoomLine.programme == programme.id))
    if meanwhile is not None:
        return meanwhile
    line = Programme(
        id=new_id(), organisation=programme.organisation, blueprint=programme.blueprint, version=programme.version,
        name=programme.name, zone=programme.zone, country=programme.country, starts=programme.starts,
        ends=programme.ends, language=programme.language, provider=programme.provider,
        others=programme.others, rules=programme.rules, holidays={}, topics={},
        revision=1, status=ROOMS, modified=work.now,
    )  # fmt: skip
    phase = Phase(
        id=new_id(), programme=line.id, position=0, code="rooms", name={}, service="tutoring", lessons=[], topics=[]
    )
    group = Group(id=new_id(), programme=line.id, field=None, name=programme.name, modified=work.now)
    work.add(line)
    await work.flush()
    work.add(phase, group)
    await work.flush()
    found = RoomLine(programme=programme.id, line=line.id, phase=phase.id, group=group.id)
    work.add(found)
    await work.flush()
    return found


async def _day(work: Work, line: RoomLine, on: date, starts: datetime, ends: datetime) -> str:
    """The day of a line of rooms; two who book at once find the same one."""
    values = {
        "id": new_id(), "programme": line.line, "phase": line.phase, "n": on.toordinal(), "date": on, "kind": "online",
        "place": None, "starts": starts, "ends": ends, "revision": 1, "sequence": 0, "status": "confirmed",
        "modified": work.now,
    }  # fmt: skip
    await work.run(work.upsert(Day).values(values).on_conflict_do_nothing())
    found: str = await work.one(select(Day.id).where(Day.programme == line.line, Day.n == on.toordinal()))
    return found


def _revise(lesson: Lesson, now: datetime) -> None:
    lesson.revision, lesson.sequence, lesson.modified = lesson.revision + 1, lesson.sequence + 1, now
