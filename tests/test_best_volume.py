"""Which of four volumes is best, where two are published."""

import numpy as np
import pytest

from posterion.analyses.audit import Row, seed_paper
from posterion.analyses.audit.fits import Fits
from posterion.analyses.audit.inputs import Numbers, altered

PAPER = seed_paper()
BY_ID = {claim.id: claim for claim in PAPER.claims}


def check(claim: str, numbers: Numbers | None = None) -> Row:
    """Return the row of one claim."""
    return BY_ID[claim].check(PAPER.shared, numbers or PAPER.numbers, 0, Fits(0))


def by_weighting(seven: float, ten: float) -> tuple[float, float]:
    """Return how probably 7 µL are best of four, and better than 10 µL, by weighted curves.

    Whole curves are drawn from their prior and weighted by how they meet the two values.
    """
    rng = np.random.default_rng(1)
    count = 300_000
    x = np.log([5.0, 7.0, 10.0, 12.0])
    amplitude = 0.3 * np.exp(0.7 * rng.normal(size=count))
    length = np.log(12 / 5) / 2 * np.exp(0.5 * rng.normal(size=count))
    spread = 0.1 * np.exp(0.7 * rng.normal(size=count))
    y = np.log([seven, ten])
    distance = np.subtract.outer(x, x) / length[:, None, None]
    root = np.linalg.cholesky(np.exp(-(distance**2) / 2) + 1e-10 * np.eye(4))
    curve = amplitude[:, None] * (root @ rng.normal(size=(count, 4, 1)))[..., 0]
    # A level of any size is as good as another: what remains is the difference of the two.
    off = (curve[:, 1] - curve[:, 2]) - (y[0] - y[1])
    weight = np.exp(-(off**2) / (4 * spread**2)) / spread
    best = weight @ (curve.argmax(axis=1) == 1) / weight.sum()
    return float(best), float(weight @ (curve[:, 1] > curve[:, 2]) / weight.sum())


def test_the_best_of_four_volumes_is_that_of_weighted_curves() -> None:
    row = check("best-volume-rt")
    area = np.pi / 4
    best, beats = by_weighting(0.045 / (367 * area) * 1e3, 0.047 / (469.15 * area) * 1e3)
    assert row.probability == pytest.approx(best, abs=0.015)
    assert f"beat 10 µL alone has probability {beats:.2f}"[:-1] in row.why
    assert row.verdict == "cannot be checked"
    # Two volumes that nobody published leave room for a better one, whatever pellets do.
    assert all(case.probability < 0.5 for case in row.sensitivity)


def test_the_probability_follows_the_published_values() -> None:
    numbers = altered(PAPER.numbers, "resistance_7ul_rt", "1467")
    low = check("best-volume-rt", numbers)
    assert low.probability < 0.05
    assert low.verdict == ("not supported" if low.probability <= 0.03 else "cannot be checked")


def test_a_retention_of_one_cell_compares_nothing() -> None:
    row = check("retention-higher")
    assert row.verdict == "cannot be checked"
    assert row.published == pytest.approx(89.6)
    assert row.median is None
