"""Roles and the places where they hold, in words."""

from collections.abc import Sequence

from calendars import houses, rights
from calendars.errors import Forbidden, NotFound
from calendars.names import in_language
from calendars.people.colleagues import Held
from calendars.rights import Actor
from calendars.store import Look
from server.pages.parts.tiles import dated_name
from server.words import Say


def role_words(say: Say) -> dict[str, str]:
    """Every role of those who work here."""
    return {
        "coordinator": say("coordinator"), "teacher": say("teacher"), "tutor": say("tutor"),
        "counsellor": say("counsellor"), "support": say("support person"), "inspector": say("inspector"),
        "admin": say("administrator"),
    }  # fmt: skip


def what_they_do(say: Say) -> dict[str, str]:
    """What each role may do, for whoever chooses one."""
    return {
        "coordinator": say("plans everything and sees all of it"),
        "teacher": say("teaches, keeps the register, gives links"),
        "tutor": say("leads a group and keeps its register"),
        "counsellor": say("sees the plan, the people and the hours"),
        "support": say("has a calendar of her own here"),
        "inspector": say("sees the days and the figures, changes nothing"),
        "admin": say("sets the house and lets staff in"),
    }  # fmt: skip


def visitor_words(say: Say) -> list[tuple[str, str]]:
    """As what somebody from outside comes into a lesson."""
    return [
        ("interpreter", say("Interpreter")), ("employer", say("Employer")), ("officer", say("Officer")),
        ("other", say("Guest")),
    ]  # fmt: skip


async def may_about(look: Look, actor: Actor, verb: str, person: str) -> bool:
    """Whether she may do this with that person, for a page that offers it."""
    try:
        await rights.ask_about(look, actor, verb, person)
    except (Forbidden, NotFound):
        return False
    return True


async def place_words(look: Look, held: Sequence[Held], language: str) -> dict[str, str]:
    """Where each of these rights holds, by its scope."""
    found: dict[str, str] = {}
    for one in held:
        if one.kind == "house":
            found[one.scope] = (await houses.card(look)).name
        elif one.kind == "organisation":
            found[one.scope] = await houses.name_of_organisation(look, one.scope)
        elif one.kind == "programme":
            programme, _ = await rights.target_of_programme(look, one.scope)
            found[one.scope] = dated_name(programme, language)
        elif one.kind == "group":
            group, programme, _ = await rights.target_of_group(look, one.scope)
            found[one.scope] = in_language(group.name, language, programme.language)
        else:
            lesson, programme, _ = await rights.target_of_lesson(look, one.scope)
            group, _, _ = await rights.target_of_group(look, lesson.group)
            found[one.scope] = in_language(group.name, language, programme.language)
    return found
