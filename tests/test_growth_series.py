"""Resistances over cycles, collected from fits of spectra."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import xarray as xr

import posterion as po

TRUSTED = po.Verdict(True, 0, 1.0, 1000.0, 0.9, 1, (), ())


def fitted(seed: int, draws: int, passed: bool = True) -> xr.DataTree:
    """Return a fitted circuit of two resistances that depend on each other."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(4, draws))
    R1 = 10 * np.exp(0.05 * shared + 0.01 * rng.normal(size=(4, draws)))
    R2 = (20 + seed) * np.exp(-0.04 * shared)
    dims = ("chain", "draw")
    posterior = xr.Dataset({"R1": (dims, R1), "R2": (dims, R2), "n": (dims, shared)})
    for name in ("R1", "R2"):
        posterior[name].attrs["units"] = "ohm"
    tree = xr.DataTree.from_dict({"posterior": posterior})
    verdict = asdict(TRUSTED) | {"passed": passed, "messages": [] if passed else ["R-hat is 2"]}
    tree.attrs = {"verdict": json.dumps(verdict), "source": f"{seed}.csv"}
    return tree


def test_covariance_is_that_of_the_draws_of_one_spectrum() -> None:
    fits = [fitted(1, 500), fitted(2, 2000), fitted(3, 500)]  # one was sampled longer
    series = po.resistance_series(fits, cycles=[50, 0, 10], paths={"a": "R1", "b": "R2"})
    assert series["cycle"].values.tolist() == [0, 10, 50] * 2
    assert series["path"].values.tolist() == ["a"] * 3 + ["b"] * 3
    covariance = series["resistance_covariance"].values
    own = np.log(np.array([fits[1]["posterior"][n].values.ravel() for n in ("R1", "R2")]))
    assert covariance[np.ix_([0, 3], [0, 3])] == pytest.approx(np.cov(own))
    assert covariance[0, 3] < 0
    assert covariance[0, [1, 2, 4, 5]] == pytest.approx(0)
    medians = [float(np.exp(np.log(fits[k]["posterior"]["R2"]).mean())) for k in (1, 2, 0)]
    assert series["resistance"].values[3:] == pytest.approx(medians)


def test_the_sum_has_the_error_that_its_parts_leave() -> None:
    fits = [fitted(1, 500), fitted(2, 500)]
    total = po.resistance_series(fits, cycles=[0, 1], paths={"a": "R1", "b": "R2"}, total=True)
    assert total["path"].values.tolist() == ["sum", "sum"]
    whole = np.log((fits[0]["posterior"]["R1"] + fits[0]["posterior"]["R2"]).values.ravel())
    assert total["resistance_covariance"].values[0, 0] == pytest.approx(whole.var(ddof=1))


@pytest.mark.parametrize(
    ("fits", "cycles", "message"),
    [
        ([fitted(1, 100)], [1, 2], "1 fits have 2 cycles"),
        ([fitted(1, 100), fitted(2, 100)], [3, 3], "cycle 3 is given to two"),
        ([fitted(1, 100), fitted(2, 100, passed=False)], [1, 2], "at cycle 2 failed its checks"),
    ],
)
def test_what_gives_no_series_is_refused(fits, cycles, message) -> None:
    with pytest.raises(po.PosterionError, match=message):
        po.resistance_series(fits, cycles=cycles, paths={"a": "R1"})


def test_what_is_no_resistance_is_refused() -> None:
    with pytest.raises(po.PosterionError, match="'n' is no fitted resistance; there are R1, R2"):
        po.resistance_series([fitted(1, 100)], cycles=[1], paths={"a": "n"})
