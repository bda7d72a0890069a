"""What a measurement would teach, against making it many times and fitting anew."""

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion.inference.fit_each import fit_each

BOLTZMANN = 8.617333262e-5
T = np.linspace(298.15, 338.15, 8)


def line(T: np.ndarray, sigma: np.ndarray, **labels: np.ndarray) -> xr.Dataset:
    coords = {"temperature": ("point", T)} | {k: ("point", v) for k, v in labels.items()}
    return xr.Dataset({"conductivity": ("point", sigma)}, coords=coords)


def arrhenius(T: np.ndarray, seed: int, E_a: float | np.ndarray = 0.3) -> np.ndarray:
    scatter = 0.03 * np.random.default_rng(seed).normal(size=T.size)
    return 500 / T * np.exp(-E_a / (BOLTZMANN * T) + scatter)


@pytest.fixture(scope="module")
def single() -> xr.DataTree:
    return po.fit(po.Arrhenius("sigmaT"), line(T, arrhenius(T, 0)), seed=1)


def test_a_replicate_of_everything_divides_the_sd_by_root_two(single: xr.DataTree) -> None:
    table = po.expected_reduction(single, "E_a", {"replicate": {"temperature": T}})
    assert table.loc["replicate", "points"] == T.size
    assert table.loc["replicate", "reduction"] == pytest.approx(1 - 1 / np.sqrt(2), abs=0.02)
    now = float(np.log(single["posterior"]["E_a"]).std())
    assert table.loc["replicate", "sd_now"] == pytest.approx(now)


def test_one_more_point_is_that_of_the_regression(single: xr.DataTree) -> None:
    """Of a straight line the variance of a slope is noise over the sum of squares."""
    candidates = {f"{t:.0f}": {"temperature": [t]} for t in (298.15, 318.15, 373.15)}
    table = po.expected_reduction(single, "E_a", candidates)
    for t in (298.15, 318.15, 373.15):
        sums = [np.square(1 / x - (1 / x).mean()).sum() for x in (T, np.r_[T, t])]
        expected = 1 - np.sqrt(sums[0] / sums[1])
        assert table.loc[f"{t:.0f}", "reduction"] == pytest.approx(expected, abs=0.02)
    assert [*table.index] == ["373", "298", "318"]


def test_expected_sd_is_that_of_fits_to_simulated_measurements(single: xr.DataTree) -> None:
    """Brute force: the next measurement is drawn from the prediction, and all fitted anew.

    The noise is known better after it too, which the approximation leaves out.
    """
    new_T = np.array([373.15, 383.15])
    (row,) = po.expected_reduction(single, "E_a", {"warm": {"temperature": new_T}}).itertuples()
    new = po.predict(single, temperature=new_T, seed=3)["conductivity_new"]
    new = new.stack(world=("chain", "draw")).transpose("world", "point").values
    rng = np.random.default_rng(0)
    worlds = new[rng.choice(len(new), 30, replace=False)]
    old = arrhenius(T, 0)
    data = [line(np.r_[T, new_T], np.r_[old, world]) for world in worlds]
    trees = fit_each(po.Arrhenius("sigmaT"), data, seed=5, draws=300)
    variances = [float(np.log(tree["posterior"]["E_a"]).var()) for tree in trees]
    error = np.std(variances) / np.sqrt(len(variances)) / np.mean(variances) / 2
    assert row.sd_expected == pytest.approx(np.sqrt(np.mean(variances)), rel=0.05 + 2 * error)
    assert row.sd_expected < 0.8 * row.sd_now


@pytest.fixture(scope="module")
def pooled() -> xr.DataTree:
    pellets = np.repeat(["a", "b", "c", "d"], T.size)
    E_a = np.repeat(0.3 * np.exp(0.05 * np.random.default_rng(2).normal(size=4)), T.size)
    temperature = np.tile(T, 4)
    data = line(temperature, arrhenius(temperature, 3, E_a), pellet=pellets)
    return po.fit(po.Arrhenius("sigmaT"), data, pool="pellet", seed=1)


@pytest.mark.slow
def test_a_new_pellet_tells_of_the_typical_one_and_an_old_one_of_itself(
    pooled: xr.DataTree,
) -> None:
    candidates = {
        "new": {"temperature": T, "pellet": "e"},
        "again": {"temperature": T, "pellet": "a"},
    }
    typical = po.expected_reduction(pooled, "E_a_mean", candidates)["reduction"]
    own = po.expected_reduction(pooled, "E_a[a]", candidates)["reduction"]
    assert typical["new"] > 2 * typical["again"]
    assert own["again"] > 0.2 > 2 * own["new"]
    with pytest.raises(po.PosterionError, match="it must name pellet"):
        po.expected_reduction(pooled, "E_a_mean", {"warm": {"temperature": [373.15]}})


def test_wrong_questions_are_one_sentence(single: xr.DataTree) -> None:
    warm = {"warm": {"temperature": [373.15]}}
    with pytest.raises(po.PosterionError, match="no 'R1'; it has"):
        po.expected_reduction(single, "R1", warm)
    with pytest.raises(po.PosterionError, match="temperature"):
        po.expected_reduction(single, "E_a", {"nothing": {}})
    with pytest.raises(po.PosterionError, match="none but inputs"):
        po.expected_reduction(single, "E_a", {"pellet": {"temperature": [373.15], "pellet": "a"}})


@pytest.mark.slow
def test_frequencies_beyond_the_window() -> None:
    """A decade that holds the missing half of an arc tells of its resistance; others do not."""
    frequency = np.geomspace(1e5, 1.0, 36)
    s = 2j * np.pi * frequency
    Z = 10 + 100 / (1 + 100 * 5e-3 * s**0.9)
    drawn = np.random.default_rng(0).normal(size=(2, frequency.size))
    parts = np.stack([Z.real, Z.imag]) + 0.01 * abs(Z) * drawn
    spectrum = xr.Dataset(
        {"Z": (("part", "frequency"), parts, {"units": "ohm"})},
        coords={"part": ["real", "imag"], "frequency": frequency},
    )
    tree = po.fit(po.Circuit.parse("R0-p(R1,CPE1)"), spectrum, noise=po.Proportional(), seed=1)
    candidates = {
        "lower": {"frequency": np.geomspace(0.8, 0.1, 7)},
        "higher": {"frequency": np.geomspace(1.2e5, 1e6, 7)},
    }
    table = po.expected_reduction(tree, "R1", candidates)
    assert table.loc["lower", "reduction"] > 0.5
    assert table.loc["higher", "reduction"] < 0.1
    assert table.loc["lower", "points"] == 14  # real and imaginary parts are two data
    again = po.predict(tree, frequency=frequency)["Z_new"]
    assert again.dims == ("chain", "draw", "part", "frequency")
    inside = again.quantile([0.03, 0.97], ("chain", "draw")).transpose("quantile", ...).values
    assert np.mean((inside[0] <= parts) & (parts <= inside[1])) > 0.88
