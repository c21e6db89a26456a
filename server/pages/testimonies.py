"""Marks and evidence in words: what the register says, and each raw line that speaks for or against it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from calendars.clock import parse_instant
from calendars.errors import Invalid
from classroom.register import Entry
from classroom.tables import Evidence, Mark
from server.dates import When, duration
from server.words import Say

MARKS: Final = {
    "present": "present", "late": "came late", "left_early": "left early", "partly": "partly present",
    "excused": "excused", "could_not_enter": "could not get in", "absent": "absent", "not_held": "was not held",
}  # fmt: skip
TONES: Final = {"absent": "brick", "could_not_enter": "brick", "excused": "muted", "not_held": "muted"}
HOW: Final = {
    "teacher": "I saw her", "phone": "She was on the phone", "paper": "She signed on paper",
    "remove": "She was not there: take this time out",
}  # fmt: skip
EXCUSES: Final = {
    "own_illness": "She is ill", "child_ill": "Her child is ill", "job_interview": "A job interview",
    "public_duty": "A public office asked her to come", "agreed_leave": "Leave was agreed",
    "other_accepted": "Another accepted reason", "unauthorised": "No accepted reason",
}  # fmt: skip
EVIDENCE: Final = {
    "span": "the device answered", "outage": "our fault", "provider": "the room saw her", "held": "the lesson was held",
    "pause": "pause", "excuse": "a reason was given", "could_not_enter": "could not get in",
    "teacher": "the teacher saw her",
    "phone": "by telephone", "paper": "signed on paper", "remove": "this time was taken out",
}  # fmt: skip


def line(row: Evidence, when: When, say: Say, names: Mapping[str, str]) -> dict[str, Any]:
    """One raw line of evidence: in words, and as it is stored."""
    body = row.body
    told = [say(EXCUSES[body["code"]])] if body.get("code") in EXCUSES else []
    told += [body["reason"]] if body.get("reason") else []
    told += [str(body["step"])] if body.get("step") else []
    return {
        "number": row.number, "kind": say(EVIDENCE.get(row.kind, row.kind)), "received": _second(when, row.received),
        "span": _span(when, body), "told": " · ".join(told), "person": names.get(row.person or "", ""),
        "by": names.get(row.by or "", ""), "id": row.id,
        "raw": json.dumps({"kind": row.kind, "id": row.id, **body}, ensure_ascii=False),
    }  # fmt: skip


def version(mark: Mark, when: When, say: Say, names: Mapping[str, str]) -> dict[str, Any]:
    """One version of a mark."""
    return {
        "version": mark.version, "state": say(MARKS[mark.state]), "present": duration(mark.seconds["present"]),
        "at": f"{when.day(mark.at)} {_second(when, mark.at)}", "signed": mark.signed,
        "by": names.get(mark.by or "", say("the house")),
    }  # fmt: skip


def summed(entry: Entry, say: Say) -> str:
    """`70 min · present`, with how late or early where that is the mark."""
    reckoning = entry.reckoning
    words = say(MARKS[reckoning.state])
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
