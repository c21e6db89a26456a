"""Thirty accepted learners of three fields, 14, 9 and 7 as the mission has them, with levels, times and ways."""

from random import Random

from calendars import programmes, rights
from calendars.people import enrolments, people, profiles
from calendars.people.people import NewPerson
from calendars.people.profiles import NewProfile
from calendars.store import Work
from calendars.tables import Place, Wish
from tests.calendars.planned import SYSTEM, Planned

HALVES = ("mon_am", "mon_pm", "tue_am", "tue_pm", "wed_am", "wed_pm", "thu_am", "thu_pm", "fri_am", "fri_pm")
LEVELS = ("A1.3", "A2.1", "A2.1", "A2.2", "B1.1")
COUNTS = (14, 9, 7)


async def accept_thirty(work: Work, house: Planned, counts: tuple[int, ...] = COUNTS) -> list[str]:
    """Their ids: those of the first field, then of the second, then of the third."""
    chance, found = Random(4), []
    target = rights.Target(house.organisation, house.programme)
    fields = await programmes.fields(work, SYSTEM, house.programme)
    place = await work.one(Place.__table__.select().with_only_columns(Place.__table__.c.id))
    for field, count in zip(fields, counts, strict=False):
        for number in range(count):
            new = NewPerson(name=f"{field.code.title()} {number}", language="en", telephone="+358 40 123 4567")
            person = (await people.add(work, SYSTEM, new, target)).id
            await enrolments.apply(work, SYSTEM, house.programme, person, field.id)
            await enrolments.admit(work, SYSTEM, house.programme, person, "She is ready.")
            known = NewProfile(
                levels={"listening": chance.choice(LEVELS), "speaking": chance.choice(LEVELS), "reading": "C1"},
                free=[half for half in HALVES if chance.random() < 0.8],
                km={place: float(chance.randint(1, 60))},
            )
            await profiles.describe(work, SYSTEM, person, known)
            found.append(person)
    return found


async def wish(work: Work, house: Planned, kind: str, one: str, other: str) -> None:
    """Two who should be together, or must be apart."""
    first, second = sorted((one, other))
    work.add(Wish(programme=house.programme, one=first, other=second, kind=kind))
    await work.flush()
