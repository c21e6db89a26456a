"""Somebody as a form describes her, and the languages that it offers."""

from typing import Any

from aiohttp import web

from calendars.names import LONGEST_NAME
from calendars.people.people import NewPerson
from server.keys import HOUSE
from server.pages.parts.forms import text
from server.words import NAMES


def person_in(form: Any) -> NewPerson:
    """Somebody as a form describes her."""
    return NewPerson(
        name=text(form, "name", LONGEST_NAME), language=text(form, "language", 40) or "fi",
        telephone=text(form, "telephone"), email=text(form, "email"), alias=text(form, "alias", LONGEST_NAME),
    )  # fmt: skip


def languages_of(request: web.Request) -> list[tuple[str, str]]:
    """The languages of the house, for a choice."""
    return [(code, NAMES.get(code, code)) for code in request.app[HOUSE].card.languages]
