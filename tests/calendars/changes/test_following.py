"""Talks that went with their day are asked again when she says yes: who fell ill meanwhile is not passed over."""

from datetime import UTC, datetime

import pytest

from calendars.changes import publishing
from calendars.errors import Conflict
from tests.calendars.crew import ill
from tests.calendars.days.test_talks import MINUTES, TEN, TEN_ON_SATURDAY, book, saturday, times
from tests.calendars.planned import Planned

LATER = datetime(2026, 3, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(("away", "goes"), [(TEN_ON_SATURDAY + MINUTES, False), (LATER, True)])
async def test_publish_when_one_who_meets_her_has_fallen_ill_meanwhile_then_nothing_moves_but_only_if_it_is_then(
    house: Planned, away: datetime, goes: bool
) -> None:
    mine, next_one = await book(house), await book(house, TEN + MINUTES, learner="Chau")
    proposal, kaisa = await saturday(house), await house.actor("Kaisa")
    await ill(house, "Oona", away, 2)
    if goes:
        async with house.store.work() as work:
            await publishing.publish(work, kaisa, proposal)
        assert await times(house, mine, next_one) == [TEN_ON_SATURDAY, TEN_ON_SATURDAY + MINUTES]
        return
    with pytest.raises(Conflict, match="away_then") as refused:
        async with house.store.work() as work:
            await publishing.publish(work, kaisa, proposal)
    assert refused.value.facts["who"] == house.people["Oona"]
    assert await times(house, mine, next_one) == [TEN, TEN + MINUTES]
