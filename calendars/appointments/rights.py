"""Who may arrange, see and settle an appointment; and the rows that this asks for, locked in one order for all."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from calendars import rights
from calendars.appointments.kinds import KINDS
from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.rights import MATRIX, Actor, Target
from calendars.store import Look, Work
from calendars.tables import Appointment, Group, Partner, Person, Programme, Seat


@dataclass(frozen=True, slots=True)
class Known:
    """An appointment with its programme and the people with whom it is."""

    row: Appointment
    programme: Programme
    partners: frozenset[str]

    @property
    def target(self) -> Target:
        return Target(self.programme.organisation, self.programme.id)

    @property
    def private(self) -> bool:
        return KINDS[self.row.kind].private

    def concerns(self, person: str) -> bool:
        """Whether somebody is in it herself."""
        return person in self.partners or person == self.row.learner

    @property
    def people(self) -> list[str]:
        """Everybody in it whom we know by herself."""
        return sorted({*self.partners, *filter(None, (self.row.learner,))})


async def locked(work: Work, *appointments: str) -> list[Known]:
    """These appointments in the order of their names, locked. Raises NotFound if one is missing."""
    rows = await work.rows(
        select(Appointment, Programme)
        .join(Programme, Programme.id == Appointment.programme)
        .where(Appointment.id.in_(appointments))
        .order_by(Appointment.id)
        .with_for_update(of=Appointment)
        .execution_options(populate_existing=True)
    )
    by_id = {row.id: (row, programme) for row, programme in rows}
    if set(by_id) != set(appointments):
        raise NotFound()
    with_whom = await partners_of(work, appointments)
    return [Known(*by_id[one], with_whom.get(one, frozenset())) for one in appointments]


async def partners_of(look: Look, appointments: Collection[str]) -> dict[str, frozenset[str]]:
    """With whom each of these appointments is."""
    rows = await look.rows(select(Partner.appointment, Partner.person).where(Partner.appointment.in_(appointments)))
    found: dict[str, set[str]] = {}
    for appointment, person in rows:
        found.setdefault(appointment, set()).add(person)
    return {one: frozenset(people) for one, people in found.items()}


async def seated_in(look: Look, programme: str, person: str) -> list[str]:
    """The groups of a programme in which somebody sits or sat."""
    sat = select(Seat.group).join(Group, Group.id == Seat.group)
    mine = sat.where(Group.programme == programme, Seat.person == person, Seat.last_day >= Seat.first_day)
    return list(dict.fromkeys(await look.all(mine.order_by(Seat.last_day.desc(), Seat.group))))


async def ask_to_arrange(
    look: Look, actor: Actor, programme: str, partners: Collection[str], learner: str | None = None, *, private: bool
) -> Programme:
    """The programme, if the actor may arrange such an appointment: for herself, or for others where she plans.

    A private one is arranged only by whoever is in it. Raises Forbidden and NotFound.
    """
    found, target = await rights.target_of_programme(look, programme)
    if rights.may(actor, "plan", target) and (actor.person in partners or not private):
        await rights.ask_to_put_in_charge(look, actor, partners, "person")
        return found
    if set(partners) == {actor.person} and await _may_meet(look, actor, target, learner):
        return found
    rights.ask(actor, "plan", target)
    raise Forbidden("not_yours_to_do", verb="meet")


async def _may_meet(look: Look, actor: Actor, target: Target, learner: str | None) -> bool:
    """Whether she may meet this learner, or (without one) anybody of the programme."""
    if rights.may(actor, "meet", target):
        return True
    assert target.programme is not None
    if learner is None:
        groups: Iterable[str] = await look.all(select(Group.id).where(Group.programme == target.programme))
    else:
        groups = await seated_in(look, target.programme, learner)
    return any(rights.may(actor, "meet", Target(target.organisation, target.programme, group)) for group in groups)


def ask_to_change(_look: Look, actor: Actor, known: Known) -> None:
    """Refuse whoever neither is with the learner in it nor plans: a private one only those who are in it change."""
    if actor.person in known.partners:
        return
    if not known.private:
        rights.ask(actor, "plan", known.target)
        return
    raise Forbidden("not_yours_to_do", verb="meet") if rights.knows(actor, known.target) else NotFound()


def meets(actor: Actor) -> bool:
    """Whether she meets learners by a role of hers; everybody's own `support` for herself does not count."""
    return any("meet" in MATRIX[scope.role] and scope.kind != "self" for scope in actor.scopes)


def check_standing(row: Appointment) -> None:
    """Refuse what cannot change any more. Raises Conflict `appointment_cancelled`, `appointment_settled`."""
    if row.status == "cancelled":
        raise Conflict("appointment_cancelled")
    if row.outcome:
        raise Conflict("appointment_settled")


async def lock_people(work: Work, people: Collection[str]) -> None:
    """Hold these people, in one order, so that nobody books one of them twice at a time. Raises NotFound."""
    wanted = set(people)
    held = await work.all(select(Person.id).where(Person.id.in_(wanted)).order_by(Person.id).with_for_update())
    if set(held) != wanted:
        raise NotFound()


def check_kind(kind: str) -> None:
    """Raises Invalid `bad_choice` for a kind that there is not."""
    if kind not in KINDS:
        raise Invalid("bad_choice", field="kind")
