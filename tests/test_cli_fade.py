"""``posterion fit fade`` and ``fit growth``: what is printed, what is refused, the exit status."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion import cli
from posterion.inference.measured import keep_labels

_spec = importlib.util.spec_from_file_location(
    "synthetic_cycles", Path(__file__).with_name("synthetic_cycles.py")
)
synthetic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(synthetic)

N = np.arange(1, 61)
FEW = ("--draws", "400")


def capacities(loss=0.1, power=1.0, start=2.0, seed=0, rho=0.5):
    """Return capacities whose loss grows with a power of cycles, with AR(1) residuals."""
    rng = np.random.default_rng(seed)
    residual = np.zeros(N.size)
    for k in range(1, N.size):
        residual[k] = rho * residual[k - 1] + 0.0005 * rng.normal()
    return start * (1 - loss * (N / N[-1]) ** power + residual)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cycles")
    one = capacities()
    head = "cycle,discharge_capacity_mAh"
    tables = {
        "one": [f"{head},charge_capacity_mAh"]
        + [f"{n},{q:.5f},{q / 0.999:.5f}" for n, q in zip(N, one, strict=True)],
        "bare": ["cycle,capacity", *(f"{n},{q:.5f}" for n, q in zip(N, one, strict=True))],
        "cells": [f"{head},cell,kind"]
        + [
            f"{n},{q:.5f},{cell},{'check' if n % 20 == 0 else 'aging'}"
            for k, cell in enumerate("ABC")
            for n, q in zip(N, capacities(0.1 + 0.02 * k, seed=k), strict=True)
        ],
        "growth": [
            "cycle,sample,path,resistance (ohm)",
            *("0,bare,R1,150", "10,bare,R1,280", "50,bare,R1,740"),
            *("0,coated,R1,550", "10,coated,R1,600", "50,coated,R1,750"),
        ],
        "paths": [
            "cycle,sample,R1 (ohm),R2 (ohm)",
            *("0,bare,150,20", "10,bare,280,30", "0,coated,550,20", "10,coated,600,21"),
        ],
        "drift": ["cycle,cell,overpotential (mV)"]
        + [f"{n},c1,{80 * (1 + 0.02 * n) * (1 + 0.004 * (-1) ** n):.2f}" for n in N],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder


def run(folder: Path, capsys, command: str, name: str, *options: object):
    """Run a command on a table in this process; return exit status, stdout and stderr."""
    capsys.readouterr()
    patch = pytest.MonkeyPatch()
    arguments = ["posterion", "fit", command, str(folder / f"{name}.csv"), *map(str, options)]
    patch.setattr(sys, "argv", arguments)
    patch.setenv("COLUMNS", "160")
    with pytest.raises(SystemExit) as left:
        cli.main()
    patch.undo()
    printed = capsys.readouterr()
    return left.value.code or 0, printed.out, printed.err


def test_laws_are_compared_and_the_truth_is_found(folder, capsys, tmp_path) -> None:
    options = ("--law", "linear", "--law", "sqrt", "--cycle", "60", "--cycle", "90", "--cycle",
               "600", "--threshold", "85%", "--json", "--out", tmp_path)  # fmt: skip
    status, out, err = run(folder, capsys, "fade", "one", *options, *FEW)
    assert status == 0, err
    document = json.loads(out)
    assert document["model"] == "LinearFade()"
    assert [law["law"] for law in document["laws"]] == ["linear", "sqrt"]
    assert document["laws"][0]["probability"] > 0.99
    assert document["comparison"].startswith("The data prefer linear by evidence")
    derived = document["derived"]
    # The line loses 10 % over 60 cycles: 15 % at cycle 90, all of it at cycle 600.
    row = derived["retention"]["cycle 60"]
    assert row["q03"] < 0.9 / (1 - 0.1 / 60) < row["q97"] and not row["extrapolated"]
    assert derived["retention"]["cycle 90"]["extrapolated"]
    assert derived["retention"]["cycle 600"]["median"] < 0.02
    assert derived["capacity"]["cycle 60"]["median"] == pytest.approx(1.8, rel=2e-3)
    row = derived["cycles_to_threshold"]["85 %"]
    assert row["q03"] < 90.85 < row["q97"] and row["censored_at"] == 6000
    assert row["p_reaches_cycle"]["60"] == 1 and row["p_reaches_cycle"]["600"] == 0
    (charge,) = document["coulombic_efficiency"]
    assert charge["average"] == pytest.approx(0.999, abs=1e-5)
    assert charge["implied_retention"] == pytest.approx(0.999**59, rel=1e-3)
    said = " ".join(document["remarks"])
    for words in (
        "capacity at the first measured cycle (1), by the law", "Cycle 90 is extrapolated",
        "average Coulombic efficiency 99.900 %", "There is one cell", "cannot foresee",
    ):  # fmt: skip
        assert words in said
    with xr.open_datatree(tmp_path / "posterior.nc") as tree:
        assert "cycles_to_threshold" in tree["answers"]
        assert tree["laws"]["law"].values.tolist() == ["linear", "sqrt"]
    page = (tmp_path / "report.html").read_text()
    assert "side by side" in page and "<h2>Coulombic efficiency</h2>" in page
    assert "99.900 %" in page
    assert "retention at cycle 60" in (tmp_path / "summary.csv").read_text()


@pytest.fixture
def told(monkeypatch):
    """Take the place of the sampler; keep what it was asked for."""
    asked = []

    def fit(model, data, **options):
        asked.append((model, data, options))
        cell, cycle = data["cell"].values, data["cycle"].values
        cells = {label: cycle[cell == label] for label in dict.fromkeys(cell.tolist())}
        kinds = options["pool"] or {}
        failed = {"passed": False, "messages": ["The chains disagree."]}
        verdict = failed if type(model).__name__ == "KneeFade" else {}
        pool = "none" if "none" in kinds.values() else "partial"
        tree = (
            synthetic.cycle_result(model, cells, pool=pool, **verdict)
            if kinds
            else synthetic.cycle_result(model, cycle, **verdict)
        )
        keep_labels(tree, data)
        return tree

    monkeypatch.setattr("posterion.analyses.fit.fit_model", fit)
    return asked


def test_cells_share_a_distribution_unless_told(folder, capsys, told) -> None:
    status, out, err = run(folder, capsys, "fade", "cells", "--cycle", "300", "--table")
    assert status == 0, err
    out = " ".join(out.split())
    (model, data, options) = told[0]
    assert str(model) == "PowerFade()" and options["pool"] == {"cell": "partial"}
    assert repr(options["noise"]).startswith("Autocorrelated(base=Gaussian")
    for words in (
        "a typical cell has more than 80 % left:",
        "a new cell has more",
        "retention at cycle 300",
    ):
        assert words in out
    assert "One series holds cycles of several kinds: 'kind' is aging and check" in out
    run(folder, capsys, "fade", "cells", "--group-by", "cell", "--robust")
    assert told[1][2]["pool"] == {"cell": "none"}
    assert "StudentT" in repr(told[1][2]["noise"])
    _, out, _ = run(folder, capsys, "fade", "cells", "--cell", "B", "--independent")
    assert told[2][2]["pool"] is None and told[2][1].sizes["point"] == 60
    assert repr(told[2][2]["noise"]) == "Gaussian()"


def test_points_are_kept_skipped_and_left_out(folder, capsys, told) -> None:
    options = ("--without", "kind=check", "--skip", "5", "--cell", "A", "--cell", "C")
    status, _, err = run(folder, capsys, "fade", "cells", *options)
    assert status == 0, err
    data = told[0][1]
    assert set(data["cell"].values.tolist()) == {"A", "C"}
    assert data["cycle"].min() == 6 and 20 not in data["cycle"].values
    assert "the first 5 cycle(s)" in data.attrs["messages"]
    run(folder, capsys, "fade", "cells", "--where", "kind=check")
    assert set(told[1][1]["cycle"].values.tolist()) == {20, 40, 60}


def test_single_cycles_are_dropped_and_told(folder) -> None:
    data = po.read_cycling(folder / "cells.csv")
    taken = po.select(data, drop=["30", "A:12"])
    before, after = (
        {(str(c), float(n)) for c, n in zip(d["cell"].values, d["cycle"].values, strict=True)}
        for d in (data, taken)
    )
    assert before - after == {("A", 30.0), ("B", 30.0), ("C", 30.0), ("A", 12.0)}
    assert "cycle A:12 is left out, 1 point(s)" in taken.attrs["messages"]
    for text, words in (("12a", "names no cycle"), ("Z:12", "no such point")):
        with pytest.raises(po.PosterionError, match=words):
            po.select(data, drop=[text])


def test_a_refused_law_is_listed_and_not_shown(folder, capsys, told) -> None:
    options = ("--law", "knee", "--law", "power", "--json")
    status, out, err = run(folder, capsys, "fade", "one", *options)
    assert status == 0, err
    document = json.loads(out)
    assert document["model"] == "PowerFade()"
    refused = document["laws"][1]
    assert refused["law"] == "knee" and not refused["passed"]
    assert refused["cycles_to_threshold"] is None
    assert any("knee is refused: The chains disagree." in r for r in document["remarks"])


def test_an_untrusted_run_prints_no_answer(folder, capsys, told) -> None:
    status, out, _ = run(folder, capsys, "fade", "one", "--law", "knee", "--json")
    assert status == 3
    document = json.loads(out)
    assert document["derived"]["retention"]["cycle 60"]["median"] is None
    assert document["derived"]["cycles_to_threshold"]["80 %"]["p_not_reached"] is None
    status, out, _ = run(folder, capsys, "fade", "one", "--law", "knee")
    assert status == 3 and "Refused:" in out and "Probability" not in out


BAD = {
    "no unit": ("fade", "bare", [], "--capacity-unit"),
    "unknown unit": ("fade", "bare", ["--capacity-unit", "kg"], "'kg' is not understood"),
    "law": ("fade", "one", ["--law", "cubic"], "--law"),
    "threshold": ("fade", "one", ["--threshold", "80"], "--threshold is '80'"),
    "no threshold": ("fade", "one", ["--threshold", "low"], "--threshold is 'low'"),
    "reference": ("fade", "one", ["--reference", "last"], "--reference is 'last'"),
    "cycle": ("fade", "one", ["--cycle", "-5"], "--cycle is -5"),
    "no such cell": ("fade", "cells", ["--cell", "D"], "'cell' is A, B, C"),
    "no such label": ("fade", "cells", ["--without", "step=1"], "--without names 'step'"),
    "no such value": ("fade", "cells", ["--without", "kind=rest"], "'kind' is aging, check"),
    "both kinds": ("fade", "cells", ["--pool", "cell", "--group-by", "cell"], "--group-by"),
    "together": ("fade", "cells", ["--pool", "cell", "--together"], "--together"),
    "one cell pooled": ("fade", "one", ["--pool", "cell"], "there is one cell"),
    "all skipped": ("fade", "one", ["--skip", "60"], "--skip 60 leaves nothing"),
    "prior": ("fade", "one", ["--prior", "slope=Normal(0, 1)"], "slope"),
    "growth unit": ("growth", "bare", [], "needs a column"),
    "growth label": ("growth", "growth", ["--group-by", "cell"], "--group-by names 'cell'"),
    "paths together": (
        "growth",
        "paths",
        ["--group-by", "sample"],
        "one curve would go through R1, R2 of bare",
    ),
    "growth threshold": ("growth", "growth", ["--threshold", "1"], "--threshold is '1'"),
    "growth both": ("growth", "growth", ["--robust", "--rounded"], "--rounded"),
    "spectra options": ("growth", "growth", ["--every", "10"], "--every has no meaning"),
    "no circuit": ("growth", "growth", ["--circuit", "R0-", "--every", "1"], "R0-"),
    "table as spectrum": ("growth", "growth", ["--circuit", "R0", "--every", "1"], "growth.csv"),
    "path": ("growth", "growth", ["--circuit", "R0", "--path", "a=R5"], "the circuit has no R5"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_message(case, folder, capsys) -> None:
    command, name, options, words = BAD[case]
    status, out, err = run(folder, capsys, command, name, *options)
    assert status == 2
    assert out == ""
    assert words in " ".join(err.replace("│", " ").split())
    assert "Traceback" not in err
    assert err.count("Error") == 1


def test_growth_is_told_with_its_probability_and_specimens_are_compared(folder, capsys) -> None:
    status, out, err = run(folder, capsys, "growth", "growth", "--json", *FEW)
    assert status == 0, err
    document = json.loads(out)
    bare, coated = (document["derived"]["growth"][f"R1 / {s}"] for s in ("bare", "coated"))
    assert bare["q03"] < 740 / 150 < bare["q97"] and coated["q03"] < 750 / 550 < coated["q97"]
    assert bare["from_cycle"] == 0 and bare["to_cycle"] == 50
    assert document["p_grows"]["R1 / bare"] > 0.99
    (pair,) = document["p_larger"]
    assert pair["a"] == "R1 / bare" and pair["p_larger"] > 0.95
    said = " ".join(document["remarks"])
    assert "it grows (probability of growth" in said and "about these two specimens" in said


def test_laws_of_an_overpotential_are_compared_and_its_threshold_is_told(
    folder, capsys, tmp_path
) -> None:
    options = ("--law", "linear", "--law", "parabolic", "--threshold", "3", "--json", "--out",
               tmp_path)  # fmt: skip
    status, out, err = run(folder, capsys, "growth", "drift", *options, *FEW)
    assert status == 0, err
    document = json.loads(out)
    assert document["model"] == "LinearGrowth(output='overpotential')"
    assert [law["law"] for law in document["laws"]] == ["linear", "parabolic"]
    assert document["laws"][0]["probability"] > 0.99
    assert document["parameters"]["initial_value"]["unit"] == "V"
    assert document["parameters"]["initial_value"]["median"] == pytest.approx(0.08, rel=0.01)
    # 1 + 0.02 N is three times 1.02 at cycle 103.
    row = document["derived"]["cycles_to_threshold"]["300 %"]
    assert row["q03"] < 103 < row["q97"] and row["q97"] < 1.1 * row["q03"]
    assert row["extrapolated"] and row["p_not_reached"] == 0
    # Of the root by least squares in the logarithm.
    other = document["laws"][1]["cycles_to_threshold"]["median"]
    assert other == pytest.approx(120.7, rel=0.02)
    said = " ".join(document["remarks"])
    assert re.search(r"It is reached at cycle 10[23]", said) and "(extrapolated)" in said
    page = (tmp_path / "report.html").read_text()
    assert "side by side" in page and "is reached" in page
