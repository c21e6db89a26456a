"""A human's word about somebody while the lesson is on: her teacher sees her, or has her on the telephone."""

from collections.abc import Iterable
from datetime import datetime

from calendars.clock import parse_instant
from classroom.tables import Evidence

LIVE = ("teacher", "paper", "phone")
TAKEN_BACK = "taken_back"
"""A line of the ledger that takes another one back: both stay there, and neither stands in a trace."""


def taken_back(rows: Iterable[Evidence]) -> frozenset[str]:
    """Which lines of the ledger some later one of these takes back."""
    return frozenset(row.body["of"] for row in rows if row.kind == TAKEN_BACK)


def spoken(row: Evidence) -> datetime | None:
    """Since when she is here by this word, if it reached beyond the instant at which it was given; None otherwise."""
    if row.kind not in LIVE:
        return None
    return since_now(parse_instant(row.body["from"]), parse_instant(row.body["to"]), row.received)


def since_now(starts: datetime, ends: datetime, now: datetime) -> datetime | None:
    """The same for a word that is just being given. What is wholly past is a matter of the register alone."""
    return starts if ends > now else None
