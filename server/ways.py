"""The ways that a member of staff can go from each of her pages: only those that her rights open."""

from typing import Final

from aiohttp import web

from calendars.rights import MATRIX
from server.keys import ACTOR, SAY
from server.words import phrase

WAYS: Final = (
    ("/house", phrase("The house"), ("see_plan", "plan")), ("/teaching", phrase("My lessons"), ("lead",)),
    ("/programmes", phrase("Programmes"), ("see_plan",)), ("/people", phrase("People"), ("invite",)),
    ("/reports", phrase("Reports"), ("see_report",)), ("/outbox", phrase("Letters"), ("invite",)),
    ("/settings", phrase("Settings"), ("administer",)),
)  # fmt: skip
"""Address, English source, and the verbs of which one is enough."""
WITHIN: Final = {"/people": ("/people/", "/staff/"), "/programmes": ("/programmes/", "/groups/")}
"""Pages that one reaches over another way than their address says."""
LEARNS_ONLY: Final = frozenset({"learner", "guest"})


def ways(request: web.Request) -> list[tuple[str, str, str]]:
    """(words, address, what aria-current says of it) for whoever reads the page; nothing for a learner."""
    actor = request.get(ACTOR)
    if actor is None or set(actor.roles) <= LEARNS_ONLY:
        return []
    may = frozenset().union(*(MATRIX[role] for role in actor.roles))
    say = request[SAY]
    return [(say(words), path, _current(request.path, path)) for path, words, verbs in WAYS if may & set(verbs)]


def _current(here: str, path: str) -> str:
    return "page" if here == path else "true" if f"{here}/".startswith(WITHIN.get(path, f"{path}/")) else ""
