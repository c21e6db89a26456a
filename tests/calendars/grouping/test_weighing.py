"""What is important in groups, in words: usual words are the weights of the contract."""

import pytest

from calendars.errors import Invalid
from calendars.grouping.problem import Weights
from calendars.grouping.weighing import checked, weights


def test_weights_when_nothing_is_said_then_those_of_the_contract() -> None:
    assert weights({}) == Weights()
    assert checked({"km": "very"}) == {"level": "much", "time": "much", "km": "very", "split": "much"}


def test_weights_when_something_is_said_then_heavier_lighter_or_nothing() -> None:
    assert weights({"level": "not", "time": "little", "km": "very"}) == Weights(0, 0.5, 0.04, 5)


@pytest.mark.parametrize("words", [{"level": "x"}, {"age": "much"}, {"level": ""}])
def test_weights_when_a_word_is_unknown_then_refused(words: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="bad_choice"):
        weights(words)
