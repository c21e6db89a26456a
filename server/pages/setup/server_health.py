"""How a video server is, in one line: a sign, a word, the last error in words and when it was."""

from aiohttp import web

from calendars.errors import Unavailable
from classroom.video.choose import Known, line_of
from classroom.video.health import Health
from server.dates import When
from server.keys import SAY, VIDEO
from server.words import of_error


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
    told.insert(0, say("Last answer {time}.", time=when.moment(answered)))
    return {"tone": "pine", "word": say("answers"), "more": " ".join(filter(None, told))}


def _problem(request: web.Request, known: Known, own: Health, when: When) -> str:
    """The last error in words and when it was; empty where there never was one."""
    newer = own.at is not None and (known.at is None or own.at >= known.at)
    code, facts, at = (own.problem, own.facts, own.at) if newer else (known.problem, known.facts, known.at)
    if not code or at is None:
        return ""
    said = of_error(code, request[SAY], facts)
    return request[SAY]("Last error {time}: {words}", time=when.moment(at), words=said)
