"""One structured line a request: an id, the route's pattern, the outcome. No name, no token, no address of a page.

Of an exception its kind and its places are told, never its words: those may quote what somebody typed.
"""

import logging
import sys
import time
import traceback
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, TextIO

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from calendars.store import new_id
from server.keys import REQUEST_ID

QUIET: Final = ("/health/live", "/health/ready", "/metrics", "/static/{name}")
MOST_CAUSES: Final = 5
MOST_FRAMES: Final = 12
log = structlog.get_logger()


def set_up(*, readable: bool, quiet: bool = False) -> None:
    """Write lines to stderr: as JSON, or readable for whoever runs it in a terminal; `quiet`: warnings alone."""
    console = structlog.dev.ConsoleRenderer(colors=False)
    last = (_lined, console) if readable else (structlog.processors.JSONRenderer(),)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _placed,
            *last,
        ],
        logger_factory=partial(Lines, sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Wordless())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class Lines:
    """Writes line by line. Where nothing can be written (a full disk, a closed pipe) the line is lost and the work
    goes on: a log that fails must not end what it speaks of.
    """

    def __init__(self, out: TextIO, *_given: object) -> None:
        self._out = out

    def msg(self, line: str) -> None:
        """One line, at once."""
        with suppress(OSError, ValueError):
            self._out.write(f"{line}\n")
            self._out.flush()

    log = debug = info = warn = warning = error = critical = exception = fatal = failure = msg


def places(failure: BaseException | None) -> list[str]:
    """What kind of exception it is, and the lines that it went through, innermost first; then its causes."""
    told: list[str] = []
    seen: set[int] = set()
    while failure is not None and id(failure) not in seen and len(seen) < MOST_CAUSES:
        seen.add(id(failure))
        frames = traceback.extract_tb(failure.__traceback__)[-MOST_FRAMES:]
        lines = [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in reversed(frames)]
        told.append(f"{type(failure).__module__}.{type(failure).__qualname__}: {' < '.join(lines)}")
        failure = failure.__cause__ or failure.__context__
    return told


def _placed(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    given = event.pop("exc_info", None)
    failure = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if failure is not None:
        event["exception"] = places(failure)
    return event


def _lined(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The console writes an exception as text and fails on a list, which would take the answer down with it."""
    if "exception" in event:
        event["exception"] = "\n".join(event["exception"])
    return event


class Wordless(logging.Formatter):
    """Lines of other people's libraries: which of them speaks, its fixed words, and the places of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        failure = record.exc_info[1] if record.exc_info else None
        words = str(record.msg).partition("\n")[0]
        line = f"{record.levelname} {record.name} {words}"
        return f"{line} {places(failure)}" if failure is not None else line


@web.middleware
async def logs(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Log the request when it has been answered."""
    request[REQUEST_ID] = new_id()[:12]
    started = time.perf_counter()
    status = 500
    try:
        with structlog.contextvars.bound_contextvars(request=request[REQUEST_ID]):
            response = await handler(request)
        status = response.status
        if not response.prepared:
            response.headers["X-Request-Id"] = request[REQUEST_ID]
        return response
    except web.HTTPException as http:
        status = http.status
        raise
    finally:
        pattern = pattern_of(request)
        if pattern not in QUIET:
            taken = round((time.perf_counter() - started) * 1000)
            log.info("answered", method=request.method, route=pattern, status=status, ms=taken, id=request[REQUEST_ID])


def pattern_of(request: web.Request) -> str:
    """The pattern of the route, never the path itself: paths hold tokens and ids."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"
