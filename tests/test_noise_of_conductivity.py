"""Noise of what is positive and spans decades: likelihoods against SciPy, and simulated data."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

import posterion as po
from posterion import PosterionError
from posterion.inference.engine import simulate
from posterion.inference.engine.density import interpreted
from posterion.inference.engine.simulate import replicate, simulate_prior
from posterion.inference.noise.independent import Noise, usual_noise

Array = NDArray[np.float64]

K = 8.617333262e-5
T = np.array([290.0, 305.0, 330.0, 350.0, 390.0, 410.0])
MEAN = 2e3 * np.exp(-0.4 / (K * T))
VALUES = {"noise": 0.08, "floor": 0.27, "nu": 3.7}
WINDOW = {"typical": 1e-2, "smallest": 2e-4}
SD = MEAN * np.array([0.02, 0.3, 0.05, 0.1, 0.01, 0.08])
STEP = MEAN * np.array([0.01, 0.5, 0.1, 0.2, 1e-6, 1.5])
SHARED = 0.1**2 * np.ones((6, 6)) + np.diag([0.0, 0.01, 0.02, 0.0, 0.05, 0.0]) ** 2
BESIDE = {"sd": SD, "step": STEP}


def lognormal(sigma: Any) -> Any:
    return stats.lognorm(sigma, scale=MEAN)


def log_t(sigma: Any) -> Callable[[Array], Array]:
    return lambda y: stats.t(VALUES["nu"], np.log(MEAN), sigma).logpdf(np.log(y)) - np.log(y)


def probability_of_printed(distribution: Any) -> Callable[[Array], Array]:
    """Return the log probability of half a step around a number, from the nearer tail."""

    def log(y: Array) -> Array:
        low, high = y - STEP / 2, y + STEP / 2
        left = distribution.logcdf(high), distribution.logcdf(low)
        right = distribution.logsf(low), distribution.logsf(high)
        upper, lower = np.where(y < distribution.median(), left, right)
        return upper + np.log(-np.expm1(lower - upper))  # type: ignore[no-any-return]

    return log


S, G = VALUES["noise"], VALUES["noise"] * WINDOW["typical"]
PROPORTIONAL = np.hypot(S * MEAN, VALUES["floor"] * WINDOW["smallest"])
STATED = np.hypot(S, SD / MEAN)
# Each noise, its log density as documented, and its distribution where SciPy has it.
CASES: dict[str, tuple[Noise, Callable[[Array], Array], Any]] = {
    "relative": (po.Relative(), lognormal(S).logpdf, lognormal(S)),
    "stated alone": (po.Stated(), stats.norm(MEAN, SD).logpdf, stats.norm(MEAN, SD)),
    "stated, relative": (po.Stated(po.Relative()), lognormal(STATED).logpdf, lognormal(STATED)),
    "stated, Gaussian": (
        po.Stated(po.Gaussian()),
        stats.norm(MEAN, np.hypot(G, SD)).logpdf,
        stats.norm(MEAN, np.hypot(G, SD)),
    ),
    "stated, proportional": (
        po.Stated(po.Proportional()),
        stats.norm(MEAN, np.hypot(PROPORTIONAL, SD)).logpdf,
        stats.norm(MEAN, np.hypot(PROPORTIONAL, SD)),
    ),
    "robust relative": (po.StudentT(po.Relative()), log_t(S), None),
    "robust stated": (po.StudentT(po.Stated(po.Relative())), log_t(STATED), None),
    "robust stated alone": (
        po.StudentT(po.Stated()),
        stats.t(VALUES["nu"], MEAN, SD).logpdf,
        stats.t(VALUES["nu"], MEAN, SD),
    ),
    "rounded relative": (
        po.Rounded(po.Relative()),
        probability_of_printed(lognormal(S)),
        None,
    ),
    "rounded stated": (
        po.Rounded(po.Stated(po.Relative())),
        probability_of_printed(lognormal(STATED)),
        None,
    ),
}
each = pytest.mark.parametrize("case", CASES)


def observed_model(noise: Noise, data: Array, **beside: Array) -> Any:
    """Build a PyMC model of the noise alone, with one free variable that moves the mean."""
    import pymc as pm

    with pm.Model(check_bounds=False) as model:
        shift = pm.Normal("shift")
        mean = MEAN * pm.math.exp(shift)
        # As in a real model, the parameters of the noise are variables.
        values: dict[str, Any] = {p.name: VALUES[p.name] + 0 * shift for p in noise.parameters}
        known = BESIDE | beside
        values |= {suffix: pm.Data(f"y_{suffix}", known[suffix]) for suffix in noise.inputs}
        noise.observe("y", mean, mean, values, WINDOW, observed=data)
    return model


def likelihood(model: Any) -> Array:
    """Return the pointwise log likelihood at the mean itself."""
    logp = model.compile_logp(vars=model.observed_RVs, sum=False, mode=interpreted())
    (pointwise,) = logp({"shift": np.array(0.0)})
    return np.asarray(pointwise)


def log_density(noise: Noise, values: Array, **beside: Array) -> Array:
    """Return the log density of data of shape (n, 6) at the mean itself."""
    import pymc as pm

    model = observed_model(noise, MEAN, **beside)
    (logp,) = model.replace_rvs_by_values([pm.logp(model["y"], values)])
    function = model.compile_fn(logp, inputs=model.value_vars, mode=interpreted())
    return np.asarray(function({"shift": np.array(0.0)}))


# --- Density --------------------------------------------------------------------------------


@each
def test_likelihood_is_that_of_scipy(case: str) -> None:
    noise, log_density, _ = CASES[case]
    data = MEAN * np.exp(np.array([0.1, -0.3, 0.02, 0.0, -0.07, 0.2]))
    pointwise = likelihood(observed_model(noise, data))
    assert pointwise.shape == (6,)
    np.testing.assert_allclose(pointwise, log_density(data), rtol=2e-8, atol=1e-8)


@pytest.mark.parametrize("case", ["relative", "stated, relative", "robust relative"])
def test_density_of_a_logarithm_integrates_to_one(case: str) -> None:
    """With the Jacobian: over the datum itself, not over its logarithm."""
    grid = np.exp(np.linspace(-60, 60, 40_001))[:, None] * MEAN
    density = np.exp(log_density(CASES[case][0], grid))
    integral = np.trapezoid(density * grid, np.log(grid), axis=0)
    np.testing.assert_allclose(integral, 1.0, rtol=2e-4)  # a tail of t reaches further


@pytest.mark.parametrize("side", [-1, 1])
def test_far_tails_of_rounded_numbers_keep_their_digits(side: int) -> None:
    for sigmas in (5, 12, 37, 60):
        data = MEAN * np.exp(side * sigmas * S)
        step = STEP * data / MEAN
        found = likelihood(observed_model(po.Rounded(po.Relative()), data, step=step))
        ends = [np.log((data + sign * step / 2) / MEAN) / S for sign in (-side, side)]
        a, b = (stats.norm.logcdf(-side * end) for end in ends)
        np.testing.assert_allclose(found, a + np.log(-np.expm1(b - a)), rtol=1e-9, atol=1e-30)


@pytest.mark.parametrize("step", [1e-4, 1e-6, 1e-9, 1e-13])
def test_a_number_of_many_digits_has_the_density_of_its_value(step: float) -> None:
    """The probability of a narrow interval is density times width, and so is its slope."""
    import pytensor

    data = MEAN * np.exp(S * np.array([-8.0, -1.0, -0.5, 0.0, 1.0, 12.0]))
    model = observed_model(po.Rounded(po.Relative()), data, step=step * data)
    expected = lognormal(S).logpdf(data) + np.log(step * data)
    np.testing.assert_allclose(likelihood(model), expected, rtol=1e-5)
    (value,) = model.value_vars
    slope = pytensor.grad(model.logp(vars=model.observed_RVs), value)
    found = pytensor.function([value], slope, mode=interpreted())(0.0)
    assert float(found) == pytest.approx(float(np.log(data / MEAN).sum() / S**2), rel=1e-4)


@pytest.mark.parametrize("coarse", [0.3, 1.9, 2.1])
def test_probabilities_of_all_printed_numbers_add_up_to_one(coarse: float) -> None:
    step = np.full(6, coarse * MEAN[0])  # a number below half a step is printed as zero
    numbers = np.arange(12)[:, None] * step
    total = np.exp(log_density(po.Rounded(po.Relative()), numbers, step=step))[:, 0].sum()
    assert total == pytest.approx(1.0, abs=1e-9)


def test_a_number_printed_as_zero_is_anything_below_half_a_step() -> None:
    step = MEAN * np.array([1.5, 1.8, 2.0, 2.2, 2.5, 9.0])
    found = likelihood(observed_model(po.Rounded(po.Relative()), 0 * MEAN, step=step))
    np.testing.assert_allclose(found, lognormal(S).logcdf(step / 2), rtol=1e-9)


# --- Errors that are shared -----------------------------------------------------------------


def joint(noise: po.Correlated, data: Array, count: int) -> float:
    """Write the joint log density of the first data with SciPy."""
    first = slice(0, count)
    if noise.base == po.Relative():
        own = SHARED + S**2 * np.eye(6)
        law = stats.multivariate_normal(np.log(MEAN)[first], own[first, first])
        return float(law.logpdf(np.log(data)[first]) - np.log(data)[first].sum())
    scale = {po.Gaussian(): G * np.ones(6), po.Proportional(): PROPORTIONAL}[noise.base]
    own = SHARED * np.outer(MEAN, MEAN) + np.diag(scale**2)
    return float(stats.multivariate_normal(MEAN[first], own[first, first]).logpdf(data[first]))


CORRELATED = [po.Correlated(base) for base in (po.Relative(), po.Gaussian(), po.Proportional())]


def covariance_of(noise: po.Correlated) -> Array:
    return SHARED if noise.base == po.Relative() else SHARED * np.outer(MEAN, MEAN)


@pytest.mark.parametrize("noise", CORRELATED, ids=repr)
def test_correlated_likelihood_is_the_joint_one_datum_by_datum(noise: po.Correlated) -> None:
    data = MEAN * np.exp(np.array([0.1, -0.3, 0.02, 0.0, -0.07, 0.2]))
    found = likelihood(observed_model(noise, data, covariance=covariance_of(noise)))
    assert found.sum() == pytest.approx(joint(noise, data, 6), rel=1e-9)
    expected = [joint(noise, data, n + 1) - (joint(noise, data, n) if n else 0) for n in range(6)]
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9)


def test_without_a_shared_part_the_data_are_independent() -> None:
    data = MEAN * np.exp(np.array([0.1, -0.3, 0.02, 0.0, -0.07, 0.2]))
    found = likelihood(observed_model(po.Correlated(), data, covariance=np.zeros((6, 6))))
    np.testing.assert_allclose(found, lognormal(S).logpdf(data), rtol=1e-9)


def test_an_error_that_all_data_share_moves_the_level_and_not_the_slope() -> None:
    """A pellet's thickness makes its conductivity uncertain, and its activation energy not."""
    T, shared = np.linspace(300.0, 400.0, 8), 0.1
    data = series(2e3 * np.exp(-0.4 / (K * T)), T).assign(
        conductivity_covariance=(("point", "with"), np.full((8, 8), shared**2))
    )
    priors = {"noise": "LogNormal(-3.912, 0.01)"}  # 2 %
    post = po.fit(po.Arrhenius("sigma"), data, priors=priors, seed=1)
    assert po.Verdict.of(post).passed
    assert "Correlated" in post.attrs["noise"]
    x = 1 / (K * T)
    slope = 0.02 / np.sqrt(((x - x.mean()) ** 2).sum())
    assert float(post["posterior"]["E_a"].std()) == pytest.approx(slope, rel=0.1)
    level = np.log(post["posterior"]["conductivity_ref"])
    at_reference = np.hypot(0.02 / np.sqrt(8), slope * (x[[0, -1]].mean() - x.mean()))
    expected = 1 / np.sqrt(1 / (shared**2 + at_reference**2) + 1 / 2**2)  # the prior has 2
    assert float(level.std()) == pytest.approx(expected, rel=0.1)
    kept = post["constant_data"]["conductivity_covariance"].values
    np.testing.assert_allclose(kept, np.full((8, 8), 0.01))


# --- Simulation -----------------------------------------------------------------------------

DRAWS = 4000


@pytest.fixture(autouse=True)
def all_draws_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulation must not fall back on one call for each draw: that takes minutes."""

    def refuse(*_: Any) -> None:
        raise AssertionError("draws were made one by one")

    monkeypatch.setattr(simulate, "_repeat", refuse)


def simulated(noise: Noise, **beside: Array) -> Array:
    draws = replicate(observed_model(noise, MEAN, **beside), {"shift": np.zeros(DRAWS)}, seed=3)
    assert draws["y"].shape == (DRAWS, 6)
    return draws["y"]


@pytest.mark.parametrize("case", [name for name, case in CASES.items() if case[2]])
def test_simulated_data_scatter_as_the_likelihood_says(case: str) -> None:
    noise, _, distribution = CASES[case]
    uniform = distribution.cdf(simulated(noise))
    for place in range(6):
        assert stats.kstest(uniform[:, place], "uniform").pvalue > 1e-3
    z = stats.norm.ppf(uniform)
    assert np.abs(np.corrcoef(z.T) - np.eye(6)).max() < 4.5 / np.sqrt(DRAWS)


@pytest.mark.parametrize(
    ("case", "sigma"), [("robust relative", S * np.ones(6)), ("robust stated", STATED)]
)
def test_simulated_logarithms_follow_student(case: str, sigma: Array) -> None:
    z = (np.log(simulated(CASES[case][0])) - np.log(MEAN)) / sigma
    uniform = stats.t(VALUES["nu"]).cdf(z)
    for place in range(6):
        assert stats.kstest(uniform[:, place], "uniform").pvalue > 1e-3
    normal = stats.norm.ppf(uniform)
    assert np.abs(np.corrcoef(normal.T) - np.eye(6)).max() < 4.5 / np.sqrt(DRAWS)


@pytest.mark.parametrize("case", ["rounded relative", "rounded stated"])
def test_simulated_numbers_lie_on_their_grid_as_often_as_the_likelihood_says(case: str) -> None:
    noise, _, _ = CASES[case]
    draws = simulated(noise)
    steps = draws / STEP
    assert np.abs(steps - np.round(steps)).max() < 1e-6
    for place in (0, 2, 3):
        numbers, counts = np.unique(np.round(steps[:, place]), return_counts=True)
        common = counts > 100
        assert common.sum() > 1
        probability = np.exp(log_density(noise, numbers[common, None] * STEP))[:, place]
        off = counts[common] - DRAWS * probability
        assert (np.abs(off) < 4 * np.sqrt(DRAWS * probability)).all()


@pytest.mark.parametrize("noise", CORRELATED, ids=repr)
def test_simulated_data_have_the_stated_covariance(noise: po.Correlated) -> None:
    draws = simulated(noise, covariance=covariance_of(noise))
    if noise.base == po.Relative():
        residuals, own = np.log(draws / MEAN), SHARED + S**2 * np.eye(6)
    else:
        scale = G * np.ones(6) if noise.base == po.Gaussian() else PROPORTIONAL
        residuals, own = draws - MEAN, SHARED * np.outer(MEAN, MEAN) + np.diag(scale**2)
    white = np.linalg.solve(np.linalg.cholesky(own), residuals.T)
    for row in white:
        assert stats.kstest(row, "norm").pvalue > 1e-3
    assert np.abs(np.cov(white) - np.eye(6)).max() < 5 * np.sqrt(2 / DRAWS)
    assert np.abs(white.mean(axis=1)).max() < 4.5 / np.sqrt(DRAWS)


def series(sigma: Array, T: Array = T, **more: Array) -> xr.Dataset:
    return xr.Dataset(
        {"conductivity": ("point", sigma)} | {name: ("point", v) for name, v in more.items()},
        coords={"temperature": ("point", T)},
    )


def test_the_prior_of_every_noise_can_be_simulated() -> None:
    data = series(MEAN, conductivity_sd=0.1 * MEAN, conductivity_step=0.01 * MEAN).assign(
        conductivity_covariance=(("point", "with"), SHARED)
    )
    for noise in (*(case[0] for case in CASES.values()), CORRELATED[0]):
        draws, points = simulate_prior(po.build(po.Arrhenius("sigma"), data, noise=noise), 500, 1)
        assert draws["conductivity"].shape == (500, 6) and np.isfinite(points).all()
        if noise != po.Stated(po.Gaussian()):
            assert not np.isnan(draws["conductivity"]).any()


# --- What is chosen, and what is refused ----------------------------------------------------


def test_the_usual_noise_takes_the_errors_that_come_with_the_data() -> None:
    law, data = po.Arrhenius("sigma"), series(MEAN)
    covariance = data.assign(conductivity_covariance=(("point", "with"), SHARED))
    stated = data.assign(conductivity_sd=("point", SD))
    assert usual_noise(law, data) == po.Relative()
    assert usual_noise(law, stated) == po.Stated(po.Relative())
    assert usual_noise(law, covariance) == po.Correlated(po.Relative())
    assert po.build(law, covariance)["measured_conductivity"].get_value().shape == (6,)


def test_descriptions_say_what_the_noise_is() -> None:
    assert "log-Student-t" in po.StudentT(po.Relative()).description
    assert "log-normal" in po.Relative().description
    assert "errors that come with the data" in po.Stated(po.Relative()).description
    assert "covariance" in po.Correlated().description
    assert "rounded" in po.Rounded(po.Relative()).description
    for noise, _, _ in CASES.values():
        for parameter in noise.parameters:
            assert parameter.unit == "" and parameter.support == "positive"
            po.Prior.parse(parameter.prior).check_support(parameter.name, "positive")
    assert po.Stated().parameters == () and po.Stated().inputs == ("sd",)
    assert po.Rounded(po.Stated()).inputs == ("sd", "step")


@pytest.mark.parametrize("bad", [0.0, -0.1, np.nan, np.inf])
@pytest.mark.parametrize(
    ("suffix", "noise"), [("sd", po.Stated(po.Relative())), ("step", po.Rounded(po.Relative()))]
)
def test_stated_errors_and_steps_must_be_positive(suffix: str, noise: Noise, bad: float) -> None:
    values = 0.1 * MEAN
    values[3] = bad
    data = series(MEAN).assign({f"conductivity_{suffix}": ("point", values)})
    with pytest.raises(PosterionError, match=f"'conductivity_{suffix}' of the data must be above"):
        po.build(po.Arrhenius("sigma"), data, noise=noise)


@pytest.mark.parametrize("noise", [po.Stated(), po.Rounded(po.Relative()), po.Correlated()])
def test_noise_without_its_data_is_refused(noise: Noise) -> None:
    with pytest.raises(PosterionError, match=f"the noise needs 'conductivity_{noise.inputs[0]}'"):
        po.build(po.Arrhenius("sigma"), series(MEAN), noise=noise)


def test_what_is_no_covariance_is_refused() -> None:
    law, data = po.Arrhenius("sigma"), series(MEAN)
    wrong: dict[str, tuple[tuple[str, ...], Array, str]] = {
        "size": (("a", "b"), np.eye(5), r"has the shape \(5, 5\); it must be \(6, 6\)"),
        "vector": (("point",), np.ones(6), r"has the shape \(6,\)"),
        "NaN": (("a", "b"), np.full((6, 6), np.nan), "of finite numbers"),
        "sign": (("a", "b"), np.eye(6) - 0.5 * np.ones((6, 6)), "not a covariance: not positive"),
    }
    for dims, values, message in wrong.values():
        with pytest.raises(PosterionError, match=message):
            po.build(law, data.assign(conductivity_covariance=(dims, values)))


@pytest.mark.parametrize("suffix", ["sd", "step"])
def test_errors_are_converted_with_the_data_they_belong_to(suffix: str) -> None:
    name = f"conductivity_{suffix}"
    data = series(MEAN).assign({name: ("point", 0.1 * MEAN)})
    milli = series(1e3 * MEAN).assign({name: ("point", 1e2 * MEAN)})
    milli["conductivity"].attrs["units"] = milli[name].attrs["units"] = "mS/cm"
    noise = {"sd": po.Stated(po.Relative()), "step": po.Rounded(po.Relative())}[suffix]
    plain, scaled = (po.build(po.Arrhenius("sigma"), d, noise=noise) for d in (data, milli))
    np.testing.assert_allclose(
        scaled["measured_conductivity"].get_value(), plain["measured_conductivity"].get_value()
    )
    np.testing.assert_allclose(scaled[name].get_value(), plain[name].get_value())
