"""Who could come instead: able, free, and the least change first."""

from datetime import timedelta

import pytest

from calendars.appointments import appointments
from calendars.appointments.checks import NewAppointment
from calendars.errors import Forbidden, NotFound, Refused
from calendars.repair.candidates import Candidate, candidates, for_each, matched
from calendars.store import new_id
from calendars.tables import Appointment, Partner
from tests.calendars.crew import HOUR, bears, hire, ill, teaches, works
from tests.calendars.planned import MONDAY, SYSTEM, Planned, counted


async def found(house: Planned, *lessons: str, name: str = "Kaisa") -> list[Candidate]:
    actor = await house.actor(name)
    async with house.store.look() as look:
        return await candidates(look, actor, lessons or house.lessons["first"], house.people["Veera"])


def names(those: list[Candidate]) -> list[str]:
    return [one.person.name for one in those]


async def test_candidates_when_able_then_the_groups_own_first_then_the_able_then_the_untold(house: Planned) -> None:
    await hire(house, "Aava", "field:logistics", "language")
    await hire(house, "Bea", "field:logistics", "language")
    await hire(house, "Cia", "field:sales", "language")
    await hire(house, "Dea")
    await teaches(house, "Bea", "first", MONDAY - HOUR, MONDAY - HOUR / 2)
    those = await found(house)
    assert names(those) == ["Bea", "Aava", "Dea", "Toivo"]  # Cia can do another field alone
    reasons = [one.reasons for one in those]
    assert reasons == [("knows_group", "able"), ("able",), ("untold",), ("untold",)]


async def test_candidates_when_one_lesson_is_asked_then_only_its_hour_counts(house: Planned) -> None:
    await hire(house, "Aava", "field:logistics")
    first, second = house.lessons["first"]
    assert names(await found(house, first)) == ["Aava", "Toivo"]
    assert names(await found(house, second)) == ["Toivo"]  # the afternoon asks for language


@pytest.mark.parametrize(
    ("since", "hours", "free"), [(0, 12, False), (-5, 5, True), (8, 2, True), (3, 1, True), (5, 1, False)]
)
async def test_candidates_when_she_is_away_herself_then_left_out(
    house: Planned, since: int, hours: int, free: bool
) -> None:
    await hire(house, "Aava", "field:logistics", "language")
    house.clock.at = MONDAY - timedelta(days=1)
    await ill(house, "Aava", MONDAY + since * HOUR, hours)
    assert ("Aava" in names(await found(house))) is free


@pytest.mark.parametrize(("since", "free"), [(1, False), (5, False), (8, True)])
async def test_candidates_when_she_has_an_appointment_then_left_out(house: Planned, since: int, free: bool) -> None:
    await hire(house, "Aava", "field:logistics", "language")
    house.clock.at = MONDAY - timedelta(days=1)
    starts = MONDAY + since * HOUR
    talk = NewAppointment(
        kind="guidance", starts=starts, ends=starts + HOUR / 3, partners=(house.people["Aava"],),
        learner=house.people["Chau"],
    )  # fmt: skip
    async with house.store.work() as work:
        await appointments.plan(work, SYSTEM, house.programme, [talk])
    assert ("Aava" in names(await found(house))) is free


@pytest.mark.parametrize(
    ("weekday", "starts", "ends", "free"),
    [("mon", 9, 17, True), ("mon", 9, 15, True), ("mon", 11, 17, False), ("tue", 8, 18, False)],
)  # fmt: skip
async def test_candidates_when_she_does_not_work_then_then_left_out(
    house: Planned, weekday: str, starts: int, ends: int, free: bool
) -> None:
    await hire(house, "Aava", "field:logistics", "language")
    await works(house, "Aava", weekday, starts, ends)
    assert ("Aava" in names(await found(house))) is free


@pytest.mark.parametrize(
    ("day", "week", "free"),
    [(None, None, True), (240, None, True), (239, None, False), (None, 299, False), (None, 300, True)],
)  # fmt: skip
async def test_candidates_when_it_would_be_too_much_for_her_then_left_out(
    house: Planned, day: int | None, week: int | None, free: bool
) -> None:
    await hire(house, "Aava", "field:logistics", "language")
    await bears(house, "Aava", day, week)
    if week:  # an hour of the same week counts, one of the week before does not
        await teaches(house, "Aava", "second", MONDAY + 8 * HOUR, MONDAY + 9 * HOUR)
    lessons = house.lessons["first"]
    assert ("Aava" in names(await found(house, *lessons))) is free


@pytest.mark.parametrize(("status", "free"), [("confirmed", False), ("offered", False), ("cancelled", True)])
async def test_candidates_when_she_has_a_talk_then_then_left_out(house: Planned, status: str, free: bool) -> None:
    person = await hire(house, "Aava", "field:logistics", "language")
    async with house.store.work() as work:
        talk = Appointment(
            id=new_id(), programme=house.programme, kind="discussion", starts=MONDAY + HOUR, ends=MONDAY + 2 * HOUR,
            way="online", status=status, modified=MONDAY,
        )  # fmt: skip
        work.add(talk)
        await work.flush()
        work.add(Partner(appointment=talk.id, person=person))
    assert ("Aava" in names(await found(house))) is free


async def test_candidates_when_many_lessons_then_as_many_statements(house: Planned) -> None:
    for name in ("Aava", "Bea"):
        await hire(house, name, "field:logistics", "language")
    kaisa = await house.actor("Kaisa")
    said = []
    for lessons in (house.lessons["first"][:1], house.lessons["first"]):
        async with house.store.look() as look:
            with counted(look) as statements:
                await candidates(look, kaisa, lessons, house.people["Veera"])
        said.append(len(statements))
    assert said[0] == said[1]


async def test_for_each_when_many_questions_then_as_many_statements_and_the_same_answers(house: Planned) -> None:
    for name in ("Aava", "Bea"):
        await hire(house, name, "field:logistics", "language")
    kaisa, (one, other), third = await house.actor("Kaisa"), house.lessons["first"], house.lessons["second"][0]
    veera, toivo = house.people["Veera"], house.people["Toivo"]
    asked = [([one], veera), ([other], veera), ([one, other], veera), ([third], toivo)]
    async with house.store.look() as look:
        with counted(look) as few:
            await for_each(look, kaisa, asked[:1])
        with counted(look) as many:
            found = await for_each(look, kaisa, asked)
        alone = [await candidates(look, kaisa, *question) for question in asked]
    assert len(many) == len(few)
    assert [names(those) for those in found] == [names(those) for those in alone]
    assert names(found[0]) == ["Aava", "Bea", "Toivo"]


@pytest.mark.parametrize(("name", "refusal"), [("Veera", Forbidden), ("Stranger", NotFound)])
async def test_candidates_when_she_does_not_plan_then_refused(
    house: Planned, name: str, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        await found(house, name=name)


def test_matched_when_two_can_do_the_same_then_each_meets_one_need() -> None:
    assert matched(("tutor", "tutor"), [{"tutor"}]) == 1
    assert matched(("a", "b"), [{"a", "b"}, {"a"}]) == 2
    assert matched(("a", "b"), [{"a"}, {"a"}]) == 1
    assert matched((), [{"a"}]) == 0
