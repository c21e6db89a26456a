"""Places: the houses in which a programme meets on site: where each is, and for how many groups it has room."""

from dataclasses import dataclass

from sqlalchemy import func, select, update

from calendars import rights
from calendars.errors import Invalid, NotFound
from calendars.facts import PlaceChanged
from calendars.names import clean_line, clean_name
from calendars.rights import Actor, Target
from calendars.store import Look, Work
from calendars.tables import Appointment, Day, Place, Programme

MOST_ROOMS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """Where people meet on site."""

    name: str
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """A house of a programme, and how many of its days are there."""

    place: Place
    days: int


async def of_programme(look: Look, actor: Actor, programme: str) -> list[Met]:
    """The houses in which its days are, the one with most days first; for whoever sees the plan."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_plan", target)
    number = func.count(Day.id)
    rows = await look.rows(
        select(Place, number)
        .join(Day, Day.place == Place.id)
        .where(Day.programme == programme, Day.status != "cancelled")
        .group_by(Place.id)
        .order_by(number.desc(), Place.name, Place.id)
    )
    return [Met(place, days) for place, days in rows]


async def latest(look: Look, actor: Actor, organisation: str) -> Place | None:
    """Where an organisation met in the programme that it planned last, the house of most days; for whoever plans."""
    rights.ask(actor, "plan", Target(organisation))
    found: Place | None = await look.one(
        select(Place)
        .join(Day, Day.place == Place.id)
        .join(Programme, Programme.id == Day.programme)
        .where(Programme.organisation == organisation, Day.status != "cancelled")
        .group_by(Place.id, Programme.id)
        .order_by(Programme.modified.desc(), Programme.id, func.count(Day.id).desc(), Place.id)
        .limit(1)
    )
    return found


async def furnish(work: Work, actor: Actor, programme: str, place: str, new: NewPlace) -> Place:
    """Say where a place of a programme really is; its days move there in every calendar."""
    _, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    days = await work.all(select(Day).where(Day.programme == programme, Day.place == place))
    row = await work.get(Place, place)
    if row is None or not days:
        raise NotFound()
    describe_place(row, new)
    for day in days:
        day.revision, day.sequence, day.modified = day.revision + 1, day.sequence + 1, work.now
    there = (Appointment.programme == programme, Appointment.place == place, Appointment.status != "cancelled")
    more = {"revision": Appointment.revision + 1, "sequence": Appointment.sequence + 1, "modified": work.now}
    await work.run(update(Appointment).where(*there).values(more))
    work.tell(PlaceChanged(stream=programme, place=place, by=actor.person))
    await work.flush()
    return row


async def count_rooms(work: Work, actor: Actor, programme: str, place: str, rooms: int | None) -> None:
    """Say how many groups a house has room for at one time; None: enough for all. For whoever plans.

    A house that other programmes of the organisation name and address alike is the same one. Doing it twice changes
    nothing. Raises Invalid `bad_number`.
    """
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    if rooms is not None and not 1 <= rooms <= MOST_ROOMS:
        raise Invalid("bad_number", field="rooms")
    if place not in {one.place.id for one in await of_programme(work, actor, programme)}:
        raise NotFound()
    known = await work.all(select(Place).where(Place.organisation == found.organisation).order_by(Place.id))
    there = next(house_of(one) for one in known if one.id == place)
    for one in known:
        if house_of(one) == there and one.rooms != rooms:
            one.rooms = rooms
            work.tell(PlaceChanged(stream=programme, place=one.id, by=actor.person))
    await work.flush()


def describe_place(row: Place, new: NewPlace) -> None:
    """Write down where a place really is. Raises Invalid `bad_position` for half a position or one on no map."""
    row.name = clean_name(new.name)
    row.address = clean_line(new.address, "address")
    if (new.latitude is None) != (new.longitude is None):
        raise Invalid("bad_position", field="latitude")
    if abs(new.latitude or 0) > 90 or abs(new.longitude or 0) > 180:
        raise Invalid("bad_position", field="latitude")
    row.latitude, row.longitude = new.latitude, new.longitude


def house_of(place: Place | None) -> str | None:
    """One house, whichever programme speaks of it: its name and address."""
    return f"{place.name.casefold()}/{place.address.casefold()}" if place else None
