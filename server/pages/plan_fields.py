"""The fields from which days are counted: model, first day, country, weekdays, breaks; the same on two pages."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from aiohttp import web
from babel import Locale

from calendars import houses, models, schooldays
from calendars.blueprint_form import Blueprint
from calendars.errors import Invalid, NotFound, Refused
from calendars.freedays import WEEKDAYS, Break, countries
from calendars.names import in_language
from calendars.schooldays import Plan
from calendars.store import Look
from server.auth.guard import signed_in
from server.keys import HOUSE, LANGUAGE
from server.pages.forms import day_in, text

BREAKS: Final = (
    ("break_first", "break_last"), ("second_first", "second_last"), ("third_first", "third_last"),
)  # fmt: skip
ON: Final = tuple(f"on_{weekday}" for weekday in WEEKDAYS)
ASKED: Final = ("blueprint", "start", "country", *ON, *(name for pair in BREAKS for name in pair))
ELSEWHERE: Final = {"breaks": "break_last", "weekdays": "on_mon", "zone": "start"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for, and the days that it would have."""

    blueprint: Blueprint
    organisation: str
    start: date
    country: str
    weekdays: tuple[str, ...] | None
    breaks: tuple[Break, ...]
    laid: Plan


async def wanted(request: web.Request, look: Look, form: Mapping[str, object]) -> Wanted:
    """Read the fields and count. Raises Invalid with the field, NotFound where she plans nowhere."""
    organisation = await planned_in(request, look)
    name, _, version = text(form, "blueprint", 80).partition("@")
    try:
        blueprint = await models.blueprint(look, signed_in(request), organisation, name, version)
    except NotFound:
        raise Invalid("no_such_blueprint", field="blueprint") from None
    start, card = day_in(form, "start"), request.app[HOUSE].card
    own = card.country if card.country.partition("-")[0] in countries() else blueprint.country
    country = text(form, "country", 12) or own
    zone = card.zone if country == own else None
    chosen = tuple(weekday for weekday, field in zip(WEEKDAYS, ON, strict=True) if form.get(field))
    breaks = tuple(one for pair in BREAKS for one in _break(form, *pair))
    laid = schooldays.plan(blueprint, start, country=country, weekdays=chosen or None, breaks=breaks, zone=zone)
    return Wanted(blueprint, organisation, start, country, chosen or None, breaks, laid)


async def planned_in(request: web.Request, look: Look) -> str:
    """The organisation in which she plans. Raises NotFound."""
    known = await houses.organisations(look, signed_in(request))
    if not known:
        raise NotFound()
    return known[0].id


async def offered(request: web.Request, look: Look) -> list[tuple[str, str]]:
    """The models to choose from: the newest of each name by its name alone, others with their version."""
    known = await models.offered(look, signed_in(request), await planned_in(request, look))
    open_to_her = [one for one in known if not one.withdrawn]
    versions = Counter(one.name for one in open_to_her)
    newest = {one.name: one.key for one in reversed(open_to_her)}
    shown = []
    for one in open_to_her:
        title = in_language(one.title, request[LANGUAGE])
        label = title if one.shipped and versions[one.name] == 1 else f"{title} ({one.version})"
        shown.append((one.name if newest[one.name] == one.key else one.key, label))
    return sorted(shown, key=lambda pair: (pair[0].partition("@")[0], "@" in pair[0]))


def lands(language: str) -> list[tuple[str, str]]:
    """Every country whose public holidays are known, by its name in this language."""
    names = Locale.parse(language).territories
    return sorted(((code, names.get(code, code)) for code in countries()), key=lambda pair: pair[1])


def at_field(wrong: Refused, fields: tuple[str, ...], elsewhere: Mapping[str, str]) -> Refused:
    """The same refusal, at a field of this form."""
    field = str(wrong.facts.get("field", ""))
    rest = {name: fact for name, fact in wrong.facts.items() if name != "field"}
    return Invalid(wrong.code, field=field if field in fields else elsewhere.get(field, ""), **rest)


def _break(form: Mapping[str, object], first: str, last: str) -> tuple[Break, ...]:
    """An own break, if one was said; one day alone is a break of one day."""
    if not form.get(first):
        if form.get(last):
            raise Invalid("bad_day", field=first)
        return ()
    begins = day_in(form, first)
    ends = day_in(form, last) if form.get(last) else begins
    if ends < begins:
        raise Invalid("break_backwards", field=last, first=begins, last=ends)
    return ((begins, ends),)
