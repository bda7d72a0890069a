"""Proposals that are fitted to a posterior, and the chains that are drawn from them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from posterion.inference.diagnose import diagnose
from posterion.inference.engine import independence
from posterion.inference.engine.density import Density as Compiled
from posterion.inference.engine.density import interpreted
from posterion.inference.engine.descents import Shrunk, in_two_parts
from posterion.inference.engine.evidence import Evidence, tail_of
from posterion.inference.engine.explore import Mode
from posterion.inference.engine.independence import proposed_chains
from posterion.inference.engine.precondition import Whitening
from posterion.inference.engine.proposals import Funnel, Mixture, StudentT
from posterion.inference.engine.sample import Sampler
from posterion.inference.engine.target import Target
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


def passed(
    log_density: Any, found: list[tuple[Mode, Whitening]], **more: Any
) -> tuple[xr.Dataset, Evidence]:
    """Return the first chains that pass the checks."""
    chains = proposed_chains(
        Density(log_density), found, (5,), seed=1, draws=1000, chains=4, **more
    )
    return next(
        (run.stats, run.evidence)
        for run in chains
        if diagnose(as_tree(run.stats), drift=run.drift, grew=run.grew).passed
    )


def as_tree(drawn: xr.Dataset) -> xr.DataTree:
    return xr.DataTree.from_dict({"posterior": drawn[["unconstrained"]], "sample_stats": drawn})


def test_chains_draw_a_funnel_and_tell_its_evidence() -> None:
    stats_of, evidence = passed(funnel, start(0.5))
    lead = stats_of["unconstrained"].values[..., -1].ravel()
    for share in (0.03, 0.5, 0.97):
        assert (lead < stats.norm.ppf(share, scale=1.5)).mean() == pytest.approx(share, abs=0.03)
    assert evidence.log_evidence == pytest.approx(0.0, abs=5 * evidence.se)
    assert evidence.se < 0.02


def heavy(points: np.ndarray) -> np.ndarray:
    return stats.t.logpdf(points, df=0.5).sum(axis=1)


def test_tails_that_no_proposal_reaches_are_not_certified() -> None:
    with pytest.raises(StopIteration):
        passed(heavy, start(1.0), walks=())


def curved(points: np.ndarray) -> np.ndarray:
    """Return the log density of a narrow bent ridge in six dimensions."""
    bent = points[:, 1] - 1.5 * points[:, 0] ** 2
    rest = stats.norm.logpdf(points[:, 2:]).sum(axis=1)
    return stats.norm.logpdf(points[:, 0]) + stats.norm.logpdf(bent, scale=0.2) + rest


def unequal(points: np.ndarray) -> np.ndarray:
    """Return the log density of a narrow mode that holds a quarter, and a wide one far off."""
    near = stats.norm.logpdf(points, scale=0.1).sum(axis=1) + np.log(0.25)
    far = stats.norm.logpdf(points, 8.0, 1.5).sum(axis=1) + np.log(0.75)
    return np.logaddexp(near, far)


@pytest.mark.parametrize("log_density", [curved, unequal])
def test_chains_that_walk_draw_from_ridges_and_unequal_modes(log_density, monkeypatch) -> None:
    monkeypatch.setattr(independence, "MIN_ACCEPTED", 1.1)  # none is certified
    found = start(0.3)
    if log_density is unequal:
        other = np.full(SIZE, 8.0)
        found += [(Mode(other, 0.0, 1), Whitening(other, np.eye(SIZE)))]
    stats_of, evidence = passed(log_density, found)
    x = stats_of["unconstrained"].values.reshape(-1, SIZE)
    if log_density is curved:
        for share in (0.03, 0.5, 0.97):
            assert (x[:, 0] < stats.norm.ppf(share)).mean() == pytest.approx(share, abs=0.04)
        assert (x[:, 1] - 1.5 * x[:, 0] ** 2).std() == pytest.approx(0.2, rel=0.1)
    else:
        assert (x[:, 0] < 1.0).mean() == pytest.approx(0.25, abs=0.04)
    assert evidence.log_evidence == pytest.approx(0.0, abs=5 * evidence.se)
    assert evidence.se < 0.05


def test_walkers_that_never_move_do_not_pass(monkeypatch) -> None:
    """Each stays where it starts, and four hundred places are enough for the other checks."""
    stuck = Density(lambda points: 1e9 * points[:, 0])
    monkeypatch.setattr(independence, "MIN_ACCEPTED", 1.1)
    pool = np.random.default_rng(1).normal(size=(4000, SIZE))
    rng = np.random.default_rng(2)
    proposal = StudentT(np.full(SIZE, -1e3), np.eye(SIZE))
    monkeypatch.setattr(independence, "ALONG", (0.0,))
    monkeypatch.setattr(independence, "ACROSS", 0.0)
    walked, drift = independence._walked(stuck, proposal, pool, (4, 1000, 2), rng)
    assert not diagnose(as_tree(walked), drift=drift).passed


def test_walkers_that_have_not_forgotten_their_start_do_not_pass(monkeypatch) -> None:
    """All start on one side of a slope, and take steps that suit where they start."""
    slope = Density(lambda points: stats.norm.logpdf(points, scale=4.0).sum(axis=1))
    rng = np.random.default_rng(2)
    pool = rng.normal(size=(4000, SIZE)) + 4.0
    proposal = StudentT(np.full(SIZE, -1e3), np.eye(SIZE))
    walked, drift = independence._walked(slope, proposal, pool, (4, 1000, 2), rng)
    assert "still drift" in " ".join(diagnose(as_tree(walked), drift=drift).messages)


# --- Descents -------------------------------------------------------------------------------------


def test_a_descent_finds_an_amplitude_that_has_no_slope_at_zero() -> None:
    """From next to nothing the noise takes what the amplitude should, and stays there."""
    import pymc as pm
    import pytensor.tensor as pt

    pattern = np.sin(np.linspace(0, 6, 40))
    y = 0.5 * pattern + 0.01 * np.random.default_rng(1).normal(size=40)
    size = pattern @ pattern
    with pm.Model() as model:
        amplitude = Prior.parse("HalfStudentT(1, 0.0001)").variable("amplitude")
        noise = Prior.parse("LogNormal(-4, 2)").variable("noise")
        more = amplitude**2 * size / noise**2
        squares = (y @ y - (y @ pattern) ** 2 / size * more / (1 + more)) / noise**2
        pm.Potential("y", -40 * pt.log(noise) - pt.log1p(more) / 2 - squares / 2)
    ends = {}
    points = np.random.default_rng(2).normal(size=(500, 2)) * [1.0, 2.0] - [0.0, 4.0]
    for amplitudes in ((), ("amplitude",)):
        sampler = Sampler(model, shrunk=Shrunk(amplitudes))
        target = Target.of(sampler.density)
        descend = sampler._descend(target, points, np.ones(2), 1)
        ends[amplitudes] = np.array([descend(x)[1] for x in points[:40]])
    best = max(ends[()].max(), ends["amplitude",].max())
    assert (ends["amplitude",] > best - 0.1).all()
    assert (ends[()] < best - 20).mean() > 0.2


def test_a_descent_finds_a_shape_beyond_a_pass() -> None:
    """A narrow prior with heavy tails holds a shape at none, and the data want it far off."""
    import pymc as pm

    with pm.Model() as model:
        Prior.parse("HalfStudentT(1, 0.0001)").variable("amplitude")
        shape = Prior.parse("StudentT(3, 0, 0.03)").variable("shape")
        pm.Potential("y", 40 * pm.math.exp(-(((shape + 0.9) / 0.15) ** 2)))
    points = np.random.default_rng(2).normal(size=(500, 2)) * [1.0, 0.06]
    target = Target.of(Compiled(model))
    rng = np.random.default_rng(1)
    in_turn = in_two_parts(target, np.array([1.0, 0.2]), points, (0,), (1,), rng)
    plain = [target.descend(np.array([1.0, 0.2]), x)[0][1] for x in points[:30]]
    found = [in_turn(x)[0][1] for x in points[:30]]
    assert max(np.abs(plain)) < 0.1
    assert sum(abs(x + 0.9) < 0.1 for x in found) >= 3


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
