"""How long the search may go on: for so many steps, the same everywhere, or until a moment of the clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

GRAIN = 200
"""A budget of steps is cooled in so many pieces."""
BURST = 0.02
"""Seconds for which the engine runs before somebody looks whether to stop."""


def never() -> bool:
    """Nobody stops it."""
    return False


@dataclass(slots=True)
class Budget:
    """Steps or seconds, whichever is given, and whoever may stop it before."""

    steps: int | None
    deadline: float | None
    stop: Callable[[], bool] = never
    done: int = 0
    began: float = field(default_factory=time.monotonic)
    burst: int = 50

    def share(self) -> float:
        """How much of it is used, from 0 to 1."""
        if self.stop():
            return 1.0
        if self.steps is not None:
            return 1.0 if self.done >= self.steps else self.done / self.steps
        if self.deadline is None or time.monotonic() >= self.deadline:
            return 1.0
        return (time.monotonic() - self.began) / (self.deadline - self.began)

    def piece(self) -> int:
        """How many steps to go at one heat."""
        if self.steps is None:
            return self.burst
        return min(max(1, self.steps // GRAIN), self.steps - self.done)

    def spend(self, run: Callable[[int], object], piece: int) -> None:
        """Run so many steps, and look in between whether to stop; that changes nothing of what is found."""
        left = piece
        while left > 0 and not self.stop():
            burst = min(left, self.burst)
            since = time.monotonic()
            run(burst)
            took = time.monotonic() - since
            left -= burst
            self.done += burst
            if burst == self.burst:
                self.burst = max(10, min(int(burst * min(4.0, BURST / max(took, 1e-6))), 200_000))
