"""Arriving at the house: the device as the browser describes it, the cookie it takes along, and where it goes next."""

import segno
from aiohttp import web
from markupsafe import Markup

from calendars import agenda, rights
from calendars.store import Work
from server.auth import cookies
from server.auth.device import Device, label_of
from server.auth.origin import address_of, household_of
from server.auth.signin import Opened, replaced
from server.keys import HOUSE, SETTINGS
from server.page import local_path
from server.pages.parts.forms import see_other


def device_of(request: web.Request, own: bool) -> Device:
    """The device that asks."""
    return Device(label_of(request.headers.get("User-Agent", "")[:500]), own, request.app[HOUSE].card.zone)


def household(request: web.Request) -> str:
    """By what attempts from outside are counted."""
    return household_of(address_of(request, request.app[SETTINGS].trusted_proxies))


async def seated(request: web.Request, work: Work, opened: Opened) -> cookies.Held:
    """What the device holds once somebody has signed in on it: she is present, the others stay signed in behind her."""
    others = await replaced(work, cookies.read(request).all, opened.person)
    return cookies.Held(opened.token, tuple(others))


def arrived(request: web.Request, held: cookies.Held, own: bool, path: str) -> web.Response:
    """Hand over the cookie and lead on."""
    response = see_other(local_path(path))
    cookies.write(request, response, held, keep=own or bool(held.others))
    return response


async def landing(work: Work, person: str, wanted: str) -> str:
    """Where she was going; a learner who was going nowhere else lands at the door that is open for her now."""
    if wanted:
        return wanted
    actor = await rights.actor_of(work, person)
    now = (await agenda.now(work, actor, work.now)).now
    return f"/j/{now.id}" if now is not None and now.role == "learner" else "/"


def qr(address: str, title: str) -> Markup:
    """A QR code as SVG, black on white for every scanner."""
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(scale=4, border=2, light="#fff", svgclass="qr-code", title=title, omitsize=True)
    return Markup(svg)  # noqa: S704  segno escapes the title, and the rest is its own drawing
