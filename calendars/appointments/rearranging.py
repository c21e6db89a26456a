"""Appointments without their member of staff: handed to a colleague, moved to a time when she is back, cancelled.

One at a time or a whole afternoon in one act. Each keeps its id; all whom it concerns are told by a fact.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from calendars import rights
from calendars.appointments import appointments, freetimes, othertimes, rooms, unstaffed, visits
from calendars.appointments.checks import check_spans
from calendars.appointments.facts import AppointmentMoved
from calendars.appointments.rights import Known, ask_to_change, check_standing, lock_people, locked, seated_in
from calendars.appointments.unstaffed import Unstaffed, covers
from calendars.clock import Interval, seconds
from calendars.errors import Conflict, Invalid, NotFound, Overlaps
from calendars.rights import MATRIX, STAFF, Actor
from calendars.store import Look, Work
from calendars.tables import Grant, Partner, Person

MOST = 60
NAMED = 3
"""How many appointments one act rearranges, and how many colleagues are named for each."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may be done about one appointment, the best first."""

    it: Unstaffed
    colleagues: tuple[Person, ...]
    """Who could take it at its own time: of her role first."""
    times: tuple[datetime, ...]
    """When it could begin instead, with the same people; none when she does not come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is done about one appointment: another begins it, or it begins later; with neither it is cancelled."""

    appointment: str
    to: str = ""
    starts: datetime | None = None


async def proposals(look: Look, actor: Actor, lost: Sequence[Unstaffed]) -> list[Proposal]:
    """What may be done about each of these, so that the first of everything fits together."""
    seen = [one for one in lost if not one.hidden_from(actor)]
    for one in seen:
        ask_to_change(look, actor, one.known)
    times = await othertimes.find(look, actor, [one for one in seen if not one.gone and one.known.row.visit is None])
    found: list[Proposal] = []
    promised: list[tuple[str, Interval]] = []
    for one in seen:
        free = await _free(look, one.known, one.absent.id, promised)
        found.append(Proposal(one, tuple(free), times.get(one.id, ())))
        if free and not found[-1].times:
            promised.append((free[0].id, _span(one.known)))
    return found


async def rearrange(work: Work, actor: Actor, person: str, steps: Sequence[Step]) -> int:
    """Do all of these steps about the appointments of one of the staff, or none. Returns how many were done.

    Raises what `move`, `cancel` and `hand` raise, and Invalid `bad_choice` for none or too many.
    """
    wanted = list(dict.fromkeys(one.appointment for one in steps))
    if not wanted or len(wanted) != len(steps) or len(wanted) > MOST:
        raise Invalid("bad_choice", field="do")
    known = dict(zip(wanted, await locked(work, *wanted), strict=True))
    for one in known.values():
        ask_to_change(work, actor, one)
        if person not in one.partners:
            raise NotFound()
    everybody = {who for one in known.values() for who in one.people} | {one.to for one in steps if one.to}
    await lock_people(work, everybody)
    for step in steps:
        row = known[step.appointment].row
        if row.visit is not None:
            await _with_all(work, actor, row.visit, person, step)
        elif step.to:
            await hand(work, actor, step.appointment, person, step.to)
        elif step.starts is not None:
            await appointments.move(work, actor, step.appointment, step.starts, step.starts + (row.ends - row.starts))
        else:
            await appointments.cancel(work, actor, step.appointment, "staff_away")
    return len(steps)


async def _with_all(work: Work, actor: Actor, visit: str, person: str, step: Step) -> None:
    """A visit is handed on or cancelled for all who go; when they go is for whoever plans to agree with the company."""
    if step.starts is not None:
        raise Invalid("bad_choice", field="do")
    if not step.to:
        await visits.cancel(work, actor, visit, "staff_away")
        return
    for one in await visits.standing(work, actor, visit):
        await _hand(work, actor, one, person, step.to)


async def hand(work: Work, actor: Actor, appointment: str, person: str, to: str) -> None:
    """Let a colleague hold an appointment instead of one of its staff; its time and its id stay.

    Raises NotFound for whoever may not hold it, Overlaps `taken_already`, Conflict `away_then`.
    """
    (known,) = await locked(work, appointment)
    ask_to_change(work, actor, known)
    await _hand(work, actor, known, person, to)


async def hand_private(work: Work, actor: Actor, person: str, to: str) -> int:
    """Let a colleague of the support services hold the private ones of one who is away or gone, where she is free.

    Whoever plans does this without learning when they are and with whom. Returns how many are hers now; the others
    stand as they did.
    """
    done = 0
    for one in await _private(work, actor, person):
        try:
            await _hand(work, actor, one.known, person, to)
        except (Conflict, Overlaps):
            continue
        done += 1
    return done


async def cancel_private(work: Work, actor: Actor, person: str) -> int:
    """Cancel the private ones of one who is away or gone, unseen; their learners are told. Returns how many."""
    found = await _private(work, actor, person)
    for one in found:
        await appointments.take_out(work, actor, one.known, "staff_away")
    return len(found)


async def colleagues(look: Look, actor: Actor, person: str) -> list[Person]:
    """Who of the support services could take the private ones of one who is away or gone."""
    found = {who.id: who for one in await _hidden(look, actor, person) for who in await _able(look, one.known, person)}
    return sorted(found.values(), key=lambda who: (who.shown, who.id))


async def _hidden(look: Look, actor: Actor, person: str) -> list[Unstaffed]:
    return [one for one in await unstaffed.of(look, actor, person) if one.hidden_from(actor)]


async def _private(work: Work, actor: Actor, person: str) -> list[Unstaffed]:
    """The private ones that need somebody, locked."""
    found = await _hidden(work, actor, person)
    await locked(work, *(one.id for one in found))
    return found


async def _hand(work: Work, actor: Actor, known: Known, person: str, to: str) -> None:
    row = known.row
    check_standing(row)
    if person not in known.partners or to not in {one.id for one in await _able(work, known, person)}:
        raise NotFound()
    if row.starts <= work.now:
        raise Conflict("appointment_begun")
    await lock_people(work, {*known.people, to})
    after = Known(row, known.programme, known.partners - {person} | {to})
    await check_spans(work, known.programme, [(row, (to,))])
    if not await _free(work, known, person, (), only=to):
        raise Conflict("away_then")
    await work.run(delete(Partner).where(Partner.appointment == row.id, Partner.person == person))
    work.add(Partner(appointment=row.id, person=to))
    appointments.revise(row, work.now)
    await work.flush()
    await rooms.keep(work, after)
    for who in sorted({*after.people, person}):
        work.tell(AppointmentMoved(stream=who, appointment=row.id, by=actor.person))
    await work.flush()


async def _able(look: Look, known: Known, person: str) -> list[Person]:
    """Whoever may meet this learner in the programme in such an appointment, those of the same role first."""
    groups = await seated_in(look, known.programme.id, known.row.learner) if known.row.learner else []
    held = [
        (grant, target)
        for grant, target in await rights.placed(look, Grant.role.in_(STAFF))
        if covers(grant, target, known.programme)
        and "meet" in MATRIX[grant.role]
        and (grant.scope_kind != "group" or grant.scope in groups)
    ]
    own = {grant.role for grant, _ in held if grant.person == person}
    lasting = [grant for grant, _ in held if grant.until is None or grant.until > look.now]
    fitting = {one.person for one in lasting if (one.role == "support") == known.private} - known.partners - {person}
    same = {one.person for one in lasting if one.role in own}
    found: Sequence[Person] = await look.all(select(Person).where(Person.id.in_(fitting)))
    return sorted(found, key=lambda who: (who.id not in same, who.shown, who.id))


async def _free(
    look: Look, known: Known, person: str, promised: Collection[tuple[str, Interval]], only: str = ""
) -> list[Person]:
    """Of those the ones who are there and have nothing else at its time."""
    able = [one for one in await _able(look, known, person) if not only or one.id == only]
    row, span = known.row, _span(known)
    everybody, it = [one.id for one in able], row.visit or row.id
    taken = await freetimes.busy(look, known.programme, [], everybody, row.starts, row.ends, it)
    for who, when in promised:
        taken.setdefault(who, []).append(when)
    return [
        one for one in able if not any(span.starts < each.ends and each.starts < span.ends for each in taken[one.id])
    ]


def _span(known: Known) -> Interval:
    return Interval(seconds(known.row.starts), seconds(known.row.ends))
