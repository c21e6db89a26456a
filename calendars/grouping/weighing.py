"""What a coordinator finds important in groups, in words, and the weights that the search takes. Pure."""

from collections.abc import Mapping
from typing import Final

from calendars.errors import Invalid
from calendars.grouping.problem import Weights

ABOUT: Final = ("level", "time", "km", "split")
"""Near levels, common half days, short ways, wishes to be together."""
HOW_MUCH: Final[Mapping[str, float]] = {"not": 0, "little": 0.25, "much": 1, "very": 4}
USUAL: Final = "much"


def checked(words: Mapping[str, str]) -> dict[str, str]:
    """These words, the usual one where nothing is said. Raises Invalid `bad_choice`."""
    for about, word in words.items():
        if about not in ABOUT or word not in HOW_MUCH:
            raise Invalid("bad_choice", field=about)
    return {about: words.get(about) or USUAL for about in ABOUT}


def weights(words: Mapping[str, str]) -> Weights:
    """The weights of the contract, each made heavier or lighter by its word."""
    said, usual = checked(words), Weights()
    return Weights(**{about: getattr(usual, about) * HOW_MUCH[said[about]] for about in ABOUT})
