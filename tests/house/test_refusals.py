"""Every way to say no has the status of a branch; what the server says no with by itself has words (test_words.py)."""

from collections.abc import Iterator

from calendars.errors import Conflict, Refused
from server.errorwords import ERRORS
from server.middleware.problems import OF_STATUS, STATUS, status_of


def below(kind: type[Refused]) -> Iterator[type[Refused]]:
    """Every class under this one, as loaded with the whole application."""
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def without_status(kinds: list[type[Refused]]) -> list[str]:
    return [one.__name__ for one in kinds if not any(parent in STATUS for parent in one.__mro__)]


def test_classes_when_the_application_is_loaded_then_each_has_a_status() -> None:
    import server.app  # noqa: F401  all its rooms make their classes known

    kinds = [one for one in below(Refused) if not one.__module__.startswith("tests")]
    assert without_status(kinds) == []
    assert {"AlreadySigned", "Full", "NotOpen", "Overlaps", "SignInFirst"} <= {one.__name__ for one in kinds}


def test_rule_when_a_class_without_status_is_planted_then_it_is_found() -> None:
    class Unheard(Refused):
        """Stands under no branch that has a status."""

    class Crowded(Conflict):
        """Stands under one."""

    assert without_status([Unheard, Crowded]) == ["Unheard"]
    assert status_of(Crowded("full")) == 409


def test_codes_when_aiohttp_or_the_database_says_no_then_there_are_words() -> None:
    ailments = {"database_away", "database_read_only", "disk_full"}
    own = {"not_found", "sign_in_first", "broken", "bad_request"}
    assert {*OF_STATUS.values(), *ailments, *own} - ERRORS.keys() == set()
