"""A lesson's room: when its doors are open, when the lesson is held, its breaks, its end."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from calendars import rights
from calendars.clock import rfc3339, seconds
from calendars.errors import Conflict, NotOpen
from calendars.lessons import doors, lock_lesson
from calendars.rights import Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Day, Lesson, Programme
from classroom.facts import LessonClosed, LessonOpened, PauseEnded, PauseStarted
from classroom.ledger import Said, enter
from classroom.tables import Pause, RoomStay, Visit
from classroom.testimony import LessonTimes, Rules


def rules_of(programme: Programme) -> Rules:
    """The programme's rules of attendance; what it leaves out is the contract's default."""
    known = {name: programme.rules[name] for name in Rules.__slots__ if name in programme.rules}
    if "counts" in known:
        known["counts"] = tuple(known["counts"])
    return Rules(**known)


def times(lesson: Lesson, rules: dict[str, Any]) -> LessonTimes:
    """The lesson's times as the attendance rules know them."""
    open_for_learners = doors(lesson, rules)
    return LessonTimes(
        seconds(lesson.starts),
        seconds(lesson.ends),
        seconds(open_for_learners.opens),
        seconds(open_for_learners.closes),
    )


def state(lesson: Lesson, rules: dict[str, Any], now: datetime) -> str:
    """planned, open, running, ended, signed or not_held."""
    if lesson.signed:
        return "signed"
    if lesson.status == "cancelled":
        return "not_held"
    if lesson.closed:
        return "ended" if lesson.opened else "not_held"
    around = doors(lesson, rules)
    if now >= around.closes:
        return "ended" if lesson.opened else "not_held"
    if lesson.opened and lesson.opened <= now:
        return "running"
    return "open" if now >= around.opens else "planned"


def check_open(lesson: Lesson, rules: dict[str, Any], role: str, now: datetime) -> None:
    """Refuse whoever comes too early, too late, or to a lesson that is not held. Raises NotOpen."""
    around = doors(lesson, rules, role)
    if lesson.status == "cancelled":
        raise NotOpen("lesson_cancelled")
    if now < around.opens:
        raise NotOpen("too_early", opens=rfc3339(around.opens))
    if lesson.closed or now >= around.closes:
        raise NotOpen("lesson_over")


async def open_lesson(work: Work, actor: Actor, lesson: str) -> None:
    """Hold the lesson from now on, even before its planned start. Doing it twice changes nothing."""
    found, programme = await _to_lead(work, actor, lesson)
    check_open(found, programme.rules, "teacher", work.now)
    if found.opened is None or found.opened > work.now:
        hold(work, found, actor.person, work.now)


def hold(work: Work, lesson: Lesson, by: str, held_from: datetime) -> None:
    """Set when the lesson is held from; a leader's coming in does it, at the planned start at the earliest."""
    held_from = held_from.replace(microsecond=0)
    lesson.opened = held_from
    work.tell(LessonOpened(stream=lesson.id, by=by, held_from=rfc3339(held_from)))


async def pause(work: Work, actor: Actor, lesson: str) -> None:
    """Begin a break. Raises NotOpen before the lesson runs, Conflict `paused_already`."""
    found, programme = await _to_lead(work, actor, lesson)
    if state(found, programme.rules, work.now) != "running":
        raise NotOpen("lesson_not_running")
    if await running_pause(work, lesson):
        raise Conflict("paused_already")
    work.add(Pause(id=new_id(), lesson=lesson, starts=work.now))
    work.tell(PauseStarted(stream=lesson, by=actor.person))


async def resume(work: Work, actor: Actor, lesson: str) -> None:
    """End the break. Raises Conflict `not_paused`."""
    await _to_lead(work, actor, lesson)
    if not await _end_pause(work, lesson, actor.person, work.now):
        raise Conflict("not_paused")
    work.tell(PauseEnded(stream=lesson, by=actor.person))


async def running_pause(look: Look, lesson: str) -> Pause | None:
    """The break that is on now."""
    found: Pause | None = await look.one(select(Pause).where(Pause.lesson == lesson, Pause.ends.is_(None)))
    return found


async def close(work: Work, actor: Actor, lesson: str) -> None:
    """The teacher ends the lesson: what was held is written down. Doing it twice changes nothing."""
    found, programme = await _to_lead(work, actor, lesson)
    if found.opened is None:
        raise NotOpen("lesson_not_running")
    if found.closed is None:
        await _close(work, found, programme, actor.person, work.now)


async def close_forgotten(work: Work) -> list[str]:
    """Close every lesson whose doors have shut; held until the last second a leader was seen, or not at all."""
    open_online = (Lesson.closed.is_(None), Lesson.status == "confirmed", Lesson.ends <= work.now, Day.kind == "online")
    rows = await work.rows(
        select(Lesson, Programme)
        .join(Programme, Programme.id == Lesson.programme)
        .join(Day, Day.id == Lesson.day)
        .where(*open_online)  # what happens on site is closed by whoever signs its register
        .order_by(Lesson.id)
        .with_for_update(of=Lesson, key_share=True)
    )
    shut = [(one, programme) for one, programme in rows if doors(one, programme.rules).closes <= work.now]
    for lesson, programme in shut:
        if lesson.independent:  # nobody leads it: by its programme's rule the whole of it was held
            lesson.opened = lesson.opened or lesson.starts
            await _close(work, lesson, programme, "", lesson.ends)
        else:
            await _close(work, lesson, programme, "", await _last_led(work, lesson))
    return [lesson.id for lesson, _ in shut]


async def stands(work: Work, lesson: str, provider: str, run: str) -> None:
    """A provider has made the room of a lesson anew: links lead into this run of it from now on."""
    await lock_lesson(work, lesson)
    found = await work.get(Lesson, lesson)
    if found is not None and found.runs.get(provider, "") != run:
        found.runs = found.runs | {provider: run}


async def _to_lead(work: Work, actor: Actor, lesson: str) -> tuple[Lesson, Programme]:
    """The lesson of somebody who leads it, locked: a teacher and a tutor may press one button at one time."""
    await lock_lesson(work, lesson)
    found, programme, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "lead", target)
    return found, programme


async def _last_led(work: Work, lesson: Lesson) -> datetime:
    """The last instant at which a leader was in the room, ours or a provider's; the start when none ever was.

    Whoever has not left a provider's room by now led to the end: not each of them can be asked who is in.
    """
    if lesson.opened is None:
        return lesson.starts
    led = (Visit.lesson == lesson.id, Visit.role.in_(rights.LEADS), Visit.b >= lesson.starts)
    found: list[datetime] = list(await work.all(select(Visit.b).where(*led)))
    for stay in await work.all(select(RoomStay).where(RoomStay.lesson == lesson.id, RoomStay.role.in_(rights.LEADS))):
        found.append(stay.closed or max(stay.b, lesson.ends))
    return max([lesson.opened, *found])


async def _close(work: Work, lesson: Lesson, programme: Programme, by: str, until: datetime) -> None:
    held_from = min(lesson.opened or lesson.starts, until)
    await _end_pause(work, lesson.id, by, until)
    lesson.closed, lesson.room = work.now, lesson.room or programme.provider  # where it was is settled now
    body = {"from": rfc3339(held_from), "to": rfc3339(until)}
    await enter(work, lesson.id, Said("held", None, body, by))
    work.tell(LessonClosed(stream=lesson.id, by=by))


async def _end_pause(work: Work, lesson: str, by: str, until: datetime) -> bool:
    running = await running_pause(work, lesson)
    if running is None:
        return False
    running.ends = max(running.starts, until)
    body = {"from": rfc3339(running.starts), "to": rfc3339(running.ends)}
    await enter(work, lesson, Said("pause", None, body, by))
    return True
