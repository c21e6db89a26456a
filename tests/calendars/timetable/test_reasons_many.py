"""Reasons where nearly everything is unplaced: a search that was cut off at once answers at once all the same."""

from calendars.timetable import problem as problems
from calendars.timetable import reasons
from calendars.timetable.layout import lay_out
from tests import instances


def test_unplaced_when_the_search_had_no_time_then_few_are_looked_at_and_each_has_a_true_reason() -> None:
    made = instances.instance("M", 1).problem
    made["activities"][-1]["needs"] = ["juggling"]
    made["activities"][-2]["days"] = []
    problem = problems.read(made)
    found = reasons.unplaced(problem, {}, lay_out(problem).fields)
    codes = [one["help"]["code"] for one in found]
    assert codes[:500] == ["more_time"] * 500
    assert codes[500:] == ["much_more_time"] * (len(codes) - 502) + ["day", "teacher_needed"]
    assert [one["activity"] for one in found] == [one["id"] for one in made["activities"]]
