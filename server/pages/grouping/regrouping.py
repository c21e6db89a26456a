"""Formed groups are looked at again: seats for who waits, and a few changes that win much; what is ticked is done."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from calendars import regrouping
from calendars.errors import Invalid
from calendars.grouping.better import Better, Step
from calendars.grouping.problem import Cost, Problem
from calendars.grouping.weighing import checked
from calendars.grouping.writing import cost_of
from calendars.names import in_language
from calendars.regrouping import Today
from calendars.store import Work
from server import forming
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.grouping.figures import figure_of, questions
from server.pages.grouping.groupings import weighed
from server.pages.grouping.words import change_in_words
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, once

MOST_STEPS: Final = 300
Rows = dict[str, tuple[str, ...]]
"""Group -> who sits in it."""
routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/grouping/again")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """What would be better than today; `?level=very` and its like say what is important."""
    return await _page(request, UNTOUCHED)


@routes.post("/programmes/{programme}/grouping/again")
@allow("plan")
async def settle(request: web.Request) -> web.Response:
    """Do what is ticked, all of it or nothing."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]
    ticked = [one for one in form.getall("step", []) if isinstance(one, str)]

    async def act(work: Work) -> str:
        first = day_in(form, "first_day") if form.get("first_day") else None
        await regrouping.settle(work, actor, programme, _changes(ticked), first)
        return f"/programmes/{programme}#groups"

    return await once(request, form, act, lambda request, filled: _page(request, filled, tuple(ticked)))


def _changes(ticked: list[str]) -> dict[str, str]:
    """Person -> group, of all that is ticked. Raises Invalid."""
    said = [pair.partition(":") for one in ticked[:MOST_STEPS] for pair in one[:200].split(",")]
    if len({person for person, _, _ in said}) < len(said):
        raise Invalid("bad_choice", field="step")
    return {person: group for person, _, group in said}


async def _page(request: web.Request, filled: Entered, ticked: tuple[str, ...] | None = None) -> web.Response:
    actor, language, say, asked = signed_in(request), request[LANGUAGE], request[SAY], request.match_info["programme"]
    try:
        words = checked(weighed(request.query))
    except Invalid:
        words = checked({})
    async with request.app[STORE].look() as look:
        now = await regrouping.today(look, actor, asked, words)
    found = Better((), ())
    if now.groups and now.problem.learners:
        found = await forming.bettered(request.app, now.problem, now.standing)
    when = When(language, now.programme.zone)
    names = {one.id: in_language(one.name, language, now.programme.language) for one in now.groups}
    steps, after = [], {one.id: one.learners for one in now.standing}
    for step in found.steps:
        before, after = after, _done(after, step)
        steps.append(_step(step, now, names, change_in_words(say, *_costs(now.problem, step, before, after))))
    for one in steps:
        one["ticked"] = one["value"] in ticked if ticked is not None else one["new"]
    return render(
        request, "grouping/grouping_again.html", filled.status, entered=filled, programme=asked,
        programme_name=in_language(now.programme.name, language, now.programme.language), steps=steps,
        groups=[_group(now, names[one.id], one.learners, after[one.id], when) for one in now.standing],
        homeless=[(one, now.names[one]) for one in found.homeless], first_day=now.first_day.isoformat(),
        questions=questions(say), words=words,
    )  # fmt: skip


def _step(step: Step, now: Today, names: Mapping[str, str], why: list[str]) -> dict[str, Any]:
    return {
        "value": ",".join(f"{one.learner}:{one.after}" for one in step.seats),
        "new": step.seats[0].before is None, "why": why,
        "seats": [(now.names[one.learner], names[one.before] if one.before else "", names[one.after])
                  for one in step.seats],
    }  # fmt: skip


def _done(rows: Rows, step: Step) -> Rows:
    """Who sits where after a step."""
    rows = dict(rows)
    for one in step.seats:
        if one.before:
            rows[one.before] = tuple(it for it in rows[one.before] if it != one.learner)
        rows[one.after] = (*rows[one.after], one.learner)
    return rows


def _costs(problem: Problem, step: Step, before: Rows, after: Rows) -> tuple[Cost, Cost]:
    """What the groups that a step touches cost before and after it."""
    touched = {group for one in step.seats for group in (one.before, one.after) if group}
    costs = []
    for rows in (before, after):
        kept = [rows[group] for group in touched if rows[group]]
        here = {one for row in kept for one in row}
        learners = tuple(one for one in problem.learners if one.id in here)
        pairs = tuple(pair for pair in problem.together if here.issuperset(pair))
        costs.append(cost_of(Problem(problem.smallest, problem.largest, learners, pairs), kept))
    return costs[0], costs[1]


def _group(now: Today, name: str, before: tuple[str, ...], after: tuple[str, ...], when: When) -> dict[str, Any]:
    def picture(people: tuple[str, ...]) -> dict[str, Any]:
        return figure_of([one for one in now.problem.learners if one.id in people], when)

    changed = set(before) != set(after)
    return {
        "name": name, "now": len(before), "then": len(after), "figure": picture(before),
        "better": picture(after) if changed else None,
    }  # fmt: skip
