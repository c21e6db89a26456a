"""A unit of work: very many rows in one statement, all of them or none; and a write that is sent twice is done once."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text

from calendars.errors import Conflict
from calendars.store import Store, new_id
from calendars.tables import Person, Profile


async def test_pour_when_there_are_many_then_each_row_as_one_by_one(store: Store) -> None:
    """Instants, days, lists, nothing and truth: what a statement in a thread writes reads as what the session adds."""
    at = datetime(2026, 3, 10, 8, 5, 1, 123456, UTC)
    said = {
        "municipality": "Å", "born": date(1990, 2, 3), "registered": True, "referred_by": "", "levels": {"a": "ä"},
        "languages": ["so"], "free": None, "km": {}, "modified": at,
    }  # fmt: skip
    ids = [new_id() for _ in range(450)]
    async with store.work() as work:
        people = {
            "language": "fi",
            "email": "",
            "telephone": "",
            "alias": None,
            "generation": 1,
            "revision": 1,
            "outside": False,
        }
        await work.pour(Person, [{"id": id, "name": f"N {n}", "added": at} | people for n, id in enumerate(ids)])
        await work.pour(Profile, [{"person": id} | said for id in ids[:-1]])
        await work.pour(Profile, [])
        work.add(Profile(person=ids[-1], **said))
    async with store.look() as look:
        rows = {row.person: row for row in await look.all(select(Profile))}
        raw = await look.rows(text("SELECT born, free, modified, levels, registered FROM profiles"))
    assert [{name: getattr(rows[id], name) for name in said} == said for id in ids] == [True] * 450
    assert len({str(one) for one in raw}) == 1


async def test_pour_when_a_row_breaks_a_rule_then_conflict_and_none_is_there(store: Store) -> None:
    at = datetime(2026, 3, 10, tzinfo=UTC)
    people = {
        "language": "fi",
        "email": "",
        "telephone": "",
        "alias": None,
        "generation": 1,
        "revision": 1,
        "outside": False,
    }
    with pytest.raises(Conflict):
        async with store.work() as work:
            await work.pour(Person, [{"id": id, "name": id, "added": at} | people for id in ("one", "two", "one")])
    async with store.look() as look:
        assert await look.all(select(Person.id).where(Person.id.in_(["one", "two"]))) == []


async def test_write_when_sent_twice_at_one_time_then_one_does_it_and_the_other_gets_its_answer(store: Store) -> None:
    done: list[str] = []

    async def send(name: str, *, fails: bool = False) -> str | None:
        async with store.work() as work:
            before = await work.earlier("w2")
            if before is None:
                await asyncio.sleep(0.1)
                if fails:
                    raise Conflict("no")
                done.append(name)
                await work.answer("w2", f"/{name}")
        return before

    with pytest.raises(Conflict):
        await send("refused", fails=True)
    answers = await asyncio.gather(*(send(name) for name in ("a", "b", "c")))
    assert len(done) == 1
    assert sorted(map(str, answers)) == sorted(["None", *2 * [f"/{done[0]}"]])


async def test_write_when_sent_again_then_the_first_answer(store: Store) -> None:
    async with store.work() as work:
        assert await work.earlier("w1") is None
        await work.answer("w1", "/there")
        await work.answer("w1", "/elsewhere")
    async with store.work() as work:
        assert await work.earlier("w1") == "/there"
