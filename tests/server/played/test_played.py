"""A lesson in fast motion over each kind of video server: whatever becomes of its messages, presence is the truth.

Late, doubled, out of order, lost, forged, stale, replayed, from other rooms and times, from names typed by hand: all
are sent to the real /hooks, and what was lost is found by asking. Register, report and `attendance replay` of
`attendance trace` say to the second what an oracle of the contract says. tests/long plays a thousand events each.
"""

import os

import pytest

from tests.server.played.plays import Play

EVENTS = max(45, int(os.environ.get("OPPITUPA_RUNS", "200")) // 5)


def each(*pairs: tuple[str, str]) -> pytest.MarkDecorator:
    """These kinds, each on one database; tests/long plays all on both."""
    return pytest.mark.parametrize(("database", "kind"), pairs, indirect=["database"])


@each(("sqlite", "jitsi"), ("postgresql", "bigbluebutton"), ("sqlite", "livekit"))
async def test_lesson_when_all_is_told_at_last_then_presence_is_what_was_played(play: Play, kind: str) -> None:
    await play.told(kind, EVENTS)


@each(("sqlite", "bigbluebutton"), ("postgresql", "livekit"))
async def test_lesson_when_messages_are_lost_then_asking_finds_them_within_a_round(play: Play, kind: str) -> None:
    await play.reconciled(kind, EVENTS)


@each(("sqlite", "galene"), ("postgresql", "galene"))
async def test_lesson_when_its_server_tells_nothing_then_its_observer_sees_who_is_in(play: Play, kind: str) -> None:
    await play.observed(EVENTS)


@each(("sqlite", "bigbluebutton"))
async def test_lesson_when_its_server_dies_in_the_middle_then_it_goes_on_in_the_next_room(
    play: Play, kind: str
) -> None:
    await play.dies(EVENTS)


@each(("postgresql", "jitsi"), ("sqlite", "bigbluebutton"), ("postgresql", "livekit"))
async def test_hooks_when_they_flood_in_then_one_message_is_one_line_and_the_house_answers(
    play: Play, kind: str
) -> None:
    await play.flooded(kind, EVENTS)
