"""Programmes side by side, and one of them as a file that another house plans from."""

from collections.abc import Sequence
from typing import Any, Final

from aiohttp import web

from calendars import copies, programmes, rights
from calendars.blueprints.form import Blueprint
from calendars.blueprints.text import written
from calendars.copies import Compared
from calendars.errors import Invalid
from calendars.names import in_language
from calendars.rights import Target
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, entered
from server.pages.parts.tiles import dated_name, shown_line
from server.pages.programmes.forecast import told
from server.pages.programmes.training_models import as_file
from server.words import Say

routes: Final = web.RouteTableDef()


@routes.get("/programmes/compare")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """Which programmes, and with two to four of them a table of what is the same and what is not."""
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    chosen, filled, found = request.query.getall("with", []), UNTOUCHED, []
    async with request.app[STORE].look() as look:
        hers = [one for one in await programmes.of(look, actor)
                if rights.may(actor, "plan", Target(one.organisation, one.id))]  # fmt: skip
        if len(chosen) > 1:
            try:
                found = await copies.compared(look, actor, chosen)
            except Invalid as wrong:
                filled = entered(request, {}, wrong)
    offered = [(one.id, dated_name(one, language))
               for one in hers]  # fmt: skip
    return render(
        request, "programmes/comparison.html", filled.status, entered=filled, offered=offered, chosen=chosen,
        lines=[shown_line(one.line, language, say) for one in found], rows=_rows(found, language, say),
    )  # fmt: skip


@routes.get("/programmes/{programme}/file")
@allow("plan")
async def file(request: web.Request) -> web.Response:
    """The programme as a blueprint, with what was changed in it."""
    async with request.app[STORE].look() as look:
        found = await copies.exported(look, signed_in(request), request.match_info["programme"])
    return as_file(written(found), f"{found.name}-{found.version}.toml")


def _rows(found: Sequence[Compared], language: str, say: Say) -> list[dict[str, Any]]:
    """Each line of the table: what it is about, what each programme has, and whether they differ."""
    columns = [_column(one, language, say) for one in found]
    return [
        {"about": about, "cells": [column[about] for column in columns],
         "differs": any(column[about] != columns[0][about] for column in columns)}
        for about in (columns[0] if columns else {})
    ]  # fmt: skip


def _column(one: Compared, language: str, say: Say) -> dict[str, list[str]]:
    line, model = one.line, one.blueprint
    when = When(language, line.programme.zone)

    def title(thing: Any) -> str:
        return in_language(thing.title, language, model.teaching_language)

    held: dict[str, int] = {}
    for day in line.days:
        if not day.cancelled:
            name = in_language(day.title, language, model.teaching_language)
            held[name] = held.get(name, 0) + 1
    return {
        say("Model"): [f"{model.name} {line.programme.version}"],
        say("From – to"): [f"{when.dated(line.programme.starts)} – {when.dated(line.programme.ends)}"],
        say("Country"): [line.programme.country],
        say("Days"): [told(line.counts, 0, say)],
        say("Phases"): [f"{name}: {say('{count} days', count=number)}" for name, number in held.items()],
        say("Public holidays left out"): list(line.programme.holidays.values()),
        say("Fields"): [f"{title(each)} ({each.isced})" for each in model.fields.values()],
        say("Topics and their hours"): [f"{title(each)}: {each.hours} h" for each in model.topics.values()],
        say("Places"): [each.name for each in model.places.values()],
        say("Attendance"): [say("present from {percent} % of a lesson on", percent=model.attendance.present_percent)],
        say("Learners in a group"): [f"{model.groups.smallest}–{model.groups.largest}"],
        say("Who may come in"): [f"{skill} {level}" for skill, level in model.entry.language.items()]
        + [title(each) for each in model.entry.checks.values()],
        say("After the end"): _tutoring(model, say),
    }  # fmt: skip


def _tutoring(model: Blueprint, say: Say) -> list[str]:
    quota = model.tutoring
    return [f"{quota.minutes_per_learner} min", say("{count} months", count=quota.months)] if quota else []
