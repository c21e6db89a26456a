"""How far a programme is from being live, read from the plan itself each time: nothing of it is kept anywhere."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from calendars import programmes, rights
from calendars.clock import day_of
from calendars.people import people
from calendars.programmes import Line, PlannedDay
from calendars.rights import Actor
from calendars.scheduling import scheduling
from calendars.scheduling.problems import Plan, Teacher
from calendars.scheduling.wanted import Wanted, resolved
from calendars.store import Look
from calendars.tables import Enrolment, Field, Group, Seat

STEPS: Final = ("learners", "groups", "teachers", "timetable")
"""What makes a programme live once its days stand, in the order in which each builds upon the one before."""
ON_THEIR_WAY: Final = ("applied", "waiting")


@dataclass(frozen=True, slots=True)
class Needed:
    """Something that somebody must be able to do here, and who can."""

    need: str
    """`field:CODE`, `language`, `tutor` … as a lesson asks for it."""
    least: int
    """So many people at least: fewer cannot lead all lessons of one day, however they are placed."""
    able: Mapping[str, str]
    """Who can: her id and her name."""
    talks: bool = False
    """Only talks of learners ask for it: a programme lives without, and they wait."""

    @property
    def short(self) -> int:
        """How many more people it takes."""
        return max(0, self.least - len(self.able))


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Where a programme stands."""

    line: Line
    groups: int
    seated: int
    waiting: int
    """Accepted, and without a group."""
    fieldless: int
    """Those of them who have no field although the programme has fields."""
    undecided: int
    """Asked for a place; nobody has decided."""
    needs: Sequence[Needed]
    lessons: int
    """That are planned, with all who lead them."""
    missing: int
    """That the model wants and that have no time yet, or not all of their leaders."""
    met: int
    """Talks of learners that have their time."""
    talks: int
    """Talks promised to learners that have no time yet: a programme lives without them, and they can wait."""

    @property
    def done(self) -> frozenset[str]:
        """The steps of which nothing is left to do."""
        done = {
            "learners": self.seated + self.waiting > 0,
            "groups": self.groups > 0 and not self.waiting,
            "teachers": all(one.able or one.talks for one in self.needs),
            "timetable": self.groups > 0 and not self.missing,
        }
        return frozenset(step for step in STEPS if done[step])

    @property
    def next(self) -> str:
        """The first step that is left; empty when the programme is live."""
        return next((step for step in STEPS if step not in self.done), "")

    @property
    def unfinished(self) -> bool:
        """Whether it is still being built: once it runs, what is missing is mended where it is missing."""
        programme = self.line.programme
        return bool(self.next) and (self.line.today < programme.starts or not self.lessons)


async def of(look: Look, actor: Actor, programme: str) -> Readiness:
    """How far a programme is, for whoever plans it."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    line = await programmes.line(look, actor, programme)
    plan = await scheduling.gather(look, actor, (programme,), "missing")
    mine = Enrolment.programme == programme
    states = dict(await look.rows(select(Enrolment.status, func.count()).where(mine).group_by(Enrolment.status)))
    fields = dict(await look.rows(select(Field.id, Field.code).where(Field.programme == programme)))
    today = day_of(look.now, found.zone)
    sits = (
        select(Seat.person)
        .join(Group, Group.id == Seat.group)
        .where(Group.programme == programme, Seat.last_day >= today, Seat.last_day >= Seat.first_day)
    )
    unseated = await look.all(
        select(Enrolment.field).where(mine, Enrolment.status == "accepted", Enrolment.person.not_in(sits))
    )
    meetings, talks = [one for one in plan.wanted if not one.learner], [one for one in plan.wanted if one.learner]
    open_ = [one for one in meetings if one.stays != "whole"]
    return Readiness(
        line=line, groups=len(plan.groups), seated=len(set(await look.all(sits))), waiting=len(unseated),
        fieldless=sum(not one for one in unseated) if fields else 0,
        undecided=sum(states.get(one, 0) for one in ON_THEIR_WAY),
        needs=await _needs(look, line, plan, sorted(fields.values())),
        lessons=sum(one.standing is not None for one in meetings) - sum(one.standing is not None for one in open_),
        missing=len(open_), met=sum(one.standing is not None for one in talks),
        talks=sum(one.standing is None for one in talks),
    )  # fmt: skip


async def _needs(look: Look, line: Line, plan: Plan, fields: Sequence[str]) -> list[Needed]:
    """What the lessons ask of those who lead, as often as the groups make it so; before there are groups, once."""
    days = [day for day in line.days if not (day.cancelled or day.extra)]
    least = _least(days, [one for one in plan.wanted if not one.learner])
    if not plan.groups:
        asked = {one for day in days for meeting in day.lessons for one in meeting.needs}
        each = [one for need in sorted(asked) for field in fields or [""] for one in resolved([need], field)]
        at_once = [max(Counter(meeting.needs).values(), default=1) for day in days for meeting in day.lessons]
        least = dict.fromkeys(each, max(at_once, default=1))
    names = await people.who(look, [one.id for one in plan.teachers])
    spoken = {need for one in plan.wanted if one.learner for need in one.needs} - set(least)
    least |= dict.fromkeys(spoken, 1)
    return [
        Needed(need, number, {one.id: names[one.id].shown for one in _able(plan.teachers, need)}, need in spoken)
        for need, number in sorted(
            least.items(), key=lambda pair: (pair[0] in spoken, not pair[0].startswith("field:"), pair[0])
        )
    ]


def _able(teachers: Sequence[Teacher], need: str) -> list[Teacher]:
    return [one for one in teachers if need in one.can]


def _least(days: Sequence[PlannedDay], wanted: Sequence[Wanted]) -> dict[str, int]:
    """Need -> people: of a day's lessons one person leads at most as many as the day has one after the other."""
    turns = {day.id: max(1, len(day.lessons)) for day in days}
    asked: Counter[tuple[str, str]] = Counter()
    at_once: dict[str, int] = {}
    for one in wanted:
        for need, number in Counter(one.needs).items():
            asked[one.windows[0][0], need] += number
            at_once[need] = max(at_once.get(need, 1), number)
    least = dict(at_once)
    for (day, need), number in asked.items():
        least[need] = max(least[need], -(-number // turns.get(day, 1)))
    return least
