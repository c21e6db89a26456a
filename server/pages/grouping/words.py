"""Groups in words: why one is as it is, what is known of a learner, what a change costs."""

from collections.abc import Mapping

from calendars.grouping.problem import Cost, Learner
from calendars.grouping.reasons import Reasons
from server.words import Say


def reasons_in_words(say: Say, why: Reasons, names: Mapping[str, str], places: Mapping[str, str]) -> list[str]:
    """What the learners of a group share, then what they give up; each a short sentence."""
    found = []
    if why.levels and why.levels[0] == why.levels[1]:
        found.append(say("Same level: {level}", level=why.levels[0]))
    elif why.levels:
        found.append(say("Levels from {lowest} to {highest}", lowest=why.levels[0], highest=why.levels[1]))
    if why.common is not None:
        found.append(say("{count} half days free together", count=why.common))
    if why.site is not None:
        found.append(say("About {km} km to {place}", km=why.km, place=places.get(why.site, why.site)))
    found += [say("{one} and {other} stay together", **_pair(pair, names)) for pair in why.together]
    found += [say("{one} and {other} are parted", **_pair(pair, names)) for pair in why.torn]
    found += [say("{one} and {other} must not be together", **_pair(pair, names)) for pair in why.clashing]
    if why.unasked:
        found.append(say("{count} learners with level or times unknown", count=why.unasked))
    if why.missing:
        found.append(say("{count} learners below the smallest size", count=why.missing))
    if why.over:
        found.append(say("{count} learners above the largest size", count=why.over))
    return found


def _pair(pair: tuple[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {"one": names.get(pair[0], ""), "other": names.get(pair[1], "")}


def known_of(say: Say, learner: Learner) -> str:
    """Her level and free time in one line."""
    level = learner.level or say("level unknown")
    free = say("times unknown") if learner.free is None else say("{count} half days free", count=len(learner.free))
    return f"{level} · {free}"


def change_in_words(say: Say, before: Cost, after: Cost) -> list[str]:
    """What a change by hand made better and worse; nothing where it is all the same."""
    level, lost = round(after.level - before.level), round(after.time - before.time)
    km, torn = round(after.km - before.km), round(after.split - before.split)
    found = []
    if level:
        words = say("{count} levels further apart", count=level) if level > 0 else ""
        found.append(words or say("{count} levels closer", count=-level))
    if lost:
        words = say("{count} half days more are lost", count=lost) if lost > 0 else ""
        found.append(words or say("{count} half days are won", count=-lost))
    if km:
        found.append(say("{km} km more in all", km=km) if km > 0 else say("{km} km less in all", km=-km))
    if torn:
        words = say("{count} pairs more are parted", count=torn) if torn > 0 else ""
        found.append(words or say("{count} pairs are together again", count=-torn))
    return found or [say("It costs nothing.")]
