"""An appointment in the words of whoever reads it, with plain Finnish beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from calendars.appointments import talk_entries
from calendars.appointments.diary import Talk
from calendars.appointments.kinds import REASONS
from calendars.appointments.quotas import Balance, Quota
from calendars.names import in_language
from server.dates import When
from server.keys import LANGUAGE, SAY, WORDS
from server.words import PLAIN, Say, Twice

DOORS = timedelta(minutes=5)
"""So long before its start the way into the room of an appointment is shown as open."""


@dataclass(frozen=True, slots=True)
class ShownTalk:
    """An appointment as a page shows it at one instant."""

    it: Talk
    say: Say
    plain: Say
    at: datetime

    @property
    def id(self) -> str:
        return self.it.id

    @property
    def title(self) -> Twice:
        own, plain = talk_entries.title_of(self.it, self.say), talk_entries.title_of(self.it, self.plain)
        return Twice(own, "" if own == plain else plain)

    @property
    def time(self) -> Twice:
        """`ti 10.3. klo 10.00–10.20`."""
        own, plain = (
            When(voice.language, self.it.zone).whole(self.it.starts, self.it.ends) for voice in (self.say, self.plain)
        )
        return Twice(own, "" if own == plain else plain)

    @property
    def day(self) -> str:
        return When(self.say.language, self.it.zone).day(self.it.date, whole=True)

    @property
    def hours(self) -> str:
        return When(self.say.language, self.it.zone).span(self.it.starts, self.it.ends)

    @property
    def partners(self) -> str:
        """With whom, for the learner, and as what a guest comes; the staff see the learner instead."""
        words, guests = dict(guest_words(self.say)), {who.id: guest for who, guest in self.it.guests}
        return ", ".join(
            f"{one.shown} ({words[guests[one.id]]})" if one.id in guests else one.shown for one in self.it.partners
        )

    @property
    def leaders(self) -> tuple[tuple[str, str], ...]:
        """(id, name) of those who work here; a guest is only there."""
        guests = {who.id for who, _ in self.it.guests}
        return tuple((one.id, one.shown) for one in self.it.partners if one.id not in guests)

    @property
    def learner(self) -> str:
        return self.it.learner.shown if self.it.learner else ""

    @property
    def place(self) -> str:
        return talk_entries.whereabouts(self.it)

    @property
    def telephone(self) -> str:
        """The number to call, when it is a talk by telephone."""
        return self.it.spot if self.it.way == "phone" else ""

    @property
    def room(self) -> str:
        """The address of its room, while there is one."""
        return f"/j/{self.it.id}" if self.it.has_room and self.at < self.it.ends + 3 * DOORS else ""

    @property
    def is_open(self) -> bool:
        """Whether the room lets people in now."""
        return bool(self.room) and self.at >= self.it.starts - DOORS


def shown(request: web.Request, talks: Sequence[Talk], at: datetime) -> list[ShownTalk]:
    """These appointments for whoever reads the page."""
    plain = request.app[WORDS].say(PLAIN)
    return [ShownTalk(one, request[SAY], plain, at) for one in talks]


def minutes_bar(balance: Balance) -> list[dict[str, object]]:
    """A learner's minutes as bars: what is used, then what is booked."""
    return [
        {"from": 0, "to": balance.used, "kind": "evidenced"},
        {"from": balance.used, "to": balance.used + balance.reserved, "kind": "bridged"},
    ]


def minutes_axis(minutes: int) -> dict[str, object]:
    """All promised minutes, a mark at each hour."""
    step = 60 if minutes <= 600 else -(-minutes // 600) * 60
    marks = range(0, minutes + 1, step)
    return {"start": 0, "end": minutes, "ticks": [{"at": at, "label": f"{at // 60} h"} for at in marks]}


def balance_words(balance: Balance, say: Say) -> str:
    """The same in words."""
    return say(
        "{used} min used, {booked} min booked, {left} min left",
        used=balance.used, booked=balance.reserved, left=balance.left,
    )  # fmt: skip


def subjects(request: web.Request, quota: Quota, teaching: str) -> list[tuple[str, str]]:
    """What tutoring may be about, in the reader's language."""
    return [(code, in_language(words, request[LANGUAGE], teaching)) for code, words in quota.subjects.items()]


def reasons(say: Say, *, own: bool = False) -> list[tuple[str, str]]:
    """Why a time is given back; by its learner herself for reasons of her `own`."""
    words = {
        "ill": say("I am ill"), "working": say("I work then"), "other_time": say("Another time is better"),
        "staff_away": say("Somebody of the staff is away"), "not_needed": say("It is not needed any more"),
        "other": say("Another reason"),
    }  # fmt: skip
    return [(code, words[code]) for code in REASONS if not own or code not in ("staff_away", "not_needed")]


def guest_words(say: Say) -> list[tuple[str, str]]:
    """As what somebody from outside comes into an appointment."""
    return [
        ("officer", say("Employment officer")), ("interpreter", say("Interpreter")), ("employer", say("Employer")),
    ]  # fmt: skip


def ways_to_meet(say: Say) -> list[tuple[str, str]]:
    """In which ways people meet."""
    return [("on_site", say("On site")), ("online", say("In a video room")), ("phone", say("By telephone"))]
