"""Weights: what a coordinator finds important in a timetable, in words, and the numbers that the search takes."""

from collections.abc import Mapping, Sequence
from typing import Final

from calendars.errors import Invalid

HOW_MUCH: Final = ("little", "much", "very")
ALWAYS: Final = "always"
"""Of the teacher alone: not a wish but a rule."""
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "teacher": (*HOW_MUCH, ALWAYS), "hours": HOW_MUCH, "gaps": HOW_MUCH,
}  # fmt: skip
"""teacher: a group keeps the same one · hours: those that suit the people of the group · gaps: no idle hours."""
USUAL: Final[Mapping[str, str]] = {"teacher": "much", "hours": "much", "gaps": "much"}
_NUMBERS: Final[Mapping[str, Mapping[str, int]]] = {
    "teacher": {"little": 3, "much": 10, "very": 40, ALWAYS: 40}, "hours": {"little": 1, "much": 2, "very": 6},
    "gaps": {"little": 1, "much": 3, "very": 10},
}  # fmt: skip
_COSTS: Final = {"teacher": "teacher_change", "hours": "slot", "gaps": "gap"}
MOVED: Final = 5


def checked(words: Mapping[str, str]) -> dict[str, str]:
    """These words, the usual ones where nothing is said. Raises Invalid `bad_choice`."""
    for about, word in words.items():
        if word not in WORDS.get(about, ()):
            raise Invalid("bad_choice", field=about)
    return {**USUAL, **words}


def strictest(of_each: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """One set of words for programmes that are placed together: of each the strongest that any of them said."""
    said = [checked(one) for one in of_each] or [dict(USUAL)]
    return {about: max((one[about] for one in said), key=words.index) for about, words in WORDS.items()}


def numbers(words: Mapping[str, str]) -> dict[str, int]:
    """The weights of a timetable problem."""
    said = checked(words)
    return {cost: _NUMBERS[about][said[about]] for about, cost in _COSTS.items()} | {"moved": MOVED}
