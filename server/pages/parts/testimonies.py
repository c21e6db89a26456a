"""Marks and evidence in words: what the register says, and each raw line that speaks for or against it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from calendars.clock import parse_instant
from calendars.errors import Invalid
from classroom import telephone
from classroom.register import Entry, Evidence, Mark
from classroom.said import is_tap
from server.dates import When, duration
from server.words import Say, phrase

MARKS: Final = {
    "present": phrase("present"), "late": phrase("came late"), "left_early": phrase("left early"),
    "partly": phrase("partly present"), "excused": phrase("excused"), "could_not_enter": phrase("could not get in"),
    "absent": phrase("absent"), "not_held": phrase("was not held"),
}  # fmt: skip
TONES: Final = {"absent": "brick", "could_not_enter": "brick", "excused": "muted", "not_held": "muted"}
HOW: Final = {
    "teacher": phrase("I saw her"), "phone": phrase("She was on the phone"), "paper": phrase("She signed on paper"),
    "remove": phrase("She was not there: take this time out"),
}  # fmt: skip
EXCUSES: Final = {
    "own_illness": phrase("She is ill"), "child_ill": phrase("Her child is ill"),
    "job_interview": phrase("A job interview"),
    "public_duty": phrase("A public office asked her to come"), "agreed_leave": phrase("Leave was agreed"),
    "other_accepted": phrase("Another accepted reason"), "unauthorised": phrase("No accepted reason"),
}  # fmt: skip
EVIDENCE: Final = {
    "span": phrase("the device answered"), "outage": phrase("our fault"), "provider": phrase("the room saw her"),
    "held": phrase("the lesson was held"),
    "pause": phrase("pause"), "excuse": phrase("a reason was given"), "could_not_enter": phrase("could not get in"),
    "teacher": phrase("the teacher saw her"),
    "phone": phrase("by telephone"), "paper": phrase("signed on paper"), "remove": phrase("this time was taken out"),
    "taken_back": phrase("a line was taken back"), "own": phrase("she said so herself"),
}  # fmt: skip
REASONS: Final = {telephone.WHY: phrase("On the telephone, said during the lesson")}
"""The reasons that the house gives by itself; all others are somebody's own words."""


def mark_word(state: str, say: Say) -> str:
    """A mark of the register in words."""
    return say(MARKS[state])


def line(row: Evidence, when: When, say: Say, names: Mapping[str, str]) -> dict[str, Any]:
    """One raw line of evidence: in words, and as it is stored."""
    body = row.body
    kind = "own" if is_tap(row) else row.kind
    told = [say(EXCUSES[body["code"]])] if body.get("code") in EXCUSES else []
    reason = body.get("reason")
    told += [say(REASONS[reason]) if reason in REASONS else reason] if reason else []
    told += [str(body["step"])] if body.get("step") else []
    return {
        "number": row.number, "kind": say(EVIDENCE.get(kind, kind)), "received": _second(when, row.received),
        "span": _span(when, body), "told": " · ".join(told), "person": names.get(row.person or "", ""),
        "by": names.get(row.by or "", ""), "id": row.id,
        "raw": json.dumps({"kind": row.kind, "id": row.id, **body}, ensure_ascii=False),
    }  # fmt: skip


def version(mark: Mark, when: When, say: Say, names: Mapping[str, str]) -> dict[str, Any]:
    """One version of a mark."""
    return {
        "version": mark.version, "state": mark_word(mark.state, say), "present": duration(mark.seconds["present"]),
        "at": f"{when.day(mark.at)} {_second(when, mark.at)}", "signed": mark.signed,
        "by": names.get(mark.by or "", say("the house")),
    }  # fmt: skip


def summed(entry: Entry, say: Say) -> str:
    """`70 min · present`, with how late or early where that is the mark."""
    reckoning = entry.reckoning
    words = mark_word(reckoning.state, say)
    if reckoning.state == "late" and reckoning.late_by:
        words = f"{words} ({duration(reckoning.late_by)})"
    if reckoning.state == "left_early" and reckoning.left_early_by:
        words = f"{words} ({duration(reckoning.left_early_by)})"
    return f"{duration(reckoning.seconds['present'])} · {words}"


def _second(when: When, at: Any) -> str:
    local = at.astimezone(when.zone)
    return f"{when.clock(at)}{'.' if when.language == 'fi' else ':'}{local.second:02}"


def _span(when: When, body: Mapping[str, Any]) -> str:
    try:
        starts, ends = parse_instant(body["from"]), parse_instant(body["to"])
    except (KeyError, Invalid):
        return ""
    return f"{_second(when, starts)}–{_second(when, ends)}"
