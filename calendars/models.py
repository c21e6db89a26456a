"""Models: the training models from which an organisation may choose, those that are shipped and those it brought in.

A version never changes: what reads as another model needs another version. Programmes keep a copy of their own, so
that a model can be taken out at any time.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from calendars import rights
from calendars.blueprints import shipped
from calendars.blueprints.form import Blueprint, Words
from calendars.blueprints.sheets import Sheet, broken
from calendars.errors import Conflict, NotFound
from calendars.facts import ModelBroughtIn, ModelWithdrawn
from calendars.rights import Actor, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Model, Organisation, Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One version of one model, as a list shows it."""

    name: str
    version: str
    title: Words
    shipped: bool
    programmes: int = 0
    """How many programmes of this organisation were planned from it."""
    withdrawn: bool = False

    @property
    def key(self) -> str:
        """Name and version in one word, as a form sends it."""
        return f"{self.name}@{self.version}"


async def offered(look: Look, actor: Actor, organisation: str) -> list[Offered]:
    """Every version that the organisation knows, by name, the newest of a name first; the withdrawn ones too.

    What it brought in itself goes on under its version, whatever a later release ships under the same.
    """
    rights.ask(actor, "plan", Target(organisation))
    statement = select(Programme.blueprint, Programme.version, func.count()).group_by(
        Programme.blueprint, Programme.version
    )
    used = Counter({(name, version): number for name, version, number in
                    await look.rows(statement.where(Programme.organisation == organisation,
                                                      Programme.status != "cancelled"))})  # fmt: skip
    found = [
        Offered(name=one.name, version=one.version, title=one.title, shipped=False,
                programmes=used[one.name, one.version], withdrawn=one.withdrawn is not None)
        for one in await look.all(select(Model).where(Model.organisation == organisation))
    ]  # fmt: skip
    own = {one.key for one in found}
    ours = [
        Offered(name=one.name, version=one.version, title=one.title, shipped=True,
                programmes=used[one.name, one.version])
        for one in map(shipped.load, shipped.names())
    ]  # fmt: skip
    found += [one for one in ours if one.key not in own]
    return sorted(found, key=lambda one: (one.name, [-number for number in _numbers(one.version)]))


async def text_of(look: Look, actor: Actor, organisation: str, name: str, version: str) -> str:
    """A model as the file it is. Raises NotFound `no_such_blueprint`."""
    rights.ask(actor, "plan", Target(organisation))
    return await _text(look, organisation, name, version)


async def blueprint(look: Look, actor: Actor, organisation: str, name: str, version: str = "") -> Blueprint:
    """A model to plan from; without a version the newest that is offered. Raises NotFound `no_such_blueprint`."""
    known = [one for one in await offered(look, actor, organisation) if one.name == name]
    wanted = [one for one in known if one.version == version or (not version and not one.withdrawn)]
    if not wanted:
        raise NotFound("no_such_blueprint", name=name, known=sorted({one.name for one in known}))
    return shipped.parse(await _text(look, organisation, name, wanted[0].version), f"{name}.toml")


async def bring_in(work: Work, actor: Actor, organisation: str, text: str, source: str) -> Blueprint:
    """Keep a model; the same one again is there already. Raises Invalid `broken_sheet`, Conflict `version_taken`."""
    rights.ask(actor, "plan", Target(organisation))
    if await work.get(Organisation, organisation) is None:
        raise NotFound()
    sheet = shipped.sheet_of(text, source)
    new = sheet.content
    known = await offered(work, actor, organisation)
    there = next((one for one in known if (one.name, one.version) == (new.name, new.version)), None)
    if there is not None:
        await _same(work, organisation, new, known)
    await _no_circle(work, organisation, sheet, source, known)
    if there is None:
        row = Model(
            id=new_id(), organisation=organisation, name=new.name, version=new.version, title=dict(new.title),
            text=text, added=work.now, added_by=actor.person or None,
        )  # fmt: skip
        work.add(row)
        await work.flush()
        work.tell(ModelBroughtIn(stream=organisation, model=row.id, by=actor.person))
    elif there.withdrawn:
        await offer_again(work, actor, organisation, new.name, new.version)
    return new


async def withdraw(work: Work, actor: Actor, organisation: str, name: str, version: str) -> None:
    """Offer a version no more; its programmes go on. Raises NotFound for one that is shipped or not there."""
    rights.ask(actor, "plan", Target(organisation))
    row = await _row(work, organisation, name, version)
    if row.withdrawn is None:
        row.withdrawn = work.now
        work.tell(ModelWithdrawn(stream=organisation, model=row.id, by=actor.person))


async def offer_again(work: Work, actor: Actor, organisation: str, name: str, version: str) -> None:
    """Offer a version again that was withdrawn."""
    rights.ask(actor, "plan", Target(organisation))
    row = await _row(work, organisation, name, version)
    if row.withdrawn is not None:
        row.withdrawn = None
        work.tell(ModelBroughtIn(stream=organisation, model=row.id, by=actor.person))


def next_version(version: str, known: Iterable[str] = ()) -> str:
    """The version to count up to: above this one and above all of these."""
    *before, last = max([_numbers(version), *map(_numbers, known)])
    return ".".join(map(str, [*before, last + 1])) if before else f"{last}.1"


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


async def _same(work: Work, organisation: str, new: Blueprint, known: list[Offered]) -> None:
    """A version that is there already must mean the same, to the last rule."""
    kept = shipped.parse(await _text(work, organisation, new.name, new.version), new.name)
    if kept != new:
        free = next_version(new.version, [one.version for one in known if one.name == new.name])
        raise Conflict("version_taken", field="text", name=new.name, version=new.version, free=free)


async def _no_circle(look: Look, organisation: str, sheet: Sheet[Blueprint], source: str, known: list[Offered]) -> None:
    """Whoever leads a series may need a training first, whose leaders need one, and so on: it must end somewhere."""
    for key, series in sheet.content.series.items():
        seen, named = {sheet.content.name}, series.leader_training
        while named is not None and named not in seen:
            seen.add(named)
            newest = next((one for one in known if one.name == named and not one.withdrawn), None)
            if newest is None:
                break
            found = shipped.parse(await _text(look, organisation, newest.name, newest.version), newest.name)
            named = next((one.leader_training for one in found.series.values() if one.leader_training), None)
        if named == sheet.content.name:
            fault = sheet.fault(
                ("series", key, "leader_training"), "trains_in_a_circle", given=series.leader_training, name=named
            )
            raise broken(source, [fault])


async def _text(look: Look, organisation: str, name: str, version: str) -> str:
    own = await _own(look, organisation, name, version)
    if own is None and name in shipped.names() and shipped.load(name).version == version:
        return shipped.text_of(name)
    return _found(own, name).text


async def _row(look: Look, organisation: str, name: str, version: str) -> Model:
    return _found(await _own(look, organisation, name, version), name)


async def _own(look: Look, organisation: str, name: str, version: str) -> Model | None:
    here = (Model.organisation == organisation) & (Model.name == name) & (Model.version == version)
    row: Model | None = await look.one(select(Model).options(undefer(Model.text)).where(here))
    return row


def _found(row: Model | None, name: str) -> Model:
    if row is None:
        raise NotFound("no_such_blueprint", name=name)
    return row
