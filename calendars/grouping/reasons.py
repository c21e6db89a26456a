"""Why a group is as it is: what its learners share and what they give up, as codes and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from calendars.grouping.problem import LEVELS, Problem
from calendars.grouping.writing import site_of


@dataclass(frozen=True, slots=True)
class Reasons:
    """What speaks for a group, and against it."""

    levels: tuple[str, str] | None
    """The lowest and the highest level; None: nobody's is known."""
    common: int | None
    """Half days on which all are free of whom it is known; None: it is known of nobody."""
    lost: int
    """Half days on which some are free and some are not."""
    unasked: int
    """Of how many the level or the free time is not known."""
    site: str | None
    km: int
    """How far each has to the site, on average."""
    together: tuple[tuple[str, str], ...]
    """Pairs who wished to be together, and are."""
    torn: tuple[tuple[str, str], ...]
    """Pairs who wished to be together, of whom only one is here."""
    clashing: tuple[tuple[str, str], ...]
    """Pairs who must be apart, and are both here: only a hand puts them so."""
    size: int
    missing: int
    """How many are missing to the smallest size."""
    over: int
    """How many are too many for the largest."""


def reasons(problem: Problem, ids: Sequence[str]) -> Reasons:
    """The reasons of one group."""
    here = set(ids)
    members = [one for one in problem.learners if one.id in here]
    levels = sorted(LEVELS.index(one.level) for one in members if one.level is not None)
    told = [one.free for one in members if one.free is not None]
    shared = frozenset.intersection(*told) if told else frozenset()
    site = site_of(members) if members else None
    km = sum(one.km[site] for one in members) / len(members) if site is not None else 0
    return Reasons(
        levels=(LEVELS[levels[0]], LEVELS[levels[-1]]) if levels else None,
        common=len(shared) if told else None,
        lost=len(frozenset().union(*told) - shared),
        unasked=sum(one.level is None or one.free is None for one in members),
        site=site,
        km=round(km),
        together=tuple(pair for pair in problem.together if here.issuperset(pair)),
        torn=tuple(pair for pair in problem.together if len(here.intersection(pair)) == 1),
        clashing=tuple(pair for pair in problem.apart if here.issuperset(pair)),
        size=len(members),
        missing=max(0, problem.smallest - len(members)),
        over=max(0, len(members) - problem.largest),
    )
