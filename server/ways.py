"""The ways that a member of staff can go from each of her pages: only those that her rights open."""

import re
from typing import Final

from aiohttp import web

from calendars.rights import MATRIX
from server.keys import ACTOR, SAY
from server.words import phrase

WAYS: Final = (
    ("/house", phrase("The house"), ("see_plan", "see_roster")), ("/teaching", phrase("My lessons"), ("lead",)),
    ("/programmes", phrase("Programmes"), ("see_plan",)), ("/people", phrase("People"), ("invite",)),
    ("/reports", phrase("Reports"), ("see_report",)), ("/outbox", phrase("Letters"), ("invite",)),
    ("/settings", phrase("Settings"), ("administer",)),
)  # fmt: skip
"""Address, English source, and the verbs that it asks for."""
WIDE: Final = frozenset({"house", "organisation", "programme"})
"""All but one's own lessons is of whole programmes: with a group alone there would be nothing to see."""
WITHIN: Final = {
    "/people": ("/people/", "/staff/"),
    "/programmes": ("/programmes/", "/groups/", "/models/", "/wizard/"),
}
"""Pages that one reaches over another way than their address says."""
FIGURES: Final = re.compile(r"/programmes/[^/]+/report|/lessons/[^/]+/figure")
"""Pages that one reaches over the reports."""
LEARNS_ONLY: Final = frozenset({"learner", "guest", "visitor"})


def ways(request: web.Request) -> list[tuple[str, str, str]]:
    """(words, address, what aria-current says of it) for whoever reads the page; nothing for a learner."""
    actor = request.get(ACTOR)
    if actor is None or set(actor.roles) <= LEARNS_ONLY:
        return []
    may = frozenset().union(*(MATRIX[scope.role] & {"lead"} for scope in actor.scopes))
    may |= frozenset().union(*(MATRIX[scope.role] for scope in actor.scopes if scope.kind in WIDE))
    say = request[SAY]
    return [(say(words), path, _current(request.path, path)) for path, words, verbs in WAYS if may >= set(verbs)]


def _current(here: str, path: str) -> str:
    within = "/reports/" if FIGURES.fullmatch(here) else f"{here}/"
    return "page" if here == path else "true" if within.startswith(WITHIN.get(path, f"{path}/")) else ""
