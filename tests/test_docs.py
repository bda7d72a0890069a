"""What pages say can be typed: commands parse, names exist and take what they are given."""

import ast
import inspect
import re
import shlex
from pathlib import Path

import pytest

import posterion as po
from posterion.cli import app
from posterion.cli.typed import as_read
from posterion.inference.checks import posterior_checks
from posterion.inference.checks.posterior_checks import _Quantity as Quantity

ROOT = Path(__file__).parents[1]
PAGES = [
    path
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
    if not {"made", "_build"} & {*path.relative_to(ROOT).parts}
]


def snippets(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text("utf-8"), re.M | re.S)


def commands(path: Path) -> list[list[str]]:
    text = "".join(snippets(path, "sh")).replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        words = shlex.split(line.replace("python3 -m uv run ", ""), comments=True)
        if words[:1] == ["posterion"] and "..." not in words:
            found.append(words[1 : words.index(">")] if ">" in words else words[1:])
    return found


COMMANDS = [(path, command) for path in PAGES for command in commands(path)]


def test_the_pages_show_commands() -> None:
    assert len(COMMANDS) > 20 and len(PAGES) > 30


@pytest.mark.parametrize(
    ("path", "command"), COMMANDS, ids=[" ".join(each)[:60] for _, each in COMMANDS]
)
def test_a_command_of_the_pages_is_read(path: Path, command: list[str]) -> None:
    if command[-1].startswith("--") and command[-1] in ("--help", "--version"):
        return
    app.parse_args(as_read(command), print_error=False, exit_on_error=False)


def called(node: ast.expr) -> object | None:
    """Return what of posterion a name stands for: ``po.plot.nyquist``."""
    if isinstance(node, ast.Name) and node.id == "po":
        return po
    if isinstance(node, ast.Attribute) and (owner := called(node.value)) is not None:
        return getattr(owner, node.attr)
    return None


PYTHON = [(path, code) for path in PAGES for code in snippets(path, "python")]


@pytest.mark.parametrize(("path", "code"), PYTHON, ids=[path.stem for path, _ in PYTHON])
def test_python_of_the_pages_names_what_there_is(path: Path, code: str) -> None:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            called(node)
        if isinstance(node, ast.Call) and (function := called(node.func)) is not None:
            named = {each.arg: None for each in node.keywords if each.arg}
            inspect.signature(function).bind(*([None] * len(node.args)), **named)
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = getattr(node, "module", None) or node.names[0].name
            assert not names.startswith("posterion."), "pages use public names only"
    assert "import posterion as po" in code or "po." not in code, "a snippet stands by itself"


def test_the_page_of_checks_names_all_of_them() -> None:
    page = (ROOT / "docs" / "reference" / "checks.md").read_text("utf-8")
    own = [value for value in vars(posterior_checks).values() if isinstance(value, Quantity)]
    assert len(own) >= 7
    for each in own:
        assert each.name in page
