"""The house itself: what every page shows of it, the secret that it signs with, and the organisations in it."""

import hashlib
import secrets
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select, update

from calendars import rights
from calendars.errors import Conflict, Invalid, NotFound
from calendars.facts import HouseSet
from calendars.names import clean_language, clean_name, clean_telephone
from calendars.pictures import check_logo, media_type
from calendars.rights import Actor
from calendars.store import Look, Work, new_id
from calendars.tables import House, Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHouse:
    """What the administrator says about the house. `logo`: None keeps the present one, empty takes it away."""

    name: str
    telephone: str = ""
    zone: str = "Europe/Helsinki"
    country: str = "FI"
    languages: tuple[str, ...] = ("fi", "en", "ar")
    logo: bytes | None = None


@dataclass(frozen=True, slots=True)
class HouseCard:
    """What every page shows of the house."""

    name: str
    telephone: str
    zone: str
    country: str
    languages: tuple[str, ...]
    logo: str = ""
    """A short mark of the logo's bytes for its address; empty when there is none."""
    ready: bool = False
    """Whether the administrator has set it."""


async def found(work: Work, house: NewHouse) -> House:
    """The first start: the house gets its secret and its first organisation. Raises Conflict `already_founded`."""
    if await work.get(House, 1) is not None:
        raise Conflict("already_founded")
    row = House(id=1, secret=secrets.token_bytes(32), languages=[], set_at=None)
    _describe(row, house)
    work.add(row, Organisation(id=new_id(), name=row.name, telephone=row.telephone))
    await work.flush()
    return row


async def set_house(work: Work, actor: Actor, house: NewHouse) -> HouseCard:
    """Set name, logo, telephone number, time zone and languages of the house."""
    rights.ask(actor, "administer", rights.THE_HOUSE)
    row = await _house(work)
    unset, before = row.set_at is None, row.name
    _describe(row, house)
    if unset:  # the organisation that it was founded with has no name of its own yet
        first = update(Organisation).where(Organisation.name == before)
        await work.run(first.values(name=row.name, telephone=row.telephone))
    row.set_at = work.now
    work.tell(HouseSet(stream="house", by=actor.person))
    return _card(row)


async def card(look: Look) -> HouseCard:
    """What every page shows of the house; open to everybody. Raises NotFound `no_house` before the first start."""
    return _card(await _house(look))


async def secret(look: Look) -> bytes:
    """The root of the house's derived secrets, for the process that signs with it."""
    return (await _house(look)).secret


async def logo(look: Look) -> tuple[bytes, str]:
    """The logo's bytes and their media type. Raises NotFound."""
    row = await _house(look)
    if not row.logo:
        raise NotFound()
    return row.logo, media_type(row.logo)


async def organisations(look: Look, actor: Actor) -> list[Organisation]:
    """The organisations in which the actor plans."""
    wide = rights.scopes_of(actor, "plan")
    statement = select(Organisation).order_by(Organisation.name, Organisation.id)
    if "house" not in wide:
        statement = statement.where(Organisation.id.in_(wide.get("organisation", [])))
    return list(await look.all(statement))


async def name_of_organisation(look: Look, organisation: str) -> str:
    """What an organisation is called, to whoever has a right of one of its people before her."""
    row = await look.get(Organisation, organisation)
    return row.name if row else ""


async def _house(look: Look) -> House:
    row = await look.get(House, 1)
    if row is None:
        raise NotFound("no_house")
    return row


def _card(row: House) -> HouseCard:
    mark = hashlib.sha256(row.logo).hexdigest()[:12] if row.logo else ""
    return HouseCard(
        row.name,
        row.telephone,
        row.zone,
        row.country,
        tuple(row.languages),
        mark,
        ready=row.set_at is not None,
    )


def _describe(row: House, house: NewHouse) -> None:
    row.name = clean_name(house.name, most=80)
    row.telephone = clean_telephone(house.telephone)
    try:
        row.zone = ZoneInfo(house.zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("bad_choice", field="zone") from None
    row.country = clean_name(house.country, "country", 6).upper()
    row.languages = [clean_language(language, "languages") for language in dict.fromkeys(house.languages)]
    if not row.languages:
        raise Invalid("empty", field="languages")
    if house.logo is not None:
        if house.logo:
            check_logo(house.logo)
        row.logo = house.logo or None
