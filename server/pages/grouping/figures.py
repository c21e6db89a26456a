"""A group as a picture: how far apart its levels lie, and on which half days all, some or none of it are free."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from calendars.grouping.problem import LEVELS, WEEKDAYS, Learner
from calendars.grouping.weighing import ABOUT, HOW_MUCH
from server.dates import When
from server.pages.parts.months import weekday_of
from server.words import Say, phrase

WORKING: Final = 5
BANDS: Final = (("A0", 1), ("A1", 3), ("A2", 2), ("B1", 2), ("B2", 2), ("C", 2))
"""What stands under the levels, and over how many of them it reaches."""
QUESTIONS: Final = {
    "level": phrase("Near levels"), "time": phrase("Common free times"), "km": phrase("Short ways"),
    "split": phrase("Wishes to be together"),
}  # fmt: skip
ANSWERS: Final = {
    "not": phrase("not important"), "little": phrase("a little important"), "much": phrase("important"),
    "very": phrase("very important"),
}  # fmt: skip


def questions(say: Say) -> list[dict[str, Any]]:
    """What may be more or less important in groups, each with its answers."""
    return [
        {"name": about, "words": say(QUESTIONS[about]), "answers": [(word, say(ANSWERS[word])) for word in HOW_MUCH]}
        for about in ABOUT
    ]


def figure_of(members: Sequence[Learner], when: When) -> dict[str, Any]:
    """The picture of one group: a dot for each learner on her level, a field for each half day of the week."""
    levels = Counter(one.level for one in members if one.level is not None)
    told = [one.free for one in members if one.free is not None]
    days = 7 if any(half[:3] in WEEKDAYS[WORKING:] for free in told for half in free) else WORKING
    return {
        "levels": [levels[level] for level in LEVELS], "bands": BANDS, "known": bool(levels), "asked": bool(told),
        "days": [weekday_of(number, when)["short"] for number in range(days)],
        "halves": [[_share(told, f"{day}_{half}") for day in WEEKDAYS[:days]] for half in ("am", "pm")],
    }  # fmt: skip


def _share(told: Sequence[frozenset[str]], half: str) -> str:
    free = sum(half in one for one in told)
    return "none" if not free else "all" if free == len(told) else "some"
