"""A command and Python tell the same of the same data: page, JSON document, doubts, refusals."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion import cli
from posterion.cli.spelling import as_flag

FEW = {"draws": 400, "seed": 1}
K = 8.617333262e-5


def spectrum(degrees: float = 20.0, R1: float = 1000.0) -> list[str]:
    f = np.logspace(5, -1, 30)
    Z = 40 + R1 / (1 + R1 * 1e-6 * (2j * np.pi * f) ** 0.9)
    rng = np.random.default_rng(int(degrees))
    Z = Z + 0.005 * abs(Z) * (rng.normal(size=30) + 1j * rng.normal(size=30))
    rows = [f"{a!r},{z.real!r},{z.imag!r}" for a, z in zip(f.tolist(), Z.tolist(), strict=True)]
    return ["frequency_Hz,Zre_ohm,Zim_ohm", *rows]


def conductivities() -> list[str]:
    rng = np.random.default_rng(2)
    rows = [
        f"{t},{1e-4 * np.exp(-E / K * (1 / (t + 273.15) - 1 / 298.15) + 0.02 * rng.normal()):.4e},"
        f"P{k}"
        for k, E in enumerate((0.30, 0.33, 0.28))
        for t in range(30, 91, 10)
    ]
    return ["temperature_degC,conductivity_S_per_cm,pellet", *rows]


def capacities() -> list[str]:
    """Capacities of three cells, whose charge is known, with check cycles that hold more."""
    rng = np.random.default_rng(3)
    rows = []
    for k, cell in enumerate("ABC"):
        for n in range(1, 41):
            check = n % 10 == 0
            q = (2 - 0.002 * n * (1 + 0.2 * k)) * (1.03 if check else 1) + 0.001 * rng.normal()
            rows.append(f"{n},{q:.5f},{q / 0.999:.5f},{cell},{'check' if check else 'aging'}")
    return ["cycle,discharge_capacity_mAh,charge_capacity_mAh,cell,kind", *rows]


def resistances() -> list[str]:
    rng = np.random.default_rng(4)
    rows = [
        f"{n},{sample},{start * (1 + rate * n) * np.exp(0.02 * rng.normal()):.2f}"
        for sample, start, rate in (("bare", 150, 0.05), ("coated", 500, 0.01))
        for n in (0, 5, 10, 20, 50)
    ]
    return ["cycle,sample,resistance (ohm)", *rows]


TABLES = {
    "conductivities": conductivities(),
    "capacities": capacities(),
    "resistances": resistances(),
    "limits": [
        "cell,sample,survived (mA/cm2),failed (mA/cm2)",
        *("1,bare,0.4,0.5", "2,bare,0.5,0.6", "3,bare,0.6,0.7", "4,bare,0.4,0.5"),
        *("5,coated,0.9,1.0", "6,coated,1.0,1.1", "7,coated,1.5,", "8,coated,0.8,0.9"),
    ],
    "sweep": [
        "E (V vs. Na/Na+),j (µA cm-2)",
        *(
            f"{V:.4f},{0.3 + 0.1 * (V - 2.6) + 0.4 * np.expm1(max(V - 2.6, 0) / 0.35) + e:.5f}"
            for V, e in zip(
                np.linspace(1.5, 4.0, 100),
                0.05 * np.random.default_rng(1).normal(size=100),
                strict=True,
            )
        ),
    ],
    "pellets": [
        "coating,temperature (C),pellet,sigma (mS/cm)",
        *("a,25,x,0.3", "a,55,x,0.6", "b,25,y,0.15", "b,55,y,0.55"),
    ],
    "doses": ["volume (uL),sigma (mS/cm)", *("7,0.156", "10,0.109")],
    **{
        f"pellet_{t}C": spectrum(t, 1000 * np.exp(-0.4 / K * (1 / 293.15 - 1 / (t + 273.15))))
        for t in (20, 40, 60)
    },
}


def of_spectrum(path: Callable[[str], Path]) -> xr.DataTree:
    circuit, spectrum = po.Circuit.parse("R0-p(R1,CPE1)"), po.read_spectrum(path("pellet_20C"))
    post = po.fit(circuit, spectrum, noise=po.Proportional(), **FEW)
    po.ask(post, thickness="1 mm ± 0.02 mm", diameter="8mm")
    return post


def of_pellet(path: Callable[[str], Path]) -> xr.DataTree:
    spectra = [po.read_spectrum(path(f"pellet_{t}C")) for t in (20, 40, 60)]
    for each, degrees in zip(spectra, (20.0, 40.0, 60.0), strict=True):
        each.attrs["temperature_c"] = degrees
    circuit, size = po.Circuit.parse("R0-p(R1,CPE1)"), {"thickness": "1 mm", "diameter": "8mm"}
    return po.fit_series(circuit, spectra, noise=po.Proportional(), **size, **FEW)


def of_conductivities(path: Callable[[str], Path]) -> xr.DataTree:
    post = po.fit(
        po.Arrhenius("sigmaT"), po.read_table(path("conductivities")), pool="pellet", **FEW
    )
    po.ask(post, temperatures=["25 C", "150 C"])
    return post


def of_laws(path: Callable[[str], Path]) -> xr.DataTree:
    data = po.read_cycling(path("capacities"))
    data = po.select(data, where={"cell": "A", "kind": "aging"})
    laws = {"linear": po.LinearFade(), "sqrt": po.SquareRootFade()}
    return po.fit_laws(laws, data, asked={"threshold": "70%", "cycles": [40.0, 300.0]}, **FEW)


def of_pellets(path: Callable[[str], Path], made: Callable[..., xr.DataTree], **keys: Any) -> Any:
    data = po.read_replicates(path("pellets"), group="coating", value="sigma", specimen="pellet",
                              **keys)  # fmt: skip
    return made(data)


OPTIONS = ("--draws", "400", "--seed", "1", "--json")
READINGS = {"I_0": "47.80 uA", "I_ss": "36 uA", "R_0": "1342 ohm", "R_ss": "1041 ohm"}
READINGS |= {"dV": "500 mV"}
CASES: dict[str, tuple[list[str], Callable[[Callable[[str], Path]], xr.DataTree]]] = {
    "spectrum": (
        ["fit", "eis", "@pellet_20C", "--circuit", "R0-p(R1,CPE1)", "--thickness",
         "1 mm ± 0.02 mm", "--diameter", "8mm", "--noise", "white"],
        of_spectrum,
    ),
    "pellet": (
        ["fit", "series", "@pellet_20C", "@pellet_40C", "@pellet_60C", "--circuit",
         "R0-p(R1,CPE1)", "--thickness", "1 mm", "--diameter", "8mm", "--noise", "white"],
        of_pellet,
    ),
    "conductivities": (
        ["fit", "arrhenius", "@conductivities", "--pool", "pellet", "--predict", "25 C",
         "--predict", "150 C"],
        of_conductivities,
    ),
    "capacities": (
        ["fit", "fade", "@capacities", "--law", "linear"],
        lambda path: po.fit(po.LinearFade(), po.read_cycling(path("capacities")), **FEW),
    ),
    "laws of fade": (
        ["fit", "fade", "@capacities", "--law", "linear", "--law", "sqrt", "--threshold", "70%",
         "--cycle", "40", "--cycle", "300", "--where", "kind=aging", "--cell", "A"],
        of_laws,
    ),
    "resistances": (
        ["fit", "growth", "@resistances"],
        lambda path: po.fit(po.LinearGrowth(), po.read_growth(path("resistances")), **FEW),
    ),
    "limits": (
        ["fit", "limit", "@limits", "--what", "critical-current", "--pool", "sample"],
        lambda path: po.fit(
            po.CriticalCurrent(), po.read_limits(path("limits")), pool="sample", **FEW
        ),
    ),
    "onset": (
        ["fit", "limit", "@sweep", "--what", "onset"],
        lambda path: po.fit(po.OnsetPotential(), po.read_voltammogram(path("sweep")), **FEW),
    ),
    "transference": (
        ["transference", "--i0", "47.80 uA", "--iss", "36 uA", "--r0", "1342 ohm", "--rss",
         "1041 ohm", "--dv", "500 mV"],
        lambda path: po.transference(**READINGS, **FEW),
    ),
    "groups": (
        ["compare", "groups", "bare=0.31 mS/cm", "coated=0.30 ± 0.01 mS/cm"],
        lambda path: po.compare(
            {"bare": ["0.31 mS/cm"], "coated": ["0.30 ± 0.01 mS/cm"]}, rope="5%", **FEW
        ),
    ),
    "dose": (
        ["compare", "dose", "@doses", "--dose", "volume", "--value", "sigma"],
        lambda path: po.dose_response(
            po.read_replicates(path("doses"), group="volume", value="sigma", factors=["volume"]),
            dose="volume", **FEW,
        ),
    ),
    "factorial": (
        ["compare", "factorial", "@pellets", "--group", "coating", "--by", "temperature",
         "--value", "sigma", "--specimen", "pellet"],
        lambda path: of_pellets(
            path, lambda data: po.factorial(data, "group", "temperature", **FEW),
            factors=["temperature"],
        ),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("same")
    for name, lines in TABLES.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return lambda name: folder / f"{name}.csv"


def typed(arguments: list[str], path: Callable[[str], Path]) -> list[str]:
    return [str(path(each[1:])) if each.startswith("@") else each for each in arguments]


QUICK = ("spectrum", "conductivities", "transference", "groups")
"""Of each way through the house one; all others take minutes together, under the mark slow."""


SLOW = [pytest.param(kind, marks=pytest.mark.slow) for kind in CASES if kind not in QUICK]


@pytest.mark.parametrize("kind", [*QUICK, *SLOW])
def test_a_command_and_python_tell_the_same(
    kind: str,
    path: Callable[[str], Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments, in_python = CASES[kind]
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        cli.main([*typed(arguments, path), *OPTIONS, "--out", str(tmp_path)])
    assert left.value.code in (0, 4)
    printed = json.loads(capsys.readouterr().out)
    tree = in_python(path)
    document = json.loads(json.dumps(po.document(tree, spell=as_flag), allow_nan=False))
    assert document.pop("timing").keys() == printed.pop("timing").keys()
    assert document == printed
    po.save(tree, tmp_path / "python.nc")  # so that a saved result is held to it too
    po.write_report(po.load(tmp_path / "python.nc"), tmp_path / "python.html", spell=as_flag)
    page, own = ((tmp_path / f"{name}.html").read_text("utf-8") for name in ("report", "python"))
    assert own == page
    assert not re.search(r"(?<![\w-])--[a-z]", json.dumps(po.document(tree)))


REFUSED = {
    "several materials": (
        ["fit", "arrhenius", "@conductivities"],
        lambda path, **pool: po.fit(
            po.Arrhenius("sigmaT"), po.read_table(path("conductivities")), **FEW, **pool
        ),
        "One line through all of them means nothing",
        ("pellet", "--group-by pellet", "pool={'pellet': 'none'}"),
    ),
    "several samples": (
        ["fit", "limit", "@limits", "--what", "critical-current"],
        lambda path, **pool: po.fit(
            po.CriticalCurrent(), po.read_limits(path("limits")), **FEW, **pool
        ),
        "the table holds several samples",
        ("sample", "--group-by sample", "pool={'sample': 'none'}"),
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_a_command_refuses_python_refuses_with_its_own_remedy(
    kind: str, path: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, in_python, words, (label, flag, argument) = REFUSED[kind]
    with pytest.raises(SystemExit) as left:
        cli.main(typed(arguments, path))
    assert left.value.code == 2
    printed = " ".join(capsys.readouterr().err.split())
    assert words in printed and flag in printed and "--together" in printed
    with pytest.raises(po.PosterionError, match=words) as refused:
        in_python(path)
    assert argument in str(refused.value) and f"pool='{label}'" in str(refused.value)
    assert "--" not in str(refused.value)
    tree = in_python(path, pool={})
    assert json.loads(tree.attrs["pool"]) == {"pool": None}


@pytest.fixture(scope="module")
def faded(path: Callable[[str], Path]) -> xr.DataTree:
    one = po.select(po.read_cycling(path("capacities")), where={"cell": "A"})
    return po.fit(po.LinearFade(), one, **FEW)


def test_check_cycles_are_called_so_in_python(faded: xr.DataTree) -> None:
    """The labels of the points reach cautions: these are no outliers to be robust against."""
    told = " ".join(po.document(faded)["remarks"])
    assert "One series holds cycles of several kinds: 'kind' is aging and check" in told
    assert "lie far off both neighbours" not in told
    assert "Keep one kind with select(where={'kind': '...'})" in told
    typed = " ".join(po.document(faded, spell=as_flag)["remarks"])
    assert "Keep one kind with --where kind=..., or leave the others out with --without" in typed


def test_asking_something_else_changes_answers_and_doubts(faded: xr.DataTree) -> None:
    post = faded.copy()
    near = po.document(post)["derived"]["cycles_to_threshold"]
    found = po.ask(post, threshold=0.3, cycles=[20, 1000])
    assert {"retention at cycle 20", "retention at cycle 1000"} < set(found)
    far = po.document(post)
    assert set(near) & set(far["derived"]["cycles_to_threshold"]) == set()
    assert any(each.name == "extrapolation" for each in po.Verdict.of(post).doubts)
    with pytest.raises(po.PosterionError, match="not asked for 'thickness'"):
        po.ask(post, thickness="1 mm")
    with pytest.raises(po.PosterionError, match="^threshold= is '3'"):
        po.ask(post, threshold=3)
