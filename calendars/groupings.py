"""Groups proposed from a programme's accepted learners: laid down, changed by hand, locked, proposed again, accepted.

Who is grouped: whoever is accepted and has no seat from today on. Her level is the lower one of listening and speaking,
since small groups live by talk: in a group far above what she hears or says she falls silent, whatever she can read;
where neither is known, the lowest that is. Groups that are formed already, and who sits in them, are left alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select

from calendars import groups, programmes, rights
from calendars.clock import day_of
from calendars.errors import Conflict, Invalid, NotFound
from calendars.groupfacts import GroupsArranged, GroupsLaidAside, GroupsProposed
from calendars.grouping.problem import LEVELS, Cost, Grouping, Learner, Problem
from calendars.grouping.weighing import checked, weights
from calendars.grouping.writing import cost_of
from calendars.groups import NewGroup, Sitting
from calendars.rights import Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Enrolment, Field, Group, GroupDraft, Person, Place, Profile, Programme, Seat, Wish

TALKED = ("listening", "speaking")
LARGEST = 200
NEW = "new"
"""Put somebody there, and a group of her own field begins with her."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A group that is proposed; `people` are learners who can still be seated."""

    id: str
    field: str | None
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies before whoever forms groups."""

    programme: Programme
    smallest: int
    largest: int
    words: Mapping[str, str]
    """What is important, in the words of calendars/grouping/weighing.py."""
    learners: tuple[Learner, ...]
    """Whoever can be grouped; `field` is the id of one of the programme's fields, None where it has none."""
    names: Mapping[str, str]
    """Person -> her name, also of those who have no field yet."""
    fieldless: tuple[str, ...]
    """Who is accepted but has no field, in a programme that has fields."""
    fields: Mapping[str, Field]
    places: Mapping[str, str]
    together: tuple[tuple[str, str], ...]
    apart: tuple[tuple[str, str], ...]
    drafted: tuple[Drafted, ...]
    loose: tuple[str, ...]
    """Who was accepted, or lost her seat, after the proposal was made."""
    locked: frozenset[str]
    proven: bool
    moved: str
    """Whom the last change by hand moved; her id, or nothing."""
    before: Cost | None
    """What all cost before that change."""

    @property
    def problem(self) -> Problem:
        """What is asked of the search now: locked groups, and locked people in theirs, stay."""
        here = {one: group for group in self.drafted for one in group.people}
        held = {one: group.id for one, group in here.items() if self.locked & {one, group.id}}
        said = weights(self.words)
        return Problem(self.smallest, self.largest, self.learners, self.together, self.apart, held, said)

    @property
    def cost(self) -> Cost:
        """What the proposal costs as it stands; who sits nowhere costs nothing."""
        rows = [group.people for group in self.drafted if group.people]
        seated = {one for row in rows for one in row}
        pairs = tuple(pair for pair in self.together if seated.issuperset(pair))
        learners = tuple(one for one in self.learners if one.id in seated)
        return cost_of(Problem(self.smallest, self.largest, learners, pairs), rows)


async def desk(look: Look, actor: Actor, programme: str) -> Desk:
    """The accepted learners without a seat, their wishes, and the proposal if there is one."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    fields = {one.id: one for one in await look.all(select(Field).where(Field.programme == programme))}
    rows = await _waiting(look, found)
    wishes = await look.all(select(Wish).where(Wish.programme == programme).order_by(Wish.one, Wish.other))
    places = await look.rows(select(Place.id, Place.name).where(Place.organisation == found.organisation))
    draft: GroupDraft | None = await look.get(GroupDraft, programme)
    size = (await programmes.blueprint_of(look, programme)).groups
    learners = tuple(
        learner_of(person.id, enrolment.field, profile)
        for person, enrolment, profile in rows
        if enrolment.field or not fields
    )
    known = {one.id for one in learners}
    pairs = {
        kind: tuple((it.one, it.other) for it in wishes if it.kind == kind and {it.one, it.other} <= known)
        for kind in ("together", "apart")
    }
    drafted = _drafted(draft, {one.id: one.field for one in learners})
    seated = {one for group in drafted for one in group.people}
    return Desk(
        programme=found, smallest=draft.smallest if draft else size.smallest,
        largest=draft.largest if draft else size.largest, words=checked(draft.words if draft else {}),
        learners=learners,
        names={person.id: person.shown for person, _, _ in rows},
        fieldless=tuple(person.id for person, enrolment, _ in rows if fields and not enrolment.field),
        fields=fields, places=dict(places), **pairs, drafted=drafted,
        loose=tuple(one.id for one in learners if one.id not in seated) if draft else (),
        locked=frozenset(draft.locked if draft else ()), proven=bool(draft and draft.proven),
        moved=str(draft.moved.get("person", "")) if draft else "",
        before=Cost(**draft.moved["before"]) if draft and draft.moved else None,
    )  # fmt: skip


async def sized(
    look: Look, actor: Actor, programme: str, smallest: int, largest: int, words: Mapping[str, str] | None = None
) -> Problem:
    """The problem to be searched outside of any transaction, with other sizes and weights. Raises Invalid."""
    found = await desk(look, actor, programme)
    if not 1 <= largest <= LARGEST:
        raise Invalid("bad_size", field="largest", most=LARGEST)
    if not 1 <= smallest <= largest:
        raise Invalid("smallest_above_largest", field="smallest")
    if not found.learners:
        raise Invalid("nobody_to_group")
    asked = found.problem
    said = asked.weights if words is None else weights(words)
    return Problem(smallest, largest, asked.learners, asked.together, asked.apart, asked.fixed, said)


async def lay(
    work: Work, actor: Actor, programme: str, asked: Problem, made: Grouping, words: Mapping[str, str] | None = None
) -> None:
    """Lay a proposal down in place of the one before; locks stay. Nobody has a seat by it."""
    row, now = await _held(work, actor, programme, begun=False)
    names = {group.id for group in now.drafted}
    row.groups = [
        {"id": one.id if one.id in names else new_id(), "field": one.field, "people": list(one.learners)}
        for one in made.groups
    ]
    row.smallest, row.largest, row.moved = asked.smallest, asked.largest, {}
    row.words = checked(words) if words is not None else row.words
    row.proven = made.bound is not None and made.bound >= made.cost.total
    row.locked = [one for one in row.locked if one in now.locked & (names | now.names.keys())]
    _sign(work, actor, row)
    work.tell(GroupsProposed(stream=programme, groups=len(made.groups), by=actor.person))
    await work.flush()


async def put(work: Work, actor: Actor, programme: str, person: str, group: str) -> None:
    """Put a learner into another proposed group of her field, or with `new` into one of her own, by hand."""
    row, now = await _held(work, actor, programme)
    learner = next((one for one in now.learners if one.id == person), None)
    wanted = next((one for one in now.drafted if one.id == group), None)
    if learner is None or (wanted is None and group != NEW):
        raise NotFound()
    if wanted is not None and wanted.field != learner.field:
        raise Invalid("other_field", field="group")
    rows = [Drafted(one.id, one.field, tuple(it for it in one.people if it != person)) for one in now.drafted]
    rows += [Drafted(new_id(), learner.field, ())] if wanted is None else []
    chosen = group if wanted is not None else rows[-1].id
    kept = [
        {"id": one.id, "field": one.field, "people": [*one.people, *([person] if one.id == chosen else [])]}
        for one in rows
    ]
    row.groups = [one for one in kept if one["people"]]
    row.moved, row.proven = {"person": person, "before": asdict(now.cost)}, False
    _sign(work, actor, row)
    work.tell(GroupsArranged(stream=programme, about=person, by=actor.person))
    await work.flush()


async def lock(work: Work, actor: Actor, programme: str, what: str, *, on: bool = True) -> None:
    """Let a proposed group, or a learner in hers, stay when the rest is proposed again; or let her go."""
    row, now = await _held(work, actor, programme)
    if what not in {group.id for group in now.drafted} | {one for group in now.drafted for one in group.people}:
        raise NotFound()
    row.locked = sorted(now.locked | {what}) if on else sorted(now.locked - {what})
    _sign(work, actor, row)
    work.tell(GroupsArranged(stream=programme, about=what, by=actor.person))
    await work.flush()


async def lay_aside(work: Work, actor: Actor, programme: str) -> None:
    """Forget the proposal; nothing else changes."""
    row, _ = await _held(work, actor, programme)
    await work.session.delete(row)
    work.tell(GroupsLaidAside(stream=programme, accepted=False, by=actor.person))
    await work.flush()


async def accept(
    work: Work, actor: Actor, programme: str, names: Mapping[str, str], first_day: date | None = None
) -> list[Group]:
    """Form the proposed groups and seat everybody from a day on (the first, or today), all in one act.

    `names`: proposed group -> what it will be called. Whoever is accepted for fewer days sits for hers.
    """
    row, now = await _held(work, actor, programme)
    begins = first_day or max(now.programme.starts, day_of(work.now, now.programme.zone))
    if not now.programme.starts <= begins <= now.programme.ends:
        raise Invalid("outside_the_programme", field="first_day")
    if not any(group.people for group in now.drafted):
        raise Invalid("nobody_to_group")
    mine = select(Enrolment).where(Enrolment.programme == programme)
    spans = {one.person: (one.first_day, one.last_day) for one in await work.all(mine)}
    formed, sittings = [], []
    for drafted in now.drafted:
        if not drafted.people:
            continue
        new = NewGroup(programme, drafted.field or "", names.get(drafted.id, ""))
        formed.append(await groups.form(work, actor, new))
        for person in drafted.people:
            first, last = spans[person]
            sits = Sitting(formed[-1].id, person, max(begins, first or begins), last or now.programme.ends)
            sittings.append(sits)
    await groups.seat_all(work, actor, programme, sittings)
    await work.session.delete(row)
    work.tell(GroupsLaidAside(stream=programme, accepted=True, by=actor.person))
    await work.flush()
    return formed


def level_of(levels: Mapping[str, str]) -> str | None:
    """The level by which somebody is grouped: the lower of listening and speaking, else the lowest known."""
    talked = [levels[skill] for skill in TALKED if levels.get(skill) in LEVELS]
    known = talked or [level for level in levels.values() if level in LEVELS]
    return min(known, key=LEVELS.index, default=None)


async def _waiting(look: Look, programme: Programme) -> Sequence[tuple[Person, Enrolment, Profile | None]]:
    """Accepted, and without a seat from today on; whoever has had her own days already waits for none."""
    today = day_of(look.now, programme.zone)
    seated = (
        select(Seat.person)
        .join(Group, Group.id == Seat.group)
        .where(Group.programme == programme.id, Seat.last_day >= today, Seat.last_day >= Seat.first_day)
    )
    rows = await look.rows(
        select(Person, Enrolment, Profile)
        .join(Enrolment, Enrolment.person == Person.id)
        .outerjoin(Profile, Profile.person == Person.id)
        .where(Enrolment.programme == programme.id, Enrolment.status == "accepted", Person.id.not_in(seated))
        .where(Enrolment.last_day.is_(None) | (Enrolment.last_day >= today))
        .order_by(Enrolment.applied, Person.id)
    )
    return [(person, enrolment, profile) for person, enrolment, profile in rows]


def learner_of(person: str, field: str | None, profile: Profile | None) -> Learner:
    """Somebody as grouping sees her."""
    if profile is None:
        return Learner(person, field, None, None)
    free = None if profile.free is None else frozenset(profile.free)
    return Learner(person, field, level_of(profile.levels), free, dict(profile.km), profile.municipality)


def _drafted(draft: GroupDraft | None, fields: Mapping[str, str | None]) -> tuple[Drafted, ...]:
    """The proposal without those who are seated, gone or of another field by now."""
    rows = [
        Drafted(
            one["id"],
            one["field"],
            tuple(it for it in one["people"] if it in fields and fields[it] == one["field"]),
        )
        for one in (draft.groups if draft else ())
    ]
    return tuple(one for one in rows if one.people)


async def _held(work: Work, actor: Actor, programme: str, *, begun: bool = True) -> tuple[GroupDraft, Desk]:
    """The draft to write on, and what lies there; whoever writes at the same time waits. Raises Conflict."""
    _, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    await work.run(select(GroupDraft.programme).where(GroupDraft.programme == programme).with_for_update())
    row: GroupDraft | None = await work.get(GroupDraft, programme)
    if row is None and begun:
        raise Conflict("no_proposal")
    found = await desk(work, actor, programme)
    if row is None:
        row = GroupDraft(
            programme=programme, groups=[], locked=[], moved={}, smallest=1, largest=1, proven=False, words={}
        )
        work.add(row)
    return row, found


def _sign(work: Work, actor: Actor, row: GroupDraft) -> None:
    row.modified, row.modified_by = work.now, actor.person or None
