"""A test that measures the machine has it to itself, however many others there are."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.turns import turn


def test_turn_when_one_must_be_alone_then_nobody_is_beside_her_and_she_need_not_wait_for_all(tmp_path: Path) -> None:
    inside: list[bool] = []
    beside: list[list[bool]] = []
    waited: list[int] = []

    def come(number: int) -> None:
        alone = number == 5
        with turn(tmp_path / "run", alone=alone):
            inside.append(alone)
            waited.extend([number] if not alone else [-1])
            beside.append([*inside])
            time.sleep(0.01)
            inside.remove(alone)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(come, range(40)))
    assert len(waited) == 40
    assert [one for one in beside if True in one] == [[True]]
    assert any(len(one) > 1 for one in beside)
    assert waited.index(-1) < 30
