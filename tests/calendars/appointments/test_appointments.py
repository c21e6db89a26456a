"""Appointments: offered, booked, moved, cancelled, private ones bare; rooms for those whom they concern."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from calendars import lessons, rights
from calendars.appointments import appointments, diary, guests, quotas, tutoring
from calendars.appointments.checks import NewAppointment
from calendars.appointments.tutoring import Minutes
from calendars.errors import Conflict, Forbidden, Full, Invalid, NotFound, Overlaps, Refused
from calendars.lessons import NewLesson
from calendars.people.people import NewPerson
from calendars.store import Store
from calendars.tables import Appointment, Expected, Lesson, Programme, TutoringEntry
from tests.calendars.planned import SYSTEM, counted
from tests.calendars.talking import AFTER, MINUTE, Talking, plan_talking

DAY = timedelta(days=1)
TEN = datetime(2026, 9, 15, 7, tzinfo=UTC)


@pytest.fixture
async def house(store: Store) -> Talking:
    return await plan_talking(store, 4)


async def seen(house: Talking, viewer: str, person: str) -> list[diary.Talk]:
    async with house.store.look() as look:
        return await diary.of_person(
            look, await house.actor(viewer), house.staff.get(person, person), TEN - DAY, TEN + DAY
        )


async def test_book_when_two_want_one_time_then_one_has_it_and_the_other_sees_the_rest(
    house: Talking, database: str
) -> None:
    times = [await house.offer(TEN + n * 30 * MINUTE, kind="guidance") for n in range(3)]
    stores = [Store(database, house.clock) for _ in range(2)]
    pair = house.learners[:2]
    answers = await asyncio.gather(
        *(replace(house, store=store).book(who, times[0]) for store, who in zip(stores, pair, strict=True)),
        return_exceptions=True,
    )
    for store in stores:
        await store.close()
    assert sorted(type(one).__name__ for one in answers) == ["Full", "str"]
    loser = pair[0] if isinstance(answers[0], Full) else pair[1]
    async with house.store.look() as look:
        rest = await diary.offers(look, await house.actor(loser))
    assert [one.id for one in rest] == times[1:]


async def test_book_when_she_has_one_already_then_she_gives_it_away_and_keeps_its_id(house: Talking) -> None:
    first, second = await house.offer(TEN, kind="guidance"), await house.offer(TEN + DAY, kind="guidance")
    ada = house.learners[0]
    assert await house.book(ada, first) == first
    assert await house.book(ada, second) == first
    assert await house.book(ada, first) == first
    async with house.store.look() as look:
        rows = {row.id: row for row in await look.all(select(Appointment))}
    assert (rows[first].starts, rows[first].learner, rows[first].sequence) == (TEN + DAY, ada, 2)
    assert (rows[second].starts, rows[second].status) == (TEN, "offered")


async def test_book_when_it_is_for_another_group_or_over_then_not_to_be_had(house: Talking) -> None:
    other = await house.offer(TEN, kind="guidance", group=house.groups[1])
    with pytest.raises(NotFound):
        await house.book(house.learners[0], other)
    with pytest.raises(NotFound):
        await house.book("Nea", other)
    house.clock.at = TEN
    with pytest.raises(Full, match="time_taken"):
        await house.book(house.learners[3], other)


async def test_plan_when_somebody_is_taken_then_she_is_named(house: Talking) -> None:
    await house.offer(TEN, kind="guidance")
    with pytest.raises(Overlaps) as refused:
        await house.offer(TEN + 10 * MINUTE, kind="guidance")
    assert refused.value.facts["who"] == house.staff["Oona"]


@pytest.mark.parametrize(("facts", "code"), [
    ({"kind": "dance"}, "bad_choice"), ({"way": "by_owl"}, "bad_choice"), ({"minutes": 0}, "backwards"),
    ({"starts": datetime(2026, 8, 1, tzinfo=UTC)}, "in_the_past"), ({"kind": "company_visit"}, "bad_choice"),
])  # fmt: skip
async def test_plan_when_it_makes_no_sense_then_refused(house: Talking, facts: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        await house.offer(**({"starts": TEN} | facts))  # type: ignore[arg-type]


async def test_private_when_others_look_then_only_that_the_time_is_taken(house: Talking) -> None:
    """Scenario 31: a nurse's appointment is a time and nothing else for all who are not in it."""
    ada, nea = house.learners[0], house.staff["Nea"]
    new = NewAppointment(
        kind="support", starts=TEN, ends=TEN + 60 * MINUTE, partners=(nea,), learner=ada, title="Blood pressure",
        spot="Nurse's room",
    )  # fmt: skip
    for name, error in (("Kaisa", Forbidden), ("Oona", Forbidden)):
        with pytest.raises(error):
            async with house.store.work() as work:
                await appointments.plan(work, await house.actor(name), house.programme, [new])
    async with house.store.work() as work:
        (row,) = await appointments.plan(work, await house.actor("Nea"), house.programme, [new])
    for viewer in ("Kaisa", "Oona"):
        (bare,) = await seen(house, viewer, ada)
        assert (bare.starts, bare.ends) == (TEN, TEN + 60 * MINUTE)
        assert (bare.kind, bare.title, bare.spot, bare.learner, bare.partners, bare.way) == ("", "", "", None, (), "")
        async with house.store.look() as look:
            again = await diary.one(look, await house.actor(viewer), row.id)
        assert (again.id, again.kind, again.learner, again.partners) == (bare.id, "", None, ())
        with pytest.raises(Forbidden):
            async with house.store.work() as work:
                await appointments.cancel(work, await house.actor(viewer), row.id)
    with pytest.raises(NotFound):
        async with house.store.look() as look:
            await diary.one(look, await house.actor(house.learners[1]), row.id)
    for person in (ada, "Nea"):
        (whole,) = await seen(house, person, person)
        assert (whole.kind, whole.title, [one.id for one in whole.partners]) == ("support", "Blood pressure", [nea])


async def test_room_when_online_then_only_those_in_it_may_know_of_it(house: Talking) -> None:
    ada = house.learners[0]
    one = await house.offer(TEN, kind="guidance", way="online")
    await house.book(ada, one)
    async with house.store.look() as look:
        lesson, _, target = await rights.target_of_lesson(look, one)
        assert (lesson.starts, lesson.status) == (TEN, "confirmed")
        assert await look.all(select(Expected.person).where(Expected.lesson == one)) == [ada]
        may = {
            name: rights.may(await rights.actor_of(look, house.staff.get(name, name)), "enter", target)
            for name in (ada, "Oona", "Kaisa", "Veera", house.learners[1])
        }
    assert may == {ada: True, "Oona": True, "Kaisa": False, "Veera": False, house.learners[1]: False}
    async with house.store.work() as work:
        await appointments.move(work, await house.actor("Oona"), one, TEN + DAY, TEN + DAY + 30 * MINUTE)
    async with house.store.look() as look:
        assert (await rights.target_of_lesson(look, one))[0].starts == TEN + DAY
    async with house.store.work() as work:
        await appointments.cancel(work, await house.actor(ada), one, "ill")
    async with house.store.look() as look:
        assert (await rights.target_of_lesson(look, one))[0].status == "cancelled"


async def test_room_when_two_are_booked_first_at_once_then_one_line_of_rooms(house: Talking, database: str) -> None:
    times = [await house.offer(TEN + n * 30 * MINUTE, kind="guidance", way="online") for n in range(4)]
    stores = [Store(database, house.clock) for _ in range(4)]
    await asyncio.gather(
        *(replace(house, store=s).book(w, t) for s, w, t in zip(stores, house.learners, times, strict=True))
    )
    for store in stores:
        await store.close()
    async with house.store.look() as look:
        lines = await look.all(select(Programme.id).where(Programme.status == rights.ROOMS))
        assert len(lines) == 1
        assert await look.one(select(func.count()).select_from(Lesson).where(Lesson.programme == lines[0])) == 4


async def test_visit_when_a_group_goes_then_its_lessons_and_talks_clash(house: Talking) -> None:
    veera, kaisa = house.staff["Veera"], await house.actor("Kaisa")
    visit = NewAppointment(
        kind="company_visit", starts=TEN, ends=TEN + 120 * MINUTE, partners=(veera,), group=house.groups[0],
        title="Harbour", transport="Bus 12", gear="Boots",
    )  # fmt: skip
    async with house.store.work() as work:
        (row,) = await appointments.plan(work, kaisa, house.programme, [visit])
    for learner, count in ((house.learners[0], 1), (house.learners[3], 0)):
        talks = await seen(house, learner, learner)
        assert [(one.role, one.gear) for one in talks] == [("group", "Boots")] * count
    time = await house.offer(TEN + 30 * MINUTE, kind="guidance")
    with pytest.raises(Overlaps):
        await house.book(house.learners[0], time)
    await house.book(house.learners[3], time)
    async with house.store.work() as work:
        await appointments.cancel(work, kaisa, row.id, "other")


async def test_of_person_when_more_appointments_then_no_more_statements(house: Talking) -> None:
    counts = []
    for n in range(4):
        await house.offer(TEN + n * 30 * MINUTE, kind="guidance")
        async with house.store.look() as look:
            oona = await rights.actor_of(look, house.staff["Oona"])
            with counted(look) as said:
                found = await diary.of_person(look, oona, oona.person, TEN - DAY, TEN + DAY)
        assert len(found) == n + 1
        counts.append(len(said))
    assert counts == [2] * 4


@pytest.mark.parametrize("seed", range(4))
async def test_ledger_when_anything_is_booked_moved_cancelled_and_held_then_never_overdrawn_and_the_sums_agree(
    house: Talking, seed: int
) -> None:
    rng, oona = Random(seed), await house.actor("Oona")
    house.clock.at = AFTER
    ids: list[str] = []
    for n in range(40):
        learner, act = await house.actor(rng.choice(house.learners[:2])), rng.randrange(5)
        try:
            ids.append(await house.offer(house.clock.at + 600 * MINUTE, rng.randrange(1, 13) * 10))
            one = rng.choice(ids[-6:])
            async with house.store.work() as work:
                if act < 2:
                    await appointments.book(work, learner, ids[-1])
                elif act == 2:
                    await appointments.cancel(work, rng.choice([oona, learner]), one, "other")
                elif act == 3:
                    held = Minutes(minutes=rng.randrange(1, 200), subject=rng.choice(["education", "applying"]))
                    await tutoring.hold(work, oona, one, held)
                elif n % 2:
                    await tutoring.miss(work, oona, one)
                else:
                    starts = house.clock.at + rng.randrange(1, 5) * DAY
                    await appointments.move(work, oona, one, starts, starts + rng.randrange(1, 13) * 10 * MINUTE)
        except Refused:
            pass
        house.clock.forward(hours=rng.randrange(8, 20))
    await _check_sums(house)


async def _check_sums(house: Talking) -> None:
    async with house.store.look() as look:
        lines = await look.all(select(TutoringEntry).order_by(TutoringEntry.person, TutoringEntry.number))
        rows = {row.id: row for row in await look.all(select(Appointment))}
        standing = await quotas.balances(look, house.programme, 240, house.learners)
    for learner in house.learners:
        own = [one for one in lines if one.person == learner]
        assert [one.number for one in own] == list(range(1, len(own) + 1))
        assert all(one.reserved >= 0 and one.used >= 0 and one.reserved + one.used <= 240 for one in own)
        mine = [row for row in rows.values() if row.learner == learner and row.status == "confirmed"]
        reserved = sum(quotas.minutes_of(row) for row in mine if not row.outcome)
        used = sum(row.held or 0 for row in mine)
        assert (standing[learner].reserved, standing[learner].used) == (reserved, used)
        assert (sum(one.reserving for one in own), sum(one.using for one in own)) == (reserved, used)
    assert lines


async def test_bring_when_an_officer_joins_one_talk_then_by_her_link_she_comes_into_its_room_alone(
    house: Talking,
) -> None:
    """S2-8: without an account, into this appointment and into nothing else."""
    kaisa, ada = await house.actor("Kaisa"), house.learners[0]
    one, other = [await house.offer(TEN + n * 30 * MINUTE, kind="mentoring", way="online") for n in range(2)]
    for time in (one, other):
        await house.book(ada, time)
    async with house.store.work() as work:
        officer = (await guests.bring(work, kaisa, one, NewPerson(name="Outi Virkailija"))).id
    async with house.store.look() as look:
        actor = await rights.actor_of(look, officer)
        may = [rights.may(actor, "enter", (await rights.target_of_lesson(look, each))[2]) for each in (one, other)]
        own = await diary.of_person(look, actor, officer, TEN - DAY, TEN + DAY)
        await rights.ask_about(look, kaisa, "give_link", officer)
        with pytest.raises(NotFound):
            await diary.one(look, actor, other)
    assert may == [True, False]
    assert [(talk.id, talk.role) for talk in own] == [(one, "partner")]
    with pytest.raises(Forbidden):
        async with house.store.work() as work:
            await guests.bring(work, await house.actor("Otto"), one, NewPerson(name="Somebody"))


async def test_offers_when_she_has_lessons_or_talks_then_they_leave_out_what_she_could_not_take(house: Talking) -> None:
    """What the page offers can be taken: no time beside her lesson, her talk, or outside her days of tutoring."""
    ada, day = house.learners[0], next(one for one in house.days if one.date == TEN.date())
    lesson = NewLesson(house.groups[0], day.id, TEN + 60 * MINUTE, TEN + 120 * MINUTE, "", (house.staff["Veera"],))
    async with house.store.work() as work:
        await lessons.plan(work, SYSTEM, house.programme, [lesson])
    times = [await house.offer(TEN + n * 30 * MINUTE, kind="guidance") for n in range(6)]
    other = await house.offer(TEN + 30 * MINUTE, kind="mentoring", by="Otto")
    tutoring_time = await house.offer(AFTER + DAY)
    seen = {}
    for who in (ada, house.learners[3]):
        async with house.store.look() as look:
            seen[who] = [one.id for one in await diary.offers(look, await house.actor(who))]
    assert sorted(seen[ada]) == sorted([times[0], times[1], other, times[4], times[5], tutoring_time])
    assert sorted(seen[house.learners[3]]) == sorted([*times, other, tutoring_time])
    await house.book(ada, times[1])
    async with house.store.look() as look:
        after = [one.id for one in await diary.offers(look, await house.actor(ada))]
    assert after == [times[0], times[4], times[5], tutoring_time]  # for these she gives the one that she has
    for one in after:
        assert await house.book(ada, one) in (times[1], tutoring_time)


async def test_offer_when_tutoring_lies_outside_all_windows_then_refused_at_its_day(house: Talking) -> None:
    with pytest.raises(Conflict, match="outside_window") as refused:
        await house.offer(TEN)
    assert refused.value.facts == {"field": "day", "opens": "2026-11-28", "until": "2027-02-27"}
