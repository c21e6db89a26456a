"""The search for a substitute: one person after another is asked, yes takes the lessons, nobody means the rule.

Each has ten minutes. A late yes still counts while nobody else has said yes, for an empty chair helps nobody. When
the learners' door of a lesson opens, the programme's rule for a lesson without a teacher holds for that one; for the
later ones the search goes on.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from calendars import rights
from calendars.changes import publishing
from calendars.changes.publishing import Wanted
from calendars.changes.standings import CANCELLED, Standing, standings
from calendars.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from calendars.lessons import doors
from calendars.repair import candidates
from calendars.repair.asked import Asked, asked
from calendars.repair.facts import SubstituteAnswered, SubstituteAsked, SubstituteSearchEnded
from calendars.rights import Actor
from calendars.store import Work, new_id
from calendars.tables import Absence, Programme, Request, Search

PATIENCE: Final = timedelta(minutes=10)
"""How long one person is waited for."""
WITHOUT: Final = ("not_held", "independent")
"""What a programme's rule may say of a lesson for which nobody is found: the first is the default."""


async def seek(work: Work, actor: Actor, lessons: Sequence[str], absent: str, first: str = "") -> Search:
    """Ask for somebody who leads these lessons instead, `first` before all others; for whoever plans them.

    Where nobody could, the rule for lessons without a teacher holds at once. Raises Conflict `asked_already`.
    """
    found = await candidates.candidates(work, actor, lessons, absent)
    rows = await standings(work, lessons, lock=True)
    programme = {row.programme for row, _ in rows.values()}
    if len(programme) != 1:
        raise Invalid("other_programme")
    for row, standing in rows.values():
        if row.opened is not None or row.starts <= work.now or not standing.takes_place:
            raise Conflict("lesson_begun", lesson=row.id)
        if absent not in standing.leaders:
            raise Conflict("proposal_stale", lesson=row.id)
    for other in await work.all(select(Search).where(Search.ended.is_(None), Search.absent == absent)):
        if set(other.lessons) & set(lessons):
            raise Conflict("asked_already", search=other.id)
    queue = [one.person.id for one in found]
    if first and first not in queue:
        raise Conflict("not_free")
    search = Search(
        id=new_id(), programme=programme.pop(), absent=absent, lessons=sorted(lessons),
        queue=sorted(queue, key=lambda one: one != first), made=work.now, made_by=actor.person or None, ended=None,
        outcome="",
    )  # fmt: skip
    work.add(search)
    await work.flush()
    await _ask_next(work, search, actor.person)
    return search


async def stop(work: Work, actor: Actor, search: str) -> None:
    """Ask nobody any more, for whoever plans. Doing it twice changes nothing."""
    row = await _locked(work, search)
    _, target = await rights.target_of_programme(work, row.programme)
    rights.ask(actor, "plan", target)
    if row.ended is None:
        await _end(work, row, "withdrawn", actor.person)


async def call_off(work: Work, actor: Actor, absent: str) -> None:
    """Ask nobody any more for lessons that somebody can lead after all; for herself, and for whoever invites her."""
    if actor.person != absent:
        await rights.ask_about(work, actor, "invite", absent)
    away = await work.all(select(Absence).where(Absence.person == absent, Absence.withdrawn.is_(None)))
    open_now = select(Search).where(Search.absent == absent, Search.ended.is_(None)).order_by(Search.made, Search.id)
    for search in await work.all(open_now):  # in the order in which the chore locks them
        rows = await standings(work, search.lessons)
        still = any(one.starts < row.ends and row.starts < one.ends for one in away for row, _ in rows.values())
        if still:
            continue
        await _locked(work, search.id)
        if search.ended is None:
            await _end(work, search, "withdrawn", actor.person)


async def answer(work: Work, secret: bytes, said: str, answer: str, signed_in: str = "") -> Asked:
    """She says yes or no. With yes she leads the lessons from now on; the same answer again changes nothing.

    Raises Forbidden `asked_somebody_else` when another person is signed in, Conflict `answered_already`,
    `somebody_else_comes`, `not_needed_any_more`, `lesson_begun`, and what stands in the way of publishing.
    """
    if answer not in ("yes", "no"):
        raise Invalid("bad_choice", field="answer")
    found = await asked(work, secret, said)
    if signed_in and signed_in != found.person.id:
        raise Forbidden("asked_somebody_else")
    search = await _locked(work, found.search.id)
    request: Request = await work.one(
        select(Request).where(Request.id == found.request.id).execution_options(populate_existing=True)
    )
    if request.answer == answer:
        return found
    if request.answer in ("yes", "no"):
        raise Conflict("answered_already")
    if search.ended is not None:
        raise Conflict("somebody_else_comes" if search.outcome == "yes" else "not_needed_any_more")
    if all(one.opened is not None or one.starts <= work.now for one in found.lessons):
        raise Conflict("lesson_begun")
    was_silent = request.answer == "silent"
    request.answered, request.answer = work.now, answer
    _tell_answer(work, search, request)
    if answer == "yes":
        await _take_over(work, search, request.person)
        await _close_others(work, search, request)
        await _end(work, search, "yes", "")
    elif not was_silent:
        await _ask_next(work, search, "")
    await work.flush()
    return found


async def go_on(work: Work) -> int:
    """The chore: whoever was silent for her minutes is passed over, and what begins soon falls under the rule."""
    done = 0
    for search in await work.all(select(Search).where(Search.ended.is_(None)).order_by(Search.made, Search.id)):
        await _locked(work, search.id)
        if search.ended is None:
            done += await _go_on(work, search)
    return done


async def _go_on(work: Work, search: Search) -> int:
    rows = await standings(work, search.lessons)
    programme, _ = await rights.target_of_programme(work, search.programme)
    needed = [row for row, standing in rows.values() if search.absent in standing.leaders and standing.takes_place]
    if not needed or all(row.opened is not None for row in needed):
        await _end(work, search, "withdrawn", "")
        return 1
    due = [row.id for row in needed if doors(row, programme.rules).opens <= work.now]
    if len(due) == len(needed):
        await _end(work, search, "nobody", "")
    if due:
        await _without(work, search, due)
        search.lessons = sorted({row.id for row in needed} - set(due)) or search.lessons
        return 1
    current: Request | None = await work.one(select(Request).where(Request.search == search.id, Request.answer == ""))
    if current is not None and current.until > work.now:
        return 0
    if current is not None:
        current.answer = "silent"
        _tell_answer(work, search, current)
    await _ask_next(work, search, "")
    return 1


async def _ask_next(work: Work, search: Search, by: str) -> None:
    """Ask the next one who is still free; nobody left: the rule holds."""
    system = rights.system()
    able = {one.person.id for one in await candidates.candidates(work, system, search.lessons, search.absent)}
    queue = [one for one in search.queue if one in able]
    if not queue:
        waits = await work.one(select(Request.id).where(Request.search == search.id, Request.answer == ""))
        if waits is None:
            await _end(work, search, "nobody", by)
            await _without(work, search, search.lessons)
        return
    search.queue = queue[1:]
    number = len(await work.all(select(Request.id).where(Request.search == search.id))) + 1
    request = Request(
        id=new_id(), search=search.id, number=number, person=queue[0], asked=work.now, until=work.now + PATIENCE,
        answered=None, answer="",
    )  # fmt: skip
    work.add(request)
    work.tell(SubstituteAsked(stream=search.programme, search=search.id, request=request.id, person=queue[0], by=by))
    await work.flush()


async def _take_over(work: Work, search: Search, person: str) -> None:
    """She leads what has not begun, with the role of the one who is away; published by the house at once."""
    rows = await standings(work, search.lessons, lock=True)
    wanted = [
        Wanted(_led_by(standing, search.absent, person), row.id)
        for row, standing in rows.values()
        if row.opened is None and row.starts > work.now and search.absent in standing.leaders and standing.takes_place
    ]
    if not wanted:
        raise Conflict("not_needed_any_more")
    await _publish(work, search, wanted)


async def _without(work: Work, search: Search, lessons: Sequence[str]) -> None:
    """Nobody came to these: who is left leads alone; else independent work at a task, or not held, by the rule."""
    programme, _ = await rights.target_of_programme(work, search.programme)
    rows = await standings(work, lessons, lock=True)
    wanted = [
        Wanted(_alone(standing, search.absent, programme), row.id)
        for row, standing in rows.values()
        if row.opened is None and row.closed is None and row.ends > work.now
        and search.absent in standing.leaders and standing.takes_place
    ]  # fmt: skip
    if wanted:
        with suppress(Refused):  # then it stays as it is, and stands before whoever plans
            await _publish(work, search, wanted)


def _led_by(standing: Standing, absent: str, person: str) -> Standing:
    """She leads it once, as the absent one did, even if somebody put her beside that one meanwhile."""
    led = dict(standing.led_by)
    return replace(standing, led_by=tuple((led | {person: led.pop(absent)}).items()))


def _alone(standing: Standing, absent: str, programme: Programme) -> Standing:
    left = tuple(pair for pair in standing.led_by if pair[0] != absent)
    if left:
        return replace(standing, led_by=left)
    if programme.rules.get("without_teacher") == "independent":
        task = standing.task or str(programme.rules.get("independent_task", ""))
        return replace(standing, led_by=(), independent=True, task=task)
    return replace(standing, status=CANCELLED)


async def _publish(work: Work, search: Search, wanted: Sequence[Wanted]) -> None:
    about = {"search": search.id, "absent": search.absent, "reason": "teacher_ill"}
    system = rights.system()
    proposal = await publishing.propose(work, system, search.programme, "repair", wanted, about)
    await publishing.publish(work, system, proposal.id)


async def _close_others(work: Work, search: Search, said: Request) -> None:
    others = select(Request).where(Request.search == search.id, Request.id != said.id, Request.answer == "")
    for other in await work.all(others):
        other.answer = "over"


async def _end(work: Work, search: Search, outcome: str, by: str) -> None:
    search.ended, search.outcome = work.now, outcome
    for request in await work.all(select(Request).where(Request.search == search.id, Request.answer == "")):
        request.answer = "over"
    work.tell(SubstituteSearchEnded(stream=search.programme, search=search.id, outcome=outcome, by=by))
    await work.flush()


def _tell_answer(work: Work, search: Search, request: Request) -> None:
    work.tell(
        SubstituteAnswered(
            stream=search.programme, search=search.id, request=request.id, person=request.person,
            answer=request.answer,
        )
    )  # fmt: skip


async def _locked(work: Work, search: str) -> Search:
    """A search, locked: two answers at one time come one after the other. Raises NotFound."""
    statement = select(Search).where(Search.id == search).with_for_update()
    row: Search | None = await work.one(statement.execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    return row
