"""What planning and guidance must know of a learner: levels, free times, where she lives. Not for her classmates."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select

from calendars import rights
from calendars.blueprints.entry import LEVELS, SKILLS
from calendars.clock import day_of
from calendars.errors import Invalid
from calendars.names import clean_language, clean_line
from calendars.people.facts import ProfileSet
from calendars.people.staffing import WEEKDAYS
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Place, Profile

HALF_DAYS = tuple(f"{day}_{half}" for day in WEEKDAYS for half in ("am", "pm"))
FARTHEST = 3_000.0
MOST_LANGUAGES = 12
OLDEST = 120
_SITE = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProfile:
    """What is said of a learner; None and empty: not asked."""

    levels: Mapping[str, str] = field(default_factory=dict)
    free: Collection[str] | None = None
    municipality: str = ""
    km: Mapping[str, float] = field(default_factory=dict)
    languages: Collection[str] = ()
    born: date | None = None
    registered: bool | None = None
    referred_by: str = ""


async def describe(work: Work, actor: Actor, person: str, new: NewProfile) -> Profile:
    """Say what planning must know of a learner, in place of what was said before. Raises Invalid."""
    await rights.ask_about(work, actor, "counsel", person)
    row = await work.get(Profile, person)
    if row is None:
        row = Profile(person=person, levels={}, languages=[], km={}, municipality="", referred_by="")
        work.add(row)
    checked = _checked(new, day_of(work.now, "UTC"))
    for name in NewProfile.__dataclass_fields__:
        setattr(row, name, getattr(checked, name))
    row.modified = work.now
    await _check_places(work, row.km)
    work.tell(ProfileSet(stream=person, by=actor.person))
    await work.flush()
    return row


async def of(look: Look, actor: Actor, person: str) -> NewProfile:
    """What is known of a learner: for herself, and for whoever plans or counsels her."""
    if actor.person != person:
        await rights.ask_about(look, actor, "counsel", person, past=True)
    else:
        await rights.ask_about(look, actor, "see_own", person)
    return read(await look.get(Profile, person))


def read(row: Profile | None) -> NewProfile:
    """A row as plain values; nothing known without one."""
    if row is None:
        return NewProfile()
    return NewProfile(**{name: getattr(row, name) for name in NewProfile.__dataclass_fields__})


def _checked(new: NewProfile, today: date) -> NewProfile:
    if any(skill not in SKILLS or level not in LEVELS for skill, level in new.levels.items()):
        raise Invalid("bad_choice", field="levels")
    if new.free is not None and set(new.free) - set(HALF_DAYS):
        raise Invalid("bad_choice", field="free")
    if any(not _SITE.fullmatch(site) or not 0 <= far <= FARTHEST for site, far in new.km.items()):
        raise Invalid("bad_distance", field="km", most=int(FARTHEST))
    if len(new.languages) > MOST_LANGUAGES:
        raise Invalid("too_many", field="languages", most=MOST_LANGUAGES)
    if new.born is not None and not today.year - OLDEST <= new.born.year <= today.year:
        raise Invalid("bad_birthday", field="born")
    return replace(
        new, levels=dict(new.levels), km={site: float(far) for site, far in new.km.items()},
        free=None if new.free is None else [one for one in HALF_DAYS if one in new.free],
        languages=[clean_language(one, "languages") for one in dict.fromkeys(new.languages)],
        municipality=clean_line(new.municipality, "municipality", 80),
        referred_by=clean_line(new.referred_by, "referred_by", 120),
    )  # fmt: skip


async def _check_places(look: Look, km: Mapping[str, float]) -> None:
    if km and set(km) - set(await look.all(select(Place.id).where(Place.id.in_(km)))):
        raise Invalid("bad_choice", field="km")
