"""Timetables side by side: prices that become flat, and neighbours that change places."""

import pytest

from calendars.timetable import tempering
from calendars.timetable.budget import Budget
from calendars.timetable.engine import load
from calendars.timetable.problem import read
from calendars.timetable.solve import Search, silent
from tests import instances
from tests.programs import lacking


@pytest.mark.parametrize("engine", ["c", "python"])
def test_flatten_when_a_timetable_stands_then_it_costs_what_one_laid_out_flat_costs(engine: str) -> None:
    if engine == "c" and load() is None:
        lacking("the search is not built in C", "a C compiler, then python -m deploy.build_search")
    search = Search(read(instances.instance("tiny", 3).problem), None, 1, Budget(0, None), silent, engine)
    search.run()
    dear, real = search.state.cost, search.state.real
    tempering.flatten(search)
    laid_flat = tempering.twin(search, 1)
    assert (search.state.cost, search.state.real) == (laid_flat.state.cost, real)
    assert real <= search.state.cost < dear


@pytest.mark.parametrize(("dearer", "changed"), [(-1, True), (0, True), (50, False)])
def test_changes_when_the_hotter_one_is_no_dearer_then_always_and_else_by_the_draw(dearer: int, changed: bool) -> None:
    search = Search(read(instances.instance("tiny", 3).problem), None, 1, Budget(0, None), silent, "python")
    search.run()
    other = tempering.twin(search, 1)
    other.state.cost = search.state.cost + dearer * search.layout.unit
    assert tempering.changes([60, 75], [search.engine, other], 1 << 12) is changed
