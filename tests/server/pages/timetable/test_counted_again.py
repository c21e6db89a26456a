"""Week, loads and conflicts, counted once more by hand from the bare rows: random plans of two programmes.

The count here knows nothing of the product's own: hours by zoneinfo, pairs by two loops, sums by addition.
"""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from calendars.store import Work, new_id
from calendars.tables import PRIVATE, Absence, Appointment, Day, Group, Leader, Lesson, Load, Partner, Person, Place
from tests.calendars.planned import Planned
from tests.calendars.scheduling.test_scheduling import able, another
from tests.server.pages.forms import page_of

ZONE = ZoneInfo("Europe/Helsinki")
CLOCK_CHANGES = date(2026, 3, 29)
WEEKS = (date(2026, 3, 23), date(2026, 3, 30), date(2026, 4, 6))
A_DAY, A_WEEK = 300, 700
OTHERS = re.compile("public holiday|two houses")
"""What the count by hand leaves out; tests of its own plant it."""


@dataclass(frozen=True)
class Row:
    """A lesson as it lies in the database, with the names that a page shows."""

    programme: str
    starts: datetime
    ends: datetime
    group: str
    led: tuple[str, ...]
    needs: int
    place: str
    talk: str = ""
    """The state of a talk; empty for a lesson."""

    @property
    def day(self) -> date:
        return self.starts.astimezone(ZONE).date()

    @property
    def hours(self) -> str:
        first, last = (at.astimezone(ZONE) for at in (self.starts, self.ends))
        return f"{first.hour}:{first.minute:02}–{last.hour}:{last.minute:02}"

    @property
    def minutes(self) -> int:
        return int((self.ends - self.starts).total_seconds()) // 60


async def scattered(house: Planned, seed: int) -> str:
    """Lessons at random, and one series at ten o'clock over the change of the clock; the other programme's id."""
    chance = random.Random(seed)
    await able(house, "Veera", "Toivo", "Oona")
    people = [house.people[name] for name in ("Veera", "Toivo", "Oona")]
    async with house.store.work() as work:
        other = await another(work, house, "third")
        groups = list(await work.all(select(Group).order_by(Group.id)))
        days = [
            day for day in await work.all(select(Day).order_by(Day.date, Day.id))
            if WEEKS[0] <= day.date < WEEKS[-1] + timedelta(days=7)
        ]  # fmt: skip
        for place in await work.all(select(Place)):
            place.rooms = 1
        wanted = [(chance.choice(days), chance.choice(range(8 * 60, 15 * 60, 15))) for _ in range(40)]
        wanted += [(day, 600) for day in days if day.date.weekday() == 1]
        for day, minute in wanted:
            group = chance.choice([one for one in groups if one.programme == day.programme])
            starts = datetime(day.date.year, day.date.month, day.date.day, minute // 60, minute % 60, tzinfo=ZONE)
            lesson = Lesson(
                id=new_id(), programme=day.programme, day=day.id, group=group.id, topic="", starts=starts,
                ends=starts + timedelta(minutes=chance.choice((60, 90, 120))), revision=1, sequence=0,
                status="confirmed" if chance.random() < 0.9 else "cancelled", modified=work.now,
                needs=["language"] * chance.choice((1, 1, 2)),
            )  # fmt: skip
            work.add(lesson)
            await work.flush()
            for person in chance.sample(people, chance.choice((0, 1, 1, 1, 2))):
                work.add(Leader(lesson=lesson.id, person=person, role="teacher"))
        await _talks_at_random(work, house, days, chance)
        work.add(Load(person=people[0], minutes_a_day=A_DAY, minutes_a_week=A_WEEK))
        noon = datetime(2026, 3, 31, 12, tzinfo=ZONE)
        work.add(
            Absence(
                id=new_id(), person=people[1], starts=noon, ends=noon + timedelta(days=2), kind="ill", source="own",
                reported=work.now, reported_by=people[1],
            )
        )  # fmt: skip
    return other


async def _talks_at_random(work: Work, house: Planned, days: Sequence[Day], chance: random.Random) -> None:
    """In the evening, so that they meet no lesson; a private one stands in nobody's week but its own people's."""
    for day in chance.sample(list(days), 12):
        starts = datetime(day.date.year, day.date.month, day.date.day, 18, 0, tzinfo=ZONE)
        talk = Appointment(
            id=new_id(), programme=day.programme, starts=starts, ends=starts + timedelta(minutes=20), way="on_site",
            kind=chance.choice(("guidance", "individual_discussion", sorted(PRIVATE)[0])), learner=None, place=None,
            status=chance.choice(("confirmed", "confirmed", "offered", "cancelled")), modified=work.now,
        )  # fmt: skip
        work.add(talk)
        await work.flush()
        for name in chance.sample(("Veera", "Oona"), chance.choice((1, 2))):
            work.add(Partner(appointment=talk.id, person=house.people[name]))


async def talks_of(house: Planned) -> list[Row]:
    """Every talk that is not private and not cancelled."""
    async with house.store.look() as look:
        people = {one.id: one.name for one in await look.all(select(Person))}
        led: dict[str, list[str]] = {}
        for one in await look.all(select(Partner)):
            led.setdefault(one.appointment, []).append(people[one.person])
        rows = [one for one in await look.all(select(Appointment)) if one.kind not in PRIVATE]
    return [
        Row(one.programme, one.starts, one.ends, "", tuple(sorted(led[one.id])), 0, "", one.status)
        for one in rows if one.status != "cancelled"
    ]  # fmt: skip


async def rows_of(house: Planned) -> list[Row]:
    """Every lesson that takes place, one statement for each of its parts."""
    async with house.store.look() as look:
        lessons = await look.all(select(Lesson).where(Lesson.status == "confirmed").order_by(Lesson.starts, Lesson.id))
        groups = {one.id: one.name for one in await look.all(select(Group))}
        days = {one.id: one for one in await look.all(select(Day))}
        places = {one.id: one.name for one in await look.all(select(Place))}
        people = {one.id: one.name for one in await look.all(select(Person))}
        led: dict[str, list[str]] = {}
        for one in await look.all(select(Leader)):
            led.setdefault(one.lesson, []).append(people[one.person])
    found = []
    for one in lessons:
        place, names = days[one.day].place, groups[one.group]
        found.append(
            Row(
                one.programme, one.starts, one.ends, names.get("en", next(iter(names.values()))),
                tuple(sorted(led.get(one.id, ()))), len(one.needs), places[place].strip() if place else "",
            )
        )  # fmt: skip
    return found


def naive_week(rows: Sequence[Row], monday: date, by: str, programme: str) -> Counter[tuple[str, str]]:
    """(whose row, hours) of each bar of a week."""
    found = Counter[tuple[str, str]]()
    for one in rows:
        if not monday <= one.day < monday + timedelta(days=7) or (by == "group" and one.programme != programme):
            continue
        whose: Sequence[str] = (one.group,)
        if by == "teacher":
            whose = one.led or ("Nobody yet",)
        if by == "room":
            whose = (f"{one.place} · 1 room" if one.place else "Video room",)
        found.update((each, one.hours) for each in whose)
    return found


def shown_week(page: str) -> Counter[tuple[str, str]]:
    """The same, read from the page."""
    found = Counter[tuple[str, str]]()
    for piece in page.split('class="week-who"><bdi>')[1:]:
        whose = re.sub(r"\s+", " ", piece.partition("<")[0]).strip()
        found.update(
            (whose, label.split(",")[0]) for label in re.findall(r'<a href="[^"]*" aria-label="([^"]*)"', piece)
        )
    return found


def naive_loads(rows: Sequence[Row]) -> dict[str, dict[int, int]]:
    """Person -> number of the week -> minutes."""
    found: dict[str, dict[int, int]] = {}
    for one in rows:
        for who in one.led:
            weeks = found.setdefault(who, {})
            weeks[one.day.isocalendar().week] = weeks.get(one.day.isocalendar().week, 0) + one.minutes
    return found


def hours(minutes: int) -> str:
    told = f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    return told.replace(" ", "\N{NO-BREAK SPACE}")


def naive_conflicts(
    rows: Sequence[Row], talks: Sequence[Row], programme: str, away: tuple[str, datetime, datetime]
) -> Counter[str]:  # fmt: skip
    """Sentences, as often as each must be said on the page of a programme."""
    found = Counter[str]()
    for one in rows:
        if one.programme == programme:
            found["Nobody leads this lesson."] += not one.led
            if one.led and len(one.led) < one.needs:
                found[f"{len(one.led)} of {one.needs} leaders is there."] += 1  # one of two, else nobody leads
            if away[0] in one.led and one.starts < away[2] and away[1] < one.ends:
                found[f"{away[0]} is away then."] += 1
        for other in rows:
            meet = one is not other and one.starts < other.ends and other.starts < one.ends
            if not meet or programme not in (one.programme, other.programme) or rows.index(one) > rows.index(other):
                continue
            found[f"{one.group} has two lessons at one time."] += one.group == other.group
            found.update(f"{who} leads two lessons at one time." for who in set(one.led) & set(other.led))
    for place, at in {(one.place, one.starts) for one in rows if one.place}:
        there = [one for one in rows if one.place == place and one.starts <= at < one.ends]
        if len(there) > 1 and any(one.programme == programme for one in there):
            found[f"{len(there)} groups at one time, but 1 room."] += 1
    veera = [one for one in rows if "Veera" in one.led]
    for spans, limit, words in (
        ({one.day for one in veera}, A_DAY, "Veera has too long a day: {} of {}."),
        ({one.day.isocalendar()[:2] for one in veera}, A_WEEK, "Veera has too much in this week: {} of {}."),
    ):
        for span in spans:
            hers = [one for one in veera if span in (one.day, one.day.isocalendar()[:2])]
            met = [one for one in talks if "Veera" in one.led and span in (one.day, one.day.isocalendar()[:2])]
            total = sum(one.minutes for one in (*hers, *met))
            if total > limit and any(one.programme == programme for one in hers):
                found[re.sub(r"\s+", " ", words.format(hours(total), hours(limit)))] += 1
    return +found


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_pages_when_counted_again_by_hand_then_week_loads_and_conflicts_are_the_same(
    kaisa: TestClient, house: Planned, seed: int
) -> None:
    other = await scattered(house, seed)
    rows, talks = await rows_of(house), await talks_of(house)
    changed = {one.starts.hour for one in rows if one.hours.startswith("10:00") and one.day.weekday() == 1}
    assert changed == {7, 8}  # ten o'clock stays ten o'clock over the change of the clock
    for programme in (house.programme, other):
        base = f"/programmes/{programme}/timetable"
        for monday in WEEKS:
            for by in ("group", "teacher", "room"):
                page = unescape(await page_of(kaisa, f"{base}?language=en&by={by}&week={monday}"))
                drawn = [*rows, *talks] if by == "teacher" else rows
                assert shown_week(page) == naive_week(drawn, monday, by, programme), (monday, by)
        page = unescape(await page_of(kaisa, f"{base}/loads?language=en"))
        for who, weeks in naive_loads([*rows, *(one for one in talks if one.talk == "confirmed")]).items():
            column = page.partition(f'aria-label="{who}"')[2].partition("</section>")[0]
            shown = dict(re.findall(r"week (\d+): ([^,\"]*)", column))
            assert {int(n): told for n, told in shown.items() if told != hours(0)} == {
                n: hours(minutes) for n, minutes in weeks.items()
            }, who  # fmt: skip
        page = unescape(await page_of(kaisa, f"{base}/conflicts?language=en"))
        told = Counter(re.sub(r"\s+", " ", one) for one in re.findall(r"<h2>([^<]*)</h2>", page))
        noon = datetime(2026, 3, 31, 12, tzinfo=ZONE)
        wanted = naive_conflicts(
            rows,
            [one for one in talks if one.talk == "confirmed"],
            programme,
            ("Toivo", noon, noon + timedelta(days=2)),
        )
        assert Counter({one: n for one, n in told.items() if not OTHERS.search(one)}) == wanted
