"""Dependencies point one way, and heavy libraries stay out of the way of help and errors."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "models": {"models"},
    "datasets": {"datasets"},
    "inference": {"inference", "models"},
    "report": {"report", "inference", "models", "datasets"},
    "cli": {"cli", "report", "inference", "models", "datasets"},
}
SHARED = {"errors", "units"}


def imported_packages(path: Path) -> set[str]:
    """Return the packages of posterion that a module imports, wherever in it."""
    folder = path.parent.relative_to(ROOT).parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = folder[: len(folder) - node.level + 1]
            parts = (*base, *(node.module or "").split("."))
            found |= {parts[0]} if parts[0] else {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("posterion"):
            raise AssertionError(f"{path}: imports inside the package are relative")
    return found


@pytest.mark.parametrize("package", ALLOWED)
def test_dependencies_point_one_way(package: str) -> None:
    modules = sorted((ROOT / package).rglob("*.py"))
    assert modules
    for path in modules:
        forbidden = imported_packages(path) - ALLOWED[package] - SHARED
        assert not forbidden, f"{path.relative_to(ROOT)} imports {forbidden}"


def test_no_module_is_loose_at_the_root() -> None:
    names = {path.stem for path in ROOT.glob("*.py")}
    assert names == {"__init__", "__main__", *SHARED}


def test_package_code_neither_evaluates_text_nor_unpickles() -> None:
    for package in ALLOWED:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    assert node.func.id not in {"eval", "exec", "__import__"}, path
                if isinstance(node, ast.Assert):
                    raise AssertionError(f"{path}:{node.lineno}: input is checked by errors")


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys; from posterion import cli; import posterion; posterion.Circuit;"
        "print([m for m in ('pymc', 'pytensor', 'arviz', 'scipy', 'matplotlib', 'nutpie')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_exist_and_are_documented() -> None:
    import posterion

    for name in posterion.__all__:
        assert getattr(posterion, name).__doc__, name
    assert set(posterion.__all__) == set(posterion._HOMES)
