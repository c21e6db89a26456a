"""A filled-in form: one act, once; what was refused stands next to its field, and what was entered stays."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from hashlib import sha256
from typing import Final

from aiohttp import web

from calendars.errors import Conflict, Invalid, Refused
from calendars.store import Work
from server.auth.guard import signed_in
from server.keys import SAY, STORE
from server.middleware.problems import status_of
from server.words import of_error

_TURNING: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
SHOWN_AGAIN: Final = 1000  # characters of a field; whoever pasted megabytes does not need them back


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody wrote into a form and what was wrong with it; empty for a form that nobody touched yet."""

    values: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    field: str = ""
    status: int = 200

    def value(self, name: str, default: object = "") -> str:
        """What to show in a field."""
        return self.values.get(name, str(default))

    def error(self, name: str) -> str:
        """What is wrong with this field."""
        return self.words if self.field == name else ""

    def elsewhere(self, *names: str) -> str:
        """What is wrong with none of these fields."""
        return "" if self.field in names else self.words


UNTOUCHED: Final = Entered()


def entered(request: web.Request, form: Mapping[str, object], wrong: Refused | None = None) -> Entered:
    """The form as it was sent, with the refusal in words."""
    values = {name: shown_again(value) for name, value in form.items() if isinstance(value, str)}
    if wrong is None:
        return Entered(values)
    words = of_error(wrong.code, request[SAY], wrong.facts)
    return Entered(values, words, str(wrong.facts.get("field", "")), status_of(wrong))


def shown_again(value: str) -> str:
    """What somebody wrote, without what no keyboard writes: sent once more it is taken."""
    return "".join(letter for letter in value[:SHOWN_AGAIN] if letter.isprintable())


def unturned(said: str) -> str:
    """The same without marks that turn the direction of what stands beside them; nobody sees or types those.

    They come with telephone numbers that are copied from a telephone, and with names that mean to deceive.
    """
    return said.translate(_TURNING)


def text(form: Mapping[str, object], name: str, most: int = 300) -> str:
    """A field of a form as it was written. Raises Invalid for what no keyboard writes."""
    said = form.get(name, "")
    if not isinstance(said, str):
        raise Invalid("bad_text", field=name)
    said = unturned(said)
    if len(said) > most:
        raise Invalid("too_long", field=name, most=most)
    if any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 or 0xD800 <= ord(letter) < 0xE000 for letter in said):
        raise Invalid("bad_text", field=name)
    return said


def see_other(path: str) -> web.Response:
    """The answer to a form that was taken: go on there."""
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "private, no-store"})


Act = Callable[[Work], Awaitable[str]]
Again = Callable[[web.Request, Entered], Awaitable[web.Response]]


async def once(request: web.Request, form: Mapping[str, object], act: Act, again: Again | None = None) -> web.Response:
    """Do the act of a form and go on where it says; the same form again goes there and changes nothing.

    A form without an id of its own is done each time: it must not be taken for another that had none either.
    `again` shows the page of a refused form with what was entered; without it, raises Invalid and Conflict.
    """
    try:
        return await _once(request, form, act)
    except (Invalid, Conflict) as wrong:
        if again is None:
            raise
        return await again(request, entered(request, form, wrong))


async def _once(request: web.Request, form: Mapping[str, object], act: Act) -> web.Response:
    said = text(form, "write", 40)
    write = sha256(f"{signed_in(request).person} {request.path} {said}".encode()).hexdigest()
    async with request.app[STORE].work() as work:
        path = await work.earlier(write) if said else None
        if path is None:
            path = await act(work)
            if said:
                await work.answer(write, path)
    return see_other(path)


_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)
"""Nobody here was born before, nothing is planned after; and no time zone reaches over the end of the calendar."""
_DAY = re.compile(r"(\d{1,2})[.,/ ]+(\d{1,2})[.,/ ]+(\d{4})", re.ASCII)
_HOUR = re.compile(r"(?:klo )?(\d{1,2})[.:,](\d{2})", re.ASCII)


def day_in(form: Mapping[str, object], name: str) -> date:
    """A day as people here write it, `10.3.2026`, or as programs do. Raises Invalid `bad_day`."""
    said = text(form, name, 20).strip()
    found = _DAY.fullmatch(said)
    try:
        day = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(said)
    except ValueError:
        raise Invalid("bad_day", field=name) from None
    if not _FIRST <= day <= _LAST:
        raise Invalid("bad_day", field=name)
    return day


def time_in(form: Mapping[str, object], name: str) -> time:
    """A local time as people here write it, `9.00` or `9:00`. Raises Invalid `bad_hour`."""
    said = text(form, name, 20).strip()
    found = _HOUR.fullmatch(said)
    try:
        at = time(int(found[1]), int(found[2])) if found else time.fromisoformat(said)
    except ValueError:
        raise Invalid("bad_hour", field=name) from None
    if at.tzinfo is not None:
        raise Invalid("bad_hour", field=name)
    return at


def number_in(form: Mapping[str, object], name: str) -> int | None:
    """A whole number, or nothing. Raises Invalid `bad_number`."""
    said = text(form, name, 20).strip()
    if not said:
        return None
    if not (said.isascii() and said.isdigit()) or len(said) > 6:
        raise Invalid("bad_number", field=name)
    return int(said)
