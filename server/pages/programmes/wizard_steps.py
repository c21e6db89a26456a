"""Where one is in the wizard, what is done and what comes next: read from the plan itself on every page."""

from typing import Any, Final

from aiohttp import web

from calendars.names import in_language
from calendars.scheduling import readiness
from calendars.scheduling.readiness import Readiness
from calendars.store import Look
from server.auth.guard import signed_in
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import Entered
from server.words import Say, phrase

STEPS: Final = {
    "programme": phrase("Programme"), "learners": phrase("Learners"), "groups": phrase("Groups"),
    "teachers": phrase("Teachers"), "timetable": phrase("Timetable"), "ready": phrase("Ready"),
}  # fmt: skip


def address(programme: str, step: str) -> str:
    """The page of a step; of no step, the way to the first one that is left."""
    return f"/programmes/{programme}/wizard/{step}" if step else f"/programmes/{programme}/wizard"


def steps(say: Say, here: str, ready: Readiness | None = None) -> dict[str, Any]:
    """All steps in order, each with its words, its address where there is one, and whether it is done.

    `here`: the step whose page it is; none on the page of the programme itself, whose next one it tells.
    """
    done = {"programme"} | ready.done if ready else set()
    if ready and not ready.next:
        done |= {"ready"}
    programme = ready.line.programme.id if ready else ""
    names = list(STEPS)
    at = names.index(here or (ready.next if ready else "") or "ready")
    return {
        "here": here, "n": at + 1, "of": len(names), "title": say(STEPS[names[at]]),
        "before": address(programme, names[at - 1]) if programme and at else "",
        "all": [
            {"step": step, "words": say(STEPS[step]), "done": step in done,
             "href": address(programme, step) if programme else ""}
            for step in names
        ],
    }  # fmt: skip


async def where(request: web.Request, look: Look) -> Readiness:
    """How far the programme of this address is. Raises NotFound for whoever does not plan it."""
    return await readiness.of(look, signed_in(request), request.match_info["programme"])


async def standing(request: web.Request) -> Readiness:
    """The same for a page that reads nothing else."""
    async with request.app[STORE].look() as look:
        return await where(request, look)


def page(request: web.Request, step: str, filled: Entered, ready: Readiness, **values: Any) -> web.Response:
    """One step on its page."""
    programme = ready.line.programme
    following = list(STEPS)[list(STEPS).index(step) + 1 :][:1]
    return render(
        request, f"setup/wizard_{step}.html", filled.status, entered=filled, steps=steps(request[SAY], step, ready),
        programme=programme.id, name=in_language(programme.name, request[LANGUAGE], programme.language), ready=ready,
        done=step in ready.done, onward=address(programme.id, following[0]) if following else "", **values,
    )  # fmt: skip
