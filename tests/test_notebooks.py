"""The notebooks run from top to bottom, each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))

# These fit many circuits or spectra, and the discrepancy of each takes the better part of a
# minute. Here they are run with the plain noise, and as they stand under the mark slow.
MANY_SPECTRA = (
    "02_checking_a_circuit",
    "03_from_spectra_to_activation_energy",
)
# Comparisons and calibrations take a minute or more, a circuit of too many arcs ten.
LONG = ("05_comparing_coating_volumes", "06_is_it_calibrated", "07_when_it_goes_wrong")
PLAIN = """
from posterion.models.circuit import Circuit

Circuit.noise = "Proportional"
"""


def cells(path: Path) -> list[dict]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run(path: Path, folder: Path, before: str = "") -> None:
    lines = [line for cell in cells(path) for line in ("".join(cell["source"]) + "\n").split("\n")]
    script = folder / "notebook.py"
    code = "\n".join(line for line in lines if not line.startswith("%"))
    script.write_text(before + code, "utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"MPLBACKEND": "agg"},
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if path.stem not in LONG], ids=lambda path: path.stem
)
def test_notebook_runs(path: Path, tmp_path: Path) -> None:
    run(path, tmp_path, PLAIN if path.stem in MANY_SPECTRA else "")


@pytest.mark.slow
@pytest.mark.parametrize("name", [*MANY_SPECTRA, *LONG])
def test_notebook_of_many_spectra_runs_as_it_stands(name: str, tmp_path: Path) -> None:
    (path,) = (path for path in NOTEBOOKS if path.stem == name)
    run(path, tmp_path)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_with_its_outputs(path: Path) -> None:
    shown = [output for cell in cells(path) for output in cell["outputs"]]
    assert any("image/png" in output.get("data", {}) for output in shown)
    assert all(output["output_type"] != "error" for output in shown)


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS
