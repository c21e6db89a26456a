"""Blueprints: the training models as data, shipped in `blueprints/*.toml` or brought in by a coordinator as a file."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from calendars.blueprints.checks import faults_in
from calendars.blueprints.form import Blueprint
from calendars.blueprints.sheets import Sheet, broken, read
from calendars.errors import NotFound


def names() -> list[str]:
    """The names of the shipped blueprints."""
    return sorted(one.name.removesuffix(".toml") for one in _shelf().iterdir() if one.name.endswith(".toml"))


def text_of(name: str) -> str:
    """A shipped blueprint as the file it is. Raises NotFound `no_such_blueprint`."""
    if name not in names():
        raise NotFound("no_such_blueprint", name=name, known=names())
    return _shelf().joinpath(f"{name}.toml").read_text(encoding="utf-8")


@cache
def load(name: str) -> Blueprint:
    """A shipped blueprint. Raises NotFound `no_such_blueprint`."""
    return parse(text_of(name), f"{name}.toml")


def parse(text: str, source: str) -> Blueprint:
    """Read a blueprint. Raises Invalid `broken_sheet` with every fault, its line and its reason."""
    return sheet_of(text, source).content


def sheet_of(text: str, source: str) -> Sheet[Blueprint]:
    """The same, with the line of each key for those who check more. Raises Invalid `broken_sheet`."""
    sheet = read(text, source, Blueprint)
    if faults := faults_in(sheet):
        raise broken(source, faults)
    return sheet


def _shelf() -> Traversable:
    return files("calendars").joinpath("blueprints")
