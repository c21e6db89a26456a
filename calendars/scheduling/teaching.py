"""Who can teach what a plan asks: said at once for everybody where nobody has said it yet, or need by need, by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from calendars import rights
from calendars.errors import Invalid
from calendars.people import importing, people, staffing
from calendars.people.importing import Entry, same_name
from calendars.people.people import NewPerson
from calendars.rights import Actor
from calendars.scheduling import scheduling
from calendars.store import Look, Work


async def enable_all(work: Work, actor: Actor, programme: str, *, herself: bool = False) -> None:
    """Let everybody who teaches in a programme, or the actor herself, be able to do what nobody can yet."""
    plan = await scheduling.gather(work, actor, (programme,), "anew")
    able: set[str] = set().union(*(one.can for one in plan.teachers))
    asked = {need for one in plan.wanted if one.stays != "whole" for need in one.needs}
    missing = (asked - able) & set(await staffing.known(work, actor))
    if not missing:
        return
    if herself:
        own = await staffing.of(work, actor, actor.person)
        await staffing.enable(work, actor, actor.person, own.abilities | missing)
        return
    for one in await staffing.of_programme(work, actor, programme):
        await staffing.enable(work, actor, one.person, one.abilities | missing)


@dataclass
class _Named:
    """Somebody who was named, for one thing or for several."""

    name: str
    email: str = ""
    person: str = ""
    needs: set[str] = field(default_factory=set)


async def entrust(work: Work, actor: Actor, programme: str, named: Mapping[str, Sequence[tuple[str, str]]]) -> int:
    """Let these people be able to lead what needs it: need -> (name, e-mail or nothing) of each.

    Whoever works here under this name is she; anybody else is taken on. What they can do already stays. Returns how
    many people were named. Raises Invalid `two_of_that_name` with the need as its field.
    """
    _, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    rights.ask(actor, "invite", target)
    decided = []
    grantable = set(await staffing.known(work, actor))
    for one in await _who(work, actor, named):
        can = one.needs & grantable
        if one.person:
            can |= (await staffing.of(work, actor, one.person)).abilities
        role = next(iter(one.needs)) if len(one.needs) == 1 and one.needs <= staffing.LEADS else "teacher"
        new = NewPerson(name=one.name, email=one.email, language="")
        decided.append((Entry(0, new, role=role, abilities=tuple(sorted(can))), one.person))
    if decided:
        await importing.hire(work, actor, programme, decided)
    return len(decided)


async def _who(look: Look, actor: Actor, named: Mapping[str, Sequence[tuple[str, str]]]) -> list[_Named]:
    """Each person once, with everything for which she was named, and who she is where she works here already."""
    here: dict[str, dict[str, str]] = {}
    for row, _ in await people.staff(look, actor):
        here.setdefault(same_name(row.name), {})[row.id] = row.name
    found: dict[str, _Named] = {}
    for need, pairs in named.items():
        for name, email in pairs:
            known = here.get(same_name(name), {})
            if len(known) > 1:
                raise Invalid("two_of_that_name", field=need, name=name)
            person = next(iter(known), "")
            one = found.setdefault(same_name(name), _Named(known.get(person, name), "", person))
            one.email = one.email or email
            one.needs.add(need)
    return list(found.values())
