"""A human's word about somebody while the lesson is on: her teacher sees her, or has her on the telephone; her own."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from calendars.clock import parse_instant, rfc3339
from classroom.tables import Evidence

PHONE: Final = "phone"
LIVE: Final = ("teacher", "paper", PHONE)
TAPPED: Final = (Evidence.kind == "span") & Evidence.by.is_not(None)
"""A stay of one second that somebody entered herself, by a tap on *I am here*: asked of the database."""
TAKEN_BACK: Final = "taken_back"
"""A line of the ledger that takes another one back: both stay there, and neither stands in a trace."""


def taken_back(rows: Iterable[Evidence]) -> frozenset[str]:
    """Which lines of the ledger some later one of these takes back."""
    return frozenset(row.body["of"] for row in rows if row.kind == TAKEN_BACK)


def ended(call: Evidence, now: datetime) -> dict[str, Any] | None:
    """A call as it stands anew when it ends now; None for one that has not begun: it took no second."""
    until = now.replace(microsecond=0)
    return {**call.body, "to": rfc3339(until)} if parse_instant(call.body["from"]) < until else None


def is_tap(row: Evidence) -> bool:
    """The same as TAPPED of a line at hand: she said herself that she is here."""
    return row.kind == "span" and row.by is not None


def own_span(hers: Iterable[Evidence]) -> tuple[datetime, datetime] | None:
    """From the first sign of her to the last, by her own page and her own taps; None for whoever never tapped."""
    signs = [row for row in hers if row.kind == "span"]
    if not any(is_tap(row) for row in signs):
        return None
    return min(parse_instant(row.body["from"]) for row in signs), max(parse_instant(row.body["to"]) for row in signs)


def spoken(row: Evidence) -> datetime | None:
    """Since when she is here by this word, if it reached beyond the instant at which it was given; None otherwise."""
    if row.kind not in LIVE:
        return None
    return since_now(parse_instant(row.body["from"]), parse_instant(row.body["to"]), row.received)


def since_now(starts: datetime, ends: datetime, now: datetime) -> datetime | None:
    """The same for a word that is just being given. What is wholly past is a matter of the register alone."""
    return starts if ends > now else None
