"""Spectra of linear, stable cells pass, and those of drifting or distorted ones do not."""

import importlib.util
import io
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from impedance.validation import linKK

import posterion as po
from posterion.inference.checks import kramers_kronig as module
from posterion.inference.checks.kramers_kronig import (
    KramersKronig,
    kramers_kronig,
    relations_of,
    worst,
)

_spec = importlib.util.spec_from_file_location(
    "synthetic", Path(__file__).with_name("synthetic.py")
)
synthetic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(synthetic)

CELL = {"R1": 20.0, "CPE1_Q": 1e-5, "CPE1_n": 0.85, "R2": 60.0, "CPE2_Q": 5e-3, "CPE2_n": 0.8}
PELLET = {"R1": 120.0, "CPE1_Q": 2e-9, "CPE2_Q": 5e-5, "CPE2_n": 0.88}


def cell(seed: int = 0, noise: float = 0.002, **options: float) -> xr.DataTree:
    """Return a result for two arcs that end at low frequency."""
    return synthetic.result(
        "R0-p(R1,CPE1)-p(R2,CPE2)", CELL, f_min=0.01, noise=noise, seed=seed, **options
    )


def blocked(seed: int = 0, noise: float = 0.002) -> xr.DataTree:
    """Return a result for an arc and a blocking electrode."""
    options = {"f_min": 0.01, "f_max": 7e6, "n": 60, "noise": noise, "seed": seed}
    return synthetic.result("p(R1,CPE1)-CPE2", PELLET, **options)


def drifting(tree: xr.DataTree, drift: float, *, slow: bool = False) -> xr.DataTree:
    """Let R1 and R2 grow by a share over the sweep, which the data follow and the fit does not.

    Every point takes equally long, or `slow` ones as long as their periods.
    """
    circuit = po.Circuit.parse(tree.attrs["model"])
    frequency = tree["constant_data"]["measured_frequency"].values  # from high to low
    time = np.cumsum(1 / frequency if slow else np.ones(frequency.size))
    values = {p.name: float(tree["posterior"][p.name].median()) for p in circuit.parameters}
    grown = {
        name: value * (1 + drift * time / time[-1]) if name in ("R1", "R2") else value
        for name, value in values.items()
    }
    inputs = {"frequency": frequency}
    shift = circuit.response(inputs, grown) - circuit.response(inputs, values)
    return with_data(tree, tree["observed_data"]["Z"].values + shift)


def with_data(tree: xr.DataTree, Z: np.ndarray) -> xr.DataTree:
    changed = tree.copy()
    changed["observed_data"] = xr.DataTree(
        tree["observed_data"].to_dataset().assign(Z=(("part", "frequency"), Z))
    )
    return changed


def found(tree: xr.DataTree) -> KramersKronig:
    result = kramers_kronig(tree)
    assert result is not None
    return result


def test_verdict_in_words() -> None:
    sound, drifted = found(cell()), found(drifting(cell(), 0.3))
    assert sound.consistent and "no sign of drift" in sound.sentence
    assert not drifted.consistent
    assert "breaks the Kramers-Kronig relations" in drifted.sentence
    assert "drifted during the sweep" in drifted.check.sentence and not drifted.check.passed
    assert sound.frequency[0] == 1e6 and sound.residuals.shape == (2, 50)


def test_noise_is_what_was_put_in() -> None:
    for tree in (cell(), blocked()):
        result = found(tree)
        assert result.scatter == pytest.approx(0.002, rel=0.25)
        assert result.noise == pytest.approx(0.002, rel=0.15)


@pytest.mark.parametrize("make", [cell, blocked])
def test_the_linear_fit_is_that_of_impedance_py(make) -> None:
    """What the data, and the simulated spectra with them, go through is its linKK."""
    tree = make(1)
    result = found(tree)
    Z = tree["observed_data"]["Z"].values
    # It prints its progress, and evaluates numbers as text that NumPy 2 writes differently.
    with np.printoptions(legacy="1.25"), redirect_stdout(io.StringIO()):
        *_, real, imag = linKK(
            result.frequency,
            Z[0] + 1j * Z[1],
            c=None,
            max_M=result.elements,
            fit_type="complex",
            add_cap=True,
        )
    theirs = np.stack([real, imag])
    assert result.residuals == pytest.approx(theirs, abs=1e-5 * np.abs(theirs).max())
    _, share = module._project(result.frequency, np.hypot(*Z), result.elements, Z[None])
    assert share == pytest.approx(1 - (result.elements + 3) / Z.size)


def test_real_and_imaginary_part_are_tied_by_the_relations() -> None:
    """A gain of one part alone is no linear system, and neither is the conjugate."""
    tree = cell()
    Z = tree["observed_data"]["Z"].values
    assert not found(with_data(tree, Z * np.array([[1.0], [1.05]]))).consistent
    assert not found(with_data(tree, Z * np.array([[1.0], [-1.0]]))).consistent
    # The same gain on both is one.
    assert found(with_data(tree, 1.05 * Z)).consistent


def test_false_alarms_are_rare() -> None:
    for make in (cell, blocked):
        for noise in (0.001, 0.01):
            alarms = sum(not found(make(seed, noise)).consistent for seed in range(20))
            assert alarms <= 1, (make, noise, alarms)


def test_no_alarm_with_few_points_or_an_arc_that_the_circuit_misses() -> None:
    alarms = sum(not found(cell(seed, n=20)).consistent for seed in range(20))
    assert alarms <= 1
    # Noise is then that of a poor fit, and residuals of the test stay small beside it.
    for seed in range(5):
        tree = cell(seed)
        poor = with_data(synthetic.result(f_min=0.01, noise=0.1), tree["observed_data"]["Z"].values)
        result = found(poor)
        assert result.consistent and "in the circuit" in result.sentence


def test_drift_is_found_the_surer_the_larger() -> None:
    rates = {
        drift: sum(not found(drifting(cell(seed), drift)).consistent for seed in range(20)) / 20
        for drift in (0.02, 0.1, 0.2)
    }
    assert rates[0.02] <= 0.05  # leaves less than instruments are accurate to
    assert rates[0.1] >= 0.8 and rates[0.2] == 1
    slow = [found(drifting(cell(seed), 0.2, slow=True)) for seed in range(20)]
    assert np.mean([not each.consistent for each in slow]) >= 0.9
    # Only the slowest points have drifted, and the sentence says so.
    assert all(each._place < 10 for each in slow if not each.consistent)


def test_a_tiny_pattern_is_no_drift() -> None:
    result = found(drifting(cell(noise=2e-4), 0.03))
    assert result.z > 3 and 0 < result.systematic < 0.0015
    assert result.consistent and "is a pattern" in result.sentence


def pooled(trees: dict[str, xr.DataTree]) -> xr.DataTree:
    """Return the results as one, of spectra that have parameters of their own."""
    each = [*trees.values()]
    points = [tree["constant_data"].dataset.sizes["frequency"] for tree in each]
    whole = each[0].copy()
    for group in ("observed_data", "posterior_predictive"):
        parts = [tree[group].to_dataset()[["Z"]] for tree in each]
        whole[group] = xr.DataTree(xr.concat(parts, "frequency"))
    frequency = np.concatenate([tree["constant_data"]["measured_frequency"] for tree in each])
    constant = {
        "measured_frequency": ("frequency", frequency),
        "spectrum_of_point": ("frequency", np.repeat(np.arange(len(each)), points)),
    }
    posterior = whole["posterior"].to_dataset().assign_coords(spectrum=[*trees])
    whole["posterior"] = xr.DataTree(posterior)
    whole["constant_data"] = xr.DataTree(xr.Dataset(constant))
    whole.attrs["n"] = frequency.size
    return whole


def test_each_of_pooled_spectra_is_tested_and_the_worst_is_named() -> None:
    trees = {"a": cell(1), "b": drifting(cell(2), 0.3), "c": cell(3, n=40)}
    alone = {name: found(tree) for name, tree in trees.items()}
    assert [each.consistent for each in alone.values()] == [True, False, True]
    relations = relations_of(pooled(trees))
    assert [each.label for each in relations] == [*trees]
    for each in relations:
        own = alone[each.label]
        np.testing.assert_array_equal(each.residuals, own.residuals)
        assert each.systematic == pytest.approx(own.systematic)
        assert each.scatter == pytest.approx(own.scatter)
        assert each.consistent == own.consistent
    result = worst(relations)
    assert result is not None and result.label == "b"
    assert result.sentence.startswith("The spectrum b breaks the Kramers-Kronig relations by about")


def test_a_spectrum_alone_has_no_label() -> None:
    (only,) = relations_of(cell())
    assert only.label == "" and only.sentence == found(cell()).sentence
    assert only.sentence.startswith("The spectrum obeys")
    assert relations_of(cell(n=9)) == () and worst(()) is None


def test_each_of_many_spectra_has_to_be_clearer_than_one_alone() -> None:
    """So that all together raise no more false alarms than one."""
    one = next(
        tree
        for tree in (drifting(cell(seed, 0.004), 0.1) for seed in range(200))
        if 3.0 < found(tree).z < 3.15
    )
    assert found(one).systematic > 0
    many = relations_of(pooled({"one": one} | {f"sound {k}": cell(k) for k in range(3)}))
    assert many[0].z == pytest.approx(found(one).z) and many[0].systematic == 0


def test_pooled_spectra_that_are_sound_pass_however_much_they_differ() -> None:
    other = synthetic.result("R0-p(R1,CPE1)-p(R2,CPE2)", CELL | {"R2": 600.0}, f_min=0.01,
                             noise=0.002, seed=5)  # fmt: skip
    relations = relations_of(pooled({"a": cell(1), "b": other}))
    assert [each.label for each in relations] == ["a", "b"]
    assert all(each.consistent and each.scatter < 0.003 for each in relations)
    assert "The spectrum b obeys the Kramers-Kronig relations" in relations[1].sentence


def test_only_spectra_of_ten_points_and_more() -> None:
    assert kramers_kronig(cell(n=9)) is None
    assert kramers_kronig(cell(n=10)) is not None


@pytest.mark.slow
def test_measured_spectra(shared_data) -> None:
    """A dummy cell is linear; the seven spectra of a pellet are consistent to 0.3 %."""
    circuits = {
        "impedance_py/Circuit1_EIS_1.z": "R0-p(R1,C1)",
        **{
            f"eisfitpython/s04147-{degrees}deg.txt": "p(R1,CPE1)-p(R2,CPE2)-CPE3"
            for degrees in (140, 170, 200)
        },
    }
    for name, circuit in circuits.items():
        spectrum = po.read_spectrum(shared_data(*name.split("/")))
        result = found(po.fit(po.Circuit.parse(circuit), spectrum, noise=po.Proportional(), seed=1))
        assert result.consistent and result.scatter < 0.003, name
