"""Whatever reason the solver can give has words for people, and whatever would help too."""

from calendars.timetable import check, remedies
from server.pages.timetable.words import HELP, WHY


def test_why_when_the_solver_names_a_rule_then_there_are_words_for_it() -> None:
    assert set(WHY) == set(check.RULES)
    assert set(remedies.RULES) < set(check.RULES)


def test_help_when_the_solver_names_what_would_help_then_there_are_words_for_it() -> None:
    assert set(HELP) == set(remedies.SENTENCES)
