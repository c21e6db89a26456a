"""The accounts of a programme's tutoring minutes: what each learner has left, by subject, and what nobody booked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func, select

from calendars import quotas, rights
from calendars.appointment_facts import TutoringLeft
from calendars.clock import day_of
from calendars.quotas import Balance, Quota
from calendars.rights import Actor, Target
from calendars.store import Look, Work
from calendars.tables import Appointment, Group, Person, Programme, Seat, TutoringEntry

LOOKED_BACK = timedelta(days=1200)


@dataclass(frozen=True, slots=True)
class Account:
    """One learner's minutes."""

    person: Person
    balance: Balance


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts of a programme, with their sums."""

    programme: Programme
    quota: Quota
    accounts: Sequence[Account]
    subjects: dict[str, int] = field(default_factory=dict)
    """Minutes used, by subject; under "" what was lost because a learner did not come."""

    @property
    def minutes(self) -> int:
        """What was promised to all of them together."""
        return sum(one.balance.quota for one in self.accounts)

    @property
    def used(self) -> int:
        return sum(one.balance.used for one in self.accounts)

    @property
    def unused(self) -> list[Account]:
        """Those who have minutes left that nobody booked, the most first."""
        left = [one for one in self.accounts if one.balance.left > 0]
        return sorted(left, key=lambda one: (-one.balance.left, one.person.shown, one.person.id))

    def reminder(self, today: date) -> int | None:
        """So many days before the end those are to be listed, on this day; the last reminder that is due."""
        due = [n for n in self.quota.remind if self.quota.until - timedelta(days=n) <= today <= self.quota.until]
        return min(due, default=None)


async def of_programme(look: Look, actor: Actor, programme: str) -> Accounts | None:
    """The accounts of a programme for whoever sees its people; None where there is no tutoring."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_people", target)
    return await _accounts(look, found)


async def own(look: Look, actor: Actor) -> list[tuple[Programme, Quota, Balance]]:
    """The actor's own accounts whose windows are not over, the newest first."""
    rights.ask(actor, "see_own", Target(person=actor.person))
    rows: Sequence[Programme] = await look.all(
        select(Programme)
        .where(
            Programme.id.in_(
                select(Group.programme)
                .join(Seat, Seat.group == Group.id)
                .where(Seat.person == actor.person, Seat.last_day >= Seat.first_day)
            ),
            Programme.ends > (look.now - LOOKED_BACK).date(),
        )
        .order_by(Programme.starts.desc(), Programme.id)
    )
    found = []
    for programme in rows:
        quota = await quotas.quota_of(look, programme)
        if quota is None or day_of(look.now, programme.zone) > quota.until:
            continue
        if any(who.id == actor.person for who in await quotas.entitled(look, programme, actor.person)):
            standing = await quotas.balances(look, programme.id, quota.minutes, [actor.person])
            found.append((programme, quota, standing[actor.person]))
    return found


async def remind(work: Work) -> list[str]:
    """Say, so many days before each window ends, how many minutes nobody booked; each reminder once."""
    since = (work.now - LOOKED_BACK).date()
    ended = select(Programme).where(
        Programme.ends < work.now.date(), Programme.ends > since, Programme.status == "confirmed"
    )
    told = []
    for programme in await work.all(ended.order_by(Programme.id)):
        quota = await quotas.quota_of(work, programme)
        today = day_of(work.now, programme.zone)
        if quota is None or not quota.until - timedelta(days=max(quota.remind, default=0)) <= today <= quota.until:
            continue
        found = await _accounts(work, programme)
        due = found.reminder(today) if found else None
        if found is None or due is None or not found.unused or due in await _reminded(work, programme.id):
            continue
        left = sum(one.balance.left for one in found.unused)
        work.tell(TutoringLeft(stream=programme.id, days=due, learners=len(found.unused), minutes=left))
        told.append(programme.id)
    return told


async def _reminded(look: Look, programme: str) -> set[int]:
    facts = await look.facts([programme], [TutoringLeft.__name__], look.now)
    return {int(one.body["days"]) for one in facts}


async def _accounts(look: Look, programme: Programme) -> Accounts | None:
    quota = await quotas.quota_of(look, programme)
    if quota is None:
        return None
    people = {who.id: who for who in await quotas.entitled(look, programme)}
    booked = select(TutoringEntry.person).where(TutoringEntry.programme == programme.id).distinct()
    others = select(Person).where(Person.id.in_(booked), Person.id.not_in(people))
    people |= {who.id: who for who in await look.all(others)}
    standing = await quotas.balances(look, programme.id, quota.minutes, list(people))
    subjects = await look.rows(
        select(TutoringEntry.subject, func.sum(TutoringEntry.using))
        .where(TutoringEntry.programme == programme.id)
        .group_by(TutoringEntry.subject)
    )
    used = dict.fromkeys(quota.subjects, 0) | {code: int(minutes) for code, minutes in subjects if code or minutes}
    accounts = [Account(who, standing[who.id]) for who in sorted(people.values(), key=lambda who: (who.shown, who.id))]
    return Accounts(programme, quota, accounts, used)


async def mentored(look: Look, actor: Actor, programme: str) -> dict[str, dict[str, int]]:
    """Minutes held of every kind of talk beside tutoring, by kind and learner: apart from what any group was taught."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_people", target)
    rows = await look.rows(
        select(Appointment.kind, Appointment.learner, func.sum(Appointment.held))
        .where(Appointment.programme == programme, Appointment.outcome == "held", Appointment.kind != "support")
        .group_by(Appointment.kind, Appointment.learner)
    )
    found: dict[str, dict[str, int]] = {}
    for kind, learner, minutes in rows:
        if learner is not None:
            found.setdefault(kind, {})[learner] = int(minutes)
    return found
