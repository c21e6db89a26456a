"""Jitsi's plugin event_sync as its messages show it: whole seconds, no ids, all who were in again when a room goes."""

import json
from dataclasses import dataclass, field
from typing import Any

from classroom.video.provider import Call


@dataclass
class FakeEventSync:
    """The plugin for one room; `proof` is what its configuration sends with each message."""

    room: str
    proof: str
    people: dict[str, dict[str, Any]] = field(default_factory=dict)

    def join(self, address: str, person: str, at: int) -> Call:
        """Somebody with a token comes in."""
        self.people[address] = {"occupant_jid": address, "id": person, "name": "Ämina", "joined_at": at}
        return self._told("occupant/joined", {"occupant": dict(self.people[address])})

    def leave(self, address: str, at: int) -> Call:
        """She goes, or her line is given up."""
        self.people[address]["left_at"] = at
        return self._told("occupant/left", {"occupant": dict(self.people[address])})

    def destroy(self, at: int) -> Call:
        """The room goes after the last of them."""
        return self._told("room/destroyed", {"destroyed_at": at, "all_occupants": list(self.people.values())})

    def _told(self, what: str, more: dict[str, Any]) -> Call:
        place = {"room_name": self.room, "room_jid": f"{self.room}@conference.meet.example.org", "is_breakout": False}
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.proof}"}
        url = f"https://oppitupa.example.org/hooks/jitsi/events/{what}"
        return Call(f"events/{what}", url, headers, json.dumps(place | more).encode())
