"""Whom somebody may meet in a programme: the learners of the groups that she may see, and those whom she met before.

And who of the staff may be with a learner in an appointment there, and who has none on a day of talks.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from calendars import groups, rights, weeks
from calendars.appointments.diary import Talk
from calendars.errors import Forbidden, NotFound
from calendars.groups import Member
from calendars.people import people
from calendars.rights import Actor, Target
from calendars.store import Look
from calendars.tables import Appointment, Group, Partner, Person, Programme, Seat


async def learners(look: Look, actor: Actor, programme: str) -> tuple[Programme, list[Person]]:
    """The programme with those learners, by name. Raises NotFound for whoever meets nobody there."""
    found, target = await rights.target_of_programme(look, programme)
    formed = await look.all(select(Group.id).where(Group.programme == programme))
    places = [Target(found.organisation, programme, group) for group in formed]
    meets = [one for one in places if rights.may(actor, "meet", one)]
    if not meets and not rights.may(actor, "meet", target):
        raise Forbidden("not_yours_to_do", verb="meet") if rights.knows(actor, target) else NotFound()
    seen = [one.group for one in meets if any(rights.may(actor, verb, one) for verb in ("see_people", "see_roster"))]
    sat = select(Seat.person).where(Seat.group.in_(seen), Seat.last_day >= Seat.first_day)
    mine = select(Partner.appointment).where(Partner.person == actor.person)
    met = select(Appointment.learner).where(
        Appointment.programme == programme, Appointment.learner.is_not(None), Appointment.id.in_(mine)
    )
    known = select(Person).where((Person.id.in_(sat) | Person.id.in_(met)) & (Person.id != actor.person))
    return found, sorted(await look.all(known), key=lambda who: (who.shown, who.id))


async def staff(look: Look, actor: Actor, programme: str) -> list[Person]:
    """Those who work in a programme, or for its whole organisation, and meet learners; for whoever plans it."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    formed = await look.all(select(Group.id).where(Group.programme == programme))
    here = {found.organisation, programme, *formed}
    known = await people.staff(look, actor)
    meeting = {who.id: who for who, grant in known if "meet" in rights.MATRIX[grant.role] and grant.scope in here}
    return sorted(meeting.values(), key=lambda who: (who.shown, who.id))


async def without_talk(look: Look, actor: Actor, programme: str, on: date, standing: Sequence[Talk]) -> list[Member]:
    """Who is there on a day, has none of the talks that stand on it, and so is left out; nobody where none stands."""
    met = {one.learner.id for one in standing if one.learner and not one.cancelled}
    if not met:
        return []
    formed = [group.id for group, _ in await groups.of_programme(look, actor, programme)]
    here = await groups.members(look, actor, formed, on)
    return [one for one in here if one.person not in met and weeks.comes(one.weekdays, on)]
