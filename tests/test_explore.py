"""The search for modes, on densities whose descents are known without any."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from posterion.inference.engine.explore import MAX_DESCENTS, MIN_DESCENTS, Mode, explore, settled
from posterion.inference.engine.plan import starts_near

Array = NDArray[np.float64]

TOP = np.array([7.0, -4.0])


def hills(x: Array) -> tuple[float, Array]:
    """A maximum at every point of whole numbers, the lower the farther from the top."""
    return float((30 * np.cos(2 * np.pi * x) - (x - TOP) ** 2 / 2).sum()), np.zeros(2)


def one_hill(x: Array) -> tuple[float, Array]:
    return float(-((x - TOP) ** 2).sum() / 2), TOP - x


def search(evaluate: Any, descend: Any, seed: int) -> tuple[list[Mode], list[Array]]:
    """Search from a prior that covers some 10,000 whole numbers; return also the starts."""
    starts: list[Array] = []

    def down(start: Array) -> tuple[Array, float]:
        starts.append(start)
        end = descend(start)
        return end, evaluate(end)[0]

    draws = np.random.default_rng(100 + seed).normal(0, 30, size=(1000, 2))
    return explore(evaluate, down, draws, seed), starts


@pytest.mark.parametrize("seed", range(20))
def test_highest_of_thousands_of_maxima_is_found(seed: int) -> None:
    """Whole coordinates drawn anew hit it in a few of twenty searches."""
    modes, starts = search(hills, np.round, seed)
    np.testing.assert_array_equal(modes[0].x, TOP)
    assert len(starts) == MAX_DESCENTS  # new maxima turned up to the last
    assert not settled(modes)


def test_the_only_maximum_is_not_sought_on_and_on() -> None:
    modes, starts = search(one_hill, lambda start: TOP.copy(), 0)
    # Four started in it, with one coordinate moved: they say nothing of how easily it is found.
    assert [mode.found for mode in modes] == [MIN_DESCENTS - 4]
    assert len(starts) == MIN_DESCENTS
    assert settled(modes)


def test_a_short_way_back_is_no_finding() -> None:
    """Were it counted, the first good maximum would soon seem found often enough."""
    modes, _ = search(hills, np.round, 3)
    assert sum(mode.found for mode in modes) < MAX_DESCENTS


@pytest.mark.parametrize("far", [False, True])
def test_no_chain_starts_where_the_density_is_zero(far: bool) -> None:
    """Half of all points have none, and one descent ended at the brink of these."""
    top = np.array([400.0 if far else 4.0, 0.0])

    def evaluate(x: Array) -> tuple[float, Array]:
        return (float(-((x - top) ** 2).sum() / 2) if x[0] > 0 else -np.inf), top - x

    target: Any = SimpleNamespace(evaluate=evaluate)
    kept: Any = [(None, None)]  # the density has a maximum
    modes = [Mode(top, 0.0, 5), Mode(np.array([1e-12, 0.0]), evaluate(np.ones(2))[0], 1)]
    points = np.random.default_rng(0).normal(size=(40, 2))
    for seed in range(10):
        starts = starts_near(target, modes, kept, points, seed, 4)
        assert len(starts) == 4 and all(np.isfinite(evaluate(x)[0]) for x in starts)
        # Of draws of the prior none is the same; ends of descents are where the density is.
        assert len({tuple(x) for x in starts}) == 4
        assert all((x[0] > 300) == far or x[0] < 1e-2 for x in starts)


def test_no_chain_starts_in_the_neck_of_a_funnel() -> None:
    """Its density grows without bound where its mass is nothing, and descents end there."""
    size = 9

    def evaluate(x: Array) -> tuple[float, Array]:
        v, x = x[0], x[1:]
        gradient = np.concatenate(
            [[-v / 100 + (x @ x * np.exp(-2 * v) - size + 1)], -x * np.exp(-2 * v)]
        )
        return float(-(v**2) / 200 - (size - 1) * v - x @ x * np.exp(-2 * v) / 2), gradient

    def step_down(scale: Array, most: int, start: Array) -> tuple[Array, float]:
        end = start - min(most, 100) * np.eye(size)[0]
        end[1:] = 0 if most else end[1:]
        return end, evaluate(end)[0]

    target: Any = SimpleNamespace(evaluate=evaluate, step_down=step_down)
    neck = np.array([-100.0, *np.zeros(size - 1)])
    points = np.random.default_rng(0).normal(size=(400, size))
    starts = starts_near(target, [Mode(neck, evaluate(neck)[0], 5)], [], points, 1, 4)
    assert len({tuple(x) for x in starts}) == 4
    assert all(x[0] > -5 for x in starts), starts


@pytest.mark.parametrize("seed", range(10))
def test_a_mode_beyond_the_prior_along_one_coordinate_is_found(seed: int) -> None:
    """As another part of the noise that carries all scatter: no draw of the prior is near."""

    def evaluate(x: Array) -> tuple[float, Array]:
        return (20.0 if x[0] > 5 else 0.0), np.zeros(3)

    draws = np.random.default_rng(100 + seed).normal(size=(1000, 3))
    modes = explore(evaluate, lambda x: (10.0 * (x > 5), evaluate(x)[0]), draws, seed)
    assert modes[0].logp == 20
