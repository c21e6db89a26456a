"""The lessons of tests/server/played with a thousand events each, by three fixed seeds and on both databases."""

import pytest

from tests.server.played import conftest
from tests.server.played.plays import Play

EVENTS = 1000
clock, play = conftest.clock, conftest.play
pytestmark = pytest.mark.parametrize("seed", [1, 2, 3])


@pytest.mark.parametrize("kind", ["jitsi", "bigbluebutton", "livekit"])
async def test_lesson_when_all_is_told_at_last_then_presence_is_what_was_played(
    play: Play, kind: str, seed: int
) -> None:
    await play.told(kind, EVENTS)


@pytest.mark.parametrize("kind", ["bigbluebutton", "livekit"])
async def test_lesson_when_messages_are_lost_then_asking_finds_them_within_a_round(
    play: Play, kind: str, seed: int
) -> None:
    await play.reconciled(kind, EVENTS)


async def test_lesson_when_its_server_tells_nothing_then_its_observer_sees_who_is_in(play: Play, seed: int) -> None:
    await play.observed(EVENTS)


async def test_lesson_when_its_server_dies_in_the_middle_then_it_goes_on_in_the_next_room(
    play: Play, seed: int
) -> None:
    await play.dies(EVENTS)
