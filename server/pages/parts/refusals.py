"""What stands in the way of a plan, in words: who is taken, when, by which lesson."""

from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from calendars import agenda, rights
from calendars.errors import Forbidden, NotFound, Refused
from calendars.names import in_language
from calendars.people import people
from calendars.store import Look
from server.auth.guard import signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.pages.parts.forms import Entered, entered


async def planned_against(
    request: web.Request, form: Mapping[str, object], wrong: Refused, zone: str, *, leader: str = "teacher"
) -> Entered:
    """The form as it was sent; a clash is told with names and times, at the hours or at whoever is taken."""
    filled = entered(request, form, wrong)
    if wrong.code != "taken_already":
        return filled
    async with request.app[STORE].look() as look:
        who, is_group = await _named(look, str(wrong.facts["who"]), request[LANGUAGE])
        what = await _lesson(look, request, str(wrong.facts["lesson"]))
    when = When(request[LANGUAGE], zone).whole(wrong.facts["starts"], wrong.facts["ends"])  # type: ignore[arg-type]
    say = request[SAY]
    if what:
        words = say("{who} is taken {when}: {what}. Choose another time.", who=who, when=when, what=what)
    else:
        words = say("{who} is taken {when}. Choose another time.", who=who, when=when)
    return replace(filled, words=words, field="starts" if is_group else leader)


async def _named(look: Look, taken: str, language: str) -> tuple[str, bool]:
    """The name of a group or a person that the planner has chosen herself."""
    try:
        group, programme, _ = await rights.target_of_group(look, taken)
    except NotFound:
        known = await people.who(look, [taken])
        return (known[taken].shown if taken in known else ""), False
    return in_language(group.name, language, programme.language), True


async def _lesson(look: Look, request: web.Request, lesson: str) -> str:
    """The lesson that is in the way: its group and who leads it; nothing where the planner may not know of it."""
    try:
        found = await agenda.of_lesson(look, signed_in(request), lesson, "see_plan")
    except (NotFound, Forbidden):
        return ""
    group = in_language(found.group.name, request[LANGUAGE], found.programme.language) if found.group else ""
    return " · ".join(filter(None, (group, ", ".join(one.shown for one in found.leaders))))
