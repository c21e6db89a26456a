"""Schooldays: the dates that the mission names, and random plans against an independent count."""

import calendar
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import schooldays
from calendars.blueprints import shipped
from calendars.blueprints.form import Blueprint
from calendars.errors import Invalid
from calendars.freedays import WEEKDAYS
from calendars.schooldays import Caution, Plan

OCCUPATION = "occupation-for-immigrants"
HELSINKI = ZoneInfo("Europe/Helsinki")


def planned(
    name: str, start: str, country: str | None = None, weekdays: Iterable[str] | None = None, breaks: str = ""
) -> Plan:
    spans = [tuple(map(date.fromisoformat, span.split(".."))) for span in breaks.split()]
    return schooldays.plan(
        shipped.load(name),
        date.fromisoformat(start),
        country=country,
        weekdays=weekdays,
        breaks=[(first, last) for first, last in spans],
    )


def test_plan_when_from_2_march_then_day_60_is_28_may_and_four_holidays_are_skipped() -> None:
    plan = planned(OCCUPATION, "2026-03-02")
    assert (plan.start, plan.end, plan.days[59].n) == (date(2026, 3, 2), date(2026, 5, 28), 60)
    assert plan.end.strftime("%a") == "Thu"
    assert list(plan.holidays) == [date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 14)]
    assert plan.warnings == ()


def test_plan_when_from_7_september_then_27_november_and_none_is_skipped() -> None:
    plan = planned(OCCUPATION, "2026-09-07")
    assert (plan.end, plan.holidays) == (date(2026, 11, 27), {})


@pytest.mark.parametrize("name", [OCCUPATION, "employment-or-entrepreneurship"])
def test_plan_when_real_time_training_then_12_contact_and_48_online_days(name: str) -> None:
    plan = planned(name, "2026-03-02")
    contact = [day.n for day in plan.days if day.kind == "contact"]
    assert contact == [1, 2, 3, 4, 5, 11, 35, 56, 57, 58, 59, 60]
    assert plan.counts == {"contact": 12, "online": 48}
    assert {day.place for day in plan.days if day.kind == "contact"} == {"house"}
    assert {day.place for day in plan.days if day.kind == "online"} == {None}
    assert {day.service for day in plan.days} == {"labour_market_training"}


def test_plan_when_tutoring_then_four_hours_until_three_months_after_the_end() -> None:
    tutoring = planned(OCCUPATION, "2026-09-07").tutoring
    assert tutoring is not None
    assert (tutoring.minutes_per_learner, tutoring.opens, tutoring.until) == (
        240,
        date(2026, 11, 28),
        date(2027, 2, 27),
    )


def test_plan_when_kohti_tyota_then_25_contact_and_35_workplace_days_and_no_lesson_online() -> None:
    plan = planned("kohti-tyota", "2026-08-10")
    assert (plan.end, plan.counts) == (date(2026, 10, 30), {"contact": 25, "workplace": 35})
    assert [day.service for day in plan.days] == ["labour_market_training"] * 25 + ["training_trial"] * 35
    assert [day.lessons for day in plan.days[25:]] == [()] * 35


def test_plan_when_kototyo_then_five_calendar_months_at_work_are_103_working_days() -> None:
    plan = planned("kototyo", "2026-08-20")
    work = plan.stretches[1]
    assert (work.phase, work.first, work.last, work.days) == ("at-work", date(2026, 10, 1), date(2027, 2, 28), 103)
    assert plan.counts == {"contact": 50, "workplace": 103}
    assert plan.days[30].date == date(2026, 10, 1)
    assert plan.days[133].date == date(2027, 3, 1)


def test_plan_when_another_order_of_modules_then_another_line() -> None:
    text = shipped.text_of("kototyo").replace('  { phase = "at-work", months = 5 },\n', "")
    text = text.replace("line = [\n", 'line = [\n  { phase = "at-work", months = 5 },\n')
    plan = schooldays.plan(shipped.parse(text, "mine.toml"), date(2026, 10, 1))
    assert [one.phase for one in plan.stretches] == ["at-work", "before-work", "after-work"]
    assert (plan.stretches[0].last, plan.stretches[0].days) == (date(2027, 2, 28), 103)


def test_plan_when_peer_group_over_the_clock_change_then_always_17_local() -> None:
    (series,) = planned("catch-up-with-work", "2026-09-15").series
    starts = [meeting.starts for meeting in series.meetings]
    tuesdays = [date(2026, 9, 15) + timedelta(weeks=week) for week in range(8)]
    assert starts == [datetime(day.year, day.month, day.day, 14, tzinfo=UTC) for day in tuesdays[:6]] + [
        datetime(2026, 10, 27, 15, tzinfo=UTC),
        datetime(2026, 11, 3, 15, tzinfo=UTC),
    ]
    assert sum((one.ends - one.starts for one in series.meetings), timedelta()) == timedelta(hours=16)
    assert {meeting.needs for meeting in series.meetings} == {("tutor", "tutor")}


def test_plan_when_only_a_series_then_it_begins_and_ends_the_plan() -> None:
    plan = planned("catch-up-with-work", "2026-09-14")
    assert (plan.start, plan.end, plan.days, plan.counts) == (date(2026, 9, 15), date(2026, 11, 3), (), {})
    assert plan.warnings == (Caution("start_moved", {"asked": date(2026, 9, 14), "start": date(2026, 9, 15)}),)


def test_plan_when_tutor_training_then_25_hours_and_the_certificate_at_them() -> None:
    (series,) = planned("tutor-training", "2026-09-17").series
    minutes = sum((one.ends - one.starts).total_seconds() for one in series.meetings) / 60
    certificate = shipped.load("tutor-training").certificate
    assert certificate is not None
    assert minutes == certificate.minutes == 1500


def test_plan_when_meeting_is_on_a_holiday_then_held_a_week_later_with_a_warning() -> None:
    plan = planned("catch-up-with-work", "2026-12-01", country="SE", breaks="2026-12-22..2026-12-23")
    dates = [meeting.starts.date() for meeting in plan.series[0].meetings]
    assert date(2026, 12, 22) not in dates
    assert (len(dates), plan.end) == (8, date(2027, 1, 26))
    assert plan.warnings == (
        Caution("meeting_skipped", {"series": "peer-group", "date": date(2026, 12, 22), "holiday": None}),
    )
    assert plan.zone == "Europe/Stockholm"


def test_plan_when_series_is_asked_for_on_another_weekday_then_it_moves_with_a_warning() -> None:
    plan = planned("catch-up-with-work", "2026-09-15", weekdays=["thu", "wed"])
    assert plan.start == date(2026, 9, 16)
    assert plan.warnings[1] == Caution("series_moved", {"series": "peer-group", "from": "tue", "to": "wed"})


def test_plan_when_two_days_a_week_then_60_days_end_later() -> None:
    plan = planned("kohti-tyota", "2026-08-10", weekdays=["wed", "mon"])
    assert plan.weekdays == ("mon", "wed")
    assert {day.date.weekday() for day in plan.days} == {0, 2}
    assert (len(plan.days), plan.end) == (60, date(2027, 3, 8))
    assert plan.holidays == {date(2027, 1, 6): "Loppiainen"}


def test_plan_when_estonia_then_estonian_holidays_and_its_own_clock() -> None:
    plan = planned(OCCUPATION, "2026-02-02", country="EE")
    assert plan.zone == "Europe/Tallinn"
    assert plan.holidays == {date(2026, 2, 24): "iseseisvuspäev", date(2026, 4, 3): "suur reede"}
    assert plan.end == date(2026, 4, 28)


@pytest.mark.parametrize("start", ["2026-02-28", "2026-03-01"])
def test_plan_when_start_is_on_a_weekend_then_monday_with_a_warning(start: str) -> None:
    plan = planned(OCCUPATION, start)
    assert (plan.start, plan.end) == (date(2026, 3, 2), date(2026, 5, 28))
    assert plan.warnings == (Caution("start_moved", {"asked": date.fromisoformat(start), "start": date(2026, 3, 2)}),)


def test_plan_when_start_is_on_a_holiday_or_in_a_break_then_next_training_day() -> None:
    assert planned(OCCUPATION, "2026-01-01").start == date(2026, 1, 2)
    assert planned(OCCUPATION, "2026-03-02", breaks="2026-02-20..2026-03-03").start == date(2026, 3, 4)


def test_plan_when_break_then_both_ends_free_and_the_end_moves() -> None:
    plan = planned(OCCUPATION, "2026-09-07", breaks="2026-10-12..2026-10-16 2026-11-02..2026-11-02")
    assert plan.end == date(2026, 12, 7)
    assert not {day.date for day in plan.days} & {date(2026, 10, 12), date(2026, 10, 16), date(2026, 11, 2)}


def test_plan_when_clocks_change_then_lessons_keep_their_local_hours() -> None:
    plan = planned(OCCUPATION, "2026-03-02")
    spans = {
        tuple(
            (f"{one.starts.astimezone(HELSINKI):%H:%M}", f"{one.ends.astimezone(HELSINKI):%H:%M}")
            for one in day.lessons
        )
        for day in plan.days
        if day.kind == "online"
    }
    assert spans == {(("10:00", "12:00"), ("13:00", "15:00"))}
    assert {day.starts.hour for day in plan.days} == {6, 7}


def test_plan_when_zone_is_named_then_it_is_the_local_time() -> None:
    plan = schooldays.plan(shipped.load(OCCUPATION), date(2026, 3, 2), zone="America/New_York")
    assert plan.days[0].starts == datetime(2026, 3, 2, 14, tzinfo=UTC)


def test_plan_when_country_has_several_zones_then_says_which_it_took() -> None:
    plan = planned(OCCUPATION, "2026-03-02", country="DE")
    assert (plan.zone, plan.warnings) == (
        "Europe/Berlin",
        (Caution("zone_chosen", {"zone": "Europe/Berlin", "of": 2}),),
    )


def test_plan_when_holidays_are_not_known_that_far_then_says_so() -> None:
    plan = planned(OCCUPATION, "2035-12-03", country="IN")
    assert plan.warnings == (Caution("holidays_in_doubt", {"country": "IN", "years": [2036]}),)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 27), 3, date(2027, 2, 27)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 9, 30), 3, date(2026, 12, 30)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
        (date(2026, 1, 31), 12, date(2027, 1, 31)),
    ],
)
def test_months_later_when_asked_then_same_number_or_last_of_month(day: date, months: int, later: date) -> None:
    assert schooldays.months_later(day, months) == later


@given(st.dates(date(2004, 1, 1), date(2030, 12, 31)), st.integers(0, 60))
def test_months_later_when_any_day_then_month_is_right_and_number_kept_or_last(day: date, months: int) -> None:
    later = schooldays.months_later(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == min(day.day, calendar.monthrange(later.year, later.month)[1])


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("unknown_country", {"country": "QQ"}),
        ("unknown_zone", {"zone": "Foo/Bar"}),
        ("unknown_zone", {"zone": "../../etc/passwd"}),
        ("unknown_weekday", {"weekdays": ["monday"]}),
        ("no_weekdays", {"weekdays": []}),
        ("break_backwards", {"breaks": [(date(2026, 3, 3), date(2026, 3, 2))]}),
        ("no_training_days", {"breaks": [(date(1, 1, 1), date(9999, 12, 31))]}),
        ("start_out_of_range", {"start": date(9999, 12, 31)}),
        ("start_out_of_range", {"start": date(1, 1, 1)}),
    ],
)
def test_plan_when_something_cannot_be_used_then_refused(code: str, wrong: dict[str, object]) -> None:
    asked = {"start": date(2026, 3, 2), **wrong}
    with pytest.raises(Invalid) as found:
        schooldays.plan(shipped.load(OCCUPATION), **asked)  # type: ignore[arg-type]
    assert found.value.code == code


def dealt_by_hand(blueprint: Blueprint, start: date, trains: Callable[[date], bool]) -> list[tuple[date, str]]:
    """Walk the calendar once, day by day, and deal the phases out."""
    todo: list[tuple[str, int | None, int | None]] = [(one.phase, one.days, one.months) for one in blueprint.line]
    dealt: list[tuple[date, str]] = []
    day, left, months_end = start, None, None
    while todo:
        phase, days, months = todo[0]
        if months_end is not None and day >= months_end:
            todo, months_end = todo[1:], None
            continue
        if trains(day):
            dealt.append((day, phase))
            if months is not None and months_end is None:
                months_end = (datetime(day.year, day.month, 1) + timedelta(days=31 * months + 5)).date().replace(day=1)
                while (months_end.year - day.year) * 12 + months_end.month - day.month > months:
                    months_end = (months_end - timedelta(days=1)).replace(day=1)
                while months_end.day < day.day and (months_end + timedelta(days=1)).day > 1:
                    months_end += timedelta(days=1)
            if days is not None:
                left = (days if left is None else left) - 1
                if left == 0:
                    todo, left = todo[1:], None
        day += timedelta(days=1)
    return dealt


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(shipped.names()),
    start=st.dates(date(2015, 1, 1), date(2027, 12, 31)),
    country=st.sampled_from(["FI", "EE", "SE", "DE", "ES", "RU", "UA", "TR", "US", "JP", "AU", "BR", "IN"]),
    weekdays=st.none() | st.sets(st.sampled_from(WEEKDAYS), min_size=1),
    gaps=st.lists(st.tuples(st.integers(-10, 200), st.integers(0, 30)), max_size=4),
)
def test_plan_when_anything_then_counts_and_order_are_those_of_an_independent_count(
    name: str, start: date, country: str, weekdays: set[str] | None, gaps: list[tuple[int, int]]
) -> None:
    breaks = [(start + timedelta(days=first), start + timedelta(days=first + length)) for first, length in gaps]
    blueprint = shipped.load(name)
    plan = schooldays.plan(blueprint, start, country=country, weekdays=weekdays, breaks=breaks)
    public = holidays.country_holidays(country)
    taken = {first + timedelta(days=k) for first, last in breaks for k in range((last - first).days + 1)}

    def free(day: date) -> bool:
        return day in taken or day in public

    chosen = weekdays or set(WEEKDAYS[:5])
    dealt = dealt_by_hand(blueprint, start, lambda day: day.strftime("%a").lower() in chosen and not free(day))
    assert [(one.date, one.phase) for one in plan.days] == dealt
    assert [one.n for one in plan.days] == list(range(1, len(dealt) + 1))
    assert sum(plan.counts.values()) == len(dealt)
    zone = ZoneInfo(plan.zone)
    for series, meant in zip(plan.series, blueprint.series.values(), strict=True):
        local = [one.starts.astimezone(zone) for one in series.meetings]
        dates = [one.date() for one in local]
        assert len(dates) == meant.times
        assert {one.time() for one in local} == {meant.time.starts}
        assert {WEEKDAYS[one.weekday()] for one in dates} == {series.weekday}
        between = [start + timedelta(days=k) for k in range((dates[-1] - start).days + 1)]
        assert dates == [one for one in between if WEEKDAYS[one.weekday()] == series.weekday and not free(one)]
