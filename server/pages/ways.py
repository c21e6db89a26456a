"""The ways that a member of staff can go from each of her pages: only those that her rights open."""

from typing import Any, Final

from aiohttp import web

from calendars.rights import MATRIX
from server.keys import ACTOR, SAY
from server.page import render
from server.words import phrase

WAYS: Final = (
    ("/house", phrase("The house"), ("see_plan", "plan")), ("/teaching", phrase("My lessons"), ("lead",)),
    ("/programmes", phrase("Programmes"), ("see_plan",)), ("/people", phrase("People"), ("invite",)),
    ("/reports", phrase("Reports"), ("see_report",)), ("/outbox", phrase("Letters"), ("invite",)),
    ("/settings", phrase("Settings"), ("administer",)),
)  # fmt: skip
"""Address, English source, and the verbs of which one is enough."""


def ways(request: web.Request) -> list[tuple[str, str, bool]]:
    """(words, address, whether it is this page), for whoever reads it."""
    actor = request[ACTOR]
    may = frozenset().union(*(MATRIX[role] for role in actor.roles)) if actor else frozenset()
    say = request[SAY]
    return [(say(words), path, request.path == path) for path, words, verbs in WAYS if may & set(verbs)]


def staff_page(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """A page of those who work here: wide, with its ways."""
    return render(request, template, status, ways=ways(request), **values)
