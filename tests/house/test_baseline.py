"""The front end keeps its promises: old browsers, readable colours, clean types, no host in a lock file."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.build_front import BUILT, ROOT, CannotBuild, build, install, node

STATIC = ROOT / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
TEXT_ON_GROUND = [(text, ground) for text in ("ink", "muted") for ground in ("paper", "card")]
OWN_FILLINGS = ("pine", "lake", "lantern", "plum", "amber", "brick")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def run() -> Run:
    """Runs a Node script of the tree, with all npm packages there."""
    try:
        binary = node()
    except CannotBuild as missing:
        pytest.skip(str(missing))
    install(with_checks=True)

    def run_node(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [str(binary), *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    return run_node


def sources(ending: str) -> list[Path]:
    return sorted(path for path in STATIC.rglob(f"*{ending}") if BUILT not in path.parents)


def test_scripts_and_styles_use_nothing_newer_than_the_baseline(run: Run) -> None:
    found = run("tests/house/baseline.mjs", *sources(".js"), *sources(".css"))
    assert found.stdout == ""
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("name", "code", "finding"),
    [
        ("x.js", "export const a = [2, 1].toSorted();", ".toSorted"),
        ("x.js", "export const a = structuredClone({});", "structuredClone"),
        ("x.js", "export const a = AbortSignal.timeout(3);", "AbortSignal.timeout"),
        ("x.js", "export const a = crypto.randomUUID();", ".randomUUID"),
        ("x.js", "export const a = /(?<=a)b/;", "lookbehind in a pattern"),
        (
            "x.js",
            "// baseline: .toSorted: sorted by hand\nexport const a = [1].toSorted(), b = a.findLast(a);",
            ".findLast",
        ),
        ("x.css", ".a { color: light-dark(#000, #fff) }", "light-dark()"),
        ("x.css", ".a:has(.b) { color: red }", ":has"),
        ("x.css", ".a { block-size: 100dvh }", "dvh"),
        ("x.css", ".a { text-wrap: balance }", "text-wrap"),
        ("x.css", "@layer x { .a { color: red } }", "@layer"),
        ("x.css", "@media (width > 30rem) { .a { color: red } }", ""),
        ("x.css", "@container (min-width: 30rem) { .a { color: red } }", "@container"),
    ],
)
def test_baseline_names_what_is_too_new(run: Run, tmp_path: Path, name: str, code: str, finding: str) -> None:
    """esbuild lowers media ranges, so that one may stand: its line of findings is empty."""
    (tmp_path / name).write_text(code, encoding="utf-8")
    lines = run("tests/house/baseline.mjs", tmp_path / name).stdout.splitlines()
    assert [line.removeprefix(f"{tmp_path / name}: ") for line in lines][:1] == ([finding] if finding else [])


def test_scripts_have_clean_types(run: Run) -> None:
    checked = run(ROOT / "node_modules" / "typescript" / "bin" / "tsc", "--project", "static/tsconfig.json")
    assert checked.stdout == ""
    assert checked.returncode == 0, checked.stderr


def test_front_end_builds_with_compressed_siblings(run: Run) -> None:
    built = build()
    style = next(built.glob("main-*.css"))
    assert (built / f"{style.name}.br").stat().st_size < (built / f"{style.name}.gz").stat().st_size
    assert (built / f"{style.name}.gz").stat().st_size < style.stat().st_size


def test_built_files_hold_no_foreign_address(run: Run) -> None:
    """A learner's browser never asks another host; names of namespaces are no addresses that anybody asks."""
    text = "".join(path.read_text(encoding="utf-8") for path in build().iterdir() if path.suffix in (".css", ".svg"))
    assert set(re.findall(r"https?://[\w./-]+", text)) <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_lock_file_has_hashes_and_no_host(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    packages = re.split(r"^(?=[\w.\[\]-]+==)", text, flags=re.MULTILINE)[1:]
    assert packages
    assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []


def test_npm_lock_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text(encoding="utf-8")


def palette(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def blocks() -> tuple[dict[str, str], dict[str, str]]:
    """The light colours, and the dark ones."""
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    return palette(light), palette(dark)


def test_every_colour_has_its_night() -> None:
    light, dark = blocks()
    assert set(light) == set(dark)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_read(theme: int) -> None:
    """Text 4.5 : 1 on paper, card and its own filling; borders that mean something 3 : 1."""
    colour = blocks()[theme]
    pairs = [*TEXT_ON_GROUND, ("on-pine", "pine")]
    pairs += [(tone, ground) for tone in OWN_FILLINGS for ground in ("paper", "card", f"{tone}-fill")]
    pairs += [("ink", f"{tone}-fill") for tone in OWN_FILLINGS]
    poor = {pair: round(contrast(colour[pair[0]], colour[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}
    assert min(contrast(colour["line"], colour[ground]) for ground in ("paper", "card")) >= 3
