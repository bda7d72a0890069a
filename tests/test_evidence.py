"""Evidence: against closed forms, against sequential Monte Carlo, and refused where unreliable."""

import json

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from scipy import stats

import posterion as po
from posterion.inference.engine.evidence import Evidence, estimate_evidence

BOLTZMANN = 8.617333262e-5


def linear_regression(seed: int, spread: float) -> tuple[pm.Model, float]:
    """Return a regression with known noise, and its evidence in closed form."""
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(12), rng.normal(size=12), rng.normal(size=12)])
    y = X @ np.array([1.0, -2.0, 0.5]) + rng.normal(size=12)
    with pm.Model() as model:
        b = pm.Normal("b", 0, spread, shape=3)
        pm.Normal("y", X @ b, 1.0, observed=y)
    covariance = np.eye(12) + spread**2 * X @ X.T
    return model, float(stats.multivariate_normal(np.zeros(12), covariance).logpdf(y))


@pytest.mark.parametrize("spread", [0.5, 20.0])
def test_evidence_of_a_linear_regression_is_the_closed_form(spread: float) -> None:
    model, exact = linear_regression(1, spread)
    found = Evidence.of(po.sample(model, seed=1))
    assert found.trusted
    assert found.se < 0.02
    assert abs(found.log_evidence - exact) < 4 * found.se + 1e-3


def test_evidence_of_a_beta_binomial_is_the_closed_form() -> None:
    # A transformed variable: the Jacobian must be counted exactly once.
    with pm.Model() as model:
        p = pm.Beta("p", 2, 5)
        pm.Binomial("k", n=20, p=p, observed=3)
    found = Evidence.of(po.sample(model, seed=1))
    exact = stats.betabinom(20, 2, 5).logpmf(3)
    assert abs(found.log_evidence - exact) < 4 * found.se + 1e-3


def test_its_standard_error_is_that_of_repeated_estimates() -> None:
    def evaluate(x: np.ndarray) -> tuple[float, np.ndarray]:
        z = x / 2
        return float((height - 3.5 * np.log1p(z * z / 6)).sum()), x  # the evidence is one

    height = float(stats.t(6, scale=2).logpdf(0))
    draws = stats.t(6, scale=2).rvs(size=(4000, 3), random_state=2)
    found = [estimate_evidence(evaluate, draws, seed) for seed in range(12)]
    values = np.array([each.log_evidence for each in found])
    claimed = np.mean([each.se for each in found])
    assert abs(values.mean()) < 4 * claimed / np.sqrt(12)
    assert 0.5 < values.std(ddof=1) / claimed < 1.7


def test_a_posterior_of_two_far_parts_is_not_trusted() -> None:
    def evaluate(x: np.ndarray) -> tuple[float, np.ndarray]:
        near, far = (-(((x - place) / 0.01) ** 2).sum() / 2 for place in (0, 30))
        return float(np.logaddexp(near, far)), x

    rng = np.random.default_rng(0)
    draws = rng.normal(rng.choice([0, 30], size=(2000, 1)), 0.01, size=(2000, 4))
    assert not estimate_evidence(evaluate, draws, 0).trusted


def series(n: int = 6) -> xr.Dataset:
    T = np.linspace(298.15, 353.15, n)
    rng = np.random.default_rng(3)
    sigma = 50 * np.exp(-0.3 / (BOLTZMANN * T)) * np.exp(0.03 * rng.normal(size=n))
    return xr.Dataset({"conductivity": ("point", sigma)}, coords={"temperature": ("point", T)})


@pytest.mark.filterwarnings("ignore")  # PyMC's sampler warns of its own short chains
def test_evidence_of_a_law_agrees_with_sequential_monte_carlo() -> None:
    law, data = po.Arrhenius("sigma"), series()
    found = Evidence.of(po.fit(law, data, seed=1))
    with po.build(law, data):
        run = pm.sample_smc(
            1000,
            chains=4,
            cores=1,
            random_seed=1,
            progressbar=False,
            compute_convergence_checks=False,
        )
    chains = run["sample_stats"]["log_marginal_likelihood"].values
    each = np.array([np.ravel(chain)[-1] for chain in chains], dtype=float)
    assert found.trusted
    assert abs(found.log_evidence - each.mean()) < 4 * each.std(ddof=1) / np.sqrt(len(each)) + 0.1


def test_a_result_of_an_older_version_says_that_it_carries_none() -> None:
    with pytest.raises(po.PosterionError, match="evidence"):
        Evidence.of(xr.DataTree())


def test_every_fit_carries_its_evidence() -> None:
    tree = po.fit(po.Arrhenius("sigma"), series(), seed=1)
    assert set(json.loads(tree.attrs["evidence"])) == {"log_evidence", "se", "k_hat"}
