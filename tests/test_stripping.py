"""Stripping and plating: the drift of the overpotential, and the cells that failed."""

import numpy as np
import pytest

import posterion as po
from posterion import PosterionError

INF = float("inf")


def followed():
    """Return three bare cells that failed and two coated ones that ran on; 2 % scatter."""
    rng = np.random.default_rng(2)
    cycle, volts, cell, sample = [], [], [], []
    for label, kind, last, rate in (
        ("b1", "bare", 10, 0.30), ("b2", "bare", 17, 0.32), ("b3", "bare", 13, 0.28),
        ("c1", "coated", 40, 0.01), ("c2", "coated", 40, 0.012),
    ):  # fmt: skip
        N = np.arange(1, last + 1)
        cycle += N.tolist()
        volts += (0.08 * (1 + rate * N) * np.exp(0.02 * rng.normal(size=last))).tolist()
        cell += [label] * last
        sample += [kind] * last
    return po.stripping(cycle, np.array(volts) * 1e3, unit="mV", cell=cell, sample=sample)


def test_drift_and_failures_come_from_the_same_cells() -> None:
    data = followed()
    ends = po.lifetimes_of(data, failed=["b1", "b2", "b3"])
    assert ends["lifetime_low"].values.tolist() == [10, 17, 13, 40, 40]
    assert ends["lifetime_high"].values.tolist() == [11, 18, 14, INF, INF]
    assert ends["sample"].values.tolist() == ["bare"] * 3 + ["coated"] * 2
    lives = {}
    for kind in ("bare", "coated"):
        own = ends.isel(point=ends["sample"].values == kind)
        life = po.fit(po.Lifetime(), own, seed=1)
        assert po.Verdict.of(life).passed
        lives[kind] = life["posterior"]["median_lifetime"].quantile([0.03, 0.97]).values
    low, high = lives["bare"]
    assert low < (10.5 * 13.5 * 17.5) ** (1 / 3) < high < 3 * low
    # Of the coated cells none failed, and nothing but the prior holds the upper end.
    assert lives["coated"][0] > 25 and lives["coated"][1] > 300

    drift = po.fit(
        po.LinearGrowth(output="overpotential"), data, pool={"cell": "none"}, seed=1, draws=500
    )
    assert po.Verdict.of(drift).passed
    rate = drift["posterior"]["rate"].median(("chain", "draw"))
    assert rate.values == pytest.approx([0.30, 0.32, 0.28, 0.01, 0.012], rel=0.15)


@pytest.mark.parametrize(
    ("cycle", "volts", "options", "said"),
    [
        ([1, 2], [0.1], {}, "shape"),
        ([1, 2], [0.1, 0.0], {}, "point 2: the overpotential is 0 V"),
        ([-1, 2], [0.1, 0.1], {}, "cycle is -1"),
        ([2, 1], [0.1, 0.1], {}, "cycle 1 follows cycle 2"),
        ([1, 2], [0.1, 0.1], {"unit": "mA"}, "'V' or 'mV'"),
        ([1, 2], [0.1, 0.1], {"cell": ["a"]}, "'cell' needs 2 labels"),
    ],
)
def test_impossible_series_are_refused(cycle, volts, options, said) -> None:
    with pytest.raises(PosterionError, match=said):
        po.stripping(cycle, volts, **options)


def test_a_failed_cell_must_be_one_of_the_data() -> None:
    with pytest.raises(PosterionError, match="'b9' is said to have failed"):
        po.lifetimes_of(followed(), failed=["b9"])
