"""Schooldays elsewhere: every country of the library, clocks that skip and repeat hours, leap days, endless breaks."""

import dataclasses
import os
import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest

from calendars import schooldays
from calendars.blueprints import shipped
from calendars.blueprints.form import Hours, Step
from calendars.errors import Invalid
from calendars.freedays import WEEKDAYS
from calendars.schooldays import Meeting

OCCUPATION = "occupation-for-immigrants"
SUPPORTED = holidays.list_supported_countries(include_aliases=False)
COUNTRIES = 40 * max(1, int(os.environ.get("OPPITUPA_RUNS", "100")) // 100)


def test_plan_when_blueprint_names_a_zone_elsewhere_then_it_is_kept_in_its_own_country() -> None:
    blueprint = dataclasses.replace(shipped.load(OCCUPATION), zone="Asia/Tokyo")
    assert schooldays.plan(blueprint, date(2026, 3, 2)).zone == "Asia/Tokyo"
    assert schooldays.plan(blueprint, date(2026, 3, 2), country="EE").zone == "Europe/Tallinn"


@pytest.mark.parametrize(
    ("zone", "day", "hours", "starts", "ends"),
    [
        ("Europe/Helsinki", "2026-03-29", "03:30-04:00", "2026-03-29T01:30Z", "2026-03-29T02:00Z"),
        ("Europe/Helsinki", "2026-03-29", "02:30-05:00", "2026-03-29T00:30Z", "2026-03-29T02:00Z"),
        ("Europe/Helsinki", "2026-10-25", "03:30-04:30", "2026-10-25T00:30Z", "2026-10-25T02:30Z"),
        ("Australia/Lord_Howe", "2026-10-04", "02:10-02:40", "2026-10-03T15:40Z", "2026-10-03T16:10Z"),
        ("Africa/Cairo", "2026-04-24", "00:15-00:45", "2026-04-23T22:15Z", "2026-04-23T22:45Z"),
        ("America/Santiago", "2026-09-06", "00:30-02:00", "2026-09-06T04:30Z", "2026-09-06T05:00Z"),
    ],
)
def test_plan_when_clocks_skip_or_repeat_the_hour_then_no_meeting_ends_before_it_begins(
    zone: str, day: str, hours: str, starts: str, ends: str
) -> None:
    model = shipped.load("tutor-training")
    series = {
        "training": dataclasses.replace(model.series["training"], time=Hours.written(hours), weekday=None, times=1)
    }
    on = date.fromisoformat(day)
    plan = schooldays.plan(
        dataclasses.replace(model, series=series, certificate=None), on, weekdays=WEEKDAYS, zone=zone
    )
    assert plan.series[0].meetings[0] == Meeting(
        datetime.fromisoformat(starts), datetime.fromisoformat(ends), ("teacher",)
    )


@pytest.mark.parametrize(
    "zone", ["America/Santiago", "Pacific/Auckland", "Australia/Sydney", "Europe/Helsinki", "Asia/Kathmandu"]
)
def test_plan_when_a_series_runs_a_year_then_the_clock_on_the_wall_is_the_same_in_both_hemispheres(zone: str) -> None:
    model = shipped.load("catch-up-with-work")
    series = {"peer-group": dataclasses.replace(model.series["peer-group"], times=52)}
    plan = schooldays.plan(dataclasses.replace(model, series=series), date(2026, 1, 6), zone=zone)
    spans = {(one.starts.astimezone(ZoneInfo(zone)).time(), one.ends - one.starts) for one in plan.series[0].meetings}
    assert spans == {(time(17), timedelta(hours=2))}
    offsets = {one.starts.astimezone(ZoneInfo(zone)).utcoffset() for one in plan.series[0].meetings}
    assert len(offsets) == (1 if zone == "Asia/Kathmandu" else 2)


def test_plan_when_start_is_29_february_then_months_later_is_there_too() -> None:
    plan = schooldays.plan(shipped.load("kototyo"), date(2028, 2, 29))
    assert (plan.start, plan.days[0].n) == (date(2028, 2, 29), 1)
    ended = dataclasses.replace(shipped.load(OCCUPATION), line=(Step(phase="final", days=1),), phases={
        "final": shipped.load(OCCUPATION).phases["final"]})  # fmt: skip
    last = schooldays.plan(ended, date(2028, 2, 29))
    assert last.tutoring is not None
    assert (last.end, last.tutoring.until) == (date(2028, 2, 29), date(2028, 5, 29))


def test_plan_when_breaks_leave_nothing_for_years_then_refused_and_not_searched_for_ever() -> None:
    for breaks in ([(date(2026, 3, 2), date(9999, 12, 31))], [(date(2026, 3, 1), date(2029, 3, 1))]):
        with pytest.raises(Invalid) as refused:
            schooldays.plan(shipped.load(OCCUPATION), date(2026, 3, 2), breaks=breaks)
        assert (refused.value.code, refused.value.facts["field"]) == ("no_training_days", "breaks")


@pytest.mark.parametrize(
    ("country", "start", "weekdays", "end"),
    [
        ("EE", "2026-03-02", None, "2026-05-26"),
        ("SE", "2026-03-02", None, "2026-05-28"),
        ("FI", "2026-09-07", ["mon", "wed"], "2027-04-07"),
        ("FI", "2026-08-10", ["tue", "thu"], "2027-03-09"),
    ],
)
def test_plan_when_elsewhere_or_part_time_then_the_counted_last_day(
    country: str, start: str, weekdays: list[str] | None, end: str
) -> None:
    """Twelve or thirty whole weeks, and one training day more for each holiday that falls on one."""
    plan = schooldays.plan(shipped.load(OCCUPATION), date.fromisoformat(start), country=country, weekdays=weekdays)
    assert (len(plan.days), plan.end.isoformat()) == (60, end)


def test_plan_when_anywhere_in_the_world_then_sixty_days_that_no_calendar_frees() -> None:
    chance = random.Random("anywhere")
    for _ in range(COUNTRIES):
        country = chance.choice(sorted(SUPPORTED))
        part = chance.choice([None, *SUPPORTED[country]])
        start = date(2024, 1, 1) + timedelta(days=chance.randrange(1_200))
        weekdays = chance.sample(WEEKDAYS, chance.randrange(1, 8))
        plan = schooldays.plan(
            shipped.load(OCCUPATION), start, country=f"{country}-{part}" if part else country, weekdays=weekdays
        )
        public, days, day = holidays.country_holidays(country, subdiv=part), list[date](), start
        while len(days) < 60:
            if day.strftime("%a").lower() in weekdays and day not in public:
                days.append(day)
            day += timedelta(days=1)
        assert [one.date for one in plan.days] == days, (country, part, start, weekdays)
        assert {one.starts.astimezone(ZoneInfo(plan.zone)).time() for one in plan.days} == {time(9)}
