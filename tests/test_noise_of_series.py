"""Noise of a real-valued series: correlated neighbours, and numbers that were rounded."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from scipy import stats

import posterion as po
from posterion.inference.engine.density import interpreted
from posterion.inference.engine.simulate import replicate
from posterion.models.parameter import Coordinates, Parameter


@dataclass(frozen=True)
class Line:
    """A straight line a + b x, the least model that is not a circuit."""

    output = "y"
    output_unit = ""
    output_dims = ("x",)
    output_labels = MappingProxyType({})
    inputs = ("x",)
    quantities = ()
    parameters = (
        Parameter("a", "a", "", "real", "intercept", "Normal(0, 10)"),
        Parameter("b", "b", "", "real", "slope", "Normal(0, 10)"),
    )

    def coordinates(self, named=()):
        return Coordinates(self.parameters, (), lambda values, window: dict(values))

    def window(self, data):
        return {"typical": 1.0, "smallest": 1.0}

    def response(self, inputs, parameters):
        return parameters["a"] + parameters["b"] * inputs["x"]

    def magnitude(self, response):
        return abs(response)


def series(y: np.ndarray, **more: np.ndarray) -> xr.Dataset:
    x = np.linspace(0, 1, len(y))
    return xr.Dataset({"y": ("x", y)} | {k: ("x", v) for k, v in more.items()}, coords={"x": x})


def likelihood(model: pm.Model, **point: float) -> np.ndarray:
    """Evaluate the pointwise log likelihood at constrained values."""
    logp = model.logp(vars=model.observed_RVs, sum=False)
    values = {
        model.rvs_to_values[rv].name: np.asarray(
            point[rv.name]
            if model.rvs_to_transforms[rv] is None
            else model.rvs_to_transforms[rv].forward(point[rv.name]).eval(mode=interpreted())
        )
        for rv in model.free_RVs
    }
    options = {"on_unused_input": "ignore", "mode": interpreted()}
    return model.compile_fn(logp, inputs=model.value_vars, **options)(values)[0]


POINT = {"a": 1.0, "b": 2.0, "noise": 0.3}


def test_autocorrelated_likelihood_is_that_of_the_full_covariance() -> None:
    rng = np.random.default_rng(1)
    y = 1 + 2 * np.linspace(0, 1, 12) + rng.normal(size=12)
    model = po.build(Line(), series(y), noise=po.Autocorrelated())
    rho = 0.7
    lag = np.abs(np.subtract.outer(np.arange(12), np.arange(12)))
    covariance = 0.3**2 / (1 - rho**2) * rho**lag
    expected = stats.multivariate_normal(1 + 2 * np.linspace(0, 1, 12), covariance).logpdf(y)
    assert likelihood(model, **POINT, rho=rho).sum() == pytest.approx(expected, rel=1e-10)


def test_autocorrelated_data_have_the_stated_correlation() -> None:
    model = po.build(Line(), series(np.zeros(40)), noise=po.Autocorrelated())
    draws = 4000
    values = {k: np.full(draws, v) for k, v in (POINT | {"rho": 0.7}).items()}
    residuals = replicate(model, values, 1)["y"] - (1 + 2 * np.linspace(0, 1, 40))
    single = 0.3 / np.sqrt(1 - 0.7**2)
    assert residuals.std(axis=0) == pytest.approx(np.full(40, single), rel=0.06)
    neighbours = np.corrcoef(residuals[:, 20], residuals[:, 21])[0, 1]
    distant = np.corrcoef(residuals[:, 20], residuals[:, 23])[0, 1]
    assert neighbours == pytest.approx(0.7, abs=0.04)
    assert distant == pytest.approx(0.7**3, abs=0.06)


def test_ignoring_correlation_is_overconfident_by_the_known_factor() -> None:
    rng = np.random.default_rng(3)
    e = np.empty(400)
    e[0] = rng.normal()
    for t in range(1, 400):
        e[t] = 0.8 * e[t - 1] + 0.6 * rng.normal()
    data = series(5 + 0.5 * e)
    wide, narrow = (
        float(po.fit(Line(), data, noise=noise, seed=1)["posterior"]["a"].std())
        for noise in (po.Autocorrelated(), po.Gaussian())
    )
    assert wide / narrow == pytest.approx(np.sqrt(1.8 / 0.2), rel=0.35)


def test_rounded_likelihood_is_the_probability_of_the_interval() -> None:
    y = np.array([0.3, 1.31, 2.0, 9.0])
    step = np.array([0.1, 0.01, 1.0, 1.0])
    model = po.build(Line(), series(y, y_step=step), noise=po.Rounded())
    mean = 1 + 2 * np.linspace(0, 1, 4)
    upper, lower = (stats.norm(mean, 0.3).logsf(y + sign * step / 2) for sign in (-1, 1))
    expected = upper + np.log(-np.expm1(lower - upper))
    below = y + step / 2 < mean  # take the accurate tail of each
    upper, lower = (stats.norm(mean, 0.3).logcdf(y + sign * step / 2) for sign in (1, -1))
    expected = np.where(below, upper + np.log(-np.expm1(lower - upper)), expected)
    # PyMC computes the normal log distribution function to eight digits.
    assert likelihood(model, **POINT) == pytest.approx(expected, rel=1e-7)


def test_rounded_data_lie_on_their_grid() -> None:
    step = np.full(30, 0.25)
    model = po.build(Line(), series(np.zeros(30), y_step=step), noise=po.Rounded())
    values = {name: np.full(500, value) for name, value in POINT.items()}
    simulated = replicate(model, values, 1)["y"]
    assert np.abs(simulated / 0.25 - np.round(simulated / 0.25)).max() < 1e-9
    assert simulated.mean(axis=0) == pytest.approx(1 + 2 * np.linspace(0, 1, 30), abs=0.06)


def test_a_wide_step_leaves_the_posterior_as_wide_as_the_interval() -> None:
    rng = np.random.default_rng(5)
    y = np.round(2 + 0.02 * rng.normal(size=6))
    data = series(y, y_step=np.ones(6))
    post = po.fit(Line(), data, noise=po.Rounded(), priors={"noise": "LogNormal(-4, 0.3)"}, seed=1)
    middle = post["posterior"]["a"] + 0.5 * post["posterior"]["b"]
    # All numbers read 2: the line is anywhere between 1.5 and 2.5, not at 2 within an error.
    assert 0.15 < float(middle.std()) < 0.35


@pytest.mark.parametrize("step", [None, np.zeros(5), np.full(5, np.nan)])
def test_rounding_needs_a_step_of_each_number(step) -> None:
    data = series(np.zeros(5), **({} if step is None else {"y_step": step}))
    with pytest.raises(po.PosterionError, match="y_step"):
        po.build(Line(), data, noise=po.Rounded())
