"""Private calendar addresses: whose days they hold, whether they still open, and what stands in them."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, union, update

from calendars import agenda, houses, programmes, rights, tokens
from calendars.agenda import Engagement
from calendars.appointments import diary, talk_entries
from calendars.clock import day_of
from calendars.errors import Invalid, NotFound
from calendars.facts import FeedRenewed
from calendars.ical import Calendar, Colour, Entry
from calendars.names import in_language
from calendars.rights import Actor, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Feed, Grant, Group, Leader, Lesson, Programme, Seat

Say = Callable[..., str]
KINDS = ("mine", "contact_days")
KEPT = timedelta(days=400)  # how far back a calendar goes: whoever teaches for years must not carry them all
WITHDRAWN = timedelta(days=14)  # how long an old address empties the calendars that still ask for it
SEALS = 8  # old generations that are still known as ours; older ones are as wrong as any other
_COLOURS: dict[str, Colour] = {"mine": "teal", "contact_days": "chocolate"}
_CLIENTS = {
    "Google Calendar": ("google",),
    "Thunderbird": ("thunderbird",),
    "Apple Calendar": ("dataaccessd", "calendaragent", "remindd", "ios/", "macos/"),
    "Outlook": ("outlook", "microsoft", "exchange"),
    "ICSx⁵": ("icsx5",),
    "DAVx⁵": ("davx5",),
    "Nextcloud": ("nextcloud",),
    "Evolution": ("evolution",),
    "Home Assistant": ("homeassistant",),
    "Web browser": ("mozilla",),
}
"""What a calendar app says of itself; the first that fits."""


@dataclass(frozen=True, slots=True)
class OpenFeed:
    """A feed whose address was right, with whoever it belongs to. Withdrawn: it opens nothing but a notice any more."""

    feed: Feed
    whose: Actor
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Fetch:
    """Somebody's app asked for a feed."""

    feed: str
    client: str
    at: datetime


async def address(work: Work, actor: Actor, kind: str, target: str = "", label: str = "") -> Feed:
    """The actor's own feed of a kind, made when she asks the first time. `target`: the programme of `contact_days`."""
    rights.ask(actor, "see_own", Target(person=actor.person))
    if kind == "contact_days":
        if not await _hers(work, actor, target):
            raise NotFound()
    elif kind == "mine":
        target = actor.person
    else:
        raise Invalid("bad_choice", field="kind")
    wanted = select(Feed).where(Feed.kind == kind, Feed.target == target, Feed.person == actor.person)
    known: Feed | None = await work.one(wanted)
    if known is None:
        statement = work.upsert(Feed).values(
            id=new_id(),
            person=actor.person,
            kind=kind,
            target=target,
            label=label,
            generation=1,
            client="",
            made=work.now,
        )
        await work.run(statement.on_conflict_do_nothing())
        known = (await work.all(wanted))[0]
    return known


async def programmes_of(look: Look, actor: Actor) -> list[Programme]:
    """The programmes whose contact days she may have in her calendar: also those in which she sits from a later day."""
    rights.ask(actor, "see_own", Target(person=actor.person))
    found = await programmes.of(look, actor)
    ahead = select(Group.programme).join(Seat, Seat.group == Group.id)
    ahead = ahead.where(Seat.person == actor.person, Seat.last_day >= Seat.first_day, Seat.first_day > look.now.date())
    more = Programme.id.in_(ahead) & Programme.id.not_in([one.id for one in found])
    return found + list(await look.all(select(Programme).where(more).order_by(Programme.starts.desc(), Programme.id)))


async def renew(work: Work, actor: Actor, feed: str) -> Feed:
    """Give a feed a new address: whoever has the old one sees no day of it any more."""
    row = await work.get(Feed, feed)
    if row is None:
        raise NotFound()
    if row.person != actor.person:
        await rights.ask_about(work, actor, "invite", row.person)
    row.generation += 1
    row.made, row.fetched, row.client = work.now, None, ""
    work.tell(FeedRenewed(stream=row.person, feed=row.id, by=actor.person))
    await work.flush()
    return row


async def of(look: Look, actor: Actor) -> list[Feed]:
    """The actor's feeds, with when an app last asked for each."""
    return list(await look.all(select(Feed).where(Feed.person == actor.person).order_by(Feed.kind.desc(), Feed.target)))


def path(secret: bytes, feed: Feed) -> str:
    """The address of a feed, below the house's own; it can be shown again at any time."""
    return f"/feeds/{tokens.make(secret, 'feed', feed.id, feed.generation)}.ics"


async def open_feed(look: Look, secret: bytes, token: str) -> OpenFeed:
    """The feed behind an address. Raises NotFound for a wrong one, `feed_gone` for one renewed two weeks ago."""
    feed = await look.get(Feed, tokens.id_of(token))
    newest = feed.generation if feed else 1
    known = range(newest, max(0, newest - SEALS), -1)
    genuine = [number for number in known if tokens.check(secret, "feed", token, number)]
    if feed is None or not genuine:
        raise NotFound()
    current = genuine == [newest]
    if not current and look.now >= feed.made + WITHDRAWN:
        raise NotFound("feed_gone")
    whose = await rights.actor_of(look, feed.person)
    return OpenFeed(feed, whose, withdrawn=not (current and await _still_hers(look, feed, whose)))


async def streams(look: Look, opened: OpenFeed) -> list[str]:
    """The ordered streams on which everything is told that can change this feed."""
    if opened.feed.kind == "contact_days":
        return ["house", opened.whose.person, opened.feed.target]
    person = opened.whose.person
    scope = (Grant.person == person, Grant.until.is_(None) | (Grant.until > look.now))
    programmes = union(
        select(Group.programme).join(Seat, Seat.group == Group.id).where(Seat.person == person),
        select(Lesson.programme).join(Leader, Leader.lesson == Lesson.id).where(Leader.person == person),
        select(Group.programme).join(Grant, Grant.scope == Group.id).where(*scope),
        select(Programme.id).join(Grant, Grant.scope == Programme.id).where(*scope),
    )
    return ["house", person, *sorted(await look.all(programmes))]


async def contents(look: Look, opened: OpenFeed, say: Say, base: str, secret: bytes) -> tuple[Calendar, list[Entry]]:
    """The calendar and its entries in the person's language; `base` is where links lead."""
    feed, whose = opened.feed, opened.whose
    house = await houses.card(look)
    source = base + path(secret, feed)
    if opened.withdrawn:
        calendar = Calendar(say("This calendar is closed"), house.zone, source_url=None)
        return calendar, [_notice(feed, house.zone, say)]
    if feed.kind == "mine":
        found = await agenda.all_of(look, whose, since(look.now))
        calendar = Calendar(say("My lessons · {house}", house=house.name), house.zone, source_url=source)
    else:
        found = await agenda.contact_days(look, whose, feed.target)
        programme, _ = await rights.target_of_programme(look, feed.target)
        name = in_language(programme.name, whose.language, programme.language)
        calendar = Calendar(
            say("Contact days · {programme}", programme=name),
            programme.zone,
            colour=_COLOURS[feed.kind],
            source_url=source,
        )
    talks = await diary.all_of(look, whose.person, since(look.now)) if feed.kind == "mine" else []
    entries = [_entry(one, whose.language, say, base) for one in found]
    return calendar, entries + [talk_entries.entry(one, say, base) for one in talks]


def since(now: datetime) -> datetime:
    """From where a calendar begins: the first of a month, so that time alone changes its bytes but once a month."""
    return (now - KEPT).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


async def fetched(work: Work, fetches: Sequence[Fetch]) -> None:
    """Note when an app last asked for these feeds, and which."""
    if fetches:
        statement = update(Feed.__table__).where(Feed.id == bindparam("feed"))  # type: ignore[arg-type]
        rows = [{"feed": one.feed, "seen": one.at, "app": one.client} for one in fetches]
        await work.run(statement.values(fetched=bindparam("seen"), client=bindparam("app")), rows)


def client_name(agent: str) -> str:
    """A calendar app's short name from its User-Agent; the first word of an unknown one."""
    lower = agent.lower()
    for name, marks in _CLIENTS.items():
        if any(mark in lower for mark in marks):
            return name
    word = re.match(r"[A-Za-z][A-Za-z0-9 ._-]{0,29}", agent)
    return word[0].strip() if word else ""


async def _still_hers(look: Look, feed: Feed, whose: Actor) -> bool:
    """Whether the feed is still hers: her own always, a programme's while she works there or if she ever sat in it."""
    return feed.kind == "mine" or await _hers(look, whose, feed.target)


async def _hers(look: Look, whose: Actor, programme: str) -> bool:
    """Whether she works in a programme, sits in it, sat there before, or will sit there when it begins."""
    try:
        await rights.ask_part(look, whose, programme)
    except NotFound:
        sat = select(Seat.id).join(Group, Group.id == Seat.group)
        return await look.one(sat.where(Seat.person == whose.person, Group.programme == programme).limit(1)) is not None
    return True


def _notice(feed: Feed, zone: str, say: Say) -> Entry:
    """The one entry of a withdrawn feed: an error would leave the old days on the device for ever."""
    day = day_of(feed.made, zone)
    return Entry(
        uid=f"{feed.id}-{feed.generation}@oppitupa", starts=day, ends=day + timedelta(days=1), zone=zone,
        modified=feed.made,
        summary=say("This calendar address does not work any more"),
        description=say("Open your day in the classroom. Take the new address there."), transparent=True,
    )  # fmt: skip


def _entry(one: Engagement, language: str, say: Say, base: str) -> Entry:
    link = f"{base}/j/{one.id}" if one.online else None
    title = in_language(one.title, language, one.programme.language) or say("Lesson")
    place = ", ".join(filter(None, (one.place.name, one.place.address))) if one.place else ""
    kinds = {"contact": say("Contact day"), "workplace": say("Workplace day")}
    return Entry(
        uid=f"{one.id}@oppitupa",
        starts=one.starts,
        ends=one.ends,
        modified=_modified(one),
        zone=one.zone,
        summary=say("Cancelled: {title}", title=title) if one.cancelled else title,
        description="\n".join(_lines(one, language)),
        place=place,
        latitude=one.place.latitude if one.place else None,
        longitude=one.place.longitude if one.place else None,
        url=link,
        conference=link,
        categories=(kinds.get(one.kind) or say("Lesson"),),
        sequence=(one.lesson or one.day).sequence,
        cancelled=one.cancelled,
    )


def _lines(one: Engagement, language: str) -> Iterable[str]:
    """What else an entry says: her group, and the title once more in the language that is being learnt. No people."""
    teaching = one.programme.language
    if language != teaching and in_language(one.title, language) != (own := one.title.get(teaching, "")):
        yield own
    if one.group:
        names = [row.name for row in (one.field, one.group) if row is not None]
        yield " · ".join(in_language(name, language, teaching) for name in names)


def _modified(one: Engagement) -> datetime:
    """The last revision of anything that the entry says."""
    rows = (one.day, one.lesson, one.group)
    return max(row.modified for row in rows if row is not None)
