"""How a lesson stands in the plan, as a plain value: what a proposal compares, changes and gives back."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from calendars.clock import parse_instant
from calendars.store import Look
from calendars.tables import Leader, Lesson

CONFIRMED, CANCELLED = "confirmed", "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One lesson as planned: ids of its group and day, UTC instants, and everybody who leads it with her role."""

    group: str
    day: str
    starts: datetime
    ends: datetime
    topic: str = ""
    led_by: tuple[tuple[str, str], ...] = ()
    """(person, role), in order."""
    status: str = CONFIRMED
    needs: tuple[str, ...] = ()
    independent: bool = False
    task: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "led_by", tuple(sorted((person, role) for person, role in self.led_by)))

    @property
    def leaders(self) -> tuple[str, ...]:
        """Who leads it."""
        return tuple(person for person, _ in self.led_by)

    @property
    def takes_place(self) -> bool:
        """Whether it occupies its group and its leaders."""
        return self.status == CONFIRMED

    def written(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self) | {
            "starts": self.starts.isoformat(), "ends": self.ends.isoformat(),
            "led_by": [list(one) for one in self.led_by], "needs": list(self.needs),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One lesson before and after; a new one had no before."""

    lesson: str
    before: Standing | None
    after: Standing

    def written(self) -> dict[str, Any]:
        """As plain JSON."""
        before = self.before.written() if self.before else None
        return {"lesson": self.lesson, "before": before, "after": self.after.written()}

    def back(self) -> "Change":
        """The change that undoes this one: what was new is cancelled, never deleted."""
        if self.before is None:
            return Change(self.lesson, self.after, _standing(self.after.written() | {"status": CANCELLED}))
        return Change(self.lesson, self.after, self.before)


def change_of(written: Mapping[str, Any]) -> Change:
    """A change as it was written down."""
    before = written["before"]
    return Change(written["lesson"], _standing(before) if before else None, _standing(written["after"]))


def _standing(written: Mapping[str, Any]) -> Standing:
    values = dict(written) | {
        "starts": parse_instant(written["starts"]), "ends": parse_instant(written["ends"]),
        "led_by": tuple((person, role) for person, role in written["led_by"]), "needs": tuple(written["needs"]),
    }  # fmt: skip
    return Standing(**values)


def standing_of(row: Lesson, led_by: Collection[tuple[str, str]] = ()) -> Standing:
    """A lesson's row with those who lead it."""
    return Standing(
        group=row.group, day=row.day, starts=row.starts, ends=row.ends, topic=row.topic, led_by=tuple(led_by),
        status=row.status, needs=tuple(row.needs), independent=row.independent, task=row.task,
    )  # fmt: skip


async def standings(look: Look, lessons: Collection[str], *, lock: bool = False) -> dict[str, tuple[Lesson, Standing]]:
    """These lessons as they stand now, in two statements; with `lock` nobody else can change them until the end."""
    if not lessons:
        return {}
    chosen = select(Lesson).where(Lesson.id.in_(lessons)).order_by(Lesson.id)
    locked = chosen.with_for_update().execution_options(populate_existing=True)  # what was read before may be old
    rows = await look.all(locked if lock else chosen)
    led: dict[str, list[tuple[str, str]]] = {}
    for lesson, person, role in await look.rows(
        select(Leader.lesson, Leader.person, Leader.role).where(Leader.lesson.in_(lessons))
    ):
        led.setdefault(lesson, []).append((person, role))
    return {row.id: (row, standing_of(row, led.get(row.id, ()))) for row in rows}
