"""Wishes: two learners who should share a group, or must not."""

from sqlalchemy import select

from calendars import rights
from calendars.errors import Invalid, NotFound
from calendars.people.facts import WishSaid
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Enrolment, Group, Seat, Wish

KINDS = ("together", "apart")


async def wish(work: Work, actor: Actor, programme: str, one: str, other: str, kind: str) -> None:
    """Say it of two people of a programme, in place of what was said before; an empty kind takes it back."""
    _, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "counsel", target)
    if kind and kind not in KINDS:
        raise Invalid("bad_choice", field="kind")
    if one == other:
        raise Invalid("chosen_twice", field="other")
    first, second = sorted((one, other))
    if not {first, second} <= await _people(work, programme):
        raise NotFound()
    row = await work.get(Wish, (programme, first, second))
    if (row.kind if row else "") == kind:
        return
    if row is not None and not kind:
        await work.session.delete(row)
    elif row is not None:
        row.kind = kind
    else:
        work.add(Wish(programme=programme, one=first, other=second, kind=kind))
    work.tell(WishSaid(stream=programme, one=first, other=second, wish=kind, by=actor.person))
    await work.flush()


async def of_programme(look: Look, actor: Actor, programme: str) -> list[Wish]:
    """All wishes of a programme, for whoever plans or counsels there."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "counsel", target)
    statement = select(Wish).where(Wish.programme == programme).order_by(Wish.one, Wish.other)
    return list(await look.all(statement))


async def _people(look: Look, programme: str) -> set[str]:
    seated = select(Seat.person).join(Group, Group.id == Seat.group).where(Group.programme == programme)
    return {
        *await look.all(seated),
        *await look.all(select(Enrolment.person).where(Enrolment.programme == programme)),
    }  # fmt: skip
