"""A stay in a room: what is credited, what is told, what it costs; random histories against the independent oracle."""

import json
import os
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from calendars import groups, rights, visitors
from calendars.errors import Full, NotFound, NotOpen
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.store import Store, new_id
from calendars.tables import Lesson, Programme
from classroom import epochs, ledger, register, rooms, roster, telephone, trace, visits
from classroom.attendance import reckon
from classroom.tables import Evidence
from classroom.visits import Connection
from tests.calendars.planned import SYSTEM, Planned, counted
from tests.classroom import oracle
from tests.classroom.living import Living

RUNS = max(4, int(os.environ.get("OPPITUPA_RUNS", "200")) // 20)


async def begin(house: Planned) -> Living:
    living = Living(house, house.lessons["first"][0])
    await living.start()
    return living


async def reckoned(house: Planned, lesson: str) -> dict[str, Any]:
    async with house.store.look() as look:
        row = await look.get(Lesson, lesson)
        assert row is not None
        rules = (await programme_of(house)).rules
        when, known = rooms.times(row, rules), rooms.rules_of(await programme_of(house))
        return {one: trace.answer({one: found})["learners"][one] for one, found in reckon(
            await ledger.trace(look, row, when, known)
        ).items()}  # fmt: skip


async def programme_of(house: Planned) -> Any:
    async with house.store.look() as look:
        return await look.get(Programme, house.programme)


async def test_enter_when_the_room_is_open_then_four_statements_and_one_fact(house: Planned) -> None:
    living = await begin(house)
    await living.enter("Veera")
    told: list[Any] = []
    house.store.listen(told.extend)
    actor = await house.actor("Amina")
    async with house.store.work() as work:
        with counted(work) as statements:
            await visits.enter(work, actor, living.lesson, Connection(new_id(), living.epoch))
            await work.finish()
    assert len([one for one in statements if "SAVEPOINT" not in one]) == 4
    assert [one.kind for one in told] == ["Entered"]


async def test_enter_when_the_same_connection_enters_again_then_it_gets_the_same_stay(house: Planned) -> None:
    living = await begin(house)
    actor, connection = await house.actor("Amina"), Connection(new_id(), living.epoch)
    async with house.store.work() as work:
        first = await visits.enter(work, actor, living.lesson, connection)
    async with house.store.work() as work:
        again = await visits.enter(work, actor, living.lesson, connection)
    assert again.visit == first.visit


async def test_enter_when_too_early_then_refused_and_noted_apart_from_absence(house: Planned) -> None:
    living = await begin(house)
    house.clock.at -= timedelta(minutes=6)
    actor = await house.actor("Amina")
    with pytest.raises(NotOpen) as refused:
        async with house.store.work() as work:
            await visits.enter(work, actor, living.lesson, Connection(new_id(), living.epoch))
    assert refused.value.code == "too_early"


async def test_refusal_when_she_knocks_on_and_on_then_the_ledger_holds_one_a_minute(house: Planned) -> None:
    living = await begin(house)
    actor = await house.actor("Amina")
    for step, wait in (("too_early", 0), ("too_early", 1), ("room_full", 1), ("too_early", 58), ("room_full", 0)):
        house.clock.forward(seconds=wait)
        async with house.store.work() as work:
            await visits.refused(work, actor, living.lesson, step)
    async with house.store.look() as look:
        kept = await look.all(select(Evidence.body).where(Evidence.lesson == living.lesson).order_by(Evidence.number))
    assert [one["step"] for one in kept] == ["too_early", "room_full", "too_early"]


async def test_enter_when_a_stranger_asks_then_it_does_not_exist_for_her(house: Planned) -> None:
    living = await begin(house)
    for name in ("Stranger", "Chau"):
        actor = await house.actor(name)
        with pytest.raises(NotFound):
            async with house.store.work() as work:
                await visits.enter(work, actor, living.lesson, Connection(new_id(), living.epoch))


async def test_enter_when_the_room_is_full_then_told_so_and_counted_as_could_not_enter(
    house: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    living = await begin(house)
    await living.enter("Veera")
    monkeypatch.setattr("classroom.video.shape.AT_HOME", 1)
    actor = await house.actor("Amina")
    with pytest.raises(Full):
        async with house.store.work() as work:
            await visits.enter(work, actor, living.lesson, Connection(new_id(), living.epoch))
    async with house.store.work() as work:
        await visits.refused(work, actor, living.lesson, "room_full")
    async with house.store.look() as look:
        seen = await roster.roster(look, await house.actor("Veera"), living.lesson)
    assert [(one["state"], one["step"]) for one in seen["seats"] if one["person"] == actor.person] == [
        ("could_not_enter", "room_full")
    ]
    house.clock.at += timedelta(hours=1)
    async with house.store.work() as work:
        await register.close(work, await house.actor("Veera"), living.lesson)
    assert (await reckoned(house, living.lesson))[actor.person]["state"] == "could_not_enter"


async def test_enter_when_the_centres_line_carries_more_then_ten_fit_and_who_was_in_has_her_place_back(
    house: Planned,
) -> None:
    living = await begin(house)
    async with house.store.work() as work:
        for number in range(10):
            person = await people.add(work, SYSTEM, NewPerson(name=f"L{number}"), rights.THE_HOUSE)
            house.people[f"L{number}"] = person.id
            await groups.seat(work, SYSTEM, house.groups["first"], person.id)

    async def fits(name: str) -> bool:
        before = len(living.sockets)
        await living.enter(name)
        return len(living.sockets) > before

    async def measured(up: int) -> None:
        async with house.store.work() as work:
            await visits.measured(work, await house.actor("Veera"), living.sockets[0].stay.visit, up)

    assert [await fits(name) for name in ("Veera", *(f"L{number}" for number in range(8)))] == [True] * 8 + [False]
    await measured(8 * 190)
    assert [await fits("L7"), await fits("L8")] == [True, False]
    await measured(100_000)
    assert [await fits("L8"), await fits("L9")] == [True, False]
    await living.lose(living.sockets[3])
    await living.lose(living.sockets[0])
    assert [await fits("L9"), await fits("L2"), await fits("Veera")] == [False, True, True]


async def visitor(house: Planned, name: str, lesson: str) -> str:
    """Somebody from outside, invited by whoever leads."""
    async with house.store.work() as work:
        new = NewPerson(name=name, language="ar")
        house.people[name] = (await visitors.invite(work, await house.actor("Veera"), lesson, new, "interpreter")).id
    return house.people[name]


async def test_enter_when_visitors_fill_the_room_then_class_and_teacher_still_have_their_places(
    house: Planned,
) -> None:
    living = await begin(house)
    async with house.store.work() as work:
        for number in range(6):
            person = await people.add(work, SYSTEM, NewPerson(name=f"L{number}"), rights.THE_HOUSE)
            house.people[f"L{number}"] = person.id
            await groups.seat(work, SYSTEM, house.groups["first"], person.id)
    for name in ("G0", "G1", "G2"):
        await visitor(house, name, living.lesson)
        await living.enter(name)
    assert [one.person for one in living.sockets] == [house.people[name] for name in ("G0", "G1")]
    for name in ("Amina", "Bilal", *(f"L{number}" for number in range(6)), "Veera"):
        await living.enter(name)
        assert living.sockets[-1].person == house.people[name]


async def test_enter_when_the_room_is_as_full_as_it_can_be_then_whoever_leads_still_comes_in(
    house: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    living = await begin(house)
    monkeypatch.setattr("classroom.video.shape.AT_HOME", 1)
    monkeypatch.setattr("classroom.visits.AT_MOST", 1)
    for name in ("Amina", "Bilal", "Veera"):
        await living.enter(name)
    assert [one.person for one in living.sockets] == [house.people["Amina"], house.people["Veera"]]


async def test_refusal_when_a_visitor_or_a_teacher_finds_the_room_full_then_the_roster_says_so_and_no_register(
    house: Planned,
) -> None:
    living = await begin(house)
    who = await visitor(house, "Salma", living.lesson)
    for name in ("Salma", "Veera"):
        async with house.store.work() as work:
            await visits.refused(work, await house.actor(name), living.lesson, "room_full")
    async with house.store.look() as look:
        seats = (await roster.roster(look, SYSTEM, living.lesson))["seats"]
        entries = (await register.register(look, SYSTEM, living.lesson)).entries
    assert [(one["role"], one["step"]) for one in seats if one["person"] == who] == [("visitor", "room_full")]
    assert {who, house.people["Veera"]} & {one.person for one in entries} == set()
    with pytest.raises(NotFound):
        async with house.store.work() as work:
            await telephone.record(work, await house.actor("Veera"), living.lesson, who)


async def test_lost_when_her_link_was_taken_back_then_she_has_left_and_is_no_broken_connection(house: Planned) -> None:
    living = await begin(house)
    for name in ("Salma", "Olga"):
        await visitor(house, name, living.lesson)
        await living.enter(name)
    async with house.store.work() as work:
        await visitors.withdraw(work, await house.actor("Veera"), living.lesson, house.people["Salma"])
    for socket in list(living.sockets):
        await living.lose(socket)
    async with house.store.look() as look:
        seats = (await roster.roster(look, SYSTEM, living.lesson))["seats"]
    assert {one["name"]: one["state"] for one in seats if one["role"] == "visitor"} == {
        "Salma": "left", "Olga": "dropped",
    }  # fmt: skip


async def test_beat_when_doubled_or_older_then_nothing_changes(house: Planned) -> None:
    living = await begin(house)
    await living.enter("Amina")
    stay = living.sockets[0].stay
    late = house.clock.at + timedelta(seconds=30)
    async with house.store.work() as work:
        await visits.record(work, [(stay.visit, late), (stay.visit, late - timedelta(seconds=15))])
    async with house.store.work() as work:
        await visits.record(work, [(stay.visit, late - timedelta(seconds=20)), (stay.visit, late)])
    found = (await reckoned(house, living.lesson))[stay.person]
    assert found["seconds"]["evidenced"] == 30 or found["intervals"] == []


async def test_leave_when_after_the_lease_then_the_silence_is_not_credited(house: Planned) -> None:
    living = await begin(house)
    await living.enter("Veera")
    await living.enter("Amina")
    amina = living.sockets[1]
    house.clock.at += timedelta(seconds=20)
    await living.beat(amina)
    house.clock.at += timedelta(seconds=100)
    await living.leave(amina)
    house.clock.at += timedelta(seconds=10)
    assert (await reckoned(house, living.lesson))[amina.person]["seconds"]["evidenced"] == 20


@pytest.mark.parametrize("seed", range(RUNS))
async def test_any_history_gives_the_seconds_that_the_oracle_gives(house: Planned, seed: int) -> None:
    luck = random.Random(seed)
    living = await begin(house)
    await living.enter("Veera")
    opened = house.clock.at
    for _ in range(luck.randint(5, 40)):
        house.clock.at += timedelta(seconds=luck.choice([1, 7, 15, 15, 15, 30, 40, 41, 60, 95, 200]), microseconds=1)
        mine = [one for one in living.sockets if one.stay.role == "learner"]
        deed = luck.random()
        if deed < 0.25 or not mine:
            await living.enter(luck.choice(["Amina", "Bilal"]))
        elif deed < 0.72:
            for one in luck.sample(mine, luck.randint(1, len(mine))):
                await living.beat(one)
        elif deed < 0.8:
            await living.hush(luck.choice(mine))
        elif deed < 0.88:
            await living.leave(luck.choice(mine))
        elif deed < 0.95:
            await living.lose(luck.choice(mine))
        else:
            await living.kill(luck.choice([1, 5, 20, 60]))
            await living.enter("Veera")
    house.clock.at += timedelta(seconds=30)
    async with house.store.work() as work:
        await register.close(work, await house.actor("Veera"), living.lesson)
    async with house.store.look() as look:
        row = await look.get(Lesson, living.lesson)
        assert row is not None
        programme = await programme_of(house)
        when, rules = rooms.times(row, programme.rules), rooms.rules_of(programme)
        mine = trace.answer(reckon(await ledger.trace(look, row, when, rules)))["learners"]
        head = next(trace.write(await ledger.trace(look, row, when, rules)))
    theirs = oracle.judge([json.loads(head), *_learners(living), _held(opened, house)])
    for person, found in theirs.items():
        assert mine[person]["seconds"] == found["seconds"]
        assert mine[person]["state"] == found["state"]
        assert mine[person]["late_by"] == found["late_by"]


def _learners(living: Living) -> list[dict[str, Any]]:
    teacher = living.house.people["Veera"]
    return [line for line in living.lines if line.get("learner") != teacher]


def _held(opened: Any, house: Planned) -> dict[str, Any]:
    begun, now = (one.isoformat().replace("+00:00", "Z") for one in (opened, house.clock.at))
    return {"received": now, "kind": "held", "from": begun, "to": now, "id": "held"}


async def test_restart_when_it_was_killed_then_the_gap_is_ours_and_nothing_is_gained(house: Planned) -> None:
    living = await begin(house)
    await living.enter("Veera")
    await living.enter("Amina")
    amina = living.sockets[1].person
    for _ in range(4):
        house.clock.at += timedelta(seconds=15)
        await living.beat(living.sockets[1])
    await living.kill(20)
    await living.enter("Veera")
    await living.enter("Amina")
    house.clock.at += timedelta(seconds=15)
    await living.beat(living.sockets[1])
    found = (await reckoned(house, living.lesson))[amina]
    assert (found["seconds"]["evidenced"], found["seconds"]["service_gap"]) == (75, 20)


async def test_stopping_in_good_order_closes_what_is_open(store: Store, house: Planned) -> None:
    living = await begin(house)
    await living.enter("Amina")
    async with store.work() as work:
        await epochs.end(work, living.epoch)
    async with store.look() as look:
        seen = await roster.roster(look, await house.actor("Veera"), living.lesson)
    states = {one["person"]: one["state"] for one in seen["seats"]}
    assert states[house.people["Amina"]] == "dropped"
