"""What a timetable asks and why something has no place, in the words of whoever reads it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from calendars.answered import Unplaced
from calendars.scheduling import Lack
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
ROOM: Final = frozenset({"rooms"})
GROUP: Final = frozenset({"group_busy", "group_clash", "once_a_day", "fixed"})
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
    count: int
    why: str
    help: str
    each: list[str]


def missing(
    unplaced: Sequence[Unplaced], groups: Mapping[str, str], fields: Mapping[str, str], when: When, say: Say
) -> list[Missing]:
    """What has no place: by what it asks and the rule in the way, the most first, with what would help."""
    kinds: dict[tuple[tuple[str, ...], str], list[Unplaced]] = defaultdict(list)
    for one in unplaced:
        kinds[one.needs, one.why].append(one)
    ordered = sorted(kinds.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        Missing(
            needs_words(needs, fields, say), len(those), say(WHY.get(why, WHY["placed"])),
            _help(needs, why, those, fields, when, say),
            [f"{when.day(one.date)} {groups.get(one.group, '')}" for one in sorted(those, key=lambda one: one.date)],
        )
        for (needs, why), those in ordered
    ]  # fmt: skip


def _help(
    needs: tuple[str, ...], why: str, those: Sequence[Unplaced], fields: Mapping[str, str], when: When, say: Say
) -> str:
    days = _weekdays(those, when)
    if why in ROOM:
        return say("One more room on these days: {days}", days=days)
    if why in GROUP:
        return say("Longer days for the group, or fewer lessons on them: {days}", days=days)
    what = needs_words(needs, fields, say)
    if len(needs) > 1:
        return say("{count} more people for {what} on these days: {days}", count=len(needs), what=what, days=days)
    return say("One more teacher for {what} on these days: {days}", what=what, days=days)


def _weekdays(those: Sequence[Unplaced], when: When) -> str:
    """The weekdays on which it is needed, in order of the week."""
    return ", ".join(when.weekday(n) for n in sorted(Counter(one.date.weekday() for one in those)))


def state_words(row: Any, say: Say) -> str:
    """How a search stands."""
    words = {
        "waiting": say("It begins in a moment."), "running": say("The search is on."),
        "done": say("The timetable is ready."), "cancelled": say("You stopped the search."),
        "failed": say("The search broke off. Try again."),
        "interrupted": say("The house restarted and the search ended. Start it again."),
    }  # fmt: skip
    return words[row.state]
