"""The accounts of a programme's tutoring minutes: what each learner has left, by subject, and what nobody booked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import func, select

from calendars import rights
from calendars.appointments import quotas
from calendars.appointments.facts import TutoringLeft
from calendars.appointments.quotas import Balance, Quota, Window
from calendars.clock import day_of
from calendars.rights import Actor, Target
from calendars.store import Look, Work
from calendars.tables import Appointment, Group, Person, Programme, Seat, TutoringEntry

LOOKED_BACK = timedelta(days=1200)


@dataclass(frozen=True, slots=True)
class Account:
    """One learner's minutes, and the days in which she may use them."""

    person: Person
    balance: Balance
    window: Window
    due: int | None
    """So many days before her window ends what is unused is to be listed, if today is such a day."""


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

    @property
    def due(self) -> list[Account]:
        """Of those the ones whose own window ends soon, the soonest first."""
        return sorted((one for one in self.unused if one.due is not None), key=lambda one: one.window.until)


async def of_programme(look: Look, actor: Actor, programme: str) -> Accounts | None:
    """The accounts of a programme for whoever sees its people; None where there is no tutoring."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_people", target)
    return await _accounts(look, found)


async def own(look: Look, actor: Actor) -> list[tuple[Programme, Quota, Account]]:
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
        for who, last in await quotas.entitled(look, programme, actor.person) if quota else []:
            assert quota is not None
            standing = await quotas.balances(look, programme.id, quota.minutes, [who.id])
            account = _account(look, programme, quota, (who, last), standing[who.id])
            if day_of(look.now, programme.zone) <= account.window.until:
                found.append((programme, quota, account))
    return found


async def remind(work: Work) -> list[str]:
    """Say, so many days before each window ends, how many minutes nobody booked; each reminder once."""
    since = (work.now - LOOKED_BACK).date()
    begun = select(Programme).where(
        Programme.starts < work.now.date(), Programme.ends > since, Programme.status == "confirmed"
    )
    told = []
    for programme in await work.all(begun.order_by(Programme.id)):
        found = await _accounts(work, programme)
        if found is None or not found.due:
            continue
        reminded = await _reminded(work, programme.id)
        for (until, days), due in groupby(found.due, key=lambda one: (one.window.until, one.due)):
            left = [one.balance.left for one in due]
            if days is not None and (days, until.isoformat()) not in reminded:
                work.tell(
                    TutoringLeft(
                        stream=programme.id, days=days, until=until.isoformat(), learners=len(left), minutes=sum(left)
                    )
                )
                told.append(programme.id)
    return told


async def _reminded(look: Look, programme: str) -> set[tuple[int, str]]:
    facts = await look.facts([programme], [TutoringLeft.__name__], look.now)
    return {(int(one.body["days"]), str(one.body.get("until", ""))) for one in facts}


async def _accounts(look: Look, programme: Programme) -> Accounts | None:
    quota = await quotas.quota_of(look, programme)
    if quota is None:
        return None
    people = {who.id: (who, last) for who, last in await quotas.entitled(look, programme)}
    booked = select(TutoringEntry.person).where(TutoringEntry.programme == programme.id).distinct()
    others = select(Person).where(Person.id.in_(booked), Person.id.not_in(people))
    people |= {who.id: (who, programme.ends) for who in await look.all(others)}
    standing = await quotas.balances(look, programme.id, quota.minutes, list(people))
    subjects = await look.rows(
        select(TutoringEntry.subject, func.sum(TutoringEntry.using))
        .where(TutoringEntry.programme == programme.id)
        .group_by(TutoringEntry.subject)
    )
    used = dict.fromkeys(quota.subjects, 0) | {code: int(minutes) for code, minutes in subjects if code or minutes}
    whose = sorted(people.values(), key=lambda pair: (pair[0].shown, pair[0].id))
    accounts = [_account(look, programme, quota, pair, standing[pair[0].id]) for pair in whose]
    return Accounts(programme, quota, accounts, used)


def _account(look: Look, programme: Programme, quota: Quota, whose: tuple[Person, date], standing: Balance) -> Account:
    window = quota.after(whose[1])
    due = window.reminder(day_of(look.now, programme.zone), quota.remind)
    return Account(whose[0], standing, window, due)


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
