"""Proposals that are fitted to a posterior, and the chains that are drawn from them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy import stats

from posterion.inference.engine.density import interpreted
from posterion.inference.engine.evidence import tail_of
from posterion.inference.engine.explore import Mode
from posterion.inference.engine.independence import independent_chains
from posterion.inference.engine.precondition import Whitening
from posterion.inference.engine.proposals import Funnel, Mixture, StudentT
from posterion.inference.prior import Prior

SIZE = 6


@dataclass(frozen=True)
class Density:
    """A target of a log density that is known in closed form, here one that integrates to one."""

    logpdf: Any

    def heights(self, points: np.ndarray) -> np.ndarray:
        return self.logpdf(points)


def funnel(points: np.ndarray) -> np.ndarray:
    """Return the log density of Neal (2003), doi:10.1214/aos/1056562461; the last leads."""
    lead, rest = points[:, -1], points[:, :-1]
    inner = stats.norm.logpdf(rest, scale=np.exp(lead / 2)[:, None]).sum(axis=1)
    return stats.norm.logpdf(lead, scale=1.5) + inner


def of_funnel(count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    lead = 1.5 * rng.normal(size=count)
    rest = rng.normal(size=(count, SIZE - 1)) * np.exp(lead / 2)[:, None]
    return np.column_stack([rest, lead])


def start(width: float) -> list[tuple[Mode, Whitening]]:
    mode = np.zeros(SIZE)
    return [(Mode(mode, 0.0, 1), Whitening(mode, width * np.eye(SIZE)))]


def fitted(leading: tuple[int, ...]) -> Funnel:
    points = of_funnel(4000, 1)
    return Funnel.fitted(points, np.full(4000, 1 / 4000), leading)


# --- Proposals ------------------------------------------------------------------------------------


def test_density_of_a_funnel_is_that_of_its_draws() -> None:
    shape = fitted((SIZE - 1,))
    drawn = shape.draws(40_000, np.random.default_rng(2))
    inside = np.exp(stats.multivariate_normal(np.zeros(SIZE), 0.5**2).logpdf(drawn))
    ratio = inside / np.exp(shape.logpdf(drawn))
    error = ratio.std() / np.sqrt(len(ratio))
    assert error < 0.1
    assert ratio.mean() == pytest.approx(1.0, abs=4 * error)


def test_funnel_resembles_a_funnel_and_a_t_distribution_does_not() -> None:
    rng = np.random.default_rng(3)
    k_hats = {}
    points = of_funnel(4000, 1)
    around = StudentT(points.mean(axis=0), np.linalg.cholesky(np.cov(points.T)))
    for name, proposal in {"leads": fitted((5,)), "other": fitted((0,)), "t": around}.items():
        drawn = proposal.draws(16_000, rng)
        log_weights = funnel(drawn) - proposal.logpdf(drawn)
        shares = np.exp(log_weights - log_weights.max())
        efficiency = shares.sum() ** 2 / (shares**2).sum() / len(shares)
        k_hats[name] = (efficiency, tail_of(log_weights))
    assert k_hats["leads"][0] > 0.5 and k_hats["leads"][1] < 0.5
    assert k_hats["t"][0] < 0.2 and k_hats["other"][0] < 0.2


def test_mixture_counts_each_part_by_its_share() -> None:
    parts = (StudentT(np.zeros(2), np.eye(2)), StudentT(np.full(2, 50.0), 2 * np.eye(2)))
    mixture = Mixture((0.2, 0.8), parts)
    drawn = mixture.draws(20_000, np.random.default_rng(4))
    assert (drawn[:, 0] > 25).mean() == pytest.approx(0.8, abs=0.012)
    t = stats.multivariate_t(np.full(2, 50.0), 4 * np.eye(2), df=5)
    assert mixture.logpdf(np.full((1, 2), 51.0)) == pytest.approx(np.log(0.8) + t.logpdf([51, 51]))


# --- Chains ---------------------------------------------------------------------------------------


def test_chains_draw_a_funnel_and_tell_its_evidence() -> None:
    run, _ = independent_chains(Density(funnel), start(0.5), (5,), seed=1, draws=1000, chains=4)
    assert run is not None
    stats_of, evidence = run
    lead = stats_of["unconstrained"].values[..., -1].ravel()
    for share in (0.03, 0.5, 0.97):
        assert (lead < stats.norm.ppf(share, scale=1.5)).mean() == pytest.approx(share, abs=0.03)
    assert evidence.log_evidence == pytest.approx(0.0, abs=5 * evidence.se)
    assert evidence.se < 0.02


def test_tails_that_no_proposal_reaches_are_not_certified() -> None:
    heavy = Density(lambda points: stats.t.logpdf(points, df=0.5).sum(axis=1))
    run, rough = independent_chains(heavy, start(1.0), (5,), seed=1, draws=500, chains=4)
    assert run is None
    assert np.isfinite(rough).all() and rough.shape[1] == SIZE


# --- Coordinates of amplitudes ----------------------------------------------------------------


def test_half_cauchy_is_sampled_as_a_standard_normal() -> None:
    import pymc as pm

    with pm.Model() as model:
        Prior.parse("HalfStudentT(1, 0.0005)").variable("amplitude")
    (value,) = model.value_vars
    logp = model.compile_logp(mode=interpreted())
    slope = model.compile_dlogp(mode=interpreted())
    for u in (-20.0, -3.0, 0.0, 1.0, 6.0):
        assert float(logp({value.name: u})) == pytest.approx(stats.norm.logpdf(u), abs=1e-6)
        assert slope({value.name: u}) == pytest.approx(-u, abs=1e-6)
    transform = model.rvs_to_transforms[model["amplitude"]]
    for amplitude in (1e-12, 3e-4, 0.02, 1e3):
        there = transform.forward(np.array(amplitude), *model["amplitude"].owner.inputs)
        back = transform.backward(there, *model["amplitude"].owner.inputs)
        expected = stats.norm.ppf(stats.halfcauchy.cdf(amplitude, scale=0.0005))
        if amplitude < 1:  # beyond, one minus the distribution function is what has digits
            assert float(there.eval(mode=interpreted())) == pytest.approx(expected, abs=1e-6)
        assert float(back.eval(mode=interpreted())) == pytest.approx(amplitude, rel=1e-9)
