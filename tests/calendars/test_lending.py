"""A database that is lent again is as new: nothing of the test before is left, and one that was rebuilt is gone."""

from sqlalchemy import select, text

from calendars.clock import SetClock
from calendars.store import Store
from server.migrations import METADATA
from tests.calendars.planned import plan_house
from tests.lending import Lender


async def test_lent_when_it_comes_back_then_empty_for_the_next_and_gone_once_it_was_rebuilt(
    lender: Lender, clock: SetClock
) -> None:
    names, left_behind = [], []
    for change in ("SELECT 1", "ALTER TABLE people ADD COLUMN shoe integer", ""):
        with lender.lend() as address:
            store = Store(address, clock)
            names.append(store.url.database)
            async with store.look() as look:
                left_behind += [t.name for t in METADATA.sorted_tables if await look.rows(select(t))]
            if change:
                await plan_house(store)
                async with store.work() as work:
                    await work.session.execute(text(change))
        if not change:
            await store.close()
    assert left_behind == []
    assert (names[0] == names[1], names[1] == names[2]) == (True, False)
