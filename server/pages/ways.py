"""A page of those who work here; its ways stand in the frame of every page (server/ways.py)."""

from typing import Any

from aiohttp import web

from server.page import render


def staff_page(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """A page on the wide frame of those who work here."""
    return render(request, template, status, **values)
