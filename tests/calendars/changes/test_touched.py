"""Whom a proposal touches, and what their calendars show of it."""

from datetime import UTC, datetime, timedelta

from calendars import feeds
from calendars.changes.touched import touched
from tests.calendars.planned import MONDAY, Planned, counted
from tests.calendars.proposing import moved, propose, publish, substitute, undo

HOUR = timedelta(hours=1)


async def test_touched_then_learners_and_teachers_of_before_and_after_in_as_many_statements(house: Planned) -> None:
    one, other = house.lessons["first"]
    toivo = ((house.people["Toivo"], "teacher"),)
    kaisa = await house.actor("Kaisa")
    single = await propose(house, await moved(house, one, led_by=toivo))
    three = await propose(
        house, await moved(house, one, led_by=toivo), await moved(house, other, topic=""),
        await moved(house, house.lessons["second"][0], topic=""),
    )  # fmt: skip
    said = []
    for proposal in (single, three):
        async with house.store.look() as look:
            with counted(look) as statements:
                found = await touched(look, kaisa, proposal)
        said.append(len(statements))
    assert said[0] == said[1]
    assert [person.name for person in found.learners] == ["Amina", "Bilal", "Chau"]
    assert sorted(person.name for person in found.leaders.values()) == ["Toivo", "Veera"]
    assert found.learners_of[one] == {house.people["Amina"], house.people["Bilal"]}
    assert len(found.changes) == 3


async def test_feeds_when_published_and_undone_then_the_learner_sees_what_stands(house: Planned) -> None:
    lesson, proposal = await substitute(house)

    async def entry() -> tuple[datetime, int, bool]:
        amina = await house.actor("Amina")
        async with house.store.work() as work:
            feed = await feeds.address(work, amina, "mine")
        async with house.store.look() as look:
            opened = feeds.OpenFeed(feed, amina, withdrawn=False)
            _, entries = await feeds.contents(look, opened, lambda text, **facts: text, "http://house", b"secret")
        found = next(one for one in entries if one.uid == f"{lesson}@oppitupa")
        assert isinstance(found.starts, datetime)
        return found.starts, found.sequence, found.cancelled

    before = await entry()
    await publish(house, proposal)
    assert await entry() == (MONDAY + HOUR / 2, before[1] + 1, False)
    await undo(house, proposal)
    assert await entry() == (before[0], before[1] + 2, False)
    assert before[0].tzinfo == UTC
