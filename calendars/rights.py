"""Who may do what: the whole matrix on one page.

A right is a row: a person, a role, a scope (house ⊃ organisation ⊃ programme ⊃ group ⊃ lesson, or self), from, until.
grants.py gives and takes them.
Whoever has no right to know of a thing gets NotFound, the same as for a thing that does not exist.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, select

from calendars.errors import Forbidden, Invalid, NotFound
from calendars.store import Instant, Look
from calendars.tables import Grant, Group, Lesson, Person, Programme

SCOPES = ("house", "organisation", "programme", "group", "lesson", "self")

MATRIX: dict[str, frozenset[str]] = {
    "learner": frozenset({"see_lesson", "enter", "see_own"}),
    "teacher": frozenset(
        {"see_lesson", "enter", "lead", "see_roster", "register", "see_people", "give_link", "see_report", "meet",
         "see_own"}
    ),
    "tutor": frozenset({"see_lesson", "enter", "lead", "see_roster", "register", "see_own", "meet"}),
    "counsellor": frozenset(
        {"see_lesson", "see_plan", "see_roster", "see_people", "give_link", "see_report", "see_own", "counsel", "meet"}
    ),
    "support": frozenset({"see_own", "meet"}),
    "coordinator": frozenset(
        {"see_lesson", "enter", "lead", "see_roster", "register", "see_people", "give_link", "see_report", "see_own",
         "see_plan", "plan", "invite", "counsel", "meet"}
    ),
    "employer": frozenset({"see_own"}),
    "officer": frozenset({"see_own"}),
    "inspector": frozenset({"see_plan", "see_report", "see_own"}),
    "board": frozenset({"see_own"}),
    "applicant": frozenset({"see_own"}),
    "guest": frozenset({"see_lesson", "enter", "see_own"}),
    "visitor": frozenset({"see_lesson", "enter"}),
    "admin": frozenset({"administer", "invite", "see_own"}),
}  # fmt: skip
"""
see_lesson that it is, when and for whom · enter its room · lead open, pause, close · see_roster who is here and missing
register correct and sign · see_people names and telephone numbers · give_link show and renew a learner's link
see_plan days, groups and lessons · plan change them · see_report figures and the evidence behind them
counsel see and say what planning and guidance must know of a learner · invite staff · administer the house
meet offer one's own times to learners · see_own one's own day, hours, feeds and devices
"""

KNOWING = frozenset().union(*MATRIX.values()) - {"see_own", "administer", "invite", "meet"}
"""Whoever may do one of these with a thing may know that it is there. An administrator looks into no lesson."""
KNOWING_PEOPLE = frozenset({"see_roster", "see_people", "see_report"})
"""To sit in one class is not enough for knowing of a person's page."""
STAFF = frozenset({"teacher", "tutor", "counsellor", "support", "coordinator", "inspector", "admin"})
LEARNING = frozenset({"learner", "applicant"})
LEADS = ("coordinator", "teacher", "tutor")
UNCOUNTED = (*LEADS, "visitor")
"""Who is in a room without being counted there: the trace of a lesson is of its learners."""
ROOMS = "rooms"  # the status of a line of rooms: it stands beside a programme, for its online appointments


@dataclass(frozen=True, slots=True)
class Scope:
    """One right of an actor, as it stands now."""

    role: str
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with all rights that hold at this moment."""

    person: str
    name: str
    language: str
    revision: int
    scopes: tuple[Scope, ...]
    sign_in: str = ""
    """The id of her sign-in on this device."""
    until: datetime | None = None
    """When the first of these rights ends by itself; whoever keeps an actor longer must read her again."""

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(scope.role for scope in self.scopes)

    @property
    def is_staff(self) -> bool:
        """Whether she works here; the `support` that everybody has for herself does not count."""
        return any(scope.role in STAFF and scope.kind != "self" for scope in self.scopes)


@dataclass(frozen=True, slots=True)
class Target:
    """What an act is about: its place in the order of scopes. None: that level does not apply."""

    organisation: str | None = None
    programme: str | None = None
    group: str | None = None
    lesson: str | None = None
    person: str | None = None


HOUSE = "house"
THE_HOUSE = Target()


def system(name: str = "house") -> Actor:
    """The house itself acting: chores and first starts."""
    return Actor("", name, "fi", 0, (Scope("admin", "house", HOUSE), Scope("coordinator", "house", HOUSE)))


def may(actor: Actor, verb: str, target: Target) -> bool:
    """Whether one of the actor's rights covers this act on this target."""
    return any(verb in MATRIX[scope.role] and _covers(actor, scope, target) for scope in actor.scopes)


def knows(actor: Actor, target: Target, verbs: frozenset[str] = KNOWING) -> bool:
    """Whether the actor may know that the target exists."""
    return any(MATRIX[scope.role] & verbs and _covers(actor, scope, target) for scope in actor.scopes)


def ask(actor: Actor, verb: str, target: Target) -> None:
    """Refuse unless allowed: NotFound to whoever may not even know, Forbidden to whoever may."""
    if may(actor, verb, target):
        return
    if knows(actor, target):
        raise Forbidden("not_yours_to_do", verb=verb)
    raise NotFound()


def role_in(actor: Actor, target: Target) -> str:
    """The strongest role of the actor for a target: it decides who leads a room."""
    held = {scope.role for scope in actor.scopes if _covers(actor, scope, target)}
    for role in (*LEADS, "counsellor", "learner", "guest", "visitor"):
        if role in held:
            return role
    raise NotFound()


def _covers(actor: Actor, scope: Scope, target: Target) -> bool:
    if scope.kind == "house":
        return True
    if scope.kind == "self":
        return target.person == actor.person
    return bool(getattr(target, scope.kind) == scope.id)


def scopes_of(actor: Actor, verb: str) -> dict[str, list[str]]:
    """The scopes, by kind, in which the actor may do this: what a list is narrowed by."""
    found: dict[str, list[str]] = {}
    for scope in actor.scopes:
        if verb in MATRIX[scope.role]:
            found.setdefault(scope.kind, []).append(scope.id)
    return found


def narrowed(statement: Select[tuple[Lesson]], actor: Actor, verb: str) -> Select[tuple[Lesson]]:
    """Only the lessons (joined with their programme) that the actor may do this with."""
    found = scopes_of(actor, verb)
    if "house" in found:
        return statement
    running = select(Programme.id).where(Programme.status != ROOMS)
    return statement.where(
        Lesson.programme.in_(running.where(Programme.organisation.in_(found.get("organisation", []))))
        | Lesson.programme.in_(found.get("programme", []))
        | Lesson.group.in_(found.get("group", []))
        | Lesson.id.in_(found.get("lesson", []))
    )


# Asked at every click: made once, for to build a statement costs as much as to run it.
_HELD = (
    (Grant.person == Person.id)
    & (Grant.starts.is_(None) | (Grant.starts <= bindparam("now", type_=Instant)))
    & (Grant.until.is_(None) | (Grant.until > bindparam("now", type_=Instant)))
)
_ACTOR = select(Person, Grant).outerjoin(Grant, _HELD).where(Person.id == bindparam("who")).order_by(Grant.id)
_ACTORS = (
    select(Person, Grant)
    .outerjoin(Grant, _HELD)
    .where(Person.id.in_(bindparam("those", expanding=True)))
    .order_by(Person.id, Grant.id)
)
_LESSON = (
    select(Lesson, Programme).join(Programme, Programme.id == Lesson.programme).where(Lesson.id == bindparam("which"))
)


async def actor_of(look: Look, person: str, sign_in: str = "") -> Actor:
    """The person with her rights of this instant. Raises NotFound."""
    rows = await look.rows(_ACTOR, {"who": person, "now": look.now})
    if not rows:
        raise NotFound()
    return _actor(rows[0][0], [grant for _, grant in rows if grant is not None], sign_in)


async def actors_of(look: Look, people: Collection[str]) -> list[Actor]:
    """The same of several, in one statement; whom nobody knows is left out."""
    rows = await look.rows(_ACTORS, {"those": sorted(people), "now": look.now})
    return [
        _actor(who, [grant for person, grant in rows if person is who and grant is not None])
        for who in dict.fromkeys(person for person, _ in rows)
    ]


def _actor(who: Person, grants: Sequence[Grant], sign_in: str = "") -> Actor:
    own = () if who.outside else (Scope("support", "self", who.id),)  # a visitor has nothing here but her lesson
    scopes = (*(Scope(one.role, one.scope_kind, one.scope) for one in grants), *own)
    until = min((one.until for one in grants if one.until is not None), default=None)
    return Actor(who.id, who.shown, who.language, who.revision, scopes, sign_in, until)


async def target_of_lesson(look: Look, lesson: str) -> tuple[Lesson, Programme, Target]:
    """A lesson with its programme and its place in the order of scopes. Raises NotFound."""
    rows = await look.rows(_LESSON, {"which": lesson})
    if not rows:
        raise NotFound()
    found, programme = rows[0]
    return found, programme, place_of(found, programme)


def place_of(lesson: Lesson, programme: Programme) -> Target:
    """The place of a lesson in the order of scopes; an appointment's room stands alone, for it may be private."""
    if programme.status == ROOMS:
        return Target(lesson=lesson.id)
    return Target(programme.organisation, programme.id, lesson.group, lesson.id)


async def target_of_programme(look: Look, programme: str) -> tuple[Programme, Target]:
    """A programme and its place in the order of scopes. Raises NotFound."""
    found = await look.get(Programme, programme)
    if found is None or found.status == ROOMS:
        raise NotFound()
    return found, Target(found.organisation, found.id)


async def target_of_group(look: Look, group: str) -> tuple[Group, Programme, Target]:
    """A group with its programme and its place in the order of scopes. Raises NotFound."""
    joined = select(Group, Programme).join(Programme, Programme.id == Group.programme)
    rows = await look.rows(joined.where(Group.id == group, Programme.status != ROOMS))
    if not rows:
        raise NotFound()
    found, programme = rows[0]
    return found, programme, Target(programme.organisation, programme.id, found.id)


async def placed(look: Look, *conditions: ColumnElement[bool]) -> list[tuple[Grant, Target]]:
    """Grants with their places in the order of scopes; not those to the room of one appointment."""
    rows = await look.rows(
        select(Grant, Lesson.id, Group.id, Programme.id, Programme.organisation)
        .outerjoin(Lesson, (Grant.scope_kind == "lesson") & (Lesson.id == Grant.scope))
        .outerjoin(Group, ((Grant.scope_kind == "group") & (Group.id == Grant.scope)) | (Group.id == Lesson.group))
        .outerjoin(
            Programme,
            ((Grant.scope_kind == "programme") & (Programme.id == Grant.scope)) | (Programme.id == Group.programme),
        )
        .where(*conditions, Programme.status.is_(None) | (Programme.status != ROOMS))
        .order_by(Grant.id)
    )
    return [
        (grant, Target(grant.scope if grant.scope_kind == "organisation" else organisation, programme, group, lesson))
        for grant, lesson, group, programme, organisation in rows
    ]


async def targets_of_person(look: Look, person: str, *, past: bool = False) -> tuple[list[Target], frozenset[str]]:
    """Where a person has a right now or later (with `past` or ever had), and the roles that she holds there.

    The house reaches everybody.
    """
    found = await placed(look, Grant.person == person)
    lasting = [(grant, target) for grant, target in found if grant.until is None or grant.until > look.now]
    reached = found if past else lasting
    return [THE_HOUSE, *(target for _, target in reached)], frozenset(grant.role for grant, _ in lasting)


async def ask_to_involve(look: Look, actor: Actor, people: Collection[str]) -> None:
    """Refuse to give a place to people of whom the actor may know nothing: an id alone must draw nobody over.

    Whoever never had a right anywhere is new, and her id is known only to the one who added her. Raises NotFound.
    """
    if any(may(actor, verb, THE_HOUSE) for verb in ("see_people", "invite")):
        return
    known: dict[str, bool] = {}
    for grant, target in await placed(look, Grant.person.in_(people)):
        reached = may(actor, "see_people", target) or may(actor, "invite", target)
        known[grant.person] = known.get(grant.person, False) or reached
    if not all(known.values()):
        raise NotFound()


async def ask_to_put_in_charge(look: Look, actor: Actor, people: Collection[str], field: str) -> None:
    """Refuse to let these lead a lesson or meet learners: those the actor may not draw over, and those who only learn.

    A learner would get the names and hours of others. Whoever has no right yet is new and gets hers by this.
    Raises NotFound, and Invalid `bad_choice` at this field.
    """
    await ask_to_involve(look, actor, [one for one in people if one != actor.person])
    roles: dict[str, set[str]] = {}
    lasts = Grant.until.is_(None) | (Grant.until > look.now)
    for person, role in await look.rows(select(Grant.person, Grant.role).where(Grant.person.in_(people), lasts)):
        roles.setdefault(person, set()).add(role)
    if any(held <= LEARNING for held in roles.values()):
        raise Invalid("bad_choice", field=field)


async def ask_about(look: Look, actor: Actor, verb: str, person: str, *, past: bool = False) -> Person:
    """The person, if the actor may do this with her: `see_own` for herself, any verb where both have a right.

    Who was here once may still be seen there, so that she can come back. Nobody is handed the personal link of one who
    could do more with it than a learner can.
    """
    found = await look.get(Person, person)
    if found is None:
        raise NotFound()
    if found.outside:
        raise NotFound()  # nobody has a page or a link of hers but whoever brought her, with her lesson
    if actor.person == person and verb in {"see_own", "give_link"}:
        return found
    targets, roles = await targets_of_person(look, person, past=past or verb == "see_people")
    if not any(may(actor, verb, target) for target in targets):
        if any(knows(actor, target, KNOWING_PEOPLE) for target in targets):
            raise Forbidden("not_yours_to_do", verb=verb)
        raise NotFound()
    if verb == "give_link" and roles & STAFF:
        raise Forbidden("staff_have_no_link")
    return found


async def ask_part(look: Look, actor: Actor, programme: str) -> Programme:
    """The programme, if the actor has any part in it: plans, teaches, learns or inspects there. Raises NotFound."""
    found, target = await target_of_programme(look, programme)
    if knows(actor, target):
        return found
    here = {scope.id for scope in actor.scopes if scope.kind in {"group", "lesson"} and MATRIX[scope.role] & KNOWING}
    statement = select(Group.id).outerjoin(Lesson, Lesson.group == Group.id).where(Group.programme == programme)
    if here and await look.one(statement.where(Group.id.in_(here) | Lesson.id.in_(here)).limit(1)):
        return found
    raise NotFound()
