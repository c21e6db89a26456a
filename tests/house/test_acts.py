"""Every act asks the rights itself, so that HTTP, socket and command line cannot forget it."""

import pytest

from tests.house.acts import EXCEPTIONS, shapeless, stale
from tests.house.sources import Source, python

HEAD = '"""What it is for."""\nfrom calendars import rights\n'


def planted(body: str) -> list[Source]:
    return [Source("calendars/x.py", HEAD + body), *[one for one in python() if one.path == "calendars/rights.py"]]


def test_acts_when_the_house_is_read_then_each_asks_or_stands_among_the_exceptions() -> None:
    assert shapeless(python()) == []


def test_exceptions_when_the_house_is_read_then_each_is_needed_and_has_a_reason() -> None:
    assert stale(python()) == []
    assert [name for name, reason in EXCEPTIONS.items() if len(reason) < 10] == []


@pytest.mark.parametrize(
    ("body", "findings"),
    [
        ("async def open(work: Work, lesson: str) -> None:\n    pass\n", ["not (work | look, actor, ...)"]),
        ("async def open(actor: Actor, work: Work) -> None:\n    pass\n", ["not (work | look, actor, ...)"]),
        ("async def open(work: Look, actor: Actor) -> None:\n    pass\n", ["not (work | look, actor, ...)"]),
        ("async def open(work: Work, actor: Actor) -> None:\n    print(actor)\n", ["asks no right"]),
        ("async def open(work: Work, actor: Actor) -> None:\n    await _in(work, actor)\n", ["asks no right"]),
        ("async def open(work: Work, actor: Actor) -> None:\n    await open(work, actor)\n", ["asks no right"]),
        ('async def open(work: Work, actor: Actor) -> None:\n    rights.ask(actor, "lead", x)\n', []),
        (
            "async def open(work: Work, actor: Actor) -> None:\n    await _in(work, actor)\n\n"
            'async def _in(work: Work, actor: Actor) -> None:\n    rights.ask(actor, "lead", x)\n',
            [],
        ),
        ("async def open(look: Look, actor: Actor) -> None:\n    await rights.ask_part(look, actor, x)\n", []),
        ("async def _in(work: Work) -> None:\n    pass\n", []),
    ],
)
def test_rule_when_an_act_is_planted_then_it_tells_the_good_from_the_bad(body: str, findings: list[str]) -> None:
    known = {name: reason for name, reason in EXCEPTIONS.items() if name.startswith("calendars.rights.")}
    assert shapeless(planted(body), known) == [f"calendars.x.open: {finding}" for finding in findings]


def test_exceptions_when_one_asks_properly_or_is_gone_then_it_is_stale() -> None:
    good = 'async def open(work: Work, actor: Actor) -> None:\n    rights.ask(actor, "lead", x)\n'
    bad = "async def shut(work: Work) -> None:\n    pass\n"
    listed = {f"calendars.x.{name}": "a good reason" for name in ("open", "shut", "gone")}
    assert stale(planted(good + bad), listed) == ["calendars.x.gone", "calendars.x.open"]
