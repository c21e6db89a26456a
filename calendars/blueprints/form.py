"""The form of a blueprint: these dataclasses *are* the file format, each name is a key of the file.

A blueprint says what is always the same: the line of days with its phases, the fields, the topics, the weekly series,
the tutoring afterwards, who may come in and what counts as present. It knows no dates and no people.
"""

import re
from dataclasses import dataclass, field
from datetime import time
from typing import Annotated, Literal

from calendars.blueprints.sheets import Between

Words = dict[str, str]
"""One text by language."""
Kind = Literal["contact", "online", "workplace", "independent"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Skill = Literal["listening", "speaking", "reading", "writing"]
Level = Literal["A0", "A1.1", "A1.2", "A1.3", "A2.1", "A2.2", "B1.1", "B1.2", "B2.1", "B2.2", "C1", "C2"]
Role = Literal["teacher", "tutor", "counsellor", "support", "coordinator", "employer"]
# What the law calls it decides which absences are reported to whom, and how long papers are kept.
Service = Literal[
    "labour_market_training",
    "self_motivated_study",
    "job_search_coaching",
    "career_coaching",
    "training_trial",
    "work_trial",
    "rehabilitative_work",
    "peer_group",
    "tutoring",
    "tutor_training",
    "indirect_audience",
]


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """From one local time to another on the same day, written `09:00-15:00`."""

    starts: time
    ends: time

    @classmethod
    def written(cls, text: str) -> "Hours":
        """Read it as a sheet has it. Raises ValueError `bad_hours`, `hours_backwards`."""
        match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text)
        if not match:
            raise ValueError("bad_hours")
        hour, minute, last_hour, last_minute = map(int, match.groups())
        hours = cls(time(hour, minute), time(last_hour, last_minute))
        if hours.ends <= hours.starts:
            raise ValueError("hours_backwards")
        return hours

    @property
    def minutes(self) -> int:
        return (self.ends.hour - self.starts.hour) * 60 + self.ends.minute - self.starts.minute


class IscedF(str):
    """A field of education and training of ISCED-F 2013: a broad (2 digits), narrow (3) or detailed (4) code."""

    __slots__ = ()

    @classmethod
    def written(cls, text: str) -> "IscedF":
        """Read it as a sheet has it. Raises ValueError `bad_isced`."""
        if not re.fullmatch(r"(0[0-9]|10)\d{0,2}", text):
            raise ValueError("bad_isced")
        return cls(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class VocationalField:
    """An occupation's world; small groups are formed within one."""

    id: str
    title: Words
    isced: IscedF


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What is learnt, with the hours that are meant for it."""

    id: str
    title: Words
    hours: Annotated[int, Between(0, 2_000)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where contact days are held: a placeholder until the coordinator names the real house."""

    id: str
    name: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyLesson:
    """A lesson in real time on each day of a phase; `needs` is what its teachers must be able to do, one each."""

    time: Hours
    needs: tuple[str, ...] = ("field",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something that happens `times` in a phase beside the daily lessons, and takes an appointment of its own."""

    kind: Literal[
        "interim_assessment",
        "language_assessment",
        "prior_learning",
        "guidance",
        "individual_discussion",
        "company_visit",
        "workplace_visit",
        "start_survey",
        "end_survey",
    ]
    minutes: Annotated[int, Between(5, 600)]
    audience: Literal["learner", "group", "everybody"]
    needs: tuple[str, ...] = ("counsellor",)
    times: Annotated[int, Between(1, 400)] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A part of the line: days of one kind under one service."""

    id: str
    title: Words
    service: Service
    kind: Kind
    hours: Hours
    place: str | None = None
    lessons: tuple[DailyLesson, ...] = ()
    topics: tuple[str, ...] = ()
    activities: tuple[Activity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One piece of the line: so many training days of a phase, or all of them in so many calendar months."""

    phase: str
    days: Annotated[int, Between(1, 400)] | None = None
    months: Annotated[int, Between(1, 36)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Meetings at the same local time each week; without a `weekday`, on that of the first day."""

    id: str
    title: Words
    service: Service
    kind: Kind
    time: Hours
    times: Annotated[int, Between(1, 200)]
    weekday: Weekday | None = None
    place: str | None = None
    leaders: Annotated[int, Between(1, 9)] = 1
    leader_role: Role = "teacher"
    leader_training: str | None = None
    seats: Annotated[int, Between(1, 500)] | None = None
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an hour of tutoring may be about."""

    id: str
    title: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Tutoring:
    """The quota after the end: minutes that each learner may book until so many months later."""

    minutes_per_learner: Annotated[int, Between(5, 60_000)]
    months: Annotated[int, Between(1, 36)]
    subjects: dict[str, Subject]
    ways: tuple[Literal["online", "phone", "on_site"], ...] = ("online", "phone", "on_site")
    no_show: Literal["used", "returned"] = "returned"
    remind_days_before: tuple[Annotated[int, Between(1, 365)], ...] = (30, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointments:
    """Talks of each learner with somebody, after the line is over: the interview stage."""

    id: str
    title: Words
    partner: Role
    minutes: Annotated[int, Between(5, 240)]
    within_days: Annotated[int, Between(1, 365)]
    per_learner: Annotated[int, Between(1, 20)] = 1


Counted = Literal["evidenced", "room", "service_gap", "bridged", "corrected"]
Seconds = Annotated[int, Between(0, 86_400)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """What counts as present; seconds. The meaning of each number stands in the contract, at `attendance replay`."""

    lease: Seconds = 40
    grace: Seconds = 90
    late_after: Seconds = 300
    present_percent: Annotated[int, Between(1, 100)] = 85
    counts: tuple[Counted, ...] = ("evidenced", "room", "service_gap", "bridged", "corrected")
    doors_open_before: Seconds = 300
    doors_close_after: Seconds = 900
    alert_after_days: tuple[Annotated[int, Between(1, 60)], ...] = (2, 3, 5)
    report_every_days: Annotated[int, Between(1, 60)] = 14

    def rules(self) -> dict[str, object]:
        """The rules as a trace and a programme carry them."""
        return {
            "lease": self.lease,
            "grace": self.grace,
            "late_after": self.late_after,
            "present_percent": self.present_percent,
            "counts": list(self.counts),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the checklist at the door: seen by whom on which day, never a copy of a paper."""

    id: str
    title: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who may come in. A miss warns and asks for a reason in writing, or refuses."""

    language: dict[Skill, Level] = field(default_factory=dict)
    least_age: Annotated[int, Between(0, 120)] | None = None
    checks: dict[str, Check] = field(default_factory=dict)
    on_miss: Literal["warn", "refuse"] = "warn"
    register_needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The size of a small group and what it is formed by, the most important first."""

    smallest: Annotated[int, Between(1, 200)] = 4
    largest: Annotated[int, Between(1, 200)] = 7
    by: tuple[Literal["field", "level", "time", "distance"], ...] = ("field", "level", "time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One of several ways through; a learner may change hers."""

    id: str
    title: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """What is each learner's own: the plan, her length of the line, the one person who answers for her."""

    responsible: Role = "counsellor"
    team: tuple[Role, ...] = ()
    shortest_days: Annotated[int, Between(1, 400)] | None = None
    longest_days: Annotated[int, Between(1, 400)] | None = None
    exit_plan: Literal["required", "offered"] = "offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Given to whoever has been present for so many minutes."""

    title: Words
    minutes: Annotated[int, Between(1, 600_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """When learners are asked: feedback on these training days, what became of them so many months after the end."""

    feedback_days: tuple[Annotated[int, Between(1, 400)], ...] = ()
    outcome_months: tuple[Annotated[int, Between(0, 60)], ...] = (0, 3, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """A training model, whole."""

    format: Literal["oppitupa-blueprint-1"]
    name: str
    version: str
    title: Words
    summary: Words
    country: str
    zone: str
    languages: tuple[str, ...]
    teaching_language: str
    line: tuple[Step, ...] = ()
    phases: dict[str, Phase] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    fields: dict[str, VocationalField] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    entry: Entry = field(default_factory=Entry)
    groups: Groups = field(default_factory=Groups)
    attendance: Attendance = field(default_factory=Attendance)
    tutoring: Tutoring | None = None
    appointments: dict[str, Appointments] = field(default_factory=dict)
    personal: Personal = field(default_factory=Personal)
    certificate: Certificate | None = None
    questions: Questions = field(default_factory=Questions)

    @property
    def days(self) -> int | None:
        """The training days of the whole line; None where a part of it is measured in months."""
        if any(step.days is None for step in self.line):
            return None
        return sum(step.days or 0 for step in self.line)
