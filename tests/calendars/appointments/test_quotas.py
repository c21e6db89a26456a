"""What a programme promises of tutoring: to whom, in which days, by which rule, and more of it for a reason."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from calendars import copies, groups
from calendars.appointments import quotas, tutoring, tutoring_accounts
from calendars.appointments.quotas import Balance
from calendars.errors import Conflict, Forbidden, Full, Invalid, NotFound
from calendars.people import enrolments, lengths
from calendars.people.lengths import NewLength
from calendars.store import Store
from calendars.tables import Programme, Seat, TutoringGrant
from tests.calendars.appointments.test_tutoring import balance, used
from tests.calendars.planned import SYSTEM
from tests.calendars.talking import AFTER, Talking, plan_talking

DAY = timedelta(days=1)


@pytest.fixture
async def house(store: Store) -> Talking:
    found = await plan_talking(store)
    found.clock.at = AFTER
    return found


async def test_rule_when_nobody_may_or_it_is_unknown_then_refused(house: Talking) -> None:
    for name, said, error in (
        ("Oona", "used", Forbidden),
        ("Kaisa", "kept", Invalid),
        (house.learners[0], "used", NotFound),
    ):
        with pytest.raises(error):
            async with house.store.work() as work:
                await tutoring.rule(work, await house.actor(name), house.programme, said)
    async with house.store.work() as work:
        await tutoring.rule(work, await house.actor("Kaisa"), house.programme, "used")
    async with house.store.look() as look:
        copied = await copies.exported(look, await house.actor("Kaisa"), house.programme)
    assert copied.tutoring is not None
    assert copied.tutoring.no_show == "used"


async def test_widen_when_there_is_a_reason_then_she_may_book_more_and_the_reason_stays(house: Talking) -> None:
    learner, kaisa = house.learners[0], await house.actor("Kaisa")
    await used(house, learner, 240)
    thirty = await house.offer(house.clock.at + DAY, 30)
    with pytest.raises(Full, match="quota_spent"):
        await house.book(learner, thirty)
    for name, minutes, reason, error in (
        ("Kaisa", 30, "  ", Invalid), ("Kaisa", 0, "She needs it", Invalid), ("Kaisa", 601, "She needs it", Invalid),
        ("Oona", 30, "She needs it", Forbidden), (learner, 30, "I need it", NotFound),
    ):  # fmt: skip
        with pytest.raises(error):
            async with house.store.work() as work:
                await tutoring.widen(work, await house.actor(name), house.programme, learner, minutes, reason)
    for _ in range(2):
        async with house.store.work() as work:
            await tutoring.widen(work, kaisa, house.programme, learner, 15, "She applies anew")
    await house.book(learner, thirty)
    assert await balance(house, learner) == Balance(270, reserved=30, used=240)
    async with house.store.look() as look:
        given = await look.all(select(TutoringGrant))
        found = await tutoring_accounts.of_programme(look, kaisa, house.programme)
        told = await look.facts([learner], ["TutoringWidened"], look.now)
    assert [(one.minutes, one.reason, one.by) for one in given] == [(15, "She applies anew", kaisa.person)] * 2
    assert found is not None
    assert (found.minutes, found.used) == (270 + 240, 240)
    assert [one.body["minutes"] for one in told] == [15, 15]


async def test_window_when_her_own_plan_is_shorter_longer_or_she_left_for_work_then_from_her_own_last_day(
    store: Store,
) -> None:
    """Three months from 2 October, 27 November and 18 December; whoever left for another reason has none."""
    house = await plan_talking(store, 5)
    short, employed, gone, long, usual = house.learners
    kaisa = await house.actor("Kaisa")
    house.clock.at = datetime(2026, 9, 8, 6, tzinfo=UTC)
    async with store.work() as work:
        seats = {one.person: one for one in await work.all(select(Seat))}
        for who in (short, long):
            await enrolments.apply(work, SYSTEM, house.programme, who)
            row = await enrolments.enrolled(work, SYSTEM, house.programme, who)
            row.status = "accepted"
        await lengths.set_length(work, kaisa, house.programme, short, NewLength(days=20, grounds="She can it"))
        await lengths.set_length(work, kaisa, house.programme, long, NewLength(days=75, grounds="More time"))
        await groups.unseat(work, kaisa, seats[employed].id, "employed", date(2026, 10, 9))
        await groups.unseat(work, kaisa, seats[gone].id, "own_wish", date(2026, 10, 9))
        programme = await work.get(Programme, house.programme)
        assert programme is not None
        quota = await quotas.quota_or_refuse(work, programme)
        entitled = {who.id: last for who, last in await quotas.entitled(work, programme)}
        windows = {who: quota.after(last) for who, last in entitled.items()}
    assert entitled == {
        short: date(2026, 10, 2), employed: date(2026, 10, 9), usual: date(2026, 11, 27), long: date(2026, 12, 18),
    }  # fmt: skip
    assert {who: (one.opens, one.until) for who, one in windows.items()} == {
        short: (date(2026, 10, 3), date(2027, 1, 2)), employed: (date(2026, 10, 10), date(2027, 1, 9)),
        usual: (date(2026, 11, 28), date(2027, 2, 27)), long: (date(2026, 12, 19), date(2027, 3, 18)),
    }  # fmt: skip
    house.clock.at = datetime(2026, 12, 1, 6, tzinfo=UTC)
    early, late = [await house.offer(datetime(*day, 9, tzinfo=UTC)) for day in ((2027, 1, 5), (2027, 3, 10))]
    for who, one in ((short, early), (gone, early), (long, early), (usual, late)):
        if (who, one) == (long, early):
            assert await house.book(who, one) == one
            continue
        with pytest.raises(Conflict, match="no_tutoring" if who == gone else "outside_window"):
            await house.book(who, one)
    assert await house.book(long, late) == late


async def test_remind_when_windows_differ_then_each_is_listed_before_its_own_end(store: Store) -> None:
    house = await plan_talking(store, 3)
    kaisa = await house.actor("Kaisa")
    async with store.work() as work:
        seats = {one.person: one for one in await work.all(select(Seat))}
        await groups.unseat(work, kaisa, seats[house.learners[0]].id, "education", date(2026, 10, 9))
    told = []
    for day in (date(2026, 12, 9), date(2026, 12, 10), date(2027, 1, 2), date(2027, 1, 28), date(2027, 2, 20)):
        house.clock.at = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
        async with store.work() as work:
            await tutoring_accounts.remind(work)
        async with store.look() as look:
            found = await tutoring_accounts.of_programme(look, await house.actor("Kaisa"), house.programme)
            facts = await look.facts([house.programme], ["TutoringLeft"], look.now)
        assert found is not None
        told.append((day.isoformat(), [house.learners.index(one.person.id) for one in found.due]))
    assert told == [
        ("2026-12-09", []), ("2026-12-10", [0]), ("2027-01-02", [0]), ("2027-01-28", [1, 2]), ("2027-02-20", [1, 2]),
    ]  # fmt: skip
    assert [(one.body["until"], one.body["days"], one.body["learners"]) for one in facts] == [
        ("2027-01-09", 30, 1), ("2027-01-09", 7, 1), ("2027-02-27", 30, 2), ("2027-02-27", 7, 2),
    ]  # fmt: skip
