"""Who can teach what a plan asks, said at once for everybody where nobody has said it yet."""

from calendars import scheduling, staffing
from calendars.rights import Actor
from calendars.store import Work


async def enable_all(work: Work, actor: Actor, programme: str, *, herself: bool = False) -> None:
    """Let everybody who teaches in a programme, or the actor herself, be able to do what nobody can yet."""
    plan = await scheduling.gather(work, actor, (programme,), "anew")
    able: set[str] = set().union(*(one.can for one in plan.teachers))
    asked = {need for one in plan.wanted if one.stays != "whole" for need in one.needs}
    missing = (asked - able) & set(await staffing.known(work, actor))
    if not missing:
        return
    if herself:
        own = await staffing.of(work, actor, actor.person)
        await staffing.enable(work, actor, actor.person, own.abilities | missing)
        return
    for one in await staffing.of_programme(work, actor, programme):
        await staffing.enable(work, actor, one.person, one.abilities | missing)
