"""Problems and groupings as JSON: strict in reading, so that nobody is put into a group by a guess.

Fields that the contract does not know are let be. Raises Invalid with a code, and the fact `field` for the place.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from calendars.errors import Invalid
from calendars.grouping.better import Better, Seated, Standing, Step
from calendars.grouping.problem import HALF_DAYS, LEVELS, Cost, Formed, Grouping, Learner, Problem, Weights

PROBLEM = "oppitupa-groups-1"
GROUPING = "oppitupa-grouping-1"
GREATEST = 1_000_000_000  # beyond it sums of weights would lose their last digits
Values = Mapping[str, Any]
T = TypeVar("T")


def problem(text: str | bytes) -> Problem:
    """The problem that a file holds."""
    values = _object(text)
    _is_format(values, PROBLEM)
    size = _mapping(values, "size", "size")
    largest = _whole(size, "max", "size.max", 1)
    smallest = _whole(size, "min", "size.min", 0) if "min" in size else 1
    learners = tuple(_learner(one, f"learners[{place}]") for place, one in enumerate(_list(values, "learners")))
    if not learners:
        raise Invalid("nobody_to_group", field="learners")
    known: set[str] = set()
    for one in learners:
        if one.id in known:
            raise Invalid("learner_twice", field="learners", id=one.id)
        known.add(one.id)
    return Problem(
        smallest,
        largest,
        learners,
        together=_pairs(values, "together", known),
        apart=_pairs(values, "apart", known),
        fixed=_fixed(values, known),
        weights=_weights(values),
    )


def grouping(text: str | bytes) -> Grouping:
    """The grouping that a file holds; whether it is any good is the judge's to say."""
    values = _object(text)
    _is_format(values, GROUPING)
    groups = tuple(_formed(one, f"groups[{place}]") for place, one in enumerate(_list(values, "groups")))
    cost = _mapping(values, "cost", "cost")
    told = Cost(**{kind: _number(cost, kind, f"cost.{kind}", most=math.inf) for kind in Cost.__slots__})
    bound = None if values.get("bound") is None else _number(values, "bound", "bound", most=math.inf)
    return Grouping(groups, told, bound)


def problem_as_json(asked: Problem) -> dict[str, object]:
    """A problem as the contract writes it."""
    learners = [
        {
            "id": one.id,
            "field": one.field,
            "level": one.level,
            "free": None if one.free is None else [half for half in HALF_DAYS if half in one.free],
            "municipality": one.municipality,
            "km": dict(one.km),
        }
        for one in asked.learners
    ]
    return {
        "format": PROBLEM,
        "size": {"min": asked.smallest, "max": asked.largest},
        "learners": learners,
        "together": [list(pair) for pair in asked.together],
        "apart": [list(pair) for pair in asked.apart],
        "fixed": dict(asked.fixed),
        "weights": {kind: getattr(asked.weights, kind) for kind in Weights.__slots__},
    }


def grouping_as_json(made: Grouping, in_words: Sequence[str] = ()) -> dict[str, object]:
    """A grouping as the contract writes it; the warnings bear the sentences of `in_words`, one each."""
    groups = [
        {"id": one.id, "field": one.field, "site": one.site, "learners": list(one.learners)} for one in made.groups
    ]
    return {
        "format": GROUPING,
        "groups": groups,
        "cost": {kind: _plain(getattr(made.cost, kind)) for kind in Cost.__slots__},
        "bound": None if made.bound is None else _plain(made.bound),
        "warnings": [
            {"code": one.code, **one.facts, "text": text}
            for one, text in zip(made.warnings, in_words or [one.code for one in made.warnings], strict=True)
        ],
    }


def standing(values: object) -> tuple[Standing, ...]:
    """Groups as they are formed today, `[{"id", "field", "learners"}]`."""
    if not isinstance(values, list):
        raise Invalid("not_a_list", field="groups")
    formed = [_formed(one | {"site": None}, f"groups[{place}]") for place, one in enumerate(values)]
    return tuple(Standing(one.id, one.field, one.learners) for one in formed)


def better_as_json(found: Better) -> dict[str, object]:
    """The steps from today's groups, for whoever asked another process."""
    return {
        "steps": [{"seats": [[it.learner, it.before, it.after] for it in one.seats], "gain": one.gain}
                  for one in found.steps],
        "homeless": list(found.homeless),
    }  # fmt: skip


def better(values: Mapping[str, Any]) -> Better:
    """What `better_as_json` wrote."""
    steps = [Step(tuple(Seated(*it) for it in one["seats"]), one["gain"]) for one in values["steps"]]
    return Better(tuple(steps), tuple(values["homeless"]))


def _plain(number: float) -> float:
    """Whole numbers without a point, others without the dust of binary fractions."""
    rounded = round(number, 9)
    return int(rounded) if rounded == int(rounded) else rounded


def _object(text: str | bytes) -> Values:
    try:
        told = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        values = json.loads(told, object_pairs_hook=_once, parse_constant=_refuse)
        if "\\u" in told:
            json.dumps(values, ensure_ascii=False).encode()  # fails for half a surrogate pair
    except UnicodeError:
        raise Invalid("not_utf8", field="") from None
    except (ValueError, RecursionError):
        raise Invalid("not_json", field="") from None
    if not isinstance(values, dict):
        raise Invalid("not_an_object", field="the file")
    return values


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a name occurs twice")
    return values


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _is_format(values: Values, wanted: str) -> None:
    if values.get("format") != wanted:
        raise Invalid("wrong_format", field="format", wanted=wanted)


def _learner(values: object, where: str) -> Learner:
    if not isinstance(values, dict):
        raise Invalid("not_an_object", field=where)
    level = _value(values, "level", f"{where}.level")
    if level is not None and level not in LEVELS:
        raise Invalid("unknown_level", field=f"{where}.level", given=level)
    free = _value(values, "free", f"{where}.free")
    km = {} if values.get("km") is None else _mapping(values, "km", f"{where}.km")
    municipality = values.get("municipality")
    if municipality is not None and not isinstance(municipality, str):
        raise Invalid("not_text", field=f"{where}.municipality")
    return Learner(
        id=_text(values, "id", f"{where}.id"),
        field=None if _value(values, "field", f"{where}.field") is None else _text(values, "field", f"{where}.field"),
        level=level,
        free=None if free is None else _half_days(free, f"{where}.free"),
        km={site: _number(km, site, f"{where}.km.{site}", least=0) for site in km},
        municipality=municipality or "",
    )


def _half_days(values: object, where: str) -> frozenset[str]:
    if not isinstance(values, list):
        raise Invalid("not_a_list", field=where)
    for one in values:
        if one not in HALF_DAYS:
            raise Invalid("unknown_half_day", field=where, given=one)
    return frozenset(values)


def _pairs(values: Values, key: str, known: set[str]) -> tuple[tuple[str, str], ...]:
    pairs = values.get(key)
    if pairs is None:
        return ()
    if not isinstance(pairs, list):
        raise Invalid("not_a_list", field=key)
    return tuple(_pair(one, f"{key}[{place}]", known) for place, one in enumerate(pairs))


def _pair(values: object, where: str, known: set[str]) -> tuple[str, str]:
    if not isinstance(values, list) or len(values) != 2 or not all(isinstance(one, str) for one in values):
        raise Invalid("not_a_pair", field=where)
    _are_known(values, where, known)
    if values[0] == values[1]:
        raise Invalid("pair_of_one", field=where, id=values[0])
    return values[0], values[1]


def _fixed(values: Values, known: set[str]) -> dict[str, str]:
    if values.get("fixed") is None:
        return {}
    fixed = _mapping(values, "fixed", "fixed")
    _are_known(list(fixed), "fixed", known)
    return {learner: _text(fixed, learner, f"fixed.{learner}") for learner in fixed}


def _are_known(ids: Sequence[str], where: str, known: set[str]) -> None:
    for one in ids:
        if one not in known:
            raise Invalid("unknown_learner", field=where, id=one)


def _weights(values: Values) -> Weights:
    if values.get("weights") is None:
        return Weights()
    given = _mapping(values, "weights", "weights")
    told = {kind: _number(given, kind, f"weights.{kind}", least=0) for kind in Weights.__slots__ if kind in given}
    return Weights(**told)


def _formed(values: object, where: str) -> Formed:
    if not isinstance(values, dict):
        raise Invalid("not_an_object", field=where)
    field, site = (_value(values, key, f"{where}.{key}") for key in ("field", "site"))
    for key, one in (("field", field), ("site", site)):
        if one is not None and not isinstance(one, str):
            raise Invalid("not_text", field=f"{where}.{key}")
    learners = _list(values, "learners", f"{where}.learners")
    if not all(isinstance(one, str) for one in learners):
        raise Invalid("not_text", field=f"{where}.learners")
    return Formed(_text(values, "id", f"{where}.id"), field, site, tuple(learners))


def _value(values: Values, key: str, where: str) -> Any:
    if key not in values:
        raise Invalid("missing_field", field=where)
    return values[key]


def _mapping(values: Values, key: str, where: str) -> Values:
    found = _value(values, key, where)
    if not isinstance(found, dict):
        raise Invalid("not_an_object", field=where)
    return found


def _list(values: Values, key: str, where: str = "") -> list[Any]:
    found = _value(values, key, where or key)
    if not isinstance(found, list):
        raise Invalid("not_a_list", field=where or key)
    return found


def _text(values: Values, key: str, where: str) -> str:
    found = _value(values, key, where)
    if not isinstance(found, str):
        raise Invalid("not_text", field=where)
    if not found:
        raise Invalid("missing_field", field=where)
    return found


def _whole(values: Values, key: str, where: str, least: int) -> int:
    found = _value(values, key, where)
    if not isinstance(found, int) or isinstance(found, bool):
        raise Invalid("not_a_whole_number", field=where)
    if found < least:
        raise Invalid("too_small", field=where, least=least)
    return found


def _number(values: Values, key: str, where: str, least: float = -math.inf, most: float = GREATEST) -> float:
    found = _value(values, key, where)
    if not isinstance(found, int | float) or isinstance(found, bool):
        raise Invalid("not_a_number", field=where)
    if found < least:
        raise Invalid("too_small", field=where, least=least)
    if found > most or abs(found) == math.inf:
        raise Invalid("too_great", field=where)
    return found
