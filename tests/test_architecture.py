"""Dependencies point one way, and heavy libraries stay out of the way of help and errors."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "models": {"models"},
    "datasets": {"datasets"},
    "inference": {"inference", "models"},
    "report": {"report", "inference", "models", "datasets"},
    "analyses": {"analyses", "report", "inference", "models", "datasets"},
    "cli": {"cli", "analyses", "report", "inference", "models", "datasets"},
}
SHARED = {"errors", "units"}
KINDS = {"ageing", "audit", "conductivity", "dose", "factorial", "limits", "specimens", "spectrum"}
KINDS |= {"transference"}
OF_ALL = {"analysis", "apart"}
"""What the analyses of all kinds of data are made of."""


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


def imported_analyses(path: Path) -> set[str]:
    """Return the folders of `analyses` that a module imports from."""
    folder = path.parent.relative_to(ROOT).parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = folder[: len(folder) - node.level + 1]
            parts = (*base, *(node.module or "").split("."))
            if parts[0] == "analyses" and len(parts) > 1 and parts[1]:
                found.add(parts[1])
    return found


def test_the_modules_of_the_analyses_make_no_circle() -> None:
    """Neither through imports inside functions nor for type checking."""
    graph: dict[str, set[str]] = {}
    for path in sorted((ROOT / "analyses").rglob("*.py")):
        if path.stem == "__init__":
            continue
        folder, reached = path.parent.relative_to(ROOT).parts, set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = folder[: len(folder) - node.level + 1]
                parts = (*base, *filter(None, (node.module or "").split(".")))
                reached |= {".".join(parts), *(".".join((*parts, a.name)) for a in node.names)}
        graph[".".join((*folder, path.stem))] = reached
    known = {name: reached & set(graph) for name, reached in graph.items()}
    assert len(list(TopologicalSorter(known).static_order())) == len(graph) > 10


@pytest.mark.parametrize("package", ALLOWED)
def test_dependencies_point_one_way(package: str) -> None:
    modules = sorted((ROOT / package).rglob("*.py"))
    assert modules
    for path in modules:
        allowed = ALLOWED[package]
        forbidden = imported_packages(path) - allowed - SHARED
        assert not forbidden, f"{path.relative_to(ROOT)} imports {forbidden}"


def test_no_analysis_imports_another_and_two_modules_read_data() -> None:
    for path in sorted((ROOT / "analyses").rglob("*.py")):
        own = path.relative_to(ROOT / "analyses").parts[0].removesuffix(".py")
        others = imported_analyses(path) - {own}
        if own in KINDS:
            assert others <= OF_ALL, f"{path.relative_to(ROOT)} imports {others}"
        if own not in ("audit", "given"):
            assert "datasets" not in imported_packages(path), path


def test_figures_know_neither_pages_nor_plots_and_all_of_these_draw_by_them() -> None:
    for path in sorted((ROOT / "report" / "figures").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"from \.\.(pages|plot)\b", text), path
    for path in sorted((ROOT / "report" / "plot").glob("*.py")):
        assert "pages" not in path.read_text(encoding="utf-8").split('"""', 2)[-1], path


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
