"""The truths of benchmarks/misfit_truths.py are what they say, and the engine of the benchmarks
neither loses nor repeats a fit."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import posterion as po

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
NAMES = (
    "exact", "havriliak-negami", "skewed-times", "hidden-arc", "near-arcs", "drift", "phase-error",
    "range-steps", "lead", "two-exact", "two-skewed", "two-turned", "two-log-normal",
    "two-gerischer", "hidden-third", "warburg", "warburg-as-cpe", "randles", "outliers",
    "over-rich", "exact-1%", "havriliak-negami-1%", "pellet-exact", "pellet-skewed",
    "pellet-hidden",
)  # fmt: skip
CONDUCTING = [name for name in NAMES if name != "randles"]
FREQUENCY = np.logspace(6, -1, 57)


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def truths() -> ModuleType:
    return load("misfit_truths")


@pytest.fixture(scope="module")
def rows() -> ModuleType:
    return load("rows")


@pytest.fixture(scope="module")
def drawn(truths: ModuleType) -> Callable[[str, int], object]:
    return lambda name, seed: truths.ROWS[name].specimen(np.random.default_rng(seed))


# --- Truths --------------------------------------------------------------------------------------


def test_rows_are_those_that_are_tested(truths: ModuleType) -> None:
    assert tuple(truths.ROWS) == NAMES


@pytest.mark.parametrize("name", CONDUCTING)
def test_total_is_the_limit_at_zero_frequency(name: str, drawn) -> None:
    """Numerically, of what conducts: the arcs end as ω^0.79 or faster, so 1e-25 is zero."""
    for seed in range(5):
        specimen = drawn(name, seed)
        limit = specimen.conducting(np.array([1e-25]))[0]
        assert limit.real == pytest.approx(specimen.values["R_total"], rel=1e-9)
        assert abs(limit.imag) < 1e-9 * limit.real


@pytest.mark.parametrize("name", [name for name in CONDUCTING if name != "over-rich"])
def test_series_resistance_is_the_limit_at_high_frequency(name: str, drawn) -> None:
    specimen = drawn(name, 1)
    limit = specimen.conducting(np.array([1e25])).real[0]
    assert limit == pytest.approx(specimen.values.get("R0", 0), rel=1e-5, abs=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_truths_are_passive(name: str, drawn) -> None:
    """A passive part has a positive resistance, and all but the lead is capacitive."""
    specimen = drawn(name, 2)
    Z = specimen.impedance(FREQUENCY)
    assert (Z.real > 0).all()
    if name != "lead":
        assert (Z.imag < 0).all()


def test_formulas_are_those_of_the_literature(truths: ModuleType, oracle: ModuleType) -> None:
    w = 2 * np.pi * FREQUENCY
    pairs = [
        (truths.arc(300, 1e-3, 0.9), oracle.cole_cole(FREQUENCY, 300, 1e-3, 0.9)),
        (truths.arc(300, 1e-3, 0.9, 0.7), oracle.havriliak_negami(FREQUENCY, 300, 1e-3, 0.9, 0.7)),
        (truths.gerischer(300, 1e-3), oracle.gerischer(FREQUENCY, 300, 1e-3)),
        (truths.cpe(1e-6, 0.8), oracle.cpe(FREQUENCY, 1e-6, 0.8)),
        (truths.open_warburg(30, 10.0), oracle.diffusion_reflecting(FREQUENCY, 30, 10.0)),
        (truths.inductor(3e-7), oracle.inductor(FREQUENCY, 3e-7)),
    ]
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours(w), theirs, rtol=1e-12)


def test_turned_arc_mirrors_the_distribution(truths: ModuleType) -> None:
    """On ln ωτ the real part of the turned arc is R less the real part of the other, mirrored."""
    w = np.logspace(-6, 6, 61)
    straight, turned = truths.arc(2.0, 1.0, 0.9, 0.6)(w), truths.turned_arc(2.0, 1.0, 0.9, 0.6)(w)
    np.testing.assert_allclose(turned.real, 2.0 - straight.real[::-1], atol=1e-12)
    np.testing.assert_allclose(turned.imag, straight.imag[::-1], atol=1e-12)
    symmetric = truths.turned_arc(2.0, 1.0, 0.9, 1.0)(w)
    np.testing.assert_allclose(symmetric, truths.arc(2.0, 1.0, 0.9)(w), atol=1e-12)


def test_spread_arc_is_the_integral_over_relaxation_times(truths: ModuleType) -> None:
    from scipy.integrate import quad

    def weight(u: float) -> float:
        return float(np.exp(-0.5 * (u / (0.9 if u < 0 else 1.6)) ** 2))

    arc, area = truths.spread_arc(300, 1e-3, 0.9, 1.6), quad(weight, -6, 6, points=[0])[0]
    for w in (10.0, 1e3, 1e5):

        def debye(u: float, w: float = w) -> complex:
            return weight(u) / (1 + 1j * w * 1e-3 * np.exp(u))

        value = quad(debye, -6, 6, points=[0], complex_func=True)[0]
        assert arc(np.array([w]))[0] == pytest.approx(300 * value / area, rel=2e-4)


def test_an_exact_arc_is_that_of_the_package(truths: ModuleType) -> None:
    """(R, τ, n) of an arc and its Q = τ^n/R: rows that are called exact are their circuits."""
    R0, R1, tau, n = 50.0, 300.0, 2e-3, 0.85
    values = {
        "R0": R0,
        "R1": R1,
        "CPE1_Q": tau**n / R1,
        "CPE1_n": n,
        "CPE2_Q": 4e-7,
        "CPE2_n": 0.88,
    }
    ours = truths.series(truths.resistor(R0), truths.arc(R1, tau, n), truths.cpe(4e-7, 0.88))
    Z = ours(2 * np.pi * FREQUENCY)
    circuit = po.Circuit.parse("R0-p(R1,CPE1)-CPE2")
    theirs = circuit.response({"frequency": FREQUENCY}, values)
    np.testing.assert_allclose(theirs, [Z.real, Z.imag], rtol=1e-10)
    for row in truths.ROWS.values():
        assert po.Circuit.parse(row.circuit).parameters


def test_distortions_are_as_large_as_they_say(truths: ModuleType) -> None:
    def distorted(name: str) -> tuple[np.ndarray, np.ndarray]:
        specimen = truths.ROWS[name].specimen(np.random.default_rng(4))
        Z = specimen.impedance(FREQUENCY)
        return Z, specimen.distorted(FREQUENCY, Z, np.random.default_rng(5))

    clean, turned = distorted("phase-error")
    assert np.rad2deg(np.angle(turned / clean))[0] == pytest.approx(-0.4)
    np.testing.assert_allclose(abs(turned), abs(clean))
    clean, stepped = distorted("range-steps")
    np.testing.assert_allclose(sorted(set(np.round((stepped / clean).real, 9))), [0.996, 1, 1.005])
    clean, struck = distorted("outliers")
    size = abs(struck / clean - 1)
    assert (size > 1e-12).sum() == 3 and size.max() == pytest.approx(0.05)


def test_drift_is_of_the_resistance_and_its_truth_half_way(truths: ModuleType) -> None:
    """Measured as if each point had the resistance of its own time, from R1 to 1.03 R1."""
    specimen = truths.ROWS["drift"].specimen(np.random.default_rng(6))
    start, end = (specimen.values[f"R_total_{at}"] for at in ("start", "end"))
    assert specimen.values["R_total"] == pytest.approx((start + end) / 2)
    R0 = specimen.values["R0"]
    assert (end - R0) / (start - R0) == pytest.approx(1.03)
    Z = specimen.distorted(FREQUENCY, specimen.impedance(FREQUENCY), np.random.default_rng(0))
    shape = (specimen.impedance(FREQUENCY) - R0) / (specimen.values["R_total"] - R0)
    resistance = ((Z - R0) / shape).real
    time = np.cumsum(1 / FREQUENCY)
    np.testing.assert_allclose(resistance, (start - R0) * (1 + 0.03 * time / time[-1]))


@pytest.mark.parametrize("name", NAMES)
def test_noise_is_that_of_the_row_and_spectra_repeat(name: str, truths: ModuleType) -> None:
    row = truths.ROWS[name]
    frequency, Z, values = row.numbered(1, 7)
    again, other = row.numbered(1, 7), row.numbered(1, 8)
    np.testing.assert_array_equal(again[1], Z)
    assert (other[1] != Z).all() and values == again[2]
    assert frequency.size == row.points
    wanted = {"R_total", "R1", "R2"} if "p(R2" in row.circuit and name != "over-rich" else set()
    assert wanted <= set(values)
    pooled = []
    for number in range(30):
        rng = np.random.default_rng(number)
        specimen = row.specimen(np.random.default_rng(number))
        clean = specimen.impedance(frequency)
        _, noisy, _ = row.spectrum(rng)
        if name not in ("drift", "phase-error", "range-steps", "outliers"):
            pooled.append((noisy - clean) / abs(clean))
    if pooled:
        sd = np.std(np.concatenate(pooled).view(float))
        assert sd == pytest.approx(row.scatter, rel=0.06)


# --- The engine of the benchmarks ----------------------------------------------------------------


def counted(rows: ModuleType, made: list) -> Callable:
    def measure(key):
        made.append(key.number)
        estimate = rows.Estimate(1.0, 0.1, 0.8, 1.2, True, 1.1)
        why = 'a "quoted", reason\nof two lines'
        return rows.Line(key, "trusted", why, 0.5, "abc", {"R1": estimate})

    return measure


def test_what_is_in_the_file_is_not_done_again(
    rows: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, made = tmp_path / "new" / "rows.csv", []
    keys = [rows.Key("exact", "white", 1, number) for number in range(4)]
    rows.run(path, keys[:3], counted(rows, made), 0)
    lines = rows.run(path, keys, counted(rows, made), 0)
    assert made == [0, 1, 2, 3] and [line.key for line in lines] == keys
    assert rows.read(path)[3].quantities["R1"].holds
    assert rows.read(path)[3].why == 'a "quoted", reason of two lines'


def test_a_line_that_was_cut_off_is_done_again(
    rows: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, made = tmp_path / "rows.csv", []
    keys = [rows.Key("exact", "white", 1, number) for number in range(3)]
    rows.run(path, keys, counted(rows, made), 0)
    path.write_bytes(path.read_bytes()[:-9])
    lines = rows.run(path, keys, counted(rows, made), 0)
    assert made == [0, 1, 2, 2] and [line.key for line in lines] == keys
    assert len(rows.read(path)) == 3


def test_an_error_is_counted_and_told(rows: ModuleType) -> None:
    key = rows.Key("exact", "white", 1, 0)
    data = rows.spectrum(np.array([1.0, 10.0]), np.array([1 - 1j, np.nan]))
    line = rows.fitted(key, "R0-p(R1,CPE1", data, seed=1)
    assert line.word == "failed" and line.why.startswith("PosterionError: ")


# --- Coverage ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_intervals_of_an_exact_arc_hold_and_the_command_goes_on(tmp_path: Path) -> None:
    """Of 24 trusted intervals of 94 %, 19 or fewer hold with a probability of 0.5 %."""
    out = tmp_path / "misfit.csv"

    def command(*arguments: object) -> str:
        line = [sys.executable, str(BENCHMARKS / "misfit_coverage.py"), *map(str, arguments)]
        return subprocess.run(line, check=True, capture_output=True, text=True).stdout

    command("exact", "--n", 10, "--jobs", 1, "--out", out)
    told = command("exact", "--n", 24, "--jobs", 2, "--out", out)
    assert "14 of 14" in told
    lines = load("rows").read(out)
    assert len(lines) == 24
    for name in ("R_total", "R0"):
        trusted = [line.quantities[name] for line in lines if line.quantities[name].trusted]
        assert len(trusted) >= 22
        assert sum(estimate.holds for estimate in trusted) > 19
    assert command("--table", out).startswith("| truth |")
