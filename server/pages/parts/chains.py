"""The choice of video rooms, of a programme or of new ones: who first, who then, the house's own at last."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from calendars.chains import EMBEDDED
from server.dates import When
from server.keys import LANGUAGE, SAY, VIDEO
from server.pages.parts.forms import Entered, text

PLACES: Final = ("provider", "second", "third", "fourth")
"""The fields, in the order in which their servers are asked."""
MOST_SHOWN: Final = 6


def room_words(request: web.Request, name: str) -> str:
    """What people call a room, whoever gives it."""
    return request[SAY]("The house's own room") if name == EMBEDDED else request.app[VIDEO].shown(name)


def shown_chain(request: web.Request, chain: Sequence[str], organisation: str | None, filled: Entered) -> Any:
    """The fields of the choice: each with what may be chosen there and what is; nothing where nothing can be."""
    video = request.app[VIDEO]
    offered = [
        (room.name, _with_health(request, room.name, away=bool(video.why_not(room.name))))
        for room in video.for_organisation(organisation)
    ]
    gone = [(name, room_words(request, name)) for name in chain if name not in dict(offered)]
    if len(offered) == 1 and not gone:
        return []
    others = [("", request[SAY]("no other")), *(one for one in offered if one[0] != EMBEDDED)]
    labels = (request[SAY]("First"), *[request[SAY]("If it does not answer")] * 3)
    places = PLACES[: len(offered) + len(gone) - 1] if len(offered) + len(gone) > 2 else PLACES[:1]
    asked = [one for one in chain if one != EMBEDDED] or [EMBEDDED]
    return [
        {
            "name": place, "label": labels[n], "options": [*(others if n else offered), *gone],
            "value": filled.value(place, asked[n] if n < len(asked) else ""), "error": filled.error(place),
        }
        for n, place in enumerate(places)
    ]  # fmt: skip


def _with_health(request: web.Request, name: str, *, away: bool) -> str:
    words = room_words(request, name)
    return request[SAY]("{room} (does not answer now)", room=words) if away else words


def shown_choices(
    request: web.Request, choices: Sequence[tuple[datetime, Sequence[str]]], zone: str
) -> list[tuple[str, list[str]]]:
    """Since when a programme asks whom, the last choice first; what was held before stays where it was held."""
    when = When(request[LANGUAGE], zone)
    return [(when.moment(at), [room_words(request, name) for name in names]) for at, names in choices[:MOST_SHOWN]]


def chosen_in(request: web.Request, form: Mapping[str, object], organisation: str | None) -> list[str]:
    """Who was chosen, in order. Raises Invalid `bad_choice` for a server that these may not use."""
    said = [(place, text(form, place, 40)) for place in PLACES]
    return [request.app[VIDEO].check(name, organisation, place) for place, name in said if name or place == PLACES[0]]
