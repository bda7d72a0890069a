"""Ranks, pairs and losses against brute force over the draws."""

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion.inference.comparison.ranking import (
    Rope,
    compared_pairs,
    expected_loss,
    p_best,
    rank_probabilities,
)

RNG = np.random.default_rng(3)
NAMES = ["a", "b", "c"]


def drawn(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values, dims=("chain", "draw", "group"), coords={"group": NAMES})


LEVELS = drawn(np.exp(RNG.normal([0.0, 0.1, 0.3], 0.3, size=(2, 250, 3))))
SCATTER = drawn(RNG.uniform(0.05, 0.2, size=(2, 250, 3)))


@pytest.mark.parametrize("better", ["larger", "smaller"])
def test_ranks_and_losses_are_those_counted_draw_by_draw(better) -> None:
    best, counts, lost, share = np.zeros(3), np.zeros((3, 3)), np.zeros(3), np.zeros(3)
    draws = LEVELS.values.reshape(-1, 3)
    for values in draws:
        order = sorted(range(3), key=lambda k: values[k], reverse=better == "larger")
        best[order[0]] += 1
        for rank, group in enumerate(order):
            counts[group, rank] += 1
            top = values[order[0]]
            lost[group] += abs(top - values[group])
            share[group] += abs(top - values[group]) / (
                top if better == "larger" else values[group]
            )
    n = len(draws)
    assert p_best(LEVELS, better).values == pytest.approx(best / n)
    assert rank_probabilities(LEVELS, better).values == pytest.approx(counts / n)
    found = expected_loss(LEVELS, better)
    assert found["loss"].values == pytest.approx(lost / n)
    assert found["relative_loss"].values == pytest.approx(share / n)


def test_pairs_are_those_counted_draw_by_draw() -> None:
    found = compared_pairs(LEVELS, SCATTER, Rope("20%", "V"), log=True)
    assert list(zip(found["a"].values, found["b"].values, strict=True)) == [
        ("a", "b"), ("a", "c"), ("b", "c"),
    ]  # fmt: skip
    draws, spread = LEVELS.values.reshape(-1, 3), SCATTER.values.reshape(-1, 3)
    for k, (i, j) in enumerate([(0, 1), (0, 2), (1, 2)]):
        pair = found.isel(pair=k)
        ratio = draws[:, i] / draws[:, j]
        inside = [abs(x - y) < 0.2 * (x + y) / 2 for x, y in draws[:, [i, j]]]
        effect = np.log(ratio) / np.sqrt((spread[:, i] ** 2 + spread[:, j] ** 2) / 2)
        assert float(pair["p_larger"]) == np.mean(ratio > 1)
        assert float(pair["p_rope"]) == np.mean(inside)
        assert float(pair["p_larger_by_rope"]) == np.mean((ratio > 1) & ~np.array(inside))
        assert pair["ratio"].values == pytest.approx(np.quantile(ratio, [0.03, 0.5, 0.97]))
        assert pair["effect_size"].values == pytest.approx(np.quantile(effect, [0.03, 0.5, 0.97]))
        total = pair["p_rope"] + pair["p_larger_by_rope"] + pair["p_smaller_by_rope"]
        assert float(total) == pytest.approx(1)


def test_levels_below_zero_have_differences_and_no_ratios() -> None:
    levels = LEVELS - 1.0
    found = compared_pairs(levels, SCATTER, Rope("50 mV", "V"), log=False)
    assert np.isnan(found["ratio"].values).all()
    differences = (levels.sel(group="a") - levels.sel(group="b")).values.ravel()
    assert float(found["p_rope"][0]) == np.mean(np.abs(differences) < 0.05)
    assert np.isnan(expected_loss(levels)["relative_loss"].values).all()


@pytest.mark.parametrize("text", ["0%", "-5%", "five", "3 K"])
def test_a_rope_that_cannot_be_used_is_refused(text) -> None:
    with pytest.raises(po.PosterionError, match="rope"):
        Rope(text, "V")
