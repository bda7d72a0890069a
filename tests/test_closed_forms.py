"""The engine against posteriors in closed form: means, standard deviations and quantiles.

Three conjugate pairs that share nothing stand in one model, and so are compiled and sampled
once; formulas as in Gelman et al., Bayesian Data Analysis (2013), chapters 2 and 3.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from scipy import stats

import posterion as po
from posterion import Verdict

RNG = np.random.default_rng(4)

TRIALS, SUCCESSES, BETA = 20, 3, (2.0, 5.0)

COUNTS, GAMMA = RNG.poisson(3.0, size=6), (2.0, 0.5)  # shape and rate

X = np.column_stack([np.ones(9), RNG.uniform(20, 40, size=9)])
Y = X @ [3.0, -0.5] + 2 * RNG.normal(size=9)
SHAPE, SCALE = 3.0, 8.0  # of the inverse gamma prior of the variance
WIDTHS = np.array([10.0, 1.0])  # of the coefficients, in units of the root of the variance

COMPARED = 5 * 5
"""Five parameters, of each a mean, a standard deviation and three quantiles."""

LIMIT = float(stats.norm.isf(0.001 / COMPARED / 2))
"""4.1 standard errors: a right engine is blamed by all comparisons together in 0.1 % of runs."""


def beta_binomial() -> dict[str, Any]:
    a, b = BETA
    return {"p": stats.beta(a + SUCCESSES, b + TRIALS - SUCCESSES)}


def gamma_poisson() -> dict[str, Any]:
    shape, rate = GAMMA
    return {"rate": stats.gamma(shape + COUNTS.sum(), scale=1 / (rate + len(COUNTS)))}


def normal_inverse_gamma(shape: float = SHAPE) -> dict[str, Any]:
    """Return the marginals: an inverse gamma, and Student's t of each coefficient."""
    precision = X.T @ X + np.diag(1 / WIDTHS**2)
    mean = np.linalg.solve(precision, X.T @ Y)
    shape = shape + len(Y) / 2
    scale = SCALE + (Y @ Y - mean @ precision @ mean) / 2
    widths = np.sqrt(scale / shape * np.diag(np.linalg.inv(precision)))
    return {
        "variance": stats.invgamma(shape, scale=scale),
        "b0": stats.t(2 * shape, mean[0], widths[0]),
        "b1": stats.t(2 * shape, mean[1], widths[1]),
    }


CLOSED = beta_binomial() | gamma_poisson() | normal_inverse_gamma()


@pytest.fixture(scope="module")
def tree() -> xr.DataTree:
    with pm.Model() as model:
        p = pm.Beta("p", *BETA)
        pm.Binomial("successes", n=TRIALS, p=p, observed=SUCCESSES)
        rate = pm.Gamma("rate", GAMMA[0], GAMMA[1])
        pm.Poisson("counts", rate, observed=COUNTS)
        variance = pm.InverseGamma("variance", SHAPE, SCALE)
        sd = pm.math.sqrt(variance)
        b0 = pm.Normal("b0", 0, sd * WIDTHS[0])
        b1 = pm.Normal("b1", 0, sd * WIDTHS[1])
        pm.Normal("y", b0 * X[:, 0] + b1 * X[:, 1], sd, observed=Y)
    return po.sample(model, seed=1)


def test_the_run_is_trusted(tree: xr.DataTree) -> None:
    assert Verdict.of(tree).passed, Verdict.of(tree)
    assert len(CLOSED) * 5 == COMPARED


@pytest.mark.parametrize("name", CLOSED)
def test_posterior_is_the_closed_form(
    name: str, tree: xr.DataTree, deviations: Callable[..., Any]
) -> None:
    found = deviations(tree["posterior"][name], CLOSED[name])
    assert {what: z for what, z in found.items() if abs(z) > LIMIT} == {}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("p", stats.beta(1 + SUCCESSES, 5 + TRIALS - SUCCESSES)),
        ("rate", stats.gamma(1 + COUNTS.sum(), scale=1 / (0.5 + len(COUNTS)))),
        ("variance", normal_inverse_gamma(SHAPE + 1)["variance"]),  # a Jacobian left out
    ],
)
def test_another_posterior_is_seen(
    name: str, wrong: Any, tree: xr.DataTree, deviations: Callable[..., Any]
) -> None:
    found = deviations(tree["posterior"][name], wrong)
    assert max(map(abs, found.values())) > LIMIT, found
