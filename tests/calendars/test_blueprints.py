"""Blueprints: what each shipped model carries, and how a broken one is refused."""

import dataclasses

import pytest

from calendars import blueprints
from calendars.blueprint_form import Blueprint, DailyLesson, Hours
from calendars.errors import Invalid, NotFound

OCCUPATION = "occupation-for-immigrants"


def test_names_when_asked_then_all_models_of_the_contract() -> None:
    assert blueprints.names() == [
        "catch-up-with-work",
        "employment-or-entrepreneurship",
        "kohti-tyota",
        "kototyo",
        OCCUPATION,
        "skills-centre",
        "tutor-training",
    ]


@pytest.mark.parametrize("name", blueprints.names())
def test_load_when_shipped_then_named_as_its_file_in_three_languages(name: str) -> None:
    blueprint = blueprints.load(name)
    assert (blueprint.name, blueprint.languages, blueprint.country) == (name, ("fi", "en", "ar"), "FI")
    assert set(blueprint.title) == {"fi", "en", "ar"}


def test_load_when_there_is_none_then_not_found() -> None:
    with pytest.raises(NotFound) as found:
        blueprints.load("../etc/passwd")
    assert found.value.code == "no_such_blueprint"


def test_load_when_both_programmes_of_s0_then_three_fields_each_with_codes() -> None:
    fields = {
        name: {one.id: str(one.isced) for one in blueprints.load(name).fields.values()}
        for name in (OCCUPATION, "employment-or-entrepreneurship")
    }
    assert fields == {
        OCCUPATION: {"logistics": "1041", "care": "09", "sales": "0416"},
        "employment-or-entrepreneurship": {"natural-sciences": "05", "technology": "07", "education": "01"},
    }
    assert set(blueprints.load(OCCUPATION).fields["logistics"].title) == {"fi", "en", "ar"}


def test_load_when_occupation_then_it_is_whole() -> None:
    blueprint = blueprints.load(OCCUPATION)
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
    blueprint = blueprints.load(name)
    taught = sum(
        (step.days or 0) * lesson.time.minutes
        for step in blueprint.line
        for lesson in blueprint.phases[step.phase].lessons
    )
    assert 0.9 * taught <= 60 * sum(topic.hours for topic in blueprint.topics.values()) <= taught


def test_load_when_highly_educated_then_a2_1_in_every_skill() -> None:
    entry = blueprints.load("employment-or-entrepreneurship").entry
    assert entry.language == dict.fromkeys(("listening", "speaking", "reading", "writing"), "A2.1")
    assert list(entry.checks) == ["highly-educated", "unemployed", "motivated", "computer"]


def test_load_when_peer_group_then_two_tutors_eight_seats_and_an_interview() -> None:
    blueprint = blueprints.load("catch-up-with-work")
    series = blueprint.series["peer-group"]
    assert (series.leaders, series.leader_role, series.seats, len(series.topics)) == (2, "tutor", 8, 6)
    assert series.leader_training in blueprints.names()
    assert (blueprint.appointments["interview"].partner, blueprint.appointments["interview"].minutes) == (
        "employer",
        20,
    )
    assert blueprint.entry.register_needed is False


def test_load_when_skills_centre_then_two_routes_and_a_counsellor() -> None:
    blueprint = blueprints.load("skills-centre")
    assert list(blueprint.routes) == ["to-work", "through-training"]
    personal = blueprint.personal
    assert (personal.responsible, personal.shortest_days, personal.longest_days) == ("counsellor", 20, 90)


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        ('format = "oppitupa-blueprint-1"', 'format = "oppitupa-blueprint-2"', "format", "not_one_of"),
        ('version = "1.0" ', 'version = "new" ', "version", "bad_version"),
        ('country = "FI" ', 'country = "QQ" ', "country", "unknown_country"),
        ('zone = "Europe/Helsinki"', 'zone = "Europe/Turku"', "zone", "unknown_zone"),
        ('zone = "Europe/Helsinki"', 'zone = "/etc/localtime"', "zone", "unknown_zone"),
        ('languages = ["fi", "en", "ar"]', 'languages = ["fi", "e!"]', "languages[2]", "bad_language"),
        ('{ phase = "final", days = 5 }', '{ phase = "end", days = 5 }', "line[7].phase", "unknown_phase"),
        ('{ phase = "final", days = 5 }', '{ phase = "final" }', "line[7]", "days_or_months"),
        ('{ phase = "final", days = 5 }', '{ phase = "final", days = 0 }', "line[7].days", "out_of_bounds"),
        ('{ phase = "final", days = 5 }', '{ phase = "final", days = -5 }', "line[7].days", "out_of_bounds"),
        ('isced = "1041"', 'isced = "logistics"', "fields.logistics.isced", "bad_isced"),
        ('title.ar = "ريادة الأعمال"', "", "topics.entrepreneurship.title", "language_missing"),
        ('kind = "online"', 'kind = "onlin"', "phases.online.kind", "not_one_of"),
        ('place = "house"', 'place = "hose"', "phases.orientation.place", "unknown_place"),
        ('place = "house"\n', "", "phases.orientation", "contact_without_place"),
        ('kind = "online"', 'kind = "online"\nplace = "house"', "phases.online.place", "place_not_needed"),
        ('hours = "09:00-15:00"', 'hours = "9-15"', "phases.orientation.hours", "bad_hours"),
        ('hours = "09:00-15:00"', 'hours = "15:00-09:00"', "phases.orientation.hours", "hours_backwards"),
        ('time = "13:00-15:00"', 'time = "13:00-16:00"', "phases.online.lessons[2]", "lesson_outside_hours"),
        ('time = "13:00-15:00"', 'time = "11:00-15:00"', "phases.online.lessons[2]", "lessons_overlap"),
        (
            'needs = ["language"] },\n]',
            'needs = ["cook"] },\n]',
            "phases.orientation.lessons[2].needs[1]",
            "unknown_ability",
        ),
        ('"working-life", "own-field"]', '"working-life", "x"]', "phases.orientation.topics[2]", "unknown_topic"),
        ("minutes_per_learner = 240", "minutes_per_learner = 0", "tutoring.minutes_per_learner", "out_of_bounds"),
        ('listening = "A1.3"', 'listening = "A3"', "entry.language.listening", "not_one_of"),
        ('listening = "A1.3"', 'hearing = "A1.3"', "entry.language.hearing", "not_one_of"),
        ("smallest = 4", "smallest = 9", "groups.smallest", "smallest_above_largest"),
        ("feedback_days = [30, 60]", "feedback_days = [30, 61]", "questions.feedback_days[2]", "after_the_end"),
        ("[groups]", "[grups]", "grups", "unknown_key"),
    ],
)
def test_parse_when_one_thing_is_broken_then_refused_with_its_line_and_reason(
    old: str, new: str, where: str, why: str
) -> None:
    text = blueprints.text_of(OCCUPATION)
    at = text.index(old)
    broken = text[:at] + new + text[at + len(old) :]
    with pytest.raises(Invalid) as refused:
        blueprints.parse(broken, "mine.toml")
    facts = refused.value.facts
    assert (facts["source"], facts["field"], facts["why"]) == ("mine.toml", where, why)
    # The fault stands on the line that was changed, or on the head of the table that lacks something.
    touched = range(text.count("\n", 0, at) + 1, text.count("\n", 0, at) + new.count("\n") + 2)
    assert facts["line"] in touched or why in ("language_missing", "contact_without_place")


def test_parse_when_phase_is_renamed_then_the_line_and_the_phase_are_named() -> None:
    text = blueprints.text_of(OCCUPATION).replace("[phases.final]", "[phases.finale]")
    with pytest.raises(Invalid) as refused:
        blueprints.parse(text, "mine.toml")
    faults = refused.value.facts["faults"]
    assert isinstance(faults, tuple)
    lines = [text.splitlines()[fault.line - 1] for fault in faults]
    assert [fault.why for fault in faults] == ["unknown_phase", "phase_not_in_line"]
    assert ('phase = "final"' in lines[0], lines[1]) == (True, "[phases.finale]")


def test_parse_when_title_lacks_a_language_then_line_is_that_of_the_title() -> None:
    text = blueprints.text_of(OCCUPATION).replace('title.ar = "خدمة العملاء والمبيعات"\n', "")
    with pytest.raises(Invalid) as refused:
        blueprints.parse(text, "mine.toml")
    line = refused.value.facts["line"]
    assert isinstance(line, int)
    assert text.splitlines()[line - 1] == 'title.fi = "Asiakaspalvelu ja myynti"'


def test_parse_when_several_things_are_broken_then_all_of_them_in_order_of_lines() -> None:
    text = blueprints.text_of(OCCUPATION).replace('isced = "', 'isced = "x').replace('kind = "online"', "kind = 3")
    with pytest.raises(Invalid) as refused:
        blueprints.parse(text, "mine.toml")
    faults = refused.value.facts["faults"]
    assert isinstance(faults, tuple)
    assert [fault.where for fault in faults] == [
        "fields.logistics.isced",
        "fields.care.isced",
        "fields.sales.isced",
        "phases.online.kind",
    ]


def test_parse_when_it_has_neither_days_nor_meetings_then_refused() -> None:
    text = blueprints.text_of("tutor-training")
    start, end = text.index("[series.training]"), text.index("[certificate]")
    with pytest.raises(Invalid) as refused:
        blueprints.parse(text[:start] + text[end:], "mine.toml")
    assert refused.value.facts["why"] == "nothing_happens"


def test_parse_when_fields_are_changed_then_the_line_of_days_is_the_same() -> None:
    text = blueprints.text_of(OCCUPATION).replace("[fields.care]", "[fields.cooking]").replace('"09"', '"1013"')
    copy, original = blueprints.parse(text, "copy.toml"), blueprints.load(OCCUPATION)
    assert list(copy.fields) == ["logistics", "cooking", "sales"]
    assert dataclasses.replace(copy, fields=original.fields) == original


def test_blueprint_when_months_are_in_the_line_then_its_days_are_not_known() -> None:
    assert [blueprints.load(name).days for name in ("kototyo", "kohti-tyota")] == [None, 60]
    assert isinstance(blueprints.load("kototyo"), Blueprint)
