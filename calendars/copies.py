"""A programme as a blueprint: what it was planned from, with what was changed in it since, for whoever copies it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from calendars import programmes, rights
from calendars.appointments import quotas
from calendars.blueprints.form import Attendance, Blueprint, IscedF, Place, Tutoring, VocationalField
from calendars.errors import Invalid
from calendars.models import next_version
from calendars.programmes import Line
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Day, Field, Phase
from calendars.tables import Place as PlaceRow

MOST_COMPARED = 4


@dataclass(frozen=True, slots=True)
class Compared:
    """One programme beside others: its days as they fell, and the model with what was changed in it."""

    line: Line
    blueprint: Blueprint


async def exported(look: Look, actor: Actor, programme: str) -> Blueprint:
    """The programme's blueprint with its real places, fields, rules and country; changed ones count the version up."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    model = await programmes.blueprint_of(look, programme)
    changed = replace(
        model, title=dict(found.name), country=found.country, zone=found.zone, teaching_language=found.language,
        fields=await _fields(look, programme, model), places=await _places(look, programme, model),
        attendance=_attendance(found.rules, model.attendance), tutoring=_tutoring(found.rules, model.tutoring),
    )  # fmt: skip
    return changed if changed == model else replace(changed, version=next_version(model.version))


async def compared(look: Look, actor: Actor, chosen: list[str]) -> list[Compared]:
    """Programmes side by side. Raises Invalid for fewer than two or more than four, NotFound for one not hers."""
    if not 2 <= len(set(chosen)) <= MOST_COMPARED:
        raise Invalid("choose_some", field="with", least=2, most=MOST_COMPARED)
    return [
        Compared(await programmes.line(look, actor, one), await exported(look, actor, one))
        for one in dict.fromkeys(chosen)
    ]


async def _fields(look: Look, programme: str, model: Blueprint) -> dict[str, VocationalField]:
    """The fields as they are now, in the order of the model."""
    rows = await look.all(select(Field).where(Field.programme == programme).order_by(Field.code))
    order = list(model.fields)
    rows = sorted(rows, key=lambda row: order.index(row.code) if row.code in order else len(order))
    return {row.code: VocationalField(id=row.code, title=dict(row.name), isced=IscedF(row.isced)) for row in rows}


async def _places(look: Look, programme: str, model: Blueprint) -> dict[str, Place]:
    """The real houses under the model's short names: those of the days of the phases that name them."""
    rows = await look.rows(
        select(Phase.code, PlaceRow)
        .join(Day, Day.phase == Phase.id)
        .join(PlaceRow, PlaceRow.id == Day.place)
        .where(Day.programme == programme)
        .order_by(Day.date, Day.n)
    )
    real: dict[str, PlaceRow] = {}
    for code, row in rows:
        real.setdefault(code, row)
    places = dict(model.places)
    for part in (*model.phases.values(), *model.series.values()):
        row = real.get(part.id)  # type: ignore[attr-defined]
        place = part.place  # type: ignore[attr-defined]
        if row is not None and place is not None:
            places[place] = Place(id=place, name=row.name, address=row.address)
    return places


def _tutoring(rules: Mapping[str, Any], usual: Tutoring | None) -> Tutoring | None:
    """The tutoring with the rule about no-shows that the programme chose."""
    return replace(usual, no_show=rules.get(quotas.RULE, usual.no_show)) if usual else None


def _attendance(rules: Mapping[str, Any], usual: Attendance) -> Attendance:
    """The rules under which lessons are counted, as they stand on the programme."""
    kept = {name: rules.get(name, getattr(usual, name)) for name in ("lease", "grace", "late_after", "present_percent")}
    return Attendance(
        **kept, counts=tuple(rules.get("counts", usual.counts)),
        doors_open_before=rules.get("doors_before", usual.doors_open_before),
        doors_close_after=rules.get("doors_after", usual.doors_close_after),
        alert_after_days=tuple(rules.get("alert_after_days", usual.alert_after_days)),
        report_every_days=rules.get("report_every_days", usual.report_every_days),
    )  # fmt: skip
