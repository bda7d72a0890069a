"""Measured spectra against the values that their authors published.

Published standard errors are those of least squares; a posterior mean differs from a least
squares estimate by the skewness of the posterior, and by the weights that the noise model
gives to the points.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion import Verdict

DATA = Path(__file__).parents[2] / "shared" / "data"
IN_CI = os.environ.get("CI") == "true"

pytestmark = pytest.mark.skipif(not DATA.is_dir() and not IN_CI, reason="no measured data here")


def test_measured_data_are_there() -> None:
    """Under CI=true absence fails; elsewhere this module is skipped."""
    assert (DATA / "eisfitpython" / "SOURCE.md").is_file()
    assert (DATA / "impedance_py" / "SOURCE.md").is_file()


def estimates(tree: xr.DataTree) -> dict[str, tuple[float, float]]:
    names = json.loads(tree.attrs["parameters"])
    return {
        name: (float(tree["posterior"][name].mean()), float(tree["posterior"][name].std()))
        for name in names
    }


def capacitive(spectrum: xr.Dataset) -> xr.Dataset:
    """Drop the inductive points, as the published fits do."""
    keep = spectrum["Z"].sel(part="imag").values <= 0
    return spectrum.isel(frequency=np.flatnonzero(keep))


# --- A solid ion conductor at 140 °C, doi:10.1039/d3ta06237f -----------------------------------

# Modulus weighting, as proportional noise has: values and standard errors are comparable.
PELLET = {
    "R1": (1.462e5, 1.250e4),
    "CPE1_Q": (6.515e-11, 1.168e-11),
    "CPE1_n": (0.8382, 0.0139),
    "R2": (2.012e6, 1.658e4),
    "CPE2_Q": (1.546e-10, 9.142e-12),
    "CPE2_n": (0.7872, 0.00669),
    "CPE3_Q": (1.382e-6, 1.95e-8),
    "CPE3_n": (0.5442, 0.0071),
}


@pytest.fixture(scope="module")
def pellet() -> xr.DataTree:
    spectrum = po.read_spectrum(DATA / "eisfitpython" / "s04147-140deg.txt")
    return po.fit(
        po.Circuit.parse("p(R1,CPE1)-p(R2,CPE2)-CPE3"), spectrum, noise=po.Proportional(), seed=1
    )


def test_pellet_is_trusted(pellet: xr.DataTree) -> None:
    verdict = Verdict.of(pellet)
    assert verdict.passed and verdict.modes == 1, verdict
    assert pellet.attrs["n"] == 42


@pytest.mark.parametrize("name", PELLET)
def test_pellet_agrees_with_the_published_fit(name: str, pellet: xr.DataTree) -> None:
    value, error = PELLET[name]
    mean, sd = estimates(pellet)[name]
    assert abs(mean - value) < 1.5 * error
    assert error / 1.5 < sd < 1.5 * error


def test_noise_of_the_pellet_is_that_of_its_chi_squared(pellet: xr.DataTree) -> None:
    """The published weighted χ² of 7.332e-3, over 84 data less 8 parameters, is the variance."""
    mean, sd = estimates(pellet)["noise"]
    assert mean == pytest.approx(np.sqrt(7.332255e-3 / (84 - 8)), abs=2 * sd)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_pellet_from_other_seeds(seed: int, pellet: xr.DataTree) -> None:
    spectrum = po.read_spectrum(DATA / "eisfitpython" / "s04147-140deg.txt")
    tree = po.fit(
        po.Circuit.parse("p(R1,CPE1)-p(R2,CPE2)-CPE3"), spectrum, noise=po.Proportional(), seed=seed
    )
    assert Verdict.of(tree).passed and Verdict.of(tree).modes == 1, Verdict.of(tree)
    for name, (mean, sd) in estimates(pellet).items():
        if name != "floor":
            assert estimates(tree)[name][0] == pytest.approx(mean, abs=0.2 * sd), name


# --- A dummy circuit, measured twice -----------------------------------------------------------

# Unweighted least squares, printed to three digits: half a unit of the third comes on top of
# the error. Proportional noise is free to weigh the points otherwise; that it agrees says that
# its floor took over, as it should for an instrument whose error is the same for all points.
DUMMY = {
    1: {"R0": (29.1, 0.0363, 0.05), "R1": (46.7, 0.0469, 0.05), "C1": (1.04e-5, 2.95e-8, 5e-8)},
    2: {"R0": (29.1, 0.0358, 0.05), "R1": (46.7, 0.0464, 0.05), "C1": (1.04e-5, 2.91e-8, 5e-8)},
}


@pytest.fixture(scope="module")
def dummies() -> dict[int, xr.DataTree]:
    circuit = po.Circuit.parse("R0-p(R1,C1)")
    files = {n: DATA / "impedance_py" / f"Circuit1_EIS_{n}.z" for n in DUMMY}
    return {
        n: po.fit(circuit, po.read_spectrum(file), noise=po.Proportional(), seed=n)
        for n, file in files.items()
    }


@pytest.mark.parametrize("number", DUMMY)
def test_dummy_circuit_agrees_with_the_published_fit(
    number: int, dummies: dict[int, xr.DataTree]
) -> None:
    tree = dummies[number]
    assert Verdict.of(tree).passed, Verdict.of(tree)
    found = estimates(tree)
    for name, (value, error, rounding) in DUMMY[number].items():
        mean, sd = found[name]
        assert abs(mean - value) < error + rounding, name
        assert error / 1.25 < sd < 1.25 * error, name


def test_replicates_agree(dummies: dict[int, xr.DataTree]) -> None:
    first, second = (estimates(tree) for tree in dummies.values())
    for name in ("R0", "R1", "C1", "floor"):
        difference = first[name][0] - second[name][0]
        assert abs(difference) < first[name][1] + second[name][1], name


# --- A lithium-ion cell ------------------------------------------------------------------------

# Unweighted least squares without errors. It sees the low frequencies, where |Z| is largest,
# before all; normal noise of one size weighs alike.
RANDLES = {"R0": 1.86235717e-02, "R1": 1.16804085e-02, "C1": 1.17171440}
RANDLES_Z0, RANDLES_TAU = 6.27121224e-02, 2.21232935e02


@pytest.fixture(scope="module")
def cell() -> xr.Dataset:
    return capacitive(po.read_spectrum(DATA / "impedance_py" / "exampleData.csv"))


def test_randles_circuit_agrees_with_the_published_fit(cell: xr.Dataset) -> None:
    """R0, R1, C1 and Z0/√τ; Z0 and τ apart are not determined.

    The lowest frequency is 3 mHz, and the published τ of 221 s has its corner at 0.7 mHz: in
    the window the element is a plain Warburg impedance of Z0/√τ. So τ is given a prior of one
    unit of its logarithm around 200 s, the value that the authors hold fixed elsewhere.
    """
    priors = {"Wo1_tau": po.Prior("LogNormal", float(np.log(200)), 1.0)}
    tree = po.fit(
        po.Circuit.parse("R0-p(R1-Wo1,C1)"), cell, noise=po.Gaussian(), priors=priors, seed=1
    )
    assert Verdict.of(tree).passed, Verdict.of(tree)
    for name, value in RANDLES.items():
        mean, sd = estimates(tree)[name]
        assert abs(mean - value) < 2 * sd, name
    slope = tree["posterior"]["Wo1_Z0"] / np.sqrt(tree["posterior"]["Wo1_tau"])
    assert abs(float(slope.mean()) - RANDLES_Z0 / np.sqrt(RANDLES_TAU)) < 2 * float(slope.std())
    # At 10 Hz, the value that the documentation states for the fitted circuit.
    nearest = tree["posterior_predictive"]["Z"].sel(frequency=10.0, method="nearest")
    sd = nearest.std(("chain", "draw"))
    assert (abs(nearest.mean(("chain", "draw")) - [0.0251618, -0.00601304]) < 2 * sd).all()


@pytest.mark.slow
def test_two_arcs_of_the_cell_agree_with_the_published_fit(cell: xr.Dataset) -> None:
    """With R0 and τ held, as published; the arcs are numbered by their time constants here."""
    held = {"R0": 0.02, "Wo1_tau": 200.0}
    priors = {n: po.Prior("LogNormal", float(np.log(v)), 1e-4) for n, v in held.items()}
    tree = po.fit(
        po.Circuit.parse("R0-p(R1,C1)-p(R2,C2)-Wo1"),
        cell,
        noise=po.Gaussian(),
        priors=priors,
        seed=1,
    )
    assert Verdict.of(tree).passed, Verdict.of(tree)
    published = {
        "R2": (6.79e-3, 1.08e-3),
        "C2": (5.62, 1.96),
        "R1": (3.91e-3, 1.09e-3),
        "C1": (1.36, 0.261),
        "Wo1_Z0": (5.88e-2, 1.25e-3),
    }
    # On the log scale: the posterior of C2 leans to the right (sd 3.9 on its own scale, twice
    # the published error), which a linearized error cannot show.
    for name, (value, error) in published.items():
        log = np.log(tree["posterior"][name].values)
        assert abs(log.mean() - np.log(value)) < 1.5 * error / value, (name, log.mean())
        assert 1 / 1.5 < log.std() / (error / value) < 1.5, (name, log.std())
