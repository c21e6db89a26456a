"""That a lesson went on in another room, in sentences: for the register, the figure and the report."""

from collections.abc import Sequence

from aiohttp import web

from classroom.moves import BY_HAND, CHOSEN, Move
from server.dates import When
from server.keys import SAY
from server.pages.parts.chains import room_words
from server.words import phrase

WRONG_CLOCK = phrase("The clock of its server was wrong.")
WHY = {
    BY_HAND: phrase("Whoever leads moved it."), CHOSEN: phrase("The programme takes other rooms now."),
    "video_clock_ahead": WRONG_CLOCK, "video_clock_behind": WRONG_CLOCK,
}  # fmt: skip
AWAY = phrase("The server of the room did not answer.")


def told_moves(request: web.Request, moves: Sequence[Move], when: When) -> list[str]:
    """Each move of one lesson in a sentence, in order."""
    return [_sentence(request, one, when) for one in moves]


def _sentence(request: web.Request, one: Move, when: When) -> str:
    say, room = request[SAY], room_words(request, one.provider)
    moved = say("The class moved at {time} to the room {room}.", time=when.clock(one.at), room=room)
    return f"{moved} {say(WHY.get(one.why, AWAY))}"
