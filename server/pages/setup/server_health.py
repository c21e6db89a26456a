"""How a video server is, in one line: a sign, a word, the last error in words and when it was."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from calendars.errors import Unavailable
from classroom.serverstates import TELLS_AHEAD
from classroom.video.choose import Known, line_of
from classroom.video.health import Health
from classroom.video.provider import Finding
from server.dates import When
from server.keys import SAY, STORE, VIDEO
from server.words import of_error

CLOCK: Final = frozenset({TELLS_AHEAD, "video_clock_ahead", "video_clock_behind"})
LATELY: Final = timedelta(minutes=10)


def shown_health(request: web.Request, name: str, when: When) -> dict[str, str]:
    """The line of one server, by what this worker and all others found; nothing is asked for it."""
    say, video = request[SAY], request.app[VIDEO]
    try:
        line = line_of(video.of(name))
    except Unavailable:
        return {"tone": "brick", "word": say("cannot be used"), "more": of_error("seal_broken", say, {})}
    if line is None:
        return {"tone": "", "word": say("not known"), "more": say("Nobody can ask this server how it is.")}
    known, own = video.known(name) or Known(), line.health
    answered = max(filter(None, [known.answered, own.answered]), default=None)
    told = [_problem(request, known, own, when)]
    if video.why_not(name):
        return {"tone": "brick", "word": say("does not answer"), "more": told[0]}
    if answered is None:
        return {"tone": "amber", "word": say("not asked yet"), "more": told[0]}
    if _clock_is_off(request, known, own):
        return {"tone": "amber", "word": say("its clock is wrong"), "more": told[0]}
    told.insert(0, say("Last answer {time}.", time=when.moment(answered)))
    return {"tone": "pine", "word": say("answers"), "more": " ".join(filter(None, told))}


def _problem(request: web.Request, known: Known, own: Health, when: When) -> str:
    """The last error in words and when it was; empty where there never was one."""
    code, facts, at = _last(known, own)
    if not code or at is None:
        return ""
    said = of_error(code, request[SAY], facts)
    return request[SAY]("Last error {time}: {words}", time=when.moment(at), words=said)


def _last(known: Known, own: Health) -> tuple[str | None, Mapping[str, object], datetime | None]:
    """The last error that this worker or another one found."""
    newer = own.at is not None and (known.at is None or own.at >= known.at)
    return (own.problem, own.facts, own.at) if newer else (known.problem, known.facts, known.at)


def _clock_is_off(request: web.Request, known: Known, own: Health) -> bool:
    """Whether the last error was of its clock, just now: then what it tells of people may count for nothing."""
    code, _, at = _last(known, own)
    return code in CLOCK and at is not None and request.app[STORE].clock.now() - at < LATELY


def clock_told(known: Known | None, now: datetime) -> Finding | None:
    """What is wrong with its clock by what it told of people lately, where that lay in the future."""
    if known is None or known.problem != TELLS_AHEAD or known.at is None or now - known.at >= LATELY:
        return None
    return Finding("clock", known.problem, {name: str(value) for name, value in known.facts.items()})
