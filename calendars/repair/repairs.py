"""What whoever plans can do at once about a teacher who is away: move a lesson, or say what holds without a teacher."""

from dataclasses import replace

from calendars import rights
from calendars.changes import publishing
from calendars.changes.publishing import Wanted
from calendars.changes.standings import standings
from calendars.errors import Conflict, Invalid
from calendars.names import clean_text
from calendars.repair.openings import Opening
from calendars.repair.substitutes import WITHOUT
from calendars.rights import Actor
from calendars.store import Work
from calendars.tables import Proposal

LONGEST_TASK = 500


async def shift(work: Work, actor: Actor, lesson: str, to: Opening) -> Proposal:
    """Move a lesson there and publish it; it can be undone for two minutes. For whoever plans."""
    row, programme, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "plan", target)
    standing = (await standings(work, [lesson]))[lesson][1]
    if not standing.takes_place:
        raise Conflict("lesson_cancelled")
    after = replace(standing, day=to.day, starts=to.starts, ends=to.ends)
    about = {"reason": "teacher_ill"}
    proposal = await publishing.propose(work, actor, programme.id, "repair", [Wanted(after, row.id)], about)
    return await publishing.publish(work, actor, proposal.id)


async def rule(work: Work, actor: Actor, programme: str, without_teacher: str, task: str) -> None:
    """Say what becomes of a lesson for which nobody is found: not held, or independent work at this task."""
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    if without_teacher not in WITHOUT:
        raise Invalid("bad_choice", field="without_teacher")
    words = clean_text(task)
    if len(words) > LONGEST_TASK:
        raise Invalid("too_long", field="task", most=LONGEST_TASK)
    if without_teacher == "independent" and not words:
        raise Invalid("empty", field="task")
    found.rules = found.rules | {"without_teacher": without_teacher, "independent_task": words}
    found.revision, found.modified = found.revision + 1, work.now
