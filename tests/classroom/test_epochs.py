"""Who is taken for dead: only whoever was silent while somebody looked on; and whose fault the silence was."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from calendars.store import new_id
from classroom import epochs, visits
from classroom.epochs import DEAD_AFTER, LOOK_WITHIN, Watch
from classroom.tables import Epoch, Evidence, Visit
from classroom.visits import Connection
from tests.calendars.planned import Planned

NINE = datetime(2026, 3, 9, 9, tzinfo=UTC)


def looks(watch: Watch, signs: list[tuple[float, datetime]]) -> list[list[str]]:
    """At each second somebody looks and sees this sign of life of one other; whom it then takes for dead."""
    return [sorted(watch.silent({"other": at}, now)) for now, at in signs]


def test_watch_when_the_sign_never_changes_then_dead_only_after_the_whole_time() -> None:
    seen = looks(Watch(), [(100.0 + second, NINE) for second in (0, 4, 8, 10, 10.1, 12)])
    assert seen == [[], [], [], [], ["other"], ["other"]]


def test_watch_when_the_sign_is_old_already_then_it_is_watched_from_now_on() -> None:
    """After an outage of the database everybody's last sign is old; that alone says nothing."""
    long_ago = NINE - timedelta(hours=1)
    assert looks(Watch(), [(0.5, long_ago), (4.0, long_ago), (9.0, long_ago)]) == [[], [], []]


def test_watch_when_a_sign_comes_then_the_time_begins_anew() -> None:
    signs = [(float(second), NINE if second < 8 else NINE + timedelta(seconds=8)) for second in range(1, 19)]
    assert looks(Watch(), signs) == [[]] * 18


def test_watch_when_the_watcher_itself_slept_then_nobody_is_dead_by_that() -> None:
    asleep = DEAD_AFTER + LOOK_WITHIN + 1
    assert looks(Watch(), [(1.0, NINE), (1.0 + asleep, NINE), (2.0 + asleep, NINE)]) == [[], [], []]


async def enter(house: Planned, epoch: str, name: str = "Amina") -> visits.Stay:
    async with house.store.work() as work:
        lesson = house.lessons["first"][0]
        return await visits.enter(work, await house.actor(name), lesson, Connection(new_id(), epoch))


async def begin(house: Planned) -> str:
    async with house.store.work() as work:
        return await epochs.begin(work)


async def test_bury_when_the_process_has_stirred_since_then_it_lives_on(house: Planned) -> None:
    epoch = await begin(house)
    stay = await enter(house, epoch)
    async with house.store.look() as look:
        dead = await epochs.signs(look, "somebody else")
    house.clock.forward(seconds=1)
    async with house.store.work() as work:
        assert await epochs.alive(work, epoch)
    async with house.store.work() as work:
        assert await epochs.bury(work, dead) == []
        visit = await work.get(Visit, stay.visit)
        assert visit is not None
        assert visit.closed is None


async def test_bury_when_it_is_dead_then_its_stays_close_at_their_last_evidence_and_the_outage_is_ours(
    house: Planned,
) -> None:
    epoch = await begin(house)
    stay = await enter(house, epoch)
    heard = house.clock.forward(seconds=7)
    async with house.store.work() as work:
        await epochs.alive(work, epoch)
        await visits.record(work, [(stay.visit, heard)])
    house.clock.forward(seconds=30)
    async with house.store.work() as work:
        assert await epochs.bury(work, await epochs.signs(work, "another")) == [stay.lesson]
        assert await epochs.bury(work, await epochs.signs(work, "another")) == []
    async with house.store.look() as look:
        visit, life = await look.get(Visit, stay.visit), await look.get(Epoch, epoch)
        assert visit is not None
        assert life is not None
        assert (visit.b, visit.end, life.reason) == (heard, "lost", "dead")
        body = await look.one(select(Evidence.body).where(Evidence.kind == "outage"))
        assert body == {
            "from": "2026-03-09T08:00:07Z", "to": "2026-03-09T08:00:37Z", "connections": [stay.connection],
        }  # fmt: skip
    async with house.store.work() as work:
        assert not await epochs.alive(work, epoch), "whoever was held for dead is told so"


async def test_tidy_when_somebody_came_in_as_her_process_ended_then_she_is_closed(house: Planned) -> None:
    epoch = await begin(house)
    async with house.store.work() as work:
        await epochs.end(work, epoch)
    stay = await enter(house, epoch)
    async with house.store.work() as work:
        assert await epochs.tidy(work) == []
    house.clock.forward(seconds=DEAD_AFTER + 1)
    async with house.store.work() as work:
        assert await epochs.tidy(work) == [stay.lesson]
        assert await epochs.tidy(work) == []
