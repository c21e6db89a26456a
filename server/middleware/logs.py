"""One structured line a request: an id, the route's pattern, the outcome. No name, no token, no address of a page."""

import logging
import sys
import time
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from calendars.store import new_id
from server.keys import REQUEST_ID

QUIET: Final = ("/health/live", "/health/ready", "/metrics", "/static/{name}")
log = structlog.get_logger()


def set_up(*, readable: bool, quiet: bool = False) -> None:
    """Write lines to stderr: as JSON, or readable for whoever runs it in a terminal; `quiet`: warnings alone."""
    last = structlog.dev.ConsoleRenderer(colors=False) if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


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
