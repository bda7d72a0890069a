"""Advice names what there is: options of the command line, and another noise than the fit's."""

import ast
import re
from pathlib import Path

import pytest
from cyclopts import App

import posterion as po
from posterion.cli import app
from posterion.inference.checks.other_noise import of_another_size, with_heavy_tails

ROOT = Path(__file__).parents[1]
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")


def options_of(below: App = app) -> set[str]:
    own = [*below.assemble_argument_collection()] if below.default_command else []
    commands = [below[name] for name in below if not name.startswith("-")]
    return {name for each in own for name in each.names}.union(*map(options_of, commands))


def sentences(path: Path) -> list[tuple[int, str]]:
    """Return the texts of a module, also those between the values of f-strings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_every_option_that_is_named_exists() -> None:
    known = options_of()
    assert {"--noise", "--accuracy", "--fmin", "--fmax", "--drop", "--robust"} <= known
    named = 0
    for package in ("datasets", "inference", "report", "cli"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.name == "typed.py":
                continue
            for line, text in sentences(path):
                for option in OPTION.findall(text):
                    assert option in known, f"{path.relative_to(ROOT)}:{line}: {option}"
                    named += 1
    assert named > 50


@pytest.mark.parametrize("page", sorted((ROOT / "report").rglob("*.jinja")), ids=lambda p: p.name)
def test_every_option_on_a_page_exists(page: Path) -> None:
    known = options_of()
    text = re.sub(r"<style>.*?</style>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert {*OPTION.findall(text)} <= known


@pytest.mark.parametrize(
    ("noise", "other"),
    [(po.Proportional(), "gaussian"), (po.StudentT(), "gaussian"), (po.Gaussian(), "white"),
     (po.StudentT(po.Gaussian()), "white")],
)  # fmt: skip
def test_another_noise_is_another(noise, other: str) -> None:
    said = of_another_size(noise, "frequency")
    assert f"--noise {other} " in said
    assert type(noise).__name__ not in said


def test_heavy_tails_are_advised_where_they_are_not_taken() -> None:
    assert "--noise student-t" in with_heavy_tails(po.Proportional(), "frequency")
    assert "--robust" in with_heavy_tails(po.Autocorrelated(), "cycle")
    assert "--" not in with_heavy_tails(po.Gaussian(), "potential")
    assert with_heavy_tails(po.StudentT(), "frequency") == ""
    assert with_heavy_tails(po.Autocorrelated(po.StudentT()), "cycle") == ""
