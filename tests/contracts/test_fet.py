"""A foreign program plans our weeks, and the judge agrees with it: neither sees a rule broken that the other kept."""

from pathlib import Path

from calendars.timetable import check, papers
from tests import instances
from tests.benchmarks.fet_weeks import Weeks
from tests.programs import program


def test_judge_when_fet_has_planned_the_weeks_then_no_rule_is_broken(tmp_path: Path) -> None:
    fet = program("fet-cl", "fet (apt install fet)")
    made = instances.instance("tiny", 2)
    placed = Weeks(made.problem, made.witness).solve(tmp_path, fet)
    timetable = papers.read_timetable({"format": papers.FORMAT, "placed": placed})
    verdict = check.judge(papers.read_problem(made.problem), timetable)
    assert (verdict.broken, len(placed)) == ((), len(made.problem["activities"]))
