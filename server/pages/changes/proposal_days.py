"""What a proposal does to the days of a programme: the line before and after, what changes in words, what to know."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from calendars import programmes
from calendars.appointments.talk_entries import kind_words
from calendars.changes import publishing
from calendars.changes.touched import DayChange, Touched
from calendars.clock import parse_instant
from calendars.names import in_language
from calendars.people import people
from calendars.programmes import Line, PlannedDay
from calendars.rights import Actor
from calendars.store import Look
from server.dates import When
from server.pages.parts.tiles import kind_word, shown_kinds, shown_line
from server.pages.timetable.grid import hours_of
from server.pages.timetable.timetable import WRONG
from server.words import Say, phrase

WHAT: Final = {
    "break_added": phrase("Own break {first} – {last}"),
    "break_changed": phrase("The break is now {first} – {last}"),
    "break_taken_away": phrase("No break {first} – {last}"),
    "day_moved": phrase("Day {n} moves from {first} to {last}"),
    "day_cancelled": phrase("Day {n}, {first}, is not held"),
    "day_turned": phrase("Day {n}, {first}, is now another kind of day"),
    "continued": phrase("The programme goes on longer"),
    "ended_earlier": phrase("The programme ends earlier"),
    "withdrawn": phrase("The programme is taken away"),
}  # fmt: skip
KNOW: Final = {
    "leader_busy": phrase("{who} leads another lesson then. This one moves without her: {lesson}"),
    "leader_away": phrase("{who} is away then. This lesson moves without her: {lesson}"),
    "group_busy": phrase("The group has something else then. This lesson is given up: {lesson}"),
    "appointment": phrase("{who} has an appointment then. Move it first, or this lesson is given up: {lesson}"),
    "not_at_work": phrase("{who} does not work then: {lesson}"),
    "appointments_stay": phrase("Appointments that stay on {day}: {number}. Move them one by one."),
    "talk_stays": phrase("{who}: {kind} stays on {time}. {why}"),
    "tutoring_before": phrase("Tutoring times before the new end: {number}. They stay."),
    "stays_by_hand": phrase("Day {n} stays on {day}. It was put there by hand."),
    "free_day": phrase("{day} is a free day. {name}"),
    "series_leader_busy": phrase("{who} leads another lesson then. No teacher yet: {lesson}"),
    "series_leader_away": phrase("{who} is away then. No teacher yet: {lesson}"),
    "series_leader_gone": phrase("{who} works here no longer. No teacher yet: {lesson}"),
    "series_group_busy": phrase("The group has something else then. Not planned: {lesson}"),
    "series_appointment": phrase("{who} has an appointment then. Not planned: {lesson}"),
    "lessons_given_up": phrase("On a workplace day nobody is taught here. Lessons that are given up: {number}"),
    "lessons_without_room": phrase("A day of own study has no room. Lessons that stay without one: {number}"),
    "people_stay": phrase("People in the programme: {number}. They stay in the house, without this programme."),
    "talks_cancelled": phrase("Talks and visits that are cancelled: {number}"),
}  # fmt: skip
WHY: Final = {
    "no_seat": phrase("She has no seat on the new day."),
    "learner_busy": phrase("She has something else at the new time."),
    "staff_busy": phrase("The one who meets her has something else at the new time."),
    "staff_away": phrase("The one who meets her is not there at the new time."),
    "room_taken": phrase("The room is taken at the new time."),
}  # fmt: skip
"""Why a talk does not go with its day."""
MOST: Final = 200


async def shown(look: Look, actor: Actor, found: Touched, language: str, say: Say) -> dict[str, Any] | None:
    """All of it for the page; None for a proposal that changes lessons only."""
    if found.proposal.kind != publishing.DAYS:
        return None
    line = await programmes.line(look, actor, found.programme.id)
    when = When(language, found.programme.zone)
    before, after = (_line(line, found, then=then) for then in (False, True))
    both = replace(after, days=[*before.days, *after.days], breaks=before.breaks or after.breaks)
    clashes = [dict(one) for one in found.proposal.about["clashes"]]
    known = await people.who(look, sorted({one["who"] for one in clashes if one["who"]}))
    names = {id: one.shown for id, one in known.items()}
    taught = {one.after.day for one in found.changes if one.before is None}
    new = sum(one.before is None and not one.after["extra"] and one.id not in taught for one in found.day_changes)
    return {
        "title": _title(found.proposal.about, when, say),
        "sides": [
            _side(side, words, language, say) for side, words in ((before, say("Before")), (after, say("After")))
        ],
        "kinds": shown_kinds(both, say),
        "days": [_day(one, when, say) for one in found.day_changes[:MOST]],
        "talks": [
            {"kind": kind_words(say)[one.kind], "before": when.whole(one.before, one.before + one.length),
             "after": when.whole(one.after, one.after + one.length),
             "who": found.talking[one.learner].shown if one.learner in found.talking else ""}
            for one in found.following
        ],
        "clashes": [_clash(one, found, names, when, say) for one in clashes],
        "own": found.proposal.about.get("laid", 0), "new": new, "programme": found.programme.id,
    }  # fmt: skip


def heading(kind: str, about: Mapping[str, Any], language: str, say: Say) -> str:
    """What a proposal does to the days, in one line; nothing where it changes lessons only."""
    return _title(about, When(language, "UTC"), say) if kind == publishing.DAYS else ""


def _title(about: Mapping[str, Any], when: When, say: Say) -> str:
    def told(*names: str) -> str:
        return next((when.day(date.fromisoformat(about[name])) for name in names if _is_date(about.get(name))), "")

    return say(WHAT[about["what"]], n=about.get("n", ""), first=told("first", "from", "date"), last=told("last", "to"))


def _is_date(value: object) -> bool:
    return isinstance(value, str) and value[4:5] == "-"


def _line(line: Line, found: Touched, *, then: bool) -> Line:
    """The line of days as it is on one side of the proposal, whichever side stands now."""
    sides = {one.id: one.after if then else one.before for one in found.day_changes}
    places = {day.place.id: day.place for day in line.days if day.place}
    days = []
    for day in line.days:
        side = sides.get(day.id, {})
        if side is None:
            continue
        days.append(_as(day, side, places) if side else day)
    stands = {day.id for day in line.days}
    if then and days:
        days += [
            replace(_as(days[-1], one.after, places), id=one.id) for one in found.day_changes if one.id not in stands
        ]
    days.sort(key=lambda one: (one.date, one.n))
    return replace(line, days=days, breaks=_breaks(line, found, then=then))


def _as(day: PlannedDay, side: Mapping[str, Any], places: Mapping[str, Any]) -> PlannedDay:
    place = places.get(side["place"]) if side["place"] else None
    return replace(
        day, n=side["n"], date=side["date"], kind=side["kind"], extra=side["extra"], place=place,
        starts=side["starts"], ends=side["ends"], cancelled=side["status"] == "cancelled",
    )  # fmt: skip


def _breaks(line: Line, found: Touched, *, then: bool) -> tuple[tuple[date, date], ...]:
    """The breaks on one side: those that stand now, without what the proposal made and with what it had before."""
    spans = set(line.breaks)
    for one in publishing.rows_of(found.proposal):
        if one.kind != "break":
            continue
        about = found.proposal.about
        wide = {"first": about["first"], "last": about["last"], "status": "confirmed"}
        both = [wide | side if side is not None else None for side in (one.before, one.after)]
        for side in both:
            if side is not None:
                spans.discard((date.fromisoformat(side["first"]), date.fromisoformat(side["last"])))
        side = both[then]
        if side is not None and side["status"] == "confirmed":
            spans.add((date.fromisoformat(side["first"]), date.fromisoformat(side["last"])))
    return tuple(sorted(spans))


def _side(line: Line, words: str, language: str, say: Say) -> dict[str, Any]:
    cohort = [one.date for one in line.days if not (one.cancelled or one.extra)]
    when = When(language, line.programme.zone)
    return shown_line(line, language, say) | {
        "words": words, "span": " – ".join(when.dated(one) for one in (min(cohort), max(cohort))) if cohort else "",
        "held": len(cohort),
    }  # fmt: skip


def _day(one: DayChange, when: When, say: Say) -> dict[str, str]:
    """A day before and after in a few words."""
    before, after = one.before, one.after
    if before is None:
        return {
            "n": str(after["n"]),
            "before": "–",
            "after": f"{when.day(after['date'])} {kind_word(after['kind'], say)}",
        }
    same_kind = before["kind"] == after["kind"]
    words = when.day(after["date"]) if same_kind else f"{when.day(after['date'])} {kind_word(after['kind'], say)}"
    if one.taken_out:
        words = say("not held")
    elif after["extra"] and not before["extra"]:
        words = say("for those only who have more days")
    was = when.day(before["date"])
    return {
        "n": str(after["n"]), "before": was if same_kind else f"{was} {kind_word(before['kind'], say)}", "after": words
    }  # fmt: skip


def _clash(
    one: Mapping[str, Any], found: Touched, names: Mapping[str, str], when: When, say: Say
) -> dict[str, str]:  # fmt: skip
    """What to know in words, with the page on which something can be done about it."""
    day = when.day(date.fromisoformat(one["date"])) if "date" in one else ""
    facts = {
        "who": names.get(one["who"], ""), "lesson": _lesson(one, found, when), "count": one.get("count", 0),
        "most": one.get("most", 0), "hours": hours_of(one.get("count", 0)), "limit": hours_of(one.get("most", 0)),
        "number": one.get("count", 0), "n": one.get("n", ""), "day": day, "name": one.get("name", ""), "group": "",
        "kind": kind_words(say)[one.get("kind", "")], "why": say(WHY[one["why"]]) if "why" in one else "",
        "time": when.whole(*(parse_instant(one[at]) for at in ("starts", "ends"))) if "starts" in one else "",
    }  # fmt: skip
    words = say((KNOW | WRONG)[one["code"]], **facts).removeprefix(": ").strip()
    href, do = _remedy(one, found.programme.id, say)
    if one["code"] in WRONG and facts["lesson"]:
        words = f"{words} {facts['lesson']}"
    return {"code": str(one["code"]), "words": words, "href": href, "do": do}


def _lesson(about: Mapping[str, Any], found: Touched, when: When) -> str:
    """The lesson that a clash is about, also one that is not planned because of it."""
    change = next((one for one in found.changes if one.lesson == about["lesson"]), None)
    if change is None:
        if about.get("group") not in found.groups:
            return ""
        name = in_language(found.groups[about["group"]].name, when.language, found.programme.language)
        return f"{name} {when.whole(parse_instant(about['starts']), parse_instant(about['ends']))}"
    group = found.groups[change.after.group]
    side = change.after if change.after.takes_place else change.before or change.after
    name = in_language(group.name, when.language, found.programme.language)
    return f"{name} {when.whole(side.starts, side.ends)}"


def _remedy(one: Mapping[str, Any], programme: str, say: Say) -> tuple[str, str]:
    """(address, words): where something can be done; nothing where nothing is to be done."""
    code = one["code"]
    if code in (
        "leader_busy",
        "leader_away",
        "not_at_work",
        "series_leader_busy",
        "series_leader_away",
        "series_leader_gone",
        "two_sites",
        "day_too_long",
        "week_too_long",
    ):
        return f"/lessons/{one['lesson']}/substitute", say("Find somebody else")
    if code in ("group_busy", "rooms"):
        return f"/lessons/{one['lesson']}/change", say("Move a lesson")
    if code == "appointment":
        return f"/people/{one['who']}", say("Her page")
    if code == "talk_stays" and one["who"]:
        return f"/programmes/{programme}/talks/new?learner={one['who']}", say("A talk with her")
    if code in ("appointments_stay", "talk_stays"):
        return f"/programmes/{programme}/days/{one['n']}", say("The day")
    if code == "tutoring_before":
        return f"/programmes/{programme}/tutoring", say("Tutoring hours")
    if code == "stays_by_hand":
        return f"/programmes/{programme}/days/{one['n']}/change", say("Change the day")
    return "", ""
