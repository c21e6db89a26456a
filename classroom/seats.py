"""A roster after one more fact: pure, and the same rules stand again in static/roster.js.

A test holds snapshot + facts == next snapshot for both. A roster is plain JSON, the same as the browser has.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from classroom.said import TAKEN_BACK

Roster = dict[str, Any]
Seat = dict[str, Any]
TOLD_BY_SNAPSHOT = ("RegisterSigned", "SeatsChanged", "WalkedIn")
SAID_ANEW = ("held", TAKEN_BACK)
"""What somebody says by hand and after which much is otherwise."""


def apply(roster: Roster, fact: Mapping[str, Any]) -> Roster | None:
    """The roster after one more fact (a `Told.message()`); None when only a new snapshot can tell.

    That is so when a number is missing between them, when the fact is of a person whom this roster does not name, when
    somebody walked in, or when somebody said by hand that the lesson was held at another time or is over, or took back
    what was said of somebody.
    """
    if fact["number"] <= roster["number"]:
        return roster
    if fact["number"] > roster["number"] + 1 or fact["kind"] in TOLD_BY_SNAPSHOT or fact.get("how") in SAID_ANEW:
        return None
    after = deepcopy(roster)
    after["number"] = fact["number"]
    if fact["kind"] == "LessonOpened" and fact["held_from"][:19] < fact["at"][:19]:
        return None  # it was held before that was known: who came late is reckoned anew
    if fact["kind"] in _LESSON_FACTS:
        _LESSON_FACTS[fact["kind"]](after, fact)
    elif fact["kind"] in _SEAT_FACTS and not (fact["kind"] == "RegisterCorrected" and not fact.get("since")):
        seat = next((one for one in after["seats"] if one["person"] == fact["person"]), None)
        if seat is None:
            return None
        _SEAT_FACTS[fact["kind"]](seat, fact, after)
    return after


def came(seat: Seat, at: str, late: int) -> None:
    """The earliest of all that was told of her coming; it may be told late."""
    if seat["first"] is None or at < seat["first"]:
        seat["first"], seat["late_by"] = at, late
    seat["step"] = None


def settle(seat: Seat, late_after: int) -> None:
    """One person, whatever she is seen by: her own page is the surest, then the video room, then somebody's word, then
    her own, for as long as nothing says that she has left since.
    """
    live = [one for one in seat["visits"].values() if one["live"]]
    seat["devices"] = len(live)
    sounds = [one["sound"] for one in live]
    seat["sound"] = True if True in sounds else False if False in sounds else None
    if live:
        seat["ended"] = seat["end"] = ""
    room, said = seat["room"], seat["said"]
    left = max(seat["ended"] if seat["end"] == "left" else "", room["left"] if room else "")
    own = "own" if seat["tapped"] and seat["tapped"] > left else None
    seat["stands_on"] = "page" if live else "room" if room and room["since"] else said["how"] if said else own
    if seat["stands_on"]:
        seat["state"], seat["since"] = ("late" if seat["late_by"] > late_after else "here"), seat["first"]
    elif room and room["left"] >= seat["ended"]:
        seat["state"], seat["since"] = "left", room["left"]
    elif seat["end"]:
        seat["state"], seat["since"] = seat["end"], seat["ended"]


def seen(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    seat["room"] = {name: fact[name] for name in ("provider", "since", "left")}
    came(seat, fact["first"], fact["late_by"])
    settle(seat, roster["late_after"])


def spoken_for(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    """Somebody's word about her: that she is here since then, or that she was on the telephone until then."""
    came(seat, fact["since"], fact["late_by"])
    over = fact.get("over")
    if not over:
        seat["said"] = {"how": "phone" if fact["how"] == "phone" else "teacher", "since": fact["since"]}
    elif seat["ended"] < over:
        seat["ended"], seat["end"] = over, "left"
    settle(seat, roster["late_after"])


def tapped(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    """She says so herself: her page sleeps, or runs no scripts, and nothing else sees her."""
    seat["tapped"] = fact["at"]
    came(seat, fact["at"], fact["late_by"])
    settle(seat, roster["late_after"])


def _entered(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    came(seat, fact["at"], fact["late_by"])
    seat["visits"][fact["visit"]] = {"live": True, "sound": None}
    settle(seat, roster["late_after"])


def _dropped(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    if fact["visit"] in seat["visits"]:
        seat["visits"][fact["visit"]]["live"] = False
    seat["ended"], seat["end"] = fact["at"], "dropped"
    settle(seat, roster["late_after"])


def _resumed(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    if fact["visit"] in seat["visits"]:
        seat["visits"][fact["visit"]]["live"] = True
    settle(seat, roster["late_after"])


def _left(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    seat["visits"].pop(fact["visit"], None)
    seat["ended"], seat["end"] = fact["at"], "left"
    settle(seat, roster["late_after"])


def _could_not_enter(seat: Seat, fact: Mapping[str, Any], _roster: Roster) -> None:
    if seat["first"] is None:
        seat["state"], seat["step"], seat["since"] = "could_not_enter", fact["step"], fact["at"]


def _sound(seat: Seat, fact: Mapping[str, Any], roster: Roster) -> None:
    if fact["visit"] in seat["visits"]:
        seat["visits"][fact["visit"]]["sound"] = fact["on"]
    if seat["first"] is not None:
        settle(seat, roster["late_after"])


def _raised(seat: Seat, fact: Mapping[str, Any], _roster: Roster) -> None:
    seat["hand"] = fact["at"]


def _lowered(seat: Seat, _fact: Mapping[str, Any], _roster: Roster) -> None:
    seat["hand"] = None


def _opened(roster: Roster, fact: Mapping[str, Any]) -> None:
    roster["opened"] = fact["held_from"]


def _paused(roster: Roster, fact: Mapping[str, Any]) -> None:
    roster["pause"] = fact["at"]


def _unpaused(roster: Roster, _fact: Mapping[str, Any]) -> None:
    roster["pause"] = None


def _closed(roster: Roster, fact: Mapping[str, Any]) -> None:
    roster["closed"], roster["pause"] = fact["at"], None


def _moved(roster: Roster, fact: Mapping[str, Any]) -> None:
    roster["moved"] = {"provider": fact["provider"], "why": fact["why"], "at": fact["at"]}


_SEAT_FACTS = {
    "Entered": _entered, "Dropped": _dropped, "Resumed": _resumed, "Left": _left, "CouldNotEnter": _could_not_enter,
    "SoundChanged": _sound, "HandRaised": _raised, "HandLowered": _lowered, "SeenInRoom": seen,
    "RegisterCorrected": spoken_for, "SaidHere": tapped,
}  # fmt: skip
_LESSON_FACTS = {
    "LessonOpened": _opened,
    "PauseStarted": _paused,
    "PauseEnded": _unpaused,
    "LessonClosed": _closed,
    "RoomMoved": _moved,
}
