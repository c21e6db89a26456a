"""What a blueprint may not say: each fault is refused with its line and its reason, whatever else is in the file."""

import dataclasses
import os
import random
import re
from datetime import date

import pytest

from calendars import schooldays
from calendars.blueprints import shipped
from calendars.errors import Invalid

OCCUPATION = "occupation-for-immigrants"
MUTATIONS = 40 * max(1, int(os.environ.get("OPPITUPA_RUNS", "100")) // 100)


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        ('format = "oppitupa-blueprint-1"', 'format = "oppitupa-blueprint-2"', "format", "not_one_of"),
        ('version = "1.1" ', 'version = "new" ', "version", "bad_version"),
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
        ('version = "1.1" ', 'version = "١.٠" ', "version", "bad_version"),
        (
            'title.fi = "Logistiikka"',
            'title.fi = "x"\ntitle."fi FI" = "y"',
            "fields.logistics.title.fi FI",
            "bad_language",
        ),
        ('languages = ["fi", "en", "ar"]', 'languages = ["fi", "en", "ar", "fi"]', "languages[4]", "twice"),
        ('"working-life", "own-field"]', '"working-life", "working-life"]', "phases.orientation.topics[2]", "twice"),
        ("feedback_days = [30, 60]", "feedback_days = [30, 30]", "questions.feedback_days[2]", "twice"),
        (
            '{ phase = "online", days = 23 }',
            '{ phase = "online", months = 36 },{ phase = "online", months = 36 }',
            "line",
            "line_too_long",
        ),
        ('kind = "online"', 'kind = "workplace"', "phases.online.lessons", "lessons_at_work"),
        ('needs = ["language"] },\n]', "needs = [] },\n]", "phases.orientation.lessons[2].needs", "empty"),
        ("minutes = 20,", "minutes = 361,", "phases.orientation.activities[1].minutes", "longer_than_the_day"),
        (
            'counts = ["evidenced", "room", "service_gap", "bridged", "corrected"]',
            "counts = []",
            "attendance.counts",
            "empty",
        ),
        ('ways = ["online", "phone", "on_site"]', "ways = []", "tutoring.ways", "empty"),
        (
            "remind_days_before = [30, 7]",
            "remind_days_before = [93, 7]",
            "tutoring.remind_days_before[1]",
            "before_the_window",
        ),
        ("[personal]", "[personal]\nshortest_days = 61", "personal.shortest_days", "line_is_shorter"),
        ("[personal]", "[personal]\nlongest_days = 59", "personal.longest_days", "line_is_longer"),
        (
            "[personal]",
            "[personal]\nshortest_days = 61\nlongest_days = 60",
            "personal.shortest_days",
            "smallest_above_largest",
        ),
    ],
)
def test_parse_when_one_thing_is_broken_then_refused_with_its_line_and_reason(
    old: str, new: str, where: str, why: str
) -> None:
    text = shipped.text_of(OCCUPATION)
    at = text.index(old)
    broken = text[:at] + new + text[at + len(old) :]
    with pytest.raises(Invalid) as refused:
        shipped.parse(broken, "mine.toml")
    facts = refused.value.facts
    assert (facts["source"], facts["field"], facts["why"]) == ("mine.toml", where, why)
    # The fault stands on the line that was changed, or on the head of the table that lacks something.
    touched = range(text.count("\n", 0, at) + 1, text.count("\n", 0, at) + new.count("\n") + 2)
    assert facts["line"] in touched or why in (
        "language_missing",
        "contact_without_place",
        "line_too_long",
        "lessons_at_work",
    )


def test_parse_when_phase_is_renamed_then_the_line_and_the_phase_are_named() -> None:
    text = shipped.text_of(OCCUPATION).replace("[phases.final]", "[phases.finale]")
    with pytest.raises(Invalid) as refused:
        shipped.parse(text, "mine.toml")
    faults = refused.value.facts["faults"]
    assert isinstance(faults, tuple)
    lines = [text.splitlines()[fault.line - 1] for fault in faults]
    assert [fault.why for fault in faults] == ["unknown_phase", "phase_not_in_line"]
    assert ('phase = "final"' in lines[0], lines[1]) == (True, "[phases.finale]")


def test_parse_when_title_lacks_a_language_then_line_is_that_of_the_title() -> None:
    text = shipped.text_of(OCCUPATION).replace('title.ar = "خدمة العملاء والمبيعات"\n', "")
    with pytest.raises(Invalid) as refused:
        shipped.parse(text, "mine.toml")
    line = refused.value.facts["line"]
    assert isinstance(line, int)
    assert text.splitlines()[line - 1] == 'title.fi = "Asiakaspalvelu ja myynti"'


def test_parse_when_several_things_are_broken_then_all_of_them_in_order_of_lines() -> None:
    text = shipped.text_of(OCCUPATION).replace('isced = "', 'isced = "x').replace('kind = "online"', "kind = 3")
    with pytest.raises(Invalid) as refused:
        shipped.parse(text, "mine.toml")
    faults = refused.value.facts["faults"]
    assert isinstance(faults, tuple)
    assert [fault.where for fault in faults] == [
        "fields.logistics.isced",
        "fields.care.isced",
        "fields.sales.isced",
        "phases.online.kind",
    ]


def test_parse_when_it_has_neither_days_nor_meetings_then_refused() -> None:
    text = shipped.text_of("tutor-training")
    start, end = text.index("[series.training]"), text.index("[certificate]")
    with pytest.raises(Invalid) as refused:
        shipped.parse(text[:start] + text[end:], "mine.toml")
    assert refused.value.facts["why"] == "nothing_happens"


def test_parse_when_fields_are_changed_then_the_line_of_days_is_the_same() -> None:
    text = shipped.text_of(OCCUPATION).replace("[fields.care]", "[fields.cooking]").replace('"09"', '"1013"')
    copy, original = shipped.parse(text, "copy.toml"), shipped.load(OCCUPATION)
    assert list(copy.fields) == ["logistics", "cooking", "sales"]
    assert dataclasses.replace(copy, fields=original.fields) == original


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "why"),
    [
        ("catch-up-with-work", "seats = 8 ", "seats = 3 ", "series.peer-group.seats", "seats_below_smallest"),
        (
            "catch-up-with-work", 'leader_training = "tutor-training"', 'leader_training = "catch-up-with-work"',
            "series.peer-group.leader_training", "trains_itself",
        ),
        (
            "catch-up-with-work", 'leader_training = "tutor-training"', 'leader_training = "../x"',
            "series.peer-group.leader_training", "bad_name",
        ),
        ("tutor-training", "minutes = 1500", "minutes = 1501", "certificate.minutes", "out_of_reach"),
        ("skills-centre", "longest_days = 90", "longest_days = 59", "personal.longest_days", "line_is_longer"),
    ],
)  # fmt: skip
def test_parse_when_rules_of_a_model_contradict_then_refused(
    name: str, old: str, new: str, where: str, why: str
) -> None:
    with pytest.raises(Invalid) as refused:
        shipped.parse(shipped.text_of(name).replace(old, new), "mine.toml")
    assert (refused.value.facts["field"], refused.value.facts["why"]) == (where, why)


def test_parse_when_only_meetings_then_feedback_may_be_asked_at_each_of_them() -> None:
    text = shipped.text_of("catch-up-with-work").replace("outcome_months", "feedback_days = [8]\noutcome_months")
    assert shipped.parse(text, "mine.toml").questions.feedback_days == (8,)
    with pytest.raises(Invalid) as refused:
        shipped.parse(text.replace("[8]", "[9]"), "mine.toml")
    assert refused.value.facts["why"] == "after_the_end"


def test_parse_when_a_name_is_nearly_right_then_says_what_was_meant() -> None:
    text = shipped.text_of(OCCUPATION).replace('{ phase = "final"', '{ phase = "finel"')
    with pytest.raises(Invalid) as refused:
        shipped.parse(text, "mine.toml")
    faults = refused.value.facts["faults"]
    assert isinstance(faults, tuple)
    assert faults[0].facts["meant"] == "final"


NOISE = (
    '"', "\'", '"""', "[", "]", "{", "}", "=", ",", "#", "\n", "\\", "-1", "9" * 5_000, "true", "1.5", "nan", "\r",
    "2026-01-01", "2026-13-01", "25:00:00", "\x00", "\ufeff", "\u2028", "[[a]]", "a.b = 1", "{ }", "[ ]", "id = 'x'",
)  # fmt: skip
NUMBERS = ("0", "-1", "1", "400", "99999", "9" * 5_000, "1e9", "0x10", "1_0", "2026-02-30", '"1"')
TEXTS = ('""', '" "', "1", "[]", "{}", f'"{"a" * 2_000}"', '"\\u0000"', '"online"', '"23:59-24:00"', '"../x"', '"UTC"')


def mutated(text: str, chance: random.Random) -> str:
    """The text with one slip of the kind that fingers and programs make."""
    at, lines = chance.randrange(len(text)), text.split("\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    kind = chance.randrange(7)
    if kind == 0:
        return text[:at] + chance.choice(NOISE) + text[at:]
    if kind == 1:
        return text[:at] + text[at + chance.choice((1, 3, 10, 80)) :]
    if kind == 2:
        return "\n".join(lines[:one] + lines[one + 1 :])
    if kind == 3:
        return "\n".join([*lines[:one], lines[other], *lines[one:]])
    if kind == 4:
        return text[:at]
    found = chance.choice(list(re.finditer(r"\d+" if kind == 5 else r'"[^"\n]*"', text)))
    return text[: found.start()] + chance.choice(NUMBERS if kind == 5 else TEXTS) + text[found.end() :]


@pytest.mark.parametrize("name", shipped.names())
def test_parse_when_anything_was_changed_then_a_plan_or_a_line_of_the_text_and_a_reason(name: str) -> None:
    for seed in range(MUTATIONS):
        text = mutated(shipped.text_of(name), random.Random(f"{name} {seed}"))
        try:
            blueprint = shipped.parse(text, "mine.toml")
        except Invalid as refused:
            faults = refused.facts["faults"]
            assert isinstance(faults, tuple)
            assert all(1 <= fault.line <= text.count("\n") + 1 for fault in faults), (seed, faults)
            continue
        schooldays.plan(blueprint, date(2026, 3, 2))
