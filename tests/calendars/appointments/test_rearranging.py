"""Appointments that lose their member of staff: open work for whoever plans, handed on, moved or cancelled."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from calendars import rights
from calendars.appointments import appointments, leaving, rearranging, unstaffed
from calendars.appointments.checks import NewAppointment
from calendars.appointments.rearranging import Step
from calendars.errors import Conflict, Forbidden, Invalid, NotFound, Overlaps
from calendars.grants import Right
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.repair import absences
from calendars.store import Store
from calendars.tables import Appointment, Partner, TutoringEntry
from tests.calendars.planned import SYSTEM, counted
from tests.calendars.talking import AFTER, MINUTE, Talking, plan_talking

DAY = timedelta(days=1)
TEN = datetime(2026, 12, 2, 8, tzinfo=UTC)
"""Ten in the morning in Helsinki, a Wednesday after the programme's end."""


@pytest.fixture
async def house(store: Store) -> Talking:
    found = await plan_talking(store, 6)
    found.clock.at = AFTER
    return found


async def booked(house: Talking, *starts: datetime, **facts: object) -> list[str]:
    """A time of Oona's for one learner after the other."""
    ids = [await house.offer(at, **facts) for at in starts]
    for learner, one in zip(house.learners, ids, strict=False):
        await house.book(learner, one)
    return ids


async def ill(house: Talking, name: str, starts: datetime, ends: datetime) -> None:
    async with house.store.work() as work:
        await absences.report(work, await house.actor(name), house.staff[name], starts, ends)


async def lost(house: Talking, viewer: str = "Kaisa", person: str = "") -> list[unstaffed.Unstaffed]:
    async with house.store.look() as look:
        return await unstaffed.of(look, await house.actor(viewer), house.staff.get(person, person))


async def proposed(house: Talking, viewer: str, person: str) -> list[rearranging.Proposal]:
    found = await lost(house, viewer, person)
    async with house.store.look() as look:
        return await rearranging.proposals(look, await house.actor(viewer), found)


async def standing(house: Talking) -> dict[str, tuple[datetime, str, list[str]]]:
    """When each is, how it stands, with whom."""
    async with house.store.look() as look:
        rows = await look.all(select(Appointment).order_by(Appointment.starts))
        met = await look.all(select(Partner).order_by(Partner.person))
    names = {person: name for name, person in house.staff.items()}
    return {
        row.id: (row.starts, row.status, [names[one.person] for one in met if one.appointment == row.id])
        for row in rows
    }


async def test_of_when_she_is_away_then_what_falls_in_it_is_open_work_until_it_is_done(house: Talking) -> None:
    ids = await booked(house, TEN, TEN + DAY)
    assert await lost(house) == []
    await ill(house, "Oona", TEN - 60 * MINUTE, TEN + 600 * MINUTE)
    (one,) = await lost(house)
    assert (one.id, one.absent.id, one.gone, one.back) == (ids[0], house.staff["Oona"], False, TEN + 600 * MINUTE)
    assert [each.id for each in await lost(house, "Oona", "Oona")] == [ids[0]]
    for viewer in ("Otto", "Veera", house.learners[0]):
        with pytest.raises(NotFound):
            await lost(house, viewer)
    async with house.store.work() as work:
        await rearranging.hand(work, await house.actor("Kaisa"), ids[0], house.staff["Oona"], house.staff["Otto"])
    assert await lost(house) == []
    assert (await standing(house))[ids[0]] == (TEN, "confirmed", ["Otto"])


async def test_of_when_another_programme_plans_then_it_is_not_hers_to_see(house: Talking) -> None:
    await booked(house, TEN)
    await ill(house, "Oona", TEN, TEN + DAY)
    async with house.store.work() as work:
        stranger = (await people.add(work, SYSTEM, NewPerson(name="Stranger"), rights.THE_HOUSE)).id
        other = Right("coordinator", "group", house.groups[0])
        await people.appoint(work, SYSTEM, stranger, other)
    assert await lost(house, stranger) == []
    assert len(await lost(house)) == 1


async def test_stop_when_she_leaves_then_her_talks_stand_as_open_work_and_their_rooms_close_to_her(
    house: Talking,
) -> None:
    (online,) = await booked(house, TEN, way="online", kind="mentoring")
    oona, kaisa = house.staff["Oona"], await house.actor("Kaisa")
    async with house.store.work() as work:
        assert await leaving.stop(work, kaisa, oona) == 0
    (one,) = await lost(house)
    assert (one.id, one.gone) == (online, True)
    assert (await standing(house))[online] == (TEN, "confirmed", ["Oona"])
    async with house.store.look() as look:
        actor = await rights.actor_of(look, oona)
        target = (await rights.target_of_lesson(look, online))[2]
        ada = await rights.actor_of(look, house.learners[0])
    assert (rights.may(actor, "enter", target), actor.is_staff, rights.may(ada, "enter", target)) == (
        False, False, True,
    )  # fmt: skip
    (proposal,) = await proposed(house, "Kaisa", "Oona")
    assert (proposal.times, [one.name for one in proposal.colleagues]) == ((), ["Otto", "Kaisa", "Veera"])
    async with house.store.work() as work:
        await rearranging.rearrange(work, kaisa, oona, [Step(appointment=online, to=house.staff["Otto"])])
    assert await lost(house) == []
    async with house.store.look() as look:
        assert rights.may(await rights.actor_of(look, house.staff["Otto"]), "lead", target)


async def test_dismiss_when_the_role_comes_back_then_the_room_opens_again(house: Talking) -> None:
    (online,) = await booked(house, TEN, way="online", kind="mentoring")
    oona, kaisa = house.staff["Oona"], await house.actor("Kaisa")
    async with house.store.look() as look:
        target = (await rights.target_of_lesson(look, online))[2]
        held = await rights.placed(look, rights.Grant.person == oona, rights.Grant.role == "counsellor")
    may = []
    for act in (
        lambda work: leaving.dismiss(work, kaisa, held[0][0].id),
        lambda work: leaving.appoint(work, kaisa, oona, Right("teacher", "programme", house.programme)),
    ):
        async with house.store.work() as work:
            await act(work)
        async with house.store.look() as look:
            may.append(rights.may(await rights.actor_of(look, oona), "lead", target))
    assert may == [False, True]
    assert await lost(house) == []


async def test_rearrange_when_ill_for_an_afternoon_then_six_talks_move_at_once_and_all_are_told(
    house: Talking,
) -> None:
    ids = await booked(house, *(TEN + n * 30 * MINUTE for n in range(6)))
    taken = await house.offer(TEN + DAY, 60)
    await ill(house, "Oona", TEN - 60 * MINUTE, TEN + 600 * MINUTE)
    found = await proposed(house, "Oona", "Oona")
    assert [one.it.id for one in found] == ids
    steps = [Step(appointment=one.it.id, starts=one.times[0]) for one in found]
    async with house.store.work() as work:
        assert await rearranging.rearrange(work, await house.actor("Oona"), house.staff["Oona"], steps) == 6
    after = await standing(house)
    hours = [-30, 60, 90, 120, 150, 180]  # minutes from ten: round what she has then, each as near as may be
    assert [after[one][0] for one in ids] == [TEN + DAY + n * MINUTE for n in hours]
    assert after[taken][0] == TEN + DAY
    assert await lost(house) == []
    async with house.store.look() as look:
        told = await look.facts([*house.learners, house.staff["Oona"]], ["AppointmentMoved"], look.now)
        lines = await look.all(select(TutoringEntry))
    assert sorted(one.stream for one in told) == sorted([*house.learners, *[house.staff["Oona"]] * 6])
    assert [one.kind for one in lines] == ["reserved"] * 6  # of each length as it was: nothing is written anew


async def test_rearrange_when_one_of_them_is_refused_then_none_is_done(house: Talking) -> None:
    first, second = await booked(house, TEN, TEN + 30 * MINUTE)
    other = await house.offer(TEN, by="Otto")
    before, kaisa = await standing(house), await house.actor("Kaisa")
    cases = [
        ([Step(appointment=second, starts=TEN + DAY), Step(appointment=first, to=house.staff["Otto"])], Overlaps),
        ([Step(appointment=second, starts=TEN + DAY), Step(appointment=second)], Invalid),
        ([], Invalid),
        ([Step(appointment=second), Step(appointment=other)], NotFound),
        ([Step(appointment=second), Step(appointment=first, to=house.staff["Nea"])], NotFound),
        ([Step(appointment=second), Step(appointment=first, to=house.learners[3])], NotFound),
        ([Step(appointment=second), Step(appointment=first, starts=TEN - 9 * DAY)], Invalid),
    ]
    for steps, error in cases:
        with pytest.raises(error):
            async with house.store.work() as work:
                await rearranging.rearrange(work, kaisa, house.staff["Oona"], steps)
    with pytest.raises(Forbidden):
        async with house.store.work() as work:
            await rearranging.rearrange(work, await house.actor("Otto"), house.staff["Oona"], [Step(appointment=first)])
    assert await standing(house) == before


async def test_hand_when_the_colleague_is_away_too_then_refused_and_not_proposed(house: Talking) -> None:
    (one,) = await booked(house, TEN)
    for name in ("Oona", "Otto", "Veera"):
        await ill(house, name, TEN, TEN + DAY)
    (proposal,) = await proposed(house, "Kaisa", "Oona")
    assert [who.name for who in proposal.colleagues] == ["Kaisa"]
    with pytest.raises(Conflict, match="away_then"):
        async with house.store.work() as work:
            await rearranging.hand(work, await house.actor("Kaisa"), one, house.staff["Oona"], house.staff["Otto"])


async def test_times_when_the_learner_has_lessons_or_it_is_at_a_house_then_only_what_fits_is_proposed(
    house: Talking,
) -> None:
    """On a contact day, at its house: the next days there, within their hours and outside what either has."""
    contact = [day for day in house.days if day.kind == "contact"]
    day, following = contact[1], contact[2:5]
    house.clock.at = day.starts - DAY
    place = next(iter({one.place for one in contact}))
    assert place is not None
    first = day.starts + 60 * MINUTE
    (one,) = await booked(house, first, kind="individual_discussion", way="on_site", place=place.id)
    await house.offer(following[0].starts, 120, kind="guidance", way="on_site")
    await ill(house, "Oona", day.starts, day.ends)
    (proposal,) = await proposed(house, "Kaisa", "Oona")
    assert [at.date() for at in proposal.times] == [each.date for each in following]
    assert proposal.times[1].time() == first.time()
    busy = following[0].starts, following[0].starts + 120 * MINUTE
    assert not busy[0] < proposal.times[0] + 30 * MINUTE <= busy[1]
    assert one == proposal.it.id


async def test_times_when_tutoring_ends_soon_then_none_after_its_window(house: Talking) -> None:
    house.clock.at = datetime(2027, 2, 24, 8, tzinfo=UTC)
    await booked(house, datetime(2027, 2, 25, 8, tzinfo=UTC))
    await ill(house, "Oona", house.clock.at, house.clock.at + 2 * DAY)
    (proposal,) = await proposed(house, "Kaisa", "Oona")
    assert [at.day for at in proposal.times] == [26]  # Friday; the window ends on Saturday


async def nurse(house: Talking, *starts: datetime) -> list[str]:
    nea = await house.actor("Nea")
    new = [
        NewAppointment(
            kind="support", starts=at, ends=at + 30 * MINUTE, partners=(nea.person,), learner=learner,
            spot="Nurse's room",
        )
        for at, learner in zip(starts, house.learners, strict=False)
    ]  # fmt: skip
    async with house.store.work() as work:
        return [row.id for row in await appointments.plan(work, nea, house.programme, new)]


async def test_private_when_the_nurse_leaves_then_only_their_number_is_seen_and_they_are_handed_on_unseen(
    house: Talking,
) -> None:
    ids = await nurse(house, TEN, TEN + 60 * MINUTE, TEN + DAY)
    kaisa, nea = await house.actor("Kaisa"), house.staff["Nea"]
    async with house.store.work() as work:
        other = (await people.add(work, SYSTEM, NewPerson(name="Noora"), rights.THE_HOUSE)).id
        await people.appoint(work, SYSTEM, other, Right("support", "programme", house.programme))
        await leaving.stop(work, kaisa, nea)
    house.staff["Noora"] = other
    found = await lost(house, "Kaisa", "Nea")
    assert [one.hidden_from(kaisa) for one in found] == [True] * 3
    assert await proposed(house, "Kaisa", "Nea") == []
    for step in (Step(appointment=ids[0]), Step(appointment=ids[0], to=other)):
        with pytest.raises(Forbidden):
            async with house.store.work() as work:
                await rearranging.rearrange(work, kaisa, nea, [step])
    async with house.store.look() as look:
        assert [one.name for one in await rearranging.colleagues(look, kaisa, nea)] == ["Noora"]
    await ill(house, "Noora", TEN + DAY, TEN + 2 * DAY)
    async with house.store.work() as work:
        assert await rearranging.hand_private(work, kaisa, nea, other) == 2
    after = await standing(house)
    assert [after[one][2] for one in ids] == [["Noora"], ["Noora"], ["Nea"]]
    with pytest.raises(NotFound):
        async with house.store.work() as work:
            await rearranging.hand_private(work, kaisa, nea, house.staff["Otto"])
    async with house.store.work() as work:
        assert await rearranging.cancel_private(work, kaisa, nea) == 1
    assert [one[1] for one in (await standing(house)).values()] == ["confirmed", "confirmed", "cancelled"]
    async with house.store.look() as look:
        told = await look.facts([house.learners[2]], ["AppointmentCancelled"], look.now)
    assert [(one.stream, one.body["reason"]) for one in told] == [(house.learners[2], "staff_away")]
    assert await lost(house) == []


async def test_of_when_more_are_open_then_no_more_statements(house: Talking) -> None:
    await ill(house, "Oona", TEN, TEN + DAY)
    counts = []
    for n in range(3):
        async with house.store.work() as work:
            new = NewAppointment(
                kind="mentoring", starts=TEN + n * 60 * MINUTE, ends=TEN + n * 60 * MINUTE + 30 * MINUTE,
                partners=(house.staff["Oona"],), learner=house.learners[n],
            )  # fmt: skip
            await appointments.plan(work, await house.actor("Oona"), house.programme, [new])
        kaisa = await house.actor("Kaisa")
        async with house.store.look() as look:
            with counted(look) as said:
                assert len(await unstaffed.of(look, kaisa)) == n + 1
        counts.append(len(said))
    assert counts == [5] * 3
