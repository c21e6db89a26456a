"""Whether the house lives, whether it can work, and its figures for Prometheus."""

import asyncio
import hmac
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from calendars.errors import NotFound, SignInFirst, Unavailable
from calendars.reach import Network
from calendars.store import Store
from server.auth.guard import allow
from server.auth.origin import address_of
from server.keys import LIVE, SETTINGS, STORE

PATIENCE: Final = 3.0  # seconds for the database's answer: whoever balances the load asks often
routes = web.RouteTableDef()
_asking: set["asyncio.Task[str]"] = set()


@routes.get("/health/live")
@allow("public")
async def live(_request: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "ok"})


@routes.get("/health/ready")
@allow("public")
async def ready(request: web.Request) -> web.Response:
    """The database answers, and its clock is ours."""
    asked = asyncio.create_task(_ask(request.app[STORE]))
    _asking.add(asked)  # a database that stands still answers nobody: the question ends by itself, later
    asked.add_done_callback(_asking.discard)
    done, _ = await asyncio.wait([asked], timeout=PATIENCE)
    code = asked.result() if done else "database_away"
    if code:
        return web.json_response({"status": "unavailable", "code": code}, status=503)
    drift = request.app[STORE].clock.drift()
    return web.json_response({"status": "ok", "clock_drift_seconds": round(drift, 3)})


async def _ask(store: Store) -> str:
    """What ails the database; nothing when it answers."""
    try:
        async with store.look() as look:
            await look.numbers(["house"])
    except Unavailable as away:
        return away.code
    return ""


@routes.get("/metrics")
@allow("public")
async def metrics(request: web.Request) -> web.Response:
    """Figures of this worker: from this machine, or with the token."""
    settings = request.app[SETTINGS]
    said = request.headers.get("Authorization", "").removeprefix("Bearer ")
    has_token = bool(settings.metrics_token) and hmac.compare_digest(said.encode(), settings.metrics_token.encode())
    if not has_token and not _from_this_machine(request, settings.trusted_proxies):
        raise SignInFirst() if settings.metrics_token else NotFound()
    return web.Response(body=generate_latest(figures(request.app)), content_type="text/plain", charset="utf-8")


def _from_this_machine(request: web.Request, trusted: Sequence[Network]) -> bool:
    """Nobody stands between; a proxy on this machine that we were not told of speaks for others."""
    address = address_of(request, trusted)
    if address == (request.remote or "") and not {"X-Forwarded-For", "Forwarded"}.isdisjoint(request.headers):
        return False
    try:
        return ip_address(address).is_loopback
    except ValueError:  # a socket file has no address
        return False


def figures(app: web.Application) -> CollectorRegistry:
    """Sockets, people in lessons and the clock, as they are now."""
    registry = CollectorRegistry()
    found = app[LIVE].figures() | {"clock_drift_seconds": app[STORE].clock.drift()}
    for name, value in found.items():
        Gauge(f"oppitupa_{name}", name.replace("_", " "), registry=registry).set(value)
    return registry
