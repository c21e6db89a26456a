"""A file between the moment it is brought and the moment it is decided on; nothing of it is anybody's record yet."""

from datetime import timedelta

from sqlalchemy import delete, select

from calendars import rights
from calendars.errors import Invalid
from calendars.rights import Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Upload

KINDS = ("learners", "staff")
KEPT = timedelta(days=1)


async def keep(work: Work, actor: Actor, programme: str, kind: str, body: bytes) -> str:
    """Keep a file until it is decided on, in place of the one before; older ones of everybody go."""
    _, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    if kind not in KINDS:
        raise Invalid("bad_choice", field="kind")
    hers = (Upload.programme == programme) & (Upload.kind == kind) & (Upload.brought_by == actor.person)
    await work.run(delete(Upload).where(hers | (Upload.at < work.now - KEPT)))
    row = Upload(id=new_id(), programme=programme, kind=kind, brought_by=actor.person, at=work.now, body=body)
    work.add(row)
    await work.flush()
    return row.id


async def kept(look: Look, actor: Actor, programme: str, kind: str) -> Upload | None:
    """The file that the actor brought last for this and has not decided on."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    hers = (Upload.programme == programme) & (Upload.kind == kind) & (Upload.brought_by == actor.person)
    row: Upload | None = await look.one(select(Upload).where(hers, Upload.at >= look.now - KEPT))
    return row


async def drop(work: Work, actor: Actor, programme: str, kind: str) -> None:
    """It is decided."""
    _, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    hers = (Upload.programme == programme) & (Upload.kind == kind) & (Upload.brought_by == actor.person)
    await work.run(delete(Upload).where(hers))
