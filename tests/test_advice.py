"""Advice names what there is: options of the command line, and another noise than the fit's."""

import ast
import re
from pathlib import Path

import pytest
from cyclopts import App

import posterion as po
from posterion.cli import app
from posterion.cli.spelling import as_flag
from posterion.errors import Said, Setting, spelled
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


def settings(path: Path) -> list[ast.Call]:
    """Return where a module makes a `Setting` of a name that it writes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
    return [
        node
        for node in calls
        if getattr(node.func, "id", "") == "Setting" and isinstance(node.args[0], ast.Constant)
    ]


def test_every_argument_that_is_spoken_of_has_an_option() -> None:
    known, named = options_of(), 0
    for package in ("inference", "report", "analyses"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in settings(path):
                option = as_flag(Setting(node.args[0].value))
                assert option in known, f"{path.relative_to(ROOT)}:{node.lineno}: {option}"
                named += 1
    assert named > 20


@pytest.mark.parametrize("package", ["models", "datasets", "inference", "report", "analyses"])
def test_options_of_the_command_line_are_written_nowhere_else(package: str) -> None:
    for path in sorted((ROOT / package).rglob("*.py")):
        code = ast.parse(path.read_text(encoding="utf-8"))
        told = {
            id(node.body[0].value)
            for node in ast.walk(code)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(code):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written = id(node) not in told and OPTION.search(node.value)
                assert not written, f"{path.relative_to(ROOT)}:{node.lineno}"


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
    said = Said.of(of_another_size(noise, "frequency"))
    assert spelled(said, as_flag) == f"--noise {other}"
    assert type(noise).__name__ not in said


def test_heavy_tails_are_advised_where_they_are_not_taken() -> None:
    of_spectra = Said.of(with_heavy_tails(po.Proportional(), "frequency"))
    assert (of_spectra, spelled(of_spectra, as_flag)) == ("noise=StudentT()", "--noise student-t")
    of_cycles = Said.of(with_heavy_tails(po.Autocorrelated(), "cycle"))
    assert spelled(of_cycles, as_flag) == "--robust"
    assert "--" not in with_heavy_tails(po.Gaussian(), "potential")
    assert with_heavy_tails(po.StudentT(), "frequency") == ""
    assert with_heavy_tails(po.Autocorrelated(po.StudentT()), "cycle") == ""
