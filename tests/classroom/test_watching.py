"""Rooms that are asked who is in: what was lost is found, who is gone has left where she was last seen."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from calendars import visitors
from calendars.clock import seconds
from calendars.people.people import NewPerson
from calendars.tables import Lesson
from classroom import moves, register, roomstays, watching
from classroom.known import FINE, last_step
from classroom.sightings import Taken
from classroom.tables import Evidence, RoomStay
from tests.calendars.planned import MONDAY, SYSTEM, Planned, counted
from tests.classroom.seeing import TEN, Seeing
from tests.classroom.video import guests


@pytest.fixture
async def seeing(house: Planned) -> Seeing:
    found = Seeing(house)
    await found.had("bbb")
    return found


async def asked(seeing: Seeing, at: float, *names: str, since: float | None = None) -> Taken:
    """The provider is asked so many seconds after ten, answers within a second, and names these."""
    asked_at = TEN + timedelta(seconds=at)
    seeing.house.clock.at = asked_at + timedelta(seconds=1)
    begun = None if since is None else TEN + timedelta(seconds=since)
    present: dict[str, datetime | None] = {seeing.house.people.get(name, name): begun for name in names}
    async with seeing.house.store.work() as work:
        return await watching.reconcile(work, seeing.provider, seeing.lesson, present, asked_at)


async def test_reconcile_when_messages_were_lost_then_they_are_found_and_nobody_is_credited_too_long(
    seeing: Seeing,
) -> None:
    assert await asked(seeing, 30, "Amina", "a name typed by hand") == Taken(new=1, kept_out={"may_not_enter": 1})
    assert await asked(seeing, 60, "Amina") == Taken()
    assert await seeing.room("Amina") == [(30, 60)]  # she is in; so far nobody knows more
    then = seeing.house.clock.at
    assert await asked(seeing, 90, "Amina", "Bilal", since=80) == Taken(new=1)
    assert await seeing.room("Bilal") == [(80, 90)]
    assert await asked(seeing, 120, "Bilal") == Taken(new=1)
    assert await seeing.room("Amina") == [(30, 90)]
    assert await seeing.room("Amina", as_of=then) == [(30, 60)]  # what was said of then is said for ever
    # Her good-bye comes late after all, and a hello of another device of the same minute: the union is the truth.
    await seeing.take(seeing.seen("Amina", "joined", 10), seeing.seen("Amina", "left", 100))
    assert await seeing.room("Amina") == [(10, 100)]


async def test_reconcile_when_the_answer_and_a_message_cross_then_the_message_is_right(seeing: Seeing) -> None:
    seeing.house.clock.at = TEN + timedelta(seconds=31)
    await seeing.take(seeing.seen("Amina", "joined", 31))
    assert await asked(seeing, 32) == Taken()  # she came while the answer was made
    seeing.house.clock.at = TEN + timedelta(seconds=65)
    await asked(seeing, 60, "Amina")
    await seeing.take(seeing.seen("Amina", "left", 61))
    assert await asked(seeing, 62, "Amina") == Taken()
    assert await seeing.room("Amina") == [(31, 61)]


async def test_reconcile_when_a_server_forgot_her_for_a_moment_then_her_stay_goes_on_from_where_it_ended(
    seeing: Seeing,
) -> None:
    for at, names in ((30, ["Amina"]), (60, ["Amina"]), (90, []), (120, ["Amina"]), (150, ["Amina"]), (180, [])):
        await asked(seeing, at, *names, since=20)
    assert await seeing.room("Amina") == [(20, 150)]
    assert await asked(seeing, 210) == Taken()


async def test_reconcile_when_the_lesson_has_left_the_room_then_who_sits_on_is_seen_no_further(
    seeing: Seeing,
) -> None:
    await asked(seeing, 30, "Amina")
    await asked(seeing, 60, "Amina")
    async with seeing.house.store.work() as work:
        await moves.go_on(work, seeing.lesson, lambda name: "" if name == "builtin" else "video_silent")
    await asked(seeing, 90, "Amina", "Bilal")
    assert await seeing.room("Amina") == [(30, 60)]
    assert await seeing.room("Bilal") == []
    await asked(seeing, 120)
    assert await seeing.room("Amina") == [(30, 60)]


async def test_reconcile_when_she_was_taken_for_gone_and_says_good_bye_later_then_she_was_in_until_that(
    seeing: Seeing,
) -> None:
    seeing.house.clock.at = TEN
    await seeing.take(seeing.seen("Amina", "joined", 0), seeing.seen("Bilal", "joined", 0))
    await asked(seeing, 30, "Amina", "Bilal")
    assert await asked(seeing, 60) == Taken(new=2)
    then = seeing.house.clock.at
    assert (await seeing.room("Amina"), await seeing.room("Bilal")) == ([(0, 30)], [(0, 30)])
    seeing.house.clock.at = TEN + timedelta(seconds=300)
    for _ in range(2):
        await seeing.take(seeing.seen("Amina", "left", 47))
    assert await seeing.room("Amina") == [(0, 47)]
    await seeing.take(seeing.seen("Amina", "joined", 100), seeing.seen("Amina", "left", 120))
    assert (await seeing.room("Amina"), await seeing.room("Bilal")) == ([(0, 47), (100, 120)], [(0, 30)])
    assert await seeing.room("Amina", as_of=then) == [(0, 30)]


async def test_reconcile_when_a_good_bye_was_lost_then_what_was_never_seen_open_covers_no_later_gap(
    seeing: Seeing,
) -> None:
    seeing.house.clock.at = TEN
    await seeing.take(seeing.seen("Amina", "joined", 0, "c1"))
    await asked(seeing, 25, "Amina")
    seeing.house.clock.at = TEN + timedelta(seconds=40)
    await seeing.take(seeing.seen("Amina", "joined", 35, "c2"))  # that c1 left at 30 is lost
    await asked(seeing, 60, "Amina")
    seeing.house.clock.at = TEN + timedelta(seconds=84)
    await seeing.take(seeing.seen("Amina", "left", 62, "c2"), seeing.seen("Amina", "joined", 70, "c3"))
    await asked(seeing, 95, "Amina")
    await seeing.take(seeing.seen("Amina", "left", 96, "c3"))
    await asked(seeing, 120)
    assert await seeing.room("Amina") == [(0, 62), (70, 96)]


async def test_reconcile_when_a_message_comes_right_behind_the_answer_then_what_was_found_is_what_was_told(
    seeing: Seeing,
) -> None:
    await asked(seeing, 50, "Amina", "Bilal")
    told = [seeing.seen("Amina", "joined", 50), seeing.seen("Amina", "left", 51), seeing.seen("Bilal", "joined", 48)]
    await seeing.take(*told)
    seeing.house.clock.at = TEN + timedelta(seconds=64)
    await seeing.take(seeing.seen("Amina", "joined", 64, "c2"))
    for at in (75, 100, 125):
        await asked(seeing, at, "Amina", "Bilal")
    await seeing.take(seeing.seen("Amina", "left", 126, "c2"), seeing.seen("Bilal", "left", 126))
    assert (await seeing.room("Amina"), await seeing.room("Bilal")) == ([(50, 51), (64, 126)], [(48, 126)])


async def test_is_news_when_nothing_has_happened_then_one_question_to_the_database_and_no_writing(
    seeing: Seeing,
) -> None:
    await asked(seeing, 30, "Amina")
    await asked(seeing, 60)

    async def news(at: float, *names: str, here: bool = True) -> tuple[bool, int]:
        present = {seeing.house.people[name]: None for name in names}
        watch = watching.Watch(seeing.lesson, seeing.provider, guests.asked(), prepares=True, here=here)
        async with seeing.house.store.look() as look:
            with counted(look) as said:
                found = await watching.is_news(look, watch, present, TEN + timedelta(seconds=at))
        return found, len(said)

    assert await news(90) == (False, 1)
    assert await news(90, "Bilal") == (True, 1)
    await asked(seeing, 90, "Bilal")
    assert await news(90, "Bilal") == (False, 1)  # the same answer again
    assert await news(115, "Bilal") == (True, 1)  # she is still in: seen until now
    assert await news(115, "Bilal", here=False) == (False, 1)  # in a room that her lesson has left


async def test_is_untold_when_somebody_is_in_for_long_and_no_message_came_then_its_server_does_not_tell(
    seeing: Seeing,
) -> None:
    watch = watching.Watch(seeing.lesson, seeing.provider, guests.asked(), prepares=True, here=True)

    async def untold(at: float) -> bool:
        async with seeing.house.store.look() as look:
            return await watching.is_untold(look, watch, TEN + timedelta(seconds=at))

    assert await untold(300) is False  # nobody is in
    await asked(seeing, 30, "Amina")
    assert [await untold(at) for at in (149, 150)] == [False, True]
    await seeing.take(seeing.seen("Bilal", "joined", 30))
    assert await untold(150) is False


@pytest.mark.parametrize("many", [1, 2])
async def test_reconcile_when_people_stay_in_then_the_same_few_statements_for_one_as_for_all(
    seeing: Seeing, many: int
) -> None:
    names = ("Amina", "Bilal")[:many]
    await asked(seeing, 30, *names)
    present: dict[str, datetime | None] = {seeing.house.people[name]: None for name in names}
    async with seeing.house.store.work() as work:
        with counted(work) as said:
            await watching.reconcile(work, seeing.provider, seeing.lesson, present, TEN + timedelta(seconds=55))
            assert len(said) == 4, said  # the lesson locked and read, its stays, and how far each is seen


def test_carry_on_when_somebody_stays_for_hours_then_what_is_kept_of_it_stays_small_and_lags_little() -> None:
    stay, begun = RoomStay(id="s", a=TEN, b=TEN, steps=""), seconds(TEN)
    for at in range(25, 18 * 3600, 25):
        now = TEN + timedelta(seconds=at)
        roomstays.carry_on([stay], now, now)
        assert stay.b == now  # her end is known to the second
        assert 0 <= at - (last_step(stay.steps, now, begun) - begun) <= at // FINE
    assert len(stay.steps) < 6000


async def test_close_over_when_a_lesson_is_over_then_who_is_still_in_left_when_last_seen(seeing: Seeing) -> None:
    seeing.house.clock.at = TEN + timedelta(seconds=5)
    await seeing.take(seeing.seen("Bilal", "joined", 0))
    await asked(seeing, 600, "Amina", "Bilal")
    await asked(seeing, 1200, "Amina", "Bilal")

    async def closed() -> int:
        async with seeing.house.store.work() as work:
            return await watching.close_over(work)

    async def watched() -> list[tuple[str, bool]]:
        async with seeing.house.store.look() as look:
            found = await watching.to_watch(look)
        return [(one.provider, one.prepares) for one in found if one.lesson == seeing.lesson]

    assert await watched() == [("bbb", True)]
    seeing.house.clock.at = TEN + timedelta(hours=2, minutes=20)
    assert await watched() == [("bbb", False)]
    assert await closed() == 0
    seeing.house.clock.at += timedelta(minutes=5)
    assert await closed() == 2
    assert await closed() == 0
    assert await watched() == [("bbb", False)]  # nobody is in, but the room stands and is to be ended
    seeing.house.clock.at += watching.ENDS
    assert await watched() == []
    assert (await seeing.room("Amina"), await seeing.room("Bilal")) == ([(600, 1200)], [(0, 1200)])
    async with seeing.house.store.look() as look:
        assert await look.one(select(func.count()).where(RoomStay.closed.is_(None))) == 0


async def test_close_over_when_her_lesson_was_cancelled_meanwhile_then_nothing_is_written_and_it_is_asked_no_more(
    seeing: Seeing,
) -> None:
    await asked(seeing, 600, "Amina")
    async with seeing.house.store.work() as work:
        await work.run(update(Lesson).where(Lesson.id == seeing.lesson).values(status="cancelled"))
    seeing.house.clock.at = TEN + timedelta(hours=3)
    for expected in (1, 0):
        async with seeing.house.store.work() as work:
            assert await watching.close_over(work) == expected
    async with seeing.house.store.look() as look:
        assert await look.one(select(func.count()).where(Evidence.kind == "provider")) == 1


async def test_register_when_a_visitor_was_taken_for_gone_and_says_good_bye_later_then_she_is_in_no_register(
    seeing: Seeing,
) -> None:
    house = seeing.house
    async with house.store.work() as work:
        invited = NewPerson(name="Salma", language="ar")
        who = await visitors.invite(work, await house.actor("Veera"), seeing.lesson, invited, "interpreter")
    house.people["Salma"] = who.id
    await seeing.take(seeing.seen("Salma", "joined", 0))
    await asked(seeing, 30, "Salma")
    await asked(seeing, 60)
    house.clock.at = TEN + timedelta(seconds=300)
    await seeing.take(seeing.seen("Salma", "left", 47))
    async with house.store.look() as look:
        found = await register.register(look, SYSTEM, seeing.lesson)
    assert who.id not in {one.person for one in found.entries}


async def test_to_watch_when_a_lesson_comes_near_then_its_room_is_made_ready_before_the_doors_open(
    seeing: Seeing,
) -> None:
    found = []
    for minutes in (19, 20, 59, 60):
        seeing.house.clock.at = MONDAY + timedelta(minutes=minutes)
        async with seeing.house.store.look() as look:
            found.append(sum(one.lesson == seeing.lesson for one in await watching.to_watch(look)))
    assert found == [0, 1, 1, 1]
