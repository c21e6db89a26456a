"""The day book: proposed, corrected, signed, reopened; nothing is overwritten, every figure is a sum of intervals."""

import csv
import io
import json
from datetime import timedelta

import pytest

from calendars.errors import AlreadySigned, Invalid, NotFound, NotOpen
from classroom import ledger, register, reports, rooms, trace
from classroom.attendance import reckon
from classroom.register import Correction
from tests.calendars.planned import SYSTEM, Planned
from tests.classroom.living import Living


async def taught(house: Planned) -> Living:
    """Veera teaches from 10.00 to 11.00 with a break of ten minutes; Amina is there, Bilal never comes."""
    living = Living(house, house.lessons["first"][0])
    await living.start()
    await living.enter("Veera")
    await living.enter("Amina")
    for minute in range(60):
        house.clock.at += timedelta(seconds=30)
        for one in living.sockets:
            await living.beat(one)
        if minute in (20, 30):
            async with house.store.work() as work:
                act = rooms.pause if minute == 20 else rooms.resume
                await act(work, await house.actor("Veera"), living.lesson)
        house.clock.at += timedelta(seconds=30)
        for one in living.sockets:
            await living.beat(one)
    async with house.store.work() as work:
        await register.close(work, await house.actor("Veera"), living.lesson)
    return living


async def shown(house: Planned, lesson: str) -> register.Register:
    async with house.store.look() as look:
        return await register.register(look, SYSTEM, lesson)


async def states(house: Planned, lesson: str) -> dict[str, tuple[str, int]]:
    names = {id: name for name, id in house.people.items()}
    found = await shown(house, lesson)
    return {names[one.person]: (one.marks[-1].state, one.marks[-1].seconds["present"]) for one in found.entries}


async def test_close_when_a_break_was_held_then_it_counts_for_nobody(house: Planned) -> None:
    living = await taught(house)
    assert await states(house, living.lesson) == {"Amina": ("present", 3000), "Bilal": ("absent", 0)}
    assert (await shown(house, living.lesson)).counted == 3000


async def test_correct_when_somebody_was_on_the_telephone_then_both_versions_stay(house: Planned) -> None:
    living = await taught(house)
    starts = house.clock.at - timedelta(hours=1)
    said = Correction(house.people["Bilal"], "phone", starts, starts + timedelta(minutes=20), "She called in")
    async with house.store.work() as work:
        await register.correct(work, await house.actor("Veera"), living.lesson, said)
    assert (await states(house, living.lesson))["Bilal"] == ("partly", 1200)
    entry = next(one for one in (await shown(house, living.lesson)).entries if one.name == "Bilal")
    assert [(one.version, one.state, one.by) for one in entry.marks] == [
        (1, "absent", None), (2, "partly", house.people["Veera"]),
    ]  # fmt: skip


async def test_held_when_it_would_end_later_than_now_then_refused_and_the_running_minute_is_let_be(
    house: Planned,
) -> None:
    living = await taught(house)
    veera, now = await house.actor("Veera"), house.clock.at
    with pytest.raises(NotOpen) as refused:
        async with house.store.work() as work:
            await register.correct_held(work, veera, living.lesson, now, now + timedelta(minutes=2))
    assert refused.value.code == "lesson_not_over"
    assert (await shown(house, living.lesson)).counted == 3000
    started, ended = now - timedelta(minutes=10), now + timedelta(seconds=59)
    async with house.store.work() as work:  # a form's clock shows minutes only
        await register.correct_held(work, veera, living.lesson, started, ended)
    house.clock.forward(minutes=1)
    async with house.store.work() as work:
        await register.correct_held(work, veera, living.lesson, now, now)
    assert (await shown(house, living.lesson)).counted == 0


async def test_correct_when_nothing_says_why_then_refused_and_nothing_is_written(house: Planned) -> None:
    living = await taught(house)
    starts = house.clock.at - timedelta(hours=1)
    before = len((await shown(house, living.lesson)).evidence)
    for reason, person, ends, refused in (
        (" \x00 ", "Bilal", 20, Invalid), ("ok", "Stranger", 20, NotFound), ("ok", "Bilal", 0, Invalid),
    ):  # fmt: skip
        said = Correction(house.people[person], "phone", starts, starts + timedelta(minutes=ends), reason)
        with pytest.raises(refused):
            async with house.store.work() as work:
                await register.correct(work, await house.actor("Veera"), living.lesson, said)
    assert len((await shown(house, living.lesson)).evidence) == before


async def test_sign_when_signed_then_no_correction_until_it_is_reopened_in_the_open(house: Planned) -> None:
    living = await taught(house)
    veera = await house.actor("Veera")
    async with house.store.work() as work:
        await register.sign(work, veera, living.lesson)
    with pytest.raises(AlreadySigned):
        async with house.store.work() as work:
            await register.excuse(work, veera, living.lesson, house.people["Bilal"], "own_illness")
    async with house.store.work() as work:
        await register.reopen(work, veera, living.lesson, "A note from home came")
    async with house.store.work() as work:
        await register.excuse(work, veera, living.lesson, house.people["Bilal"], "own_illness")
    assert (await states(house, living.lesson))["Bilal"] == ("excused", 0)


async def test_sign_when_the_lesson_is_not_over_then_refused(house: Planned) -> None:
    with pytest.raises(NotOpen):
        async with house.store.work() as work:
            await register.sign(work, await house.actor("Veera"), house.lessons["first"][1])


async def test_forgotten_lesson_is_closed_where_its_teacher_was_last_seen(house: Planned) -> None:
    living = Living(house, house.lessons["first"][0])
    await living.start()
    await living.enter("Veera")
    await living.enter("Amina")
    house.clock.at += timedelta(seconds=30)
    for one in list(living.sockets):
        await living.beat(one)
        await living.leave(one)
    house.clock.at += timedelta(hours=3, minutes=30)
    async with house.store.work() as work:
        assert await register.close_forgotten(work) == 2
    assert (await states(house, living.lesson))["Amina"] == ("present", 30)
    assert (await states(house, house.lessons["second"][0]))["Chau"] == ("not_held", 0)


async def test_report_is_the_sum_of_its_intervals_and_replay_gives_the_same(house: Planned) -> None:
    living = await taught(house)
    house.clock.at += timedelta(hours=2)
    async with house.store.look() as look:
        found = await reports.report(look, SYSTEM, house.programme)
        named = await reports.names(look, SYSTEM, found)
        lesson, programme, _ = await reports.rights.target_of_lesson(look, living.lesson)
        rules = rooms.rules_of(programme)
        kept = await ledger.trace(look, lesson, rooms.times(lesson, programme.rules), rules)
    replayed = reckon(trace.read(trace.write(kept)))
    amina = next(row for row in found.rows if row.learner == house.people["Amina"])
    assert amina.present == replayed[amina.learner].seconds["present"] == 3000
    assert (amina.planned, amina.held, amina.not_held) == (7200, 3000, 4200)
    for row in found.rows:
        assert row.present + row.excused + row.could_not_enter + row.absent == row.held
    for name in reports.SUMS:
        assert found.totals[name] == sum(getattr(row, name) for row in found.rows)
        for part in ("by_learner", "by_group", "by_day"):
            assert found.totals[name] == sum(one[name] for one in found.totals[part].values())
    assert json.loads(reports.as_json(found))["rows"][0]["learner"] == found.rows[0].learner
    table = list(csv.DictReader(io.StringIO(reports.as_csv(found, named))))
    assert [int(row["present"]) for row in table] == [row.present for row in found.rows]


async def test_report_of_a_past_instant_gives_the_same_bytes_later(house: Planned) -> None:
    living = await taught(house)
    house.clock.at += timedelta(minutes=5)
    then = house.clock.at
    texts = []
    for _ in range(2):
        async with house.store.look() as look:
            texts.append(reports.as_json(await reports.report(look, SYSTEM, house.programme, then)))
        house.clock.at += timedelta(hours=1)
        said = Correction(house.people["Bilal"], "phone", then - timedelta(hours=1), then, "She called in")
        async with house.store.work() as work:
            await register.correct(work, await house.actor("Veera"), living.lesson, said)
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=cmd()", "'=cmd()"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff201", "'\uff201"),
        ("Åsa", "Åsa"),
        ("", ""),
    ],
)
def test_no_cell_is_taken_for_a_formula(cell: str, safe: str) -> None:
    assert reports.harmless(cell) == safe
