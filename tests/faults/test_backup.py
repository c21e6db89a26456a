"""A backup while a lesson goes on, put back into the other kind of database: the same evidence, and it works on."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from calendars.store import new_id
from tests.faults.conftest import Open, all_in
from tests.faults.houses import House
from tests.faults.judged import all_gone
from tests.faults.people import BREAKS, Pupil, rfc3339
from tests.faults.school import School, build

Class = Callable[..., Pupil]


async def chatter(pupil: Pupil, said: list[str]) -> None:
    """Says one thing after the other, and keeps what the house has taken."""
    while True:
        name = new_id()
        with suppress(*BREAKS):
            if "number" in await pupil.say("say", id=name, text=f"word {len(said)}"):
                said.append(name)
        await asyncio.sleep(0.02)


async def saved_in_full_swing(house: House, pupils: list[Pupil], file: Path) -> str:
    """Back up while beats are acknowledged and everybody talks; the last instant that is wholly in the file."""
    said: list[str] = []
    talking = [asyncio.create_task(chatter(pupil, said)) for pupil in pupils]
    while len(said) < 20:
        await asyncio.sleep(0.05)
    await asyncio.sleep(6)  # everybody has been in for some seconds before that instant, with a beat of one
    moment, before = rfc3339(time.time() - 2), len(said)  # what was heard then has been committed since
    code, _, told = await house.command("backup", str(file))
    assert code == 0, told
    assert len(said) > before, "the house went on meanwhile"
    for task in talking:
        task.cancel()
    await asyncio.gather(*talking, return_exceptions=True)
    return moment


async def as_of(house: House, moment: str) -> tuple[str, str]:
    """The report and the lesson's evidence as they were known then."""
    report = await house.command("report", "--programme", house.school.programme, "--as-of", moment)
    trace = await house.command("attendance", "trace", "--lesson", house.school.lesson, "--as-of", moment)
    assert (report[0], trace[0]) == (0, 0), (report[2], trace[2])
    assert trace[1].count('"kind": "span"') >= 3, "there is something that could be lost"
    return report[1], trace[1]


async def put_back(school: School, file: Path, folder: Path, database: str) -> House:
    """Restore into an empty database; the house there, not started."""
    house = House(replace(school, database=database), folder, {"OPPITUPA_BEAT": "1"})
    folder.mkdir()
    code, _, told = await house.command("restore", str(file))
    assert code == 0, told
    code, _, told = await house.command("restore", str(file))
    assert (code, "not empty" in told) == (2, True), "a restore never overwrites"
    return house


async def in_class(house: House, class_of: Class) -> list[Pupil]:
    pupils = [class_of(house, one) for one in (house.school.teacher, *house.school.learners)]
    for pupil in pupils:
        pupil.exact = False
        pupil.come()
    await all_in(pupils)
    return pupils


async def test_backup_of_a_running_lesson_when_restored_elsewhere_then_the_same_evidence_and_all_can_go_on(
    tmp_path: Path, empty_postgresql: str, opened: Open, class_of: Class
) -> None:
    school = await build(f"sqlite+aiosqlite:///{tmp_path}/oppitupa.db")
    house = await opened(school, OPPITUPA_BEAT="1")
    targets = [empty_postgresql, f"sqlite+aiosqlite:///{tmp_path}/back.db"]
    for number, database in enumerate(targets):  # from SQLite into PostgreSQL, and from there back
        pupils = await in_class(house, class_of)
        moment = await saved_in_full_swing(house, pupils, tmp_path / f"{number}.zip")
        await all_gone(pupils)
        other = await put_back(school, tmp_path / f"{number}.zip", tmp_path / f"other{number}", database)
        assert await as_of(other, moment) == await as_of(house, moment)
        assert await house.stop() == 0
        assert house.traces() == []
        house = other
        await house.start()
    try:
        await all_gone(await in_class(house, class_of))  # the same links open it, and what was left open is closed
    finally:
        await house.stop()
    assert house.traces() == []
