"""People, and the house that knows them: who they are, which language they read, how to reach them."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from calendars import rights
from calendars.errors import Conflict, Invalid, NotFound
from calendars.facts import HouseSet, LinkRenewed, PersonAdded, PersonChanged
from calendars.names import clean_email, clean_language, clean_name, clean_telephone
from calendars.rights import Actor, Right, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Grant, House, Organisation, Person, Seat

LARGEST_LOGO = 200_000  # bytes


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody to be known. An alias is shown in place of the name under a non-disclosure order."""

    name: str
    language: str = "fi"
    telephone: str = ""
    email: str = ""
    alias: str = ""


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
    _describe(row, house)
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


def media_type(picture: bytes) -> str:
    """What a picture is by its first bytes, not its name. Raises Invalid `bad_picture`: SVG could run scripts."""
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if picture.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    raise Invalid("bad_picture", field="logo")


async def organisations(look: Look, actor: Actor) -> list[Organisation]:
    """The organisations in which the actor plans or invites."""
    wide = rights.scopes_of(actor, "plan") | rights.scopes_of(actor, "administer")
    statement = select(Organisation).order_by(Organisation.name, Organisation.id)
    if "house" not in wide:
        statement = statement.where(Organisation.id.in_(wide.get("organisation", [])))
    return list(await look.all(statement))


async def name_of_organisation(look: Look, organisation: str) -> str:
    """What an organisation is called, to whoever has a right of one of its people before her."""
    row = await look.get(Organisation, organisation)
    return row.name if row else ""


async def add(work: Work, actor: Actor, person: NewPerson, target: Target) -> Person:
    """Let the house know somebody; she has no right yet. `target`: the place for which she is added."""
    rights.ask(actor, "invite", target)
    row = Person(id=new_id(), added=work.now, generation=1, revision=1)
    _write_down(row, person)
    work.add(row)
    work.tell(PersonAdded(stream=row.id, person=row.id, by=actor.person))
    await work.flush()
    return row


async def change(work: Work, actor: Actor, person: str, new: NewPerson) -> Person:
    """Correct what the house knows of somebody."""
    row = await rights.ask_about(work, actor, "invite", person)
    _write_down(row, new)
    await _changed(work, actor, row)
    return row


async def change_language(work: Work, actor: Actor, language: str) -> None:
    """Read the house in another language from now on."""
    rights.ask(actor, "see_own", Target(person=actor.person))
    row = await work.get(Person, actor.person)
    if row is None:
        raise NotFound()
    if language not in (await card(work)).languages:
        raise Invalid("bad_choice", field="language")
    if row.language != language:
        row.language = language
        await _changed(work, actor, row)


async def renew_link(work: Work, actor: Actor, person: str) -> int:
    """Make every older personal link of hers worthless. Returns the new generation."""
    row = await rights.ask_about(work, actor, "give_link", person)
    row.generation += 1
    row.revision += 1
    work.tell(LinkRenewed(stream=row.id, by=actor.person))
    return row.generation


async def appoint(work: Work, actor: Actor, person: str, right: Right) -> Grant:
    """Give a person a role somewhere. Raises NotFound for an unknown person or scope."""
    if right.role not in rights.MATRIX:
        raise Invalid("bad_choice", field="role")
    if await work.get(Person, person) is None:
        raise NotFound()
    await rights.ask_to_involve(work, actor, [person])
    return await rights.give(work, actor, person, right, await place_of(work, right))


async def dismiss(work: Work, actor: Actor, grant: str) -> None:
    """End a right now. Raises Conflict `last_admin`, `right_of_a_seat`: a learner's right ends with her seat."""
    row = await work.get(Grant, grant)
    if row is None:
        raise NotFound()
    place = await place_of(work, Right(row.role, row.scope_kind, row.scope))
    rights.ask(actor, "administer" if row.scope_kind == "house" else "invite", place)
    if row.until is not None and row.until <= work.now:
        return
    if await work.one(select(Seat.id).where(Seat.grant == grant)):
        raise Conflict("right_of_a_seat")
    if row.role == "admin" and not await _other_admin(work, row.person):
        raise Conflict("last_admin")
    await rights.take(work, actor, grant, place)


async def _other_admin(work: Work, person: str) -> bool:
    """Whether the house has an administrator besides this person."""
    lasts = Grant.until.is_(None) | (Grant.until > work.now)
    admins = select(Grant.person).where(Grant.role == "admin", Grant.scope_kind == "house", lasts)
    return bool(await work.one(admins.where(Grant.person != person).limit(1)))


async def who(look: Look, ids: Iterable[str]) -> dict[str, Person]:
    """The people with these ids, for an act that already knows that the actor may see them."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {row.id: row for row in await look.all(select(Person).where(Person.id.in_(wanted)))}


async def staff(look: Look, actor: Actor) -> list[tuple[Person, Grant]]:
    """Everybody with a staff role that holds now where the actor may invite, one row for each right."""
    if not rights.scopes_of(actor, "invite"):
        raise NotFound()
    lasts = Grant.until.is_(None) | (Grant.until > look.now)
    held = [
        grant
        for grant, target in await rights.placed(look, Grant.role.in_(rights.STAFF), lasts)
        if rights.may(actor, "invite", target)
    ]
    known = await who(look, {grant.person for grant in held})
    return sorted(
        ((known[grant.person], grant) for grant in held), key=lambda pair: (pair[0].name, pair[0].id, pair[1].id)
    )


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
        if len(house.logo) > LARGEST_LOGO:
            raise Invalid("picture_too_large", field="logo", most=LARGEST_LOGO)
        if house.logo:
            media_type(house.logo)
        row.logo = house.logo or None


def _write_down(row: Person, new: NewPerson) -> None:
    row.name = clean_name(new.name)
    row.language = clean_language(new.language)
    row.telephone = clean_telephone(new.telephone)
    row.email = clean_email(new.email)
    row.alias = clean_name(new.alias, "alias") if new.alias.strip() else None


async def _changed(work: Work, actor: Actor, row: Person) -> None:
    row.revision += 1
    work.tell(PersonChanged(stream=row.id, by=actor.person))
    await work.flush()


async def place_of(look: Look, right: Right) -> Target:
    """Where a right holds, as a target of its own. Raises NotFound."""
    match right.kind:
        case "house":
            return rights.THE_HOUSE
        case "organisation":
            if await look.get(Organisation, right.scope) is None:
                raise NotFound()
            return Target(right.scope)
        case "programme":
            return (await rights.target_of_programme(look, right.scope))[1]
        case "group":
            return (await rights.target_of_group(look, right.scope))[2]
        case "lesson":
            return (await rights.target_of_lesson(look, right.scope))[2]
    raise Invalid("bad_choice", field="scope")
