"""The fields from which days are counted: model, first day, country, weekdays, breaks; the same on two pages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from aiohttp import web
from babel import Locale

from calendars import houses, models, schooldays
from calendars.blueprints.form import Blueprint
from calendars.errors import Invalid, NotFound, Refused
from calendars.freedays import WEEKDAYS, Break, countries
from calendars.models import Offered
from calendars.names import in_language
from calendars.schooldays import Plan
from calendars.store import Look
from server.auth.guard import signed_in
from server.keys import HOUSE, LANGUAGE
from server.pages.parts.forms import day_in, text

BREAKS: Final = (
    ("break_first", "break_last"), ("second_first", "second_last"), ("third_first", "third_last"),
)  # fmt: skip
ON: Final = tuple(f"on_{weekday}" for weekday in WEEKDAYS)
ASKED: Final = ("blueprint", "start", "country", *ON, *(name for pair in BREAKS for name in pair))
USUAL: Final = "occupation-for-immigrants"
"""The model that stands in a form before one is chosen."""
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

    def past(self, today: date) -> int:
        """How many of its training days lie behind."""
        return sum(day.date < today for day in self.laid.days)


async def wanted(request: web.Request, look: Look, form: Mapping[str, object]) -> Wanted:
    """Read the fields and count. Raises Invalid with the field, NotFound where she plans nowhere."""
    name, version, whose = _parts(text(form, "blueprint", 120))
    try:
        organisation = await planned_in(request, look, whose)
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


def not_behind(asked: Wanted, form: Mapping[str, object], today: date) -> None:
    """Nobody plans days that lie behind by a slip of the pen. Raises Invalid at `start`.

    A programme that runs already may be entered: whoever does it says so (`late`). One that is over may not.
    """
    if asked.laid.end < today:
        raise Invalid("programme_over", field="start")
    if asked.past(today) and not form.get("late"):
        raise Invalid("days_behind", field="start")


@dataclass(frozen=True, slots=True)
class PlansIn:
    """The organisation for which she plans now, and all of which she could choose: (id, name)."""

    organisation: str
    all: list[tuple[str, str]]

    @property
    def of(self) -> str:
        """What an address says of it; nothing where there is no choice."""
        return f"organisation={self.organisation}" if len(self.all) > 1 else ""


async def plans_in(request: web.Request, look: Look, said: str = "") -> PlansIn:
    """The organisation that is said, here or in the address, else the first in which she plans.

    Raises NotFound for one in which she does not plan, and where she plans in none.
    """
    known = [(one.id, one.name) for one in await houses.organisations(look, signed_in(request))]
    chosen = said or request.query.get("organisation", "") or (known[0][0] if known else "")
    if chosen not in dict(known):
        raise NotFound()
    return PlansIn(chosen, known)


async def planned_in(request: web.Request, look: Look, said: str = "") -> str:
    """The organisation for which she plans now. Raises NotFound."""
    return (await plans_in(request, look, said)).organisation


async def offered(request: web.Request, look: Look) -> list[tuple[str, str]]:
    """The models to choose from: the newest of each name by its name alone, others with their version.

    Whoever plans in several organisations chooses with the model for which of them it is.
    """
    actor, language, several = signed_in(request), request[LANGUAGE], (await plans_in(request, look)).all
    if len(several) == 1:
        return _choices(await models.offered(look, actor, several[0][0]), language)
    return [
        (_value(*_parts(value)[:2], organisation), f"{label} · {name}")
        for organisation, name in several
        for value, label in _choices(await models.offered(look, actor, organisation), language)
    ]


def preset(said: str, choices: list[tuple[str, str]]) -> str:
    """The choice that a link means: a model by name and version, of which the newest is chosen by its name alone."""
    values, (name, _, organisation) = [value for value, _ in choices], _parts(said)
    wanted = (said, _value(name, "", organisation), USUAL, values[0] if values else "")
    return next(one for one in wanted if one in values or one == wanted[-1])


def _choices(known: Sequence[Offered], language: str) -> list[tuple[str, str]]:
    open_to_her = [one for one in known if not one.withdrawn]
    versions = Counter(one.name for one in open_to_her)
    newest = {one.name: one.key for one in reversed(open_to_her)}
    shown = []
    for one in open_to_her:
        title = in_language(one.title, language)
        label = title if one.shipped and versions[one.name] == 1 else f"{title} ({one.version})"
        shown.append((one.name if newest[one.name] == one.key else one.key, label))
    return sorted(shown, key=lambda pair: (pair[0].partition("@")[0], "@" in pair[0]))


def _parts(said: str) -> tuple[str, str, str]:
    """Name, version and organisation of a choice; the last two may be left out."""
    name, version, organisation, *_ = *said.split("@"), "", ""
    return name, version, organisation


def _value(name: str, version: str, organisation: str) -> str:
    return "@".join((name, version, organisation)).rstrip("@")


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
