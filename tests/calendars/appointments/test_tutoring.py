"""The tutoring quota: reserved by booking, settled by minutes held, never overdrawn by two at once (scenario 13)."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from calendars import programmes
from calendars.appointments import appointments, quotas, tutoring, tutoring_accounts
from calendars.appointments.checks import NewAppointment
from calendars.appointments.quotas import Balance
from calendars.appointments.tutoring import Minutes, Unbooked
from calendars.errors import Conflict, Full, Invalid, NotFound
from calendars.store import Store
from calendars.tables import Appointment, Programme, TutoringEntry
from tests.calendars.talking import AFTER, MINUTE, Talking, plan_talking

DAY = timedelta(days=1)


@pytest.fixture
async def house(store: Store) -> Talking:
    found = await plan_talking(store)
    found.clock.at = AFTER
    return found


async def balance(house: Talking, learner: str) -> Balance:
    async with house.store.look() as look:
        return (await quotas.balances(look, house.programme, 240, [learner]))[learner]


async def used(house: Talking, learner: str, minutes: int, subject: str = "education") -> None:
    """So many minutes are booked, held and settled."""
    appointment = await house.offer(house.clock.at + DAY, minutes)
    await house.book(learner, appointment)
    house.clock.forward(days=1, minutes=minutes)
    oona = await house.actor("Oona")
    async with house.store.work() as work:
        await tutoring.hold(work, oona, appointment, Minutes(minutes=minutes, subject=subject))


async def test_book_when_235_of_240_are_used_then_5_may_be_booked_and_30_not(house: Talking) -> None:
    learner = house.learners[0]
    await used(house, learner, 235)
    thirty, five = await house.offer(house.clock.at + DAY, 30), await house.offer(house.clock.at + 2 * DAY, 5)
    with pytest.raises(Full, match="quota_spent") as refused:
        await house.book(learner, thirty)
    assert (refused.value.facts["left"], refused.value.facts["asked"]) == (5, 30)
    await house.book(learner, five)
    assert await balance(house, learner) == Balance(240, reserved=5, used=235)
    assert await balance(house, house.learners[1]) == Balance(240)


async def test_book_when_after_the_window_then_only_with_a_reason_of_staff(house: Talking) -> None:
    last, late = datetime(2027, 2, 27, 8, tzinfo=UTC), datetime(2027, 2, 28, 8, tzinfo=UTC)
    learner, oona = house.learners[0], house.staff["Oona"]
    await house.book(learner, await house.offer(last))
    with pytest.raises(Conflict, match="outside_window") as refused:
        await house.offer(late)
    assert (refused.value.facts["opens"], refused.value.facts["until"]) == ("2026-11-28", "2027-02-27")
    new = NewAppointment(
        kind="tutoring",
        starts=late + DAY,
        ends=late + DAY + 30 * MINUTE,
        partners=(oona,),
        learner=learner,
        way="phone",
    )
    actor = await house.actor("Oona")
    async with house.store.work() as work:
        await appointments.plan(work, actor, house.programme, [new], "She was ill in February")
    async with house.store.look() as look:
        lines = await look.all(select(TutoringEntry).order_by(TutoringEntry.number))
    assert [(one.reserving, one.reason) for one in lines] == [(30, ""), (30, "She was ill in February")]


async def test_accounts_when_24_learners_then_96_hours_and_the_window(store: Store) -> None:
    house = await plan_talking(store, 24)
    kaisa = await house.actor("Kaisa")
    async with store.look() as look:
        found = await tutoring_accounts.of_programme(look, kaisa, house.programme)
    assert found is not None
    assert (found.minutes, found.used, len(found.accounts)) == (96 * 60, 0, 24)
    assert (found.programme.ends, found.quota.window) == (
        date(2026, 11, 27), quotas.Window(date(2026, 11, 28), date(2027, 2, 27))
    )  # fmt: skip


async def test_quota_when_the_blueprint_says_otherwise_later_then_the_programme_keeps_its_own(house: Talking) -> None:
    async with house.store.work() as work:
        text = (await work.all(select(Programme.model)))[0]
        row = await work.get(Programme, house.programme)
        assert row is not None
        row.model = text.replace("minutes_per_learner = 240", "minutes_per_learner = 60")
    async with house.store.look() as look:
        row = await look.get(Programme, house.programme)
        assert row is not None
        assert (await programmes.blueprint_of(look, house.programme)).name == "occupation-for-immigrants"
        found = await quotas.quota_of(look, row)
    assert found is not None
    assert found.minutes == 60


async def test_hold_when_longer_or_shorter_then_what_was_really_held_is_used(house: Talking) -> None:
    learner, oona = house.learners[0], await house.actor("Oona")
    ids = [await house.offer(house.clock.at + n * DAY, 60) for n in (1, 2)]
    for one in ids:
        await house.book(learner, one)
    house.clock.forward(days=3)
    async with house.store.work() as work:
        await tutoring.hold(work, oona, ids[0], Minutes(minutes=75, subject="applying", way="online"))
        await tutoring.hold(work, oona, ids[1], Minutes(minutes=20, subject="education"))
    assert await balance(house, learner) == Balance(240, used=95)
    async with house.store.work() as work:  # entered wrongly: it was ten minutes less, about something else
        await tutoring.hold(work, oona, ids[0], Minutes(minutes=65, subject="entrepreneurship"))
    kaisa = await house.actor("Kaisa")
    async with house.store.look() as look:
        found = await tutoring_accounts.of_programme(look, kaisa, house.programme)
    assert found is not None
    assert found.subjects == {"education": 20, "entrepreneurship": 65, "applying": 0}
    assert sum(found.subjects.values()) == found.used == 85


async def test_hold_when_too_early_too_late_or_unknown_then_refused(house: Talking) -> None:
    learner, oona, kaisa = house.learners[0], await house.actor("Oona"), await house.actor("Kaisa")
    one = await house.offer(house.clock.at + DAY)
    await house.book(learner, one)
    for minutes, subject, code in ((30, "education", "not_begun"), (0, "education", "bad_minutes")):
        with pytest.raises((Conflict, Invalid), match=code):
            async with house.store.work() as work:
                await tutoring.hold(work, oona, one, Minutes(minutes=minutes, subject=subject))
    house.clock.forward(days=1, minutes=31)
    with pytest.raises(Invalid, match="bad_choice"):
        async with house.store.work() as work:
            await tutoring.hold(work, oona, one, Minutes(minutes=30, subject="dancing"))
    with pytest.raises(NotFound):
        async with house.store.work() as work:
            await tutoring.hold(work, await house.actor("Nea"), one, Minutes(minutes=30, subject="education"))
    house.clock.forward(days=8)
    for actor, reason in ((oona, ""), (oona, "I forgot"), (kaisa, "")):
        with pytest.raises(Conflict, match="entered_too_late"):
            async with house.store.work() as work:
                await tutoring.hold(work, actor, one, Minutes(minutes=30, subject="education", reason=reason))
    async with house.store.work() as work:
        await tutoring.hold(work, kaisa, one, Minutes(minutes=30, subject="education", reason="Oona was ill"))
    assert await balance(house, learner) == Balance(240, used=30)


@pytest.mark.parametrize(("rule", "left"), [("returned", 240), ("used", 210)])
async def test_miss_when_she_did_not_come_then_by_the_rule_of_the_programme(
    house: Talking, rule: str, left: int
) -> None:
    async with house.store.work() as work:
        await tutoring.rule(work, await house.actor("Kaisa"), house.programme, rule)
    one = await house.offer(house.clock.at + DAY)
    await house.book(house.learners[0], one)
    house.clock.forward(days=1, minutes=40)
    async with house.store.work() as work:
        await tutoring.miss(work, await house.actor("Oona"), one)
    assert (await balance(house, house.learners[0])).left == left


async def test_cancel_when_booked_then_the_minutes_are_free_again(house: Talking) -> None:
    learner = house.learners[0]
    one = await house.offer(house.clock.at + DAY, 60)
    await house.book(learner, one)
    async with house.store.work() as work:
        await appointments.cancel(work, await house.actor(learner), one, "working")
    assert await balance(house, learner) == Balance(240)
    async with house.store.look() as look:
        rows = await look.all(select(Appointment).order_by(Appointment.status))
    assert [(row.status, row.learner) for row in rows] == [("cancelled", learner), ("offered", None)]


async def test_note_when_nobody_had_booked_then_the_minutes_are_used(house: Talking) -> None:
    oona, learner = await house.actor("Oona"), house.learners[0]
    call = Unbooked(learner=learner, starts=house.clock.at - 90 * MINUTE)
    async with house.store.work() as work:
        held = Minutes(minutes=25, subject="applying", way="phone")
        await tutoring.note(work, oona, house.programme, call, held)
    assert await balance(house, learner) == Balance(240, used=25)


async def test_mentoring_when_held_then_it_is_counted_beside_the_quota(house: Talking) -> None:
    oona, learner = await house.actor("Oona"), house.learners[0]
    call = Unbooked(learner=learner, starts=house.clock.at - 90 * MINUTE, kind="mentoring")
    async with house.store.work() as work:
        await tutoring.note(work, oona, house.programme, call, Minutes(minutes=40, way="on_site"))
    async with house.store.look() as look:
        found = await tutoring_accounts.mentored(look, await house.actor("Kaisa"), house.programme)
    assert found == {"mentoring": {learner: 40}}
    assert await balance(house, learner) == Balance(240)


async def test_book_when_many_at_once_by_three_workers_then_the_account_is_not_overdrawn(
    house: Talking, database: str
) -> None:
    """Twelve bookings of 60 minutes at one instant, by windows of one learner on three workers: four fit."""
    learner = house.learners[0]
    ids = [await house.offer(house.clock.at + n * DAY, 60) for n in range(1, 13)]
    stores = [Store(database, house.clock) for _ in range(3)]
    workers = [replace(house, store=store) for store in stores]
    answers = await asyncio.gather(
        *(workers[n % 3].book(learner, one) for n, one in enumerate(ids)), return_exceptions=True
    )
    for store in stores:
        await store.close()
    assert sorted(type(one).__name__ for one in answers) == ["Full"] * 8 + ["str"] * 4
    assert await balance(house, learner) == Balance(240, reserved=240)


async def test_remind_when_30_and_7_days_are_left_then_once_each_with_what_is_left(house: Talking) -> None:
    await used(house, house.learners[0], 200)
    told = []
    for day in (date(2027, 1, 27), date(2027, 1, 28), date(2027, 1, 29), date(2027, 2, 20), date(2027, 2, 28)):
        house.clock.at = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
        for _ in range(2):
            async with house.store.work() as work:
                told.append((day.day, len(await tutoring_accounts.remind(work))))
    assert told == [(27, 0), (27, 0), (28, 1), (28, 0), (29, 0), (29, 0), (20, 1), (20, 0), (28, 0), (28, 0)]
    async with house.store.look() as look:
        facts = await look.facts([house.programme], ["TutoringLeft"], look.now)
        found = await tutoring_accounts.of_programme(look, await house.actor("Kaisa"), house.programme)
    told_of = {"until": "2027-02-27", "learners": 2, "minutes": 280}
    assert [one.body for one in facts] == [told_of | {"days": n} for n in (30, 7)]
    assert found is not None
    assert [(one.person.id, one.balance.left) for one in found.unused] == [
        (house.learners[1], 240), (house.learners[0], 40)
    ]  # fmt: skip


async def test_note_when_late_outside_its_days_or_not_over_then_only_with_a_reason(house: Talking) -> None:
    learner, kaisa, oona = house.learners[0], await house.actor("Kaisa"), await house.actor("Oona")
    held = Minutes(minutes=30, subject="applying", way="phone")
    house.clock.at = datetime(2026, 12, 10, 9, tzinfo=UTC)
    call = Unbooked(learner=learner, starts=house.clock.at - 8 * DAY)
    soon = Unbooked(learner=learner, starts=house.clock.at - 20 * MINUTE)
    with pytest.raises(Conflict, match="not_over"):
        async with house.store.work() as work:
            await tutoring.note(work, oona, house.programme, soon, held)
    for actor, reason in ((oona, "I was ill"), (kaisa, " ")):
        with pytest.raises(Conflict, match="entered_too_late"):
            async with house.store.work() as work:
                await tutoring.note(work, actor, house.programme, call, replace(held, reason=reason))
    async with house.store.work() as work:
        await tutoring.note(work, kaisa, house.programme, call, replace(held, reason="Oona was ill"))
    house.clock.at = datetime(2027, 3, 1, 9, tzinfo=UTC)
    after = Unbooked(learner=learner, starts=house.clock.at - 60 * MINUTE)
    with pytest.raises(Conflict, match="outside_window"):
        async with house.store.work() as work:
            await tutoring.note(work, oona, house.programme, after, held)
    async with house.store.work() as work:
        await tutoring.note(work, oona, house.programme, after, held, "Her contract ended")
    async with house.store.look() as look:
        lines = await look.all(select(TutoringEntry).order_by(TutoringEntry.number))
    assert [(one.using, one.reason) for one in lines] == [(30, "Oona was ill"), (30, "Her contract ended")]
