"""Builds the timetable search in C where the machine has a compiler; without one it runs in Python, slower and alike.

    python -m deploy.build_search

The C is made of the Python of calendars/timetable/ (the modules of SEARCH), which keeps to a small part of the language
for this: functions on one `State` and whole numbers, `if`, `while`, `for … in range`, no lists of its own. So there is
one search, not two, and both answer alike, byte for byte. What has no C here is refused. The library stands beside the
sources, named after the text that it was made from.
"""

import ast
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from calendars.timetable.engine import ROOM, SEARCH, library_name

FLAGS = ("-O2", "-std=c11", "-fPIC", "-Wall", "-Wextra", "-Werror")
FACE = ("construct", "anneal", "keep_if_better", "go_back", "go_home", "homeless", "mend")
"""What Python calls; all else is static."""
KINDS = {"int": "int64_t ", "Ints": "int32_t *", "Longs": "int64_t *"}
HEAD = """/* Written by deploy/build_search.py from calendars/timetable/: do not change it here. */
#include <stdint.h>

static inline int64_t bit_length(int64_t bits) { return bits ? 64 - __builtin_clzll((uint64_t)bits) : 0; }
static inline int64_t bit_count(int64_t bits) { return __builtin_popcountll((uint64_t)bits); }
"""
ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "/", ast.Mod: "%",
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip
COMPARING: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
SIGNS: dict[type[ast.unaryop], str] = {ast.USub: "-", ast.Invert: "~", ast.Not: "!"}


class Untranslatable(Exception):
    """A piece of Python for which there is no C here."""


def translate(room: Path = ROOM) -> str:
    """The search as one C file."""
    state = ast.parse((room / "state.py").read_text(encoding="utf-8"))
    modules = [ast.parse((room / f"{name}.py").read_text(encoding="utf-8")) for name in SEARCH[1:]]
    functions = [node for module in modules for node in module.body if isinstance(node, ast.FunctionDef)]
    constants = [node for module in modules for node in module.body if isinstance(node, ast.Assign)]
    lines = [HEAD, *_struct(state), ""]
    lines += [f"static const int64_t {ast.unparse(one.targets[0])} = {_value(one.value)};" for one in constants]
    lines += ["", *(f"{_signature(one)};" for one in functions), ""]
    for one in functions:
        lines += [*Function(one).lines(), ""]
    return "\n".join(lines)


def _struct(state: ast.Module) -> Iterator[str]:
    [made] = [node for node in state.body if isinstance(node, ast.ClassDef)]
    yield "typedef struct {"
    for node in made.body:
        if isinstance(node, ast.AnnAssign):
            yield f"    {KINDS[ast.unparse(node.annotation)]}{ast.unparse(node.target)};"
    yield "} State;"


def _signature(function: ast.FunctionDef) -> str:
    [first, *others] = function.args.args
    if first.arg == "s":
        names = ["State *restrict s", *(f"int64_t {one.arg}" for one in others)]
    else:
        names = [f"int64_t {one.arg}" for one in function.args.args]
    kind = "void" if function.returns is None or ast.unparse(function.returns) == "None" else "int64_t"
    return f"{'' if function.name in FACE else 'static '}{kind} {function.name}({', '.join(names)})"


class Function:
    """One function on its way to C."""

    def __init__(self, tree: ast.FunctionDef) -> None:
        self.tree = tree
        self.taken = {one.arg for one in tree.args.args}
        self.ends = 0

    def lines(self) -> Iterator[str]:
        """Head, variables, body."""
        body = self.tree.body[1:] if ast.get_docstring(self.tree) is not None else self.tree.body
        written = [line for node in body for line in self.statement(node, "    ")]
        stored = {
            node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        names = sorted(stored - self.taken - {"_"})
        yield f"{_signature(self.tree)} {{"
        if names:
            yield f"    int64_t {', '.join(f'{name} = 0' for name in names)};"
        yield from written
        yield "}"

    def statement(self, node: ast.stmt, deep: str) -> Iterator[str]:
        """One statement, over as many lines as it takes."""
        match node:
            case ast.Assign(targets=[target], value=value):
                yield f"{deep}{_value(target)} = {_value(value)};"
            case ast.AugAssign(target=target, op=op, value=value):
                yield f"{deep}{_value(target)} {ARITHMETIC[type(op)]}= {_value(value)};"
            case ast.Expr(value=ast.Call() as call):
                yield f"{deep}{_value(call)};"
            case ast.Return(value=None):
                yield f"{deep}return;"
            case ast.Return(value=ast.expr() as value):
                yield f"{deep}return {_value(value)};"
            case ast.If():
                yield from self.choice(node, deep)
            case ast.While(test=test, body=body, orelse=[]):
                yield f"{deep}while ({_value(test)}) {{"
                yield from self.block(body, deep)
            case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=bounds), orelse=[]):
                yield from self.count(name, bounds, node.body, deep)
            case _:
                raise Untranslatable(f"{self.tree.name}: {ast.unparse(node)}")

    def choice(self, node: ast.If, deep: str) -> Iterator[str]:
        """If, and perhaps else."""
        yield f"{deep}if ({_value(node.test)}) {{"
        if not node.orelse:
            yield from self.block(node.body, deep)
            return
        yield from list(self.block(node.body, deep))[:-1]
        yield f"{deep}}} else {{"
        yield from self.block(node.orelse, deep)

    def block(self, body: list[ast.stmt], deep: str) -> Iterator[str]:
        """Statements and the closing brace."""
        for node in body:
            yield from self.statement(node, deep + "    ")
        yield f"{deep}}}"

    def count(self, name: str, bounds: list[ast.expr], body: list[ast.stmt], deep: str) -> Iterator[str]:
        """A counted loop, whose end is asked for once, as in Python."""
        self.ends += 1
        end, running = f"end_{self.ends}", f"turn_{self.ends}"
        first = "0" if len(bounds) == 1 else _value(bounds[0])
        span = f"int64_t {running} = {first}, {end} = {_value(bounds[-1])}"
        yield f"{deep}for ({span}; {running} < {end}; {running}++) {{"
        if name != "_":
            yield f"{deep}    {name} = {running};"
        yield from self.block(body, deep)


def _value(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=int() as number) if not isinstance(number, bool):
            return f"INT64_C({number})"
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id="s"), attr=name):
            return f"s->{name}"
        case ast.Subscript(value=table, slice=place):
            return f"{_value(table)}[{_value(place)}]"
        case ast.BinOp(left=left, op=op, right=right):
            return f"({_value(left)} {ARITHMETIC[type(op)]} {_value(right)})"
        case ast.UnaryOp(op=op, operand=operand):
            return f"({SIGNS[type(op)]}{_value(operand)})"
        case ast.BoolOp(op=op, values=values):
            return f"({(' && ' if isinstance(op, ast.And) else ' || ').join(map(_value, values))})"
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return f"({_value(left)} {COMPARING[type(op)]} {_value(right)})"
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return f"({_value(test)} ? {_value(body)} : {_value(orelse)})"
        case ast.Call(func=ast.Attribute(value=bits, attr="bit_length" | "bit_count" as name), args=[]):
            return f"{name}({_value(bits)})"
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return f"{name}({', '.join(map(_value, arguments))})"
        case _:
            raise Untranslatable(ast.unparse(node))


def build() -> Path | None:
    """Build it if it is missing; its place, or nothing where there is no compiler or it does not manage."""
    place = ROOM / library_name()
    if place.exists():
        return place
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "search.c", Path(folder) / "search.so"
        source.write_text(translate(), encoding="utf-8")
        command = [compiler, *FLAGS, "-shared", "-o", str(made), str(source)]
        done = subprocess.run(command, stdout=sys.stderr, check=False)
        if done.returncode != 0:
            return None
        for old in ROOM.glob("_search-*.so"):
            old.unlink(missing_ok=True)
        shutil.move(made, place)
    return place


if __name__ == "__main__" and build() is None:
    print("The timetable search is not built in C (no compiler here manages it): it runs in Python.", file=sys.stderr)
