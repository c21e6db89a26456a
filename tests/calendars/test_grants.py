"""Rights given and taken."""

from calendars.grants import Right
from calendars.people import people
from tests.calendars.planned import SYSTEM, Planned


async def test_right_when_given_or_taken_then_revision_moves(house: Planned) -> None:
    before = await house.actor("Stranger")
    async with house.store.work() as work:
        right = Right("tutor", "group", house.groups["first"])
        grant = await people.appoint(work, SYSTEM, before.person, right)
    given = await house.actor("Stranger")
    async with house.store.work() as work:
        await people.dismiss(work, SYSTEM, grant.id)
    taken = await house.actor("Stranger")
    assert [one.revision - before.revision for one in (given, taken)] == [1, 2]
    assert given.is_staff
    assert not taken.is_staff
