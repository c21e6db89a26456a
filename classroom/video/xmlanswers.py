"""What BigBlueButton answers: XML that is read without being believed, and a refusal inside a 200 that becomes ours.

A document type or an entity ends the reading before it can do anything, and so does what is nested or named without
measure; the line has bounded its length. The names of refusals differ between versions, so they are sets.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn
from xml.parsers import expat

from calendars.errors import Unavailable
from classroom.video.line import Answer

GONE: Final = frozenset(
    {"notFound", "invalidMeetingIdentifier", "invalidMeetingId", "invalidMeetingID", "meetingForciblyEnded",
     "destroyMissingHook"}
)  # fmt: skip
"""There is no such room, or no such hook."""
THERE: Final = frozenset({"idNotUnique", "NotUniqueMeetingID", "notUniqueMeetingID", "nonUniqueMeetingId"})
"""The room stands already, made with other words."""
REFUSED: Final = frozenset({"checksumError", "missingParamChecksum", "invalidPassword"})
BUSY: Final = frozenset({"serverUnavailable", "serverUnavailableError", "tooManyRequests", "maxParticipantsReached"})
BROKEN: Final = frozenset({"internalError", "createHookError", "destroyHookError", "listHookError"})
DEEPEST, LONGEST_NAME = 12, 60
_KEY: Final = re.compile(r"[A-Za-z0-9]{1,40}")


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: the texts of its elements by their path below the root, in their order, and its message keys."""

    texts: Mapping[str, Sequence[str]]
    keys: frozenset[str] = frozenset()

    def one(self, path: str) -> str:
        """The first text of this path; empty where there is none."""
        return next(iter(self.texts.get(path, ())), "")


def understood(answer: Answer, server: str, fine: frozenset[str] = frozenset()) -> Said:
    """The answer, where it says yes, or no by a key that is as good as a yes. Raises Unavailable otherwise."""
    try:
        texts = read(answer.body)
    except (expat.ExpatError, LookupError, ValueError):  # of its encoding too
        raise Unavailable("video_unreadable", server=server) from None
    said = Said(texts, frozenset([*texts.get("messageKey", ()), *texts.get("errors/error@key", ())]))
    if said.one("returncode") not in ("SUCCESS", "FAILED", "FAILURE"):
        raise Unavailable("video_unreadable", server=server)
    if said.one("returncode") != "SUCCESS" and not said.keys & fine:
        _refuse(said.keys, server)
    return said


def _refuse(keys: frozenset[str], server: str) -> NoReturn:
    for code, known in {"video_refused": REFUSED, "video_busy": BUSY, "video_broken": BROKEN}.items():
        if keys & known:
            raise Unavailable(code, server=server)
    key = next((key for key in sorted(keys) if _KEY.fullmatch(key)), "FAILED")
    raise Unavailable("video_failed", server=server, key=key)


def read(document: bytes) -> dict[str, list[str]]:
    """The texts of a document by path; `a/b@key` is an attribute `key`. Raises ExpatError, LookupError, ValueError."""
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reading.refuse  # whatever declares entities comes after it
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    parser.Parse(document, True)
    return reading.found


@dataclass(slots=True)
class _Reading:
    found: dict[str, list[str]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)

    def refuse(self, *_told: object) -> NoReturn:
        raise ValueError("a document type")

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if len(self.open) >= DEEPEST or len(name) > LONGEST_NAME:
            raise ValueError("too deep, or a name too long")
        self.open.append(name)
        self.texts.append([])
        if "key" in attributes:
            self.found.setdefault(f"{self._path()}@key", []).append(attributes["key"])

    def text(self, part: str) -> None:
        self.texts[-1].append(part)

    def end(self, _name: str) -> None:
        if len(self.open) > 1:
            self.found.setdefault(self._path(), []).append("".join(self.texts[-1]).strip())
        self.open.pop()
        self.texts.pop()

    def _path(self) -> str:
        return "/".join(self.open[1:])
