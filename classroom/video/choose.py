"""Which rooms this house has: those of its environment, and those of the servers that its administrator added."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from calendars.chains import EMBEDDED
from calendars.errors import Invalid, Unavailable
from classroom.video.line import Line
from classroom.video.provider import Provider


@dataclass(frozen=True, slots=True)
class Room:
    """A provider with what the house knows of its server."""

    provider: Provider = field(repr=False)
    kind: str
    shown: str
    """Its name for people; empty for the embedded room, which each language calls its own way."""
    organisation: str | None = None
    """Whose programmes may use it; None: everybody's."""
    made_of: str = field(default="", repr=False)
    """The row it was made of, so that a row that did not change makes nothing new."""

    @property
    def name(self) -> str:
        return self.provider.name


@dataclass(frozen=True, slots=True)
class Known:
    """What all processes together know of a server."""

    answered: datetime | None = None
    fell: datetime | None = None
    problem: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    at: datetime | None = None

    @property
    def away(self) -> bool:
        """Whether it has not answered since it was last found away."""
        return self.fell is not None and (self.answered is None or self.fell > self.answered)


class Providers:
    """The providers that this house has, by name. One object for a process; `renew` changes what is in it."""

    def __init__(self, own: Iterable[Provider], titles: Mapping[str, str] | None = None) -> None:
        shown = {EMBEDDED: "", **(titles or {})}
        self._own = {one.name: Room(one, one.name, shown.get(one.name, one.name)) for one in own}
        self._rows: dict[str, Room] = {}
        self._called: dict[str, str] = {}
        self._known: Mapping[str, Known] = {}

    def renew(self, rooms: Sequence[Room], called: Mapping[str, str]) -> list[Room]:
        """The servers that were added have changed; `called` names all that there ever were.

        Those whose providers are used no more come back: their lines can be closed.
        """
        before, kept = self._rows, {id(room.provider) for room in rooms}
        self._rows, self._called = {room.name: room for room in rooms}, dict(called)
        return [room for room in before.values() if id(room.provider) not in kept]

    @property
    def rows(self) -> Mapping[str, Room]:
        """The rooms of the servers that were added, by name."""
        return self._rows

    @property
    def rooms(self) -> list[Room]:
        """Every room that can be chosen: the embedded one first, then by what people call them."""
        found = [*self._own.values(), *self._rows.values()]
        return sorted(found, key=lambda room: (room.name != EMBEDDED, room.shown.lower(), room.name))

    @property
    def names(self) -> list[str]:
        return sorted([*self._own, *self._rows])

    def for_organisation(self, organisation: str | None) -> list[Room]:
        """What a programme of this organisation may choose; None: what every one of the house may."""
        return [room for room in self.rooms if room.organisation in (None, organisation)]

    def shown(self, name: str) -> str:
        """What people call a server, also one that was retired; the name itself where nobody knows more."""
        room = self._room(name)
        return room.shown if room else self._called.get(name, name)

    def of(self, name: str) -> Provider:
        """The provider of this name. Raises Unavailable when this house has it no more."""
        room = self._room(name)
        if room is None:
            raise Unavailable("provider_not_set", provider=self.shown(name))
        return room.provider

    def learn(self, known: Mapping[str, Known]) -> None:
        """What the other processes found, too."""
        self._known = known

    def known(self, name: str) -> Known | None:
        """What all processes found of a server so far; None: nothing, or nothing can be asked of it."""
        return self._known.get(name)

    def why_not(self, name: str) -> str:
        """The code of why nobody can be sent to a server now; empty where she can. Nobody is asked for it."""
        room = self._room(name)
        if room is None:
            return "provider_not_set"
        line, known = line_of(room.provider), self._known.get(name)
        if line is None:
            return ""
        own = line.health
        if own.state == "resting":
            return own.problem or "video_silent"
        if known is None or not known.away or (own.answered and known.fell and own.answered > known.fell):
            return ""
        return known.problem or "video_silent"

    @property
    def away(self) -> list[str]:
        """The servers that were added or set and to which nobody can be sent now."""
        return [room.name for room in self.rooms if self.why_not(room.name)]

    def lost(self) -> list[str]:
        """The servers that there once were and are no more."""
        return [name for name in self._called if self._room(name) is None]

    def check(self, name: str, organisation: str | None = None, place: str = "provider") -> str:
        """A name that somebody chose, for a programme of this organisation. Raises Invalid `bad_choice`."""
        room = self._room(name)
        if room is None or room.organisation not in (None, organisation):
            raise Invalid("bad_choice", field=place)
        return name

    def _room(self, name: str) -> Room | None:
        return self._own.get(name) or self._rows.get(name)


def line_of(provider: Provider) -> Line | None:
    """The line to a provider's server; none where there is nobody to ask."""
    line = getattr(provider, "line", None)
    return line if isinstance(line, Line) else None
