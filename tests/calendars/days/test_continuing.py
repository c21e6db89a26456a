"""Days are added, and the lessons that run go on over them: as on the last such weekday, by their usual teacher."""

from datetime import date, timedelta

from sqlalchemy import select

from calendars.appointments import appointments
from calendars.appointments.checks import NewAppointment
from calendars.changes import publishing
from calendars.changes.publishing import changes_of
from calendars.days import single, span
from calendars.people import colleagues
from calendars.tables import Day, Leader, Lesson
from tests.calendars.crew import ill
from tests.calendars.daily import day, done, picture, proposed, row, said_yes, teach
from tests.calendars.planned import SYSTEM, Planned


async def on_days(house: Planned, first: int) -> list[tuple[int, str, int, str]]:
    """(day, group, hour after its beginning, who leads) of the lessons that take place from the n-th day on."""
    names = {id: name for name, id in {**house.people, **house.groups}.items()}
    async with house.store.look() as look:
        rows = await look.rows(
            select(Day, Lesson, Leader.person)
            .join(Lesson, Lesson.day == Day.id)
            .outerjoin(Leader, Leader.lesson == Lesson.id)
            .where(Day.programme == house.programme, Day.n >= first, Lesson.status == "confirmed")
        )
    return sorted(
        (on.n, names[one.group], int((one.starts - on.starts).total_seconds()) // 3600, names.get(who, ""))
        for on, one, who in rows
    )


async def test_series_when_programme_goes_on_then_its_lessons_too_and_undone_with_it(house: Planned) -> None:
    await teach(house, 56, leader="Veera")  # Fri 22.5.
    await teach(house, 56, "second", "Toivo", 1)
    await teach(house, 58, leader="Toivo", hour=2)  # Tue 26.5.
    before = await picture(house)
    proposal = await proposed(house, span.go_on, 5, series=True)
    assert await picture(house) == before
    await said_yes(house, proposal)
    # Fri 29.5. to Thu 4.6.
    assert await on_days(house, 61) == [
        (61, "first", 0, "Veera"),
        (61, "second", 1, "Toivo"),
        (63, "first", 2, "Toivo"),
    ]
    async with house.store.work() as work:
        await publishing.undo(work, await house.actor("Kaisa"), proposal)
    assert await on_days(house, 61) == []
    after = await picture(house)
    assert (after.days, after.seats, after.span) == (before.days, before.seats, before.span)
    assert changes_of(await row(house, await proposed(house, span.go_on, 5))) == []


async def test_series_when_a_day_comes_behind_another_then_over_it_by_whoever_leads_mostly(house: Planned) -> None:
    days = {one[1]: one[0] for one in (await picture(house)).days.values()}
    for on, leader in ((date(2026, 4, 24), "Veera"), (date(2026, 5, 8), "Veera"), (date(2026, 5, 15), "Toivo")):
        await teach(house, days[on], leader=leader)  # on online Fridays; the last time by a substitute
    await teach(house, days[date(2026, 4, 17)], "second", "Toivo")  # it runs no more
    await done(house, single.cancel, await day(house, 20), longer=True, series=True)
    assert await on_days(house, 60) == [(61, "first", 0, "Veera")]


async def test_series_when_it_cannot_be_placed_then_named(house: Planned) -> None:
    for group, leader, hour in (("first", "Veera", 0), ("first", "Toivo", 1), ("second", "Toivo", 2)):
        await teach(house, 60, group, leader, hour)  # Thu 28.5.
    async with house.store.look() as look:
        last = await look.get(Day, await day(house, 60))
    assert last is not None
    thursday = last.starts + timedelta(days=7)
    await ill(house, "Veera", thursday)
    async with house.store.work() as work:
        await colleagues.stop(work, SYSTEM, house.people["Toivo"])
        talk = NewAppointment(
            kind="guidance", starts=thursday + timedelta(hours=2), ends=thursday + timedelta(hours=3),
            learner=house.people["Chau"], partners=(house.people["Oona"],),
        )  # fmt: skip
        await appointments.plan(work, SYSTEM, house.programme, [talk])
    proposal = await row(house, await proposed(house, span.go_on, 5, series=True))
    clashes = proposal.about["clashes"]
    assert [one["code"] for one in clashes] == ["series_appointment", "series_leader_away"]
    assert [one["who"] for one in clashes] == [house.people["Chau"], house.people["Veera"]]
    changes = changes_of(proposal)
    assert [(one.after.group, one.after.leaders, one.after.starts) for one in changes] == [
        (house.groups["first"], (), thursday), (house.groups["first"], (), thursday + timedelta(hours=1)),
    ]  # fmt: skip
