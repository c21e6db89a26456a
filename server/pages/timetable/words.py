"""What a timetable asks and why something has no place, in the words of whoever reads it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from calendars.appointments.talk_entries import kind_words
from calendars.scheduling.answered import Unplaced
from calendars.scheduling.scheduling import Lack
from server.dates import When
from server.words import Say, phrase

ABILITIES: Final = {
    "language": phrase("language"), "tutor": phrase("tutoring in a peer group"), "counsellor": phrase("guidance"),
    "support": phrase("support"), "teacher": phrase("teaching"), "coordinator": phrase("coordination"),
}  # fmt: skip
WHY: Final = {
    "placed": phrase("no free time is left on its day"),
    "teachers": phrase("nobody here can teach it"),
    "teacher_busy": phrase("those who can teach it are away or not at work then"),
    "teacher_clash": phrase("those who can teach it teach others then"),
    "group_busy": phrase("the group is not free then"),
    "group_clash": phrase("the group has other lessons then"),
    "rooms": phrase("the house has no free room then"),
    "one_site": phrase("those who can teach it are in another house that day"),
    "max_slots_day": phrase("those who can teach it have a full day"),
    "max_slots_week": phrase("those who can teach it have a full week"),
    "once_a_day": phrase("the group has one like it on that day"),
    "same_teacher": phrase("its own teacher cannot, and no other may"),
    "fixed": phrase("it stands where it breaks another rule"),
}  # fmt: skip
TEACHER: Final = phrase("One more teacher for {what} on these days: {days}")
GROUP: Final = phrase("Longer days for the group, or fewer lessons on them: {days}")
OTHER_WISH: Final = phrase("Other days or hours for it: within those it may lie in, it never fits.")
MORE_TIME: Final = phrase("More time for the search: it ended before everything had its place.")
MORE_HOURS: Final = phrase("More hours for those who can teach it, or one more of them: {days}")
ONE_FREE: Final = phrase("One of those who can teach it free on these days: {days}")
HELP: Final = {
    "teacher_needed": TEACHER, "different_teachers": TEACHER, "teacher_in_week": TEACHER, "teachers_in_week": TEACHER,
    "fixed_teachers": phrase("Other people where it is fixed: those there cannot teach it."),
    "day": OTHER_WISH, "window": OTHER_WISH, "fixed_elsewhere": OTHER_WISH,
    "more_time": MORE_TIME, "much_more_time": MORE_TIME,
    "teacher_free": ONE_FREE, "longer_day": MORE_HOURS, "longer_week": MORE_HOURS,
    "teacher_at_site": phrase("Those who can teach it in one house only on these days: {days}"),
    "room": phrase("One more room on these days: {days}"),
    "group_free": GROUP, "other_time": GROUP, "twice_a_day": GROUP, "other_teacher": ONE_FREE, "several": ONE_FREE,
}  # fmt: skip
"""What would help, by the solver's code; of several things the first is said."""
TALKS_WHY: Final = {
    "teachers": phrase("nobody here can do it"),
    "teacher_busy": phrase("those who can do it are away or not at work then"),
    "teacher_clash": phrase("those who can do it are with others then"),
    "group_busy": phrase("the group is not free then"),
    "group_clash": phrase("the learner is in lessons then"),
    "one_site": phrase("those who can do it are in another house that day"),
    "max_slots_day": phrase("those who can do it have a full day"),
    "max_slots_week": phrase("those who can do it have a full week"),
    "once_a_day": phrase("she has one like it on that day"),
    "same_teacher": phrase("the one who met her before cannot"),
}  # fmt: skip
IN_THE_DAY: Final = frozenset({"placed", "group_busy", "group_clash", "once_a_day", "fixed"})
"""Rules that a longer day, or other lessons on it, would make room in."""
DAYS: Final = frozenset({"day", "window", "fixed_elsewhere", "group_free", "other_time", "twice_a_day"})
LACKS: Final = {
    "no_groups": phrase("Form a group first. Then its lessons can be placed."),
    "no_days": phrase("This programme has no days for lessons."),
    "nothing_to_place": phrase("Every lesson has its place and its teacher."),
    "no_teachers": phrase("Nobody teaches here yet. Take a teacher on first."),
    "nobody_can": phrase("Nobody can teach this yet: {what}."),
}  # fmt: skip


def need_word(need: str, fields: Mapping[str, str], say: Say) -> str:
    """What a leader must be able to do; `fields` are the names of fields by their codes."""
    if need.startswith("field:"):
        return fields.get(need.removeprefix("field:"), need)
    return say(ABILITIES.get(need, need))


def needs_words(needs: Iterable[str], fields: Mapping[str, str], say: Say) -> str:
    """Several of them, once each."""
    return ", ".join(need_word(need, fields, say) for need in dict.fromkeys(needs))


def lack_words(lack: Lack, fields: Mapping[str, str], say: Say) -> str:
    """What is missing before a search makes sense."""
    return say(LACKS[lack.code], what=needs_words(lack.needs, fields, say))


@dataclass(frozen=True, slots=True)
class Missing:
    """Lessons of one kind that one rule keeps out, said once for all of them."""

    what: str
    talk: bool
    """Talks of one learner each, not lessons of a group."""
    count: int
    why: str
    help: str
    ways: list[tuple[str, str]]
    """(words, address): where that is done."""
    each: list[str]


def missing(
    unplaced: Sequence[Unplaced], groups: Mapping[str, str], fields: Mapping[str, str], programme: str, when: When,
    say: Say,
) -> list[Missing]:  # fmt: skip
    """What has no place: by what it asks and the rule in the way, the most first, with what would help.

    `groups` are names by their ids, of the learners of talks as well.
    """
    kinds: dict[tuple[tuple[str, ...], str, str, str], list[Unplaced]] = defaultdict(list)
    for one in unplaced:
        kinds[one.needs, one.why, one.kind, "" if one.kind else one.help].append(one)
    ordered = sorted(kinds.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        Missing(
            kind_words(say)[kind] if kind else needs_words(needs, fields, say), bool(kind), len(those),
            say(TALKS_WHY.get(why, WHY["placed"]) if kind else WHY.get(why, WHY["placed"])),
            _help_talks(needs, why, fields, say) if kind else _help(needs, code, those, fields, when, say),
            _ways(needs, _way_of_talk(why) if kind else code, programme, say),
            [_one(one, groups, when) for one in sorted(those, key=lambda one: (one.date, one.group))],
        )
        for (needs, why, kind, code), those in ordered
    ]  # fmt: skip


def _ways(needs: tuple[str, ...], code: str, programme: str, say: Say) -> list[tuple[str, str]]:
    """The pages on which somebody makes room for it, the one that helps most first."""
    days = (say("Show the days"), f"/programmes/{programme}#weeks")
    again = (say("Say what is important"), f"/programmes/{programme}/timetable/new")
    if code == "room":
        return [(say("Houses and rooms"), f"/programmes/{programme}/places"), days]
    if code in DAYS:
        return [days, again]
    if code in ("more_time", "much_more_time"):
        return [again]
    role = next((need for need in needs if need in ("tutor", "counsellor")), "teacher")
    return [(say("Take somebody on"), f"/staff/new?role={role}"), (say("Say it for each one"), "/staff")]


def _way_of_talk(why: str) -> str:
    return "day" if why in IN_THE_DAY else "teacher_needed"


def _one(one: Unplaced, names: Mapping[str, str], when: When) -> str:
    if one.learner:
        return f"{names.get(one.learner, '')} · {names.get(one.group, '')}"
    return f"{when.day(one.date)} {names.get(one.group, '')}"


def _help_talks(needs: tuple[str, ...], why: str, fields: Mapping[str, str], say: Say) -> str:
    what = needs_words(needs, fields, say)
    if why in IN_THE_DAY:
        return say("A longer contact day, or lessons that leave more time on it")
    if why == "same_teacher":
        return say("Book it by hand with somebody else")
    return say("One more person for {what} on the contact days", what=what)


def _help(
    needs: tuple[str, ...], code: str, those: Sequence[Unplaced], fields: Mapping[str, str], when: When, say: Say
) -> str:
    days, what = _weekdays(those, when), needs_words(needs, fields, say)
    words = HELP.get(code, TEACHER)
    if words == TEACHER and len(needs) > 1:
        return say("{count} more people for {what} on these days: {days}", count=len(needs), what=what, days=days)
    return say(words, what=what, days=days)


def _weekdays(those: Sequence[Unplaced], when: When) -> str:
    """The weekdays on which it is needed, in order of the week."""
    return ", ".join(when.weekday(n) for n in sorted(Counter(one.date.weekday() for one in those)))


def state_words(row: Any, before: int, say: Say) -> str:
    """How a search stands; `before`: how many come first while it waits."""
    if before:
        return say("{count} searches come first. Yours begins after them.", count=before)
    words = {
        "waiting": say("It begins in a moment."), "running": say("The search is on."),
        "done": say("The timetable is ready."), "cancelled": say("You stopped the search."),
        "failed": say("The search broke off. Try again."),
        "interrupted": say("The house restarted and the search ended. Start it again."),
    }  # fmt: skip
    if row.state == "interrupted" and row.best and row.failure in ("search_broke", "search_hung"):
        return say("The search broke off. This is what it had found. You may search again.")
    if row.state == "interrupted" and row.best:
        return say("The house restarted. This is what the search had found. You may search again.")
    return words[row.state]
