"""Blueprints: what each shipped model carries, and how a broken one is refused."""

import pytest

from calendars.blueprints import shipped
from calendars.blueprints.form import Blueprint, DailyLesson, Hours
from calendars.errors import NotFound

OCCUPATION = "occupation-for-immigrants"


def test_names_when_asked_then_all_models_of_the_contract() -> None:
    assert shipped.names() == [
        "catch-up-with-work",
        "employment-or-entrepreneurship",
        "kohti-tyota",
        "kototyo",
        OCCUPATION,
        "skills-centre",
        "tutor-training",
    ]


@pytest.mark.parametrize("name", shipped.names())
def test_load_when_shipped_then_named_as_its_file_in_three_languages(name: str) -> None:
    blueprint = shipped.load(name)
    assert (blueprint.name, blueprint.languages, blueprint.country) == (name, ("fi", "en", "ar"), "FI")
    assert set(blueprint.title) == {"fi", "en", "ar"}


def test_load_when_there_is_none_then_not_found() -> None:
    with pytest.raises(NotFound) as found:
        shipped.load("../etc/passwd")
    assert found.value.code == "no_such_blueprint"


def test_load_when_both_programmes_of_s0_then_three_fields_each_with_codes() -> None:
    fields = {
        name: {one.id: str(one.isced) for one in shipped.load(name).fields.values()}
        for name in (OCCUPATION, "employment-or-entrepreneurship")
    }
    assert fields == {
        OCCUPATION: {"logistics": "1041", "care": "09", "sales": "0416"},
        "employment-or-entrepreneurship": {"natural-sciences": "05", "technology": "07", "education": "01"},
    }
    assert set(shipped.load(OCCUPATION).fields["logistics"].title) == {"fi", "en", "ar"}


def test_load_when_occupation_then_it_is_whole() -> None:
    blueprint = shipped.load(OCCUPATION)
    assert list(blueprint.topics) == [
        "working-life",
        "entrepreneurship",
        "own-field",
        "vocabulary",
        "safety",
        "communication",
        "further-education",
        "own-skills",
    ]
    assert blueprint.days == 60
    assert [(step.phase, step.days) for step in blueprint.line] == [
        ("orientation", 5),
        ("online", 5),
        ("meeting", 1),
        ("online", 23),
        ("meeting", 1),
        ("online", 20),
        ("final", 5),
    ]
    assert blueprint.phases["online"].lessons == (
        DailyLesson(time=Hours.written("10:00-12:00"), needs=("field",)),
        DailyLesson(time=Hours.written("13:00-15:00"), needs=("language",)),
    )
    contact = {one.kind for name in ("orientation", "meeting", "final") for one in blueprint.phases[name].activities}
    assert contact == {"interim_assessment", "guidance", "individual_discussion", "language_assessment"}
    assert blueprint.tutoring is not None
    assert (blueprint.tutoring.minutes_per_learner, blueprint.tutoring.months) == (240, 3)
    assert list(blueprint.tutoring.subjects) == ["education", "entrepreneurship", "applying"]
    assert blueprint.attendance.rules() == {
        "lease": 40,
        "grace": 90,
        "late_after": 300,
        "present_percent": 85,
        "counts": ["evidenced", "room", "service_gap", "bridged", "corrected"],
    }


@pytest.mark.parametrize("name", [OCCUPATION, "employment-or-entrepreneurship"])
def test_load_when_topics_have_hours_then_they_fit_into_the_lessons(name: str) -> None:
    blueprint = shipped.load(name)
    taught = sum(
        (step.days or 0) * lesson.time.minutes
        for step in blueprint.line
        for lesson in blueprint.phases[step.phase].lessons
    )
    assert 0.9 * taught <= 60 * sum(topic.hours for topic in blueprint.topics.values()) <= taught


def test_load_when_highly_educated_then_a2_1_in_every_skill() -> None:
    entry = shipped.load("employment-or-entrepreneurship").entry
    assert entry.language == dict.fromkeys(("listening", "speaking", "reading", "writing"), "A2.1")
    assert list(entry.checks) == ["highly-educated", "unemployed", "motivated", "computer"]


def test_load_when_peer_group_then_two_tutors_eight_seats_and_an_interview() -> None:
    blueprint = shipped.load("catch-up-with-work")
    series = blueprint.series["peer-group"]
    assert (series.leaders, series.leader_role, series.seats, len(series.topics)) == (2, "tutor", 8, 6)
    assert series.leader_training in shipped.names()
    assert (blueprint.appointments["interview"].partner, blueprint.appointments["interview"].minutes) == (
        "employer",
        20,
    )
    assert blueprint.entry.register_needed is False


def test_load_when_skills_centre_then_two_routes_and_a_counsellor() -> None:
    blueprint = shipped.load("skills-centre")
    assert list(blueprint.routes) == ["to-work", "through-training"]
    personal = blueprint.personal
    assert (personal.responsible, personal.shortest_days, personal.longest_days) == ("counsellor", 20, 90)


def test_blueprint_when_months_are_in_the_line_then_its_days_are_not_known() -> None:
    assert [shipped.load(name).days for name in ("kototyo", "kohti-tyota")] == [None, 60]
    assert isinstance(shipped.load("kototyo"), Blueprint)
