"""The engine on any PyMC model: density, descents, modes, draws, and what it refuses."""

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import arviz_stats
import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

import posterion as po
from posterion import PosterionError, Verdict
from posterion.inference.diagnose import diagnose
from posterion.inference.engine.density import Density, interpreted
from posterion.inference.engine.explore import Mode, explore
from posterion.inference.engine.native import descend, evaluate, whitened_data
from posterion.inference.engine.portions import in_portions
from posterion.inference.engine.precondition import mean_curvature
from posterion.inference.engine.simulate import simulate_prior

Array = NDArray[np.float64]

DATA = Path(__file__).parents[2] / "shared" / "data"
pytestmark = pytest.mark.filterwarnings("error")

needs_data = pytest.mark.skipif(
    not DATA.is_dir() and os.environ.get("CI") != "true", reason="no measured data here"
)

TWO_ARCS = po.Circuit.parse("p(R1,CPE1)-p(R2,CPE2)-CPE3")


# --- Models ---------------------------------------------------------------------------------

MEAN = np.array([3.0, -1.0, 0.5, 100.0, 0.0])
SCALE = np.array([1.0, 0.1, 5.0, 20.0, 1e-3])
CORRELATION = 0.9 ** np.abs(np.subtract.outer(range(5), range(5)))
COVARIANCE = CORRELATION * np.outer(SCALE, SCALE)


def correlated_normal() -> Any:
    import pymc as pm

    with pm.Model() as model:
        pm.MvNormal("x", MEAN, COVARIANCE)
    return model


def rosenbrock() -> Any:
    import pymc as pm

    with pm.Model() as model:
        x, y = pm.Flat("x", initval=-1.2), pm.Flat("y", initval=1.0)
        pm.Potential("valley", -((1 - x) ** 2) - 100 * (y - x**2) ** 2)
    return model


def line(x: Array, y: Array, sigma: float) -> Any:
    """Build a regression on a line with known errors."""
    import pymc as pm

    with pm.Model() as model:
        b = pm.Normal("b", 0, 1000, shape=2)
        pm.Normal("y", b[0] + b[1] * x, sigma, observed=y)
    return model


def funnel() -> Any:
    import pymc as pm

    with pm.Model() as model:
        v = pm.Normal("v", 0, 3)
        pm.Normal("x", 0, pm.math.exp(v / 2), shape=9)
    return model


def two_bells(distance: float) -> Any:
    import pymc as pm

    with pm.Model() as model:
        pm.NormalMixture("x", [0.5, 0.5], [-distance / 2, distance / 2], [1.0, 1.0])
        pm.Normal("y", 0, 1)
    return model


def bent_bells() -> Any:
    """Build two far explanations, of which one is the higher, bent in other directions.

    The curvature at the modes says little of this shape, so the sampler adapts by itself.
    """
    import pymc as pm

    with pm.Model() as model:
        pm.NormalMixture("x", [0.5, 0.5], [-10.0, 10.0], [1.0, 0.1])
        v = pm.Normal("v", 0, 1)
        pm.Normal("z", v**2, 0.2, shape=2)
    return model


def value_at(density: Density, x: Array) -> tuple[float, Array]:
    size = density.size
    plain = whitened_data(np.zeros(size), np.eye(size), density.data())
    logp, gradient = evaluate(density.function, x, plain)
    return float(logp), gradient


def split(density: Density, x: Array) -> dict[str, Array]:
    """Unravel a point as PyMC's functions take it."""
    start, at, point = density.model.initial_point(), 0, {}
    for variable in density.model.value_vars:
        shape = np.shape(start[variable.name])
        length = int(np.prod(shape))
        point[variable.name] = x[at : at + length].reshape(shape)
        at += length
    assert at == len(x)
    return point


@pytest.fixture(scope="module")
def pellet() -> Density:
    return Density(po.build(TWO_ARCS, po.simulated_pellet(), noise=po.Proportional()))


# --- Density --------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["pellet", "discrepant", "normal", "funnel"])
def test_density_is_that_of_pymc_and_its_gradient_that_of_differences(
    which: str, pellet: Density
) -> None:
    density = {
        "pellet": lambda: pellet,
        "discrepant": lambda: Density(po.build(TWO_ARCS, po.simulated_pellet())),
        "normal": lambda: Density(correlated_normal()),
        "funnel": lambda: Density(funnel()),
    }[which]()
    logp = density.model.compile_logp(mode=interpreted())
    rng = np.random.default_rng(0)
    for _ in range(4):
        x = density.start + rng.normal(size=density.size)
        value, gradient = value_at(density, x)
        assert value == pytest.approx(float(logp(split(density, x))), rel=1e-6)
        for i in range(density.size):
            h = 1e-4 * np.eye(density.size)[i]
            low, high = value_at(density, x - h)[0], value_at(density, x + h)[0]
            resolution = 1e-15 * (abs(value) + 1) / 1e-4
            assert (high - low) / 2e-4 == pytest.approx(
                gradient[i], rel=1e-5, abs=1e-4 + 10 * resolution
            )


def test_whitened_density_is_the_density_at_the_mapped_point(pellet: Density) -> None:
    rng = np.random.default_rng(1)
    size = pellet.size
    axes, center = rng.normal(size=(size, size)) / size, pellet.start + 0.1
    packed = whitened_data(center, axes, pellet.data())
    for z in rng.normal(size=(3, size)):
        value, gradient = evaluate(pellet.function, z, packed)
        expected, slope = value_at(pellet, center + axes @ z)
        assert value == pytest.approx(expected, rel=1e-12)
        np.testing.assert_allclose(gradient, axes.T @ slope, rtol=1e-9)


def test_density_outside_its_range_is_minus_infinity(pellet: Density) -> None:
    assert value_at(pellet, np.full(pellet.size, np.nan))[0] == -np.inf
    assert value_at(pellet, np.full(pellet.size, 1e4))[0] == -np.inf


def test_variables_and_pointwise_likelihood_are_those_of_pymc(pellet: Density) -> None:
    model = pellet.model
    x = pellet.start + np.random.default_rng(2).normal(size=(3, pellet.size))
    expanded, pointwise = pellet.expand(x), pellet.log_likelihood(x)
    unobserved = model.compile_fn(
        model.replace_rvs_by_values(model.unobserved_RVs), mode=interpreted()
    )
    likelihood = model.compile_logp(vars=model.observed_RVs, sum=False, mode=interpreted())
    for place, own in enumerate(x):
        point = split(pellet, own)
        for variable, value in zip(model.unobserved_RVs, unobserved(point), strict=True):
            np.testing.assert_allclose(expanded[variable.name][place], value, rtol=1e-9)
        np.testing.assert_allclose(pointwise["Z"][place], likelihood(point)[0], rtol=1e-9)


def test_density_follows_the_data_of_the_model(pellet: Density) -> None:
    from posterion.inference.build import set_data

    compiled, first = pellet.function, pellet.data()
    other = po.simulated_pellet("simulated-10uL-25C").isel(frequency=slice(0, 60, 2))
    fresh = Density(po.build(TWO_ARCS, other, noise=po.Proportional()))
    try:
        set_data(pellet.model, TWO_ARCS, other)
        assert pellet.function is compiled
        x = pellet.start + 0.3
        assert value_at(pellet, x)[0] == pytest.approx(value_at(fresh, x)[0], rel=1e-12)
    finally:
        set_data(pellet.model, TWO_ARCS, po.simulated_pellet())
    np.testing.assert_array_equal(pellet.data(), first)


def test_discrete_variables_are_refused() -> None:
    import pymc as pm

    with pm.Model() as model:
        k = pm.Poisson("k", 3)
        pm.Normal("y", k, 1, observed=2.0)
    with pytest.raises(PosterionError, match="k: discrete variables cannot.*marginalize"):
        po.sample(model)


# --- Descents and modes ---------------------------------------------------------------------


def test_descent_finds_the_top_of_a_correlated_normal() -> None:
    density = Density(correlated_normal())
    packed = whitened_data(np.zeros(5), np.eye(5), density.data())
    top = -0.5 * np.linalg.slogdet(2 * np.pi * COVARIANCE).logabsdet
    for start in np.random.default_rng(3).normal(size=(10, 5)) * 3 * SCALE + MEAN:
        x, logp = descend(density.function, start, packed)
        assert logp == pytest.approx(top, abs=1e-4)
        np.testing.assert_allclose((x - MEAN) / SCALE, 0, atol=0.02)


def test_descent_follows_the_valley_of_rosenbrock() -> None:
    density = Density(rosenbrock())
    packed = whitened_data(np.zeros(2), np.eye(2), density.data())
    starts = np.random.default_rng(4).normal(size=(20, 2)) * 3
    for start in [np.array([-1.2, 1.0]), *starts]:
        x, logp = descend(density.function, start, packed)
        assert logp == pytest.approx(0, abs=1e-3)
        np.testing.assert_allclose(x, 1, atol=0.05)


def modes_of(density: Density, seed: int) -> list[Mode]:
    """Explore as the sampler does."""
    _, points = simulate_prior(density.model, 1000, seed)
    scale = np.sqrt(np.maximum(points.std(axis=0), 1e-3))
    packed = whitened_data(np.zeros(density.size), np.diag(scale), density.data())

    def down(start: Array) -> tuple[Array, float]:
        u, logp = descend(density.function, start / scale, packed)
        return u * scale, logp

    return explore(partial(value_at, density), down, points, seed)


def test_a_descent_in_many_dimensions_ends_at_the_maximum() -> None:
    """A normal density that is a thousand times wider (as variance) along one axis."""
    import pymc as pm

    rng = np.random.default_rng(1)
    size = 150
    turned = np.linalg.qr(rng.normal(size=(size, size)))[0]
    covariance = turned @ np.diag(np.geomspace(1e-3, 1.0, size)) @ turned.T
    with pm.Model() as model:
        pm.MvNormal("x", np.arange(size) / size, cov=covariance)
    density = Density(model)
    packed = whitened_data(np.zeros(size), np.ones(size), density.data())
    x, logp = descend(density.function, rng.normal(size=size), packed)
    np.testing.assert_allclose(x, np.arange(size) / size, atol=0.1)
    expected = -0.5 * (size * np.log(2 * np.pi) + np.log(np.geomspace(1e-3, 1.0, size)).sum())
    assert logp == pytest.approx(expected, abs=0.02)


def test_axes_along_the_coordinates_need_no_matrix(pellet: Density) -> None:
    rng = np.random.default_rng(2)
    center, lengths = pellet.start, np.exp(0.1 * rng.normal(size=pellet.size))
    z = 0.1 * rng.normal(size=pellet.size)
    by_vector, by_matrix = (
        evaluate(pellet.function, z, whitened_data(center, axes, pellet.data()))
        for axes in (lengths, np.diag(lengths))
    )
    assert by_vector[0] == by_matrix[0]
    np.testing.assert_array_equal(by_vector[1], by_matrix[1])


def test_axes_that_are_nearly_empty_are_taken_as_such(pellet: Density) -> None:
    """A matrix of which little is not zero is packed as that, and maps as the whole would."""
    size = pellet.size
    rng = np.random.default_rng(6)
    axes = np.zeros((size, size))
    axes[np.arange(size), np.roll(np.arange(size), 1)] = 0.1 * rng.uniform(0.5, 1, size)
    center, z = pellet.start, rng.normal(size=size)
    packed = whitened_data(center, axes, pellet.data())
    assert packed.size < size * size + pellet.data().size
    logp, gradient = evaluate(pellet.function, z, packed)
    plain = whitened_data(np.zeros(size), np.ones(size), pellet.data())
    expected, slope = evaluate(pellet.function, center + axes @ z, plain)
    assert logp == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradient, axes.T @ slope, rtol=1e-12)


@pytest.mark.parametrize("saddle", [False, True])
def test_mean_curvature_makes_groups_round_that_share_a_parameter(saddle: bool) -> None:
    """Of 30 pairs that meet in one parameter few entries of the map are not zero."""
    rng = np.random.default_rng(7)
    size = 61
    curvature = np.diag(rng.uniform(1, 100, size))
    for first in range(0, 60, 2):
        pair = [first, first + 1, 60]
        factor = rng.normal(size=(3, 3))
        curvature[np.ix_(pair, pair)] += factor @ factor.T
    if saddle:
        curvature[60, 60] -= 1e4
    # The second places are as far on the other side of the middle, so that slopes cancel.
    places = np.vstack([np.ones(size), -np.ones(size)])
    found = mean_curvature(
        lambda x: (-x @ curvature @ x / 2, -curvature @ x), places, np.full(size, 1e-4)
    )
    if saddle:
        values, vectors = np.linalg.eigh(curvature)
        assert values[0] < 0
        curvature = vectors * np.abs(values) @ vectors.T
    else:
        assert np.count_nonzero(found.axes) < 0.1 * size**2
    np.testing.assert_allclose(
        found.axes @ found.axes.T, np.linalg.inv(curvature), rtol=1e-5, atol=1e-8
    )
    np.testing.assert_array_equal(found.center, np.zeros(size))


def test_a_sampler_that_cannot_start_says_so_in_one_line(monkeypatch) -> None:
    def refuse(*arguments, **options) -> None:
        raise RuntimeError("All initialization points failed\n\nStack backtrace:\n 0: <unknown>")

    import pymc as pm

    monkeypatch.setattr("nutpie.sample", refuse)
    with pm.Model() as model:
        pm.Normal("x")
    with pytest.raises(PosterionError) as raised:
        po.sample(model, seed=1)
    assert str(raised.value) == (
        "the sampler could not start (All initialization points failed); look at the priors, or "
        "take a simpler model."
    )


def test_work_in_portions_gives_what_it_gives_at_once(pellet: Density, monkeypatch) -> None:
    x = pellet.start + 0.01 * np.random.default_rng(3).normal(size=(7, pellet.size))
    whole = pellet.log_likelihood(x)["Z"]
    monkeypatch.setattr("posterion.inference.engine.portions.PORTION", 2 * whole[0].size)
    np.testing.assert_array_equal(pellet.log_likelihood(x)["Z"], whole)
    seeds = []
    in_portions(whole[0].size, 7, lambda part, seed: (seeds.append(seed), [x[part]])[1], seed=5)
    assert len(seeds) == 4 == len(set(seeds))


def check_mode(density: Density, seed: int, truth: dict[str, tuple[float, float]]) -> None:
    modes = modes_of(density, seed)
    best = density.expand(modes[0].x[None])
    for name, (value, tolerance) in truth.items():
        assert best[name][0] == pytest.approx(value, rel=tolerance), (seed, name)
    # A descent that is cut short is no mode of its own.
    assert [m.logp for m in modes if m.logp > modes[0].logp - 4] == [modes[0].logp], seed
    assert [m.logp for m in modes] == sorted((m.logp for m in modes), reverse=True)


@pytest.fixture(scope="module")
def measured_pellet() -> Density:
    spectrum = po.read_spectrum(DATA / "eisfitpython" / "s04147-140deg.txt")
    return Density(po.build(TWO_ARCS, spectrum, noise=po.Proportional()))


PUBLISHED = {"R1": (1.462e5, 0.1), "R2": (2.012e6, 0.02), "CPE3_Q": (1.382e-6, 0.03)}


@needs_data
@pytest.mark.parametrize("seed", range(20))
def test_best_mode_of_a_measured_pellet_is_the_published_fit(
    seed: int, measured_pellet: Density
) -> None:
    check_mode(measured_pellet, seed, PUBLISHED)


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 120))
def test_best_mode_of_a_measured_pellet_from_many_seeds(
    seed: int, measured_pellet: Density
) -> None:
    check_mode(measured_pellet, seed, PUBLISHED)


@pytest.mark.parametrize("seed", range(10))
def test_best_mode_of_a_simulated_pellet_is_the_truth(seed: int, pellet: Density) -> None:
    truth = json.loads(po.simulated_pellet().attrs["truth"])
    near = {"R1": 0.02, "R2": 0.02, "CPE1_n": 0.01, "CPE2_n": 0.01, "CPE3_Q": 0.02}
    check_mode(pellet, seed, {name: (truth[name], within) for name, within in near.items()})


# --- Draws against a known truth ------------------------------------------------------------


def check_moments(draws: xr.DataArray, mean: Any, sd: Any) -> None:
    """Mean within four Monte Carlo standard errors, standard deviation within ten percent."""
    error = arviz_stats.mcse(draws.to_dataset(name="x"), method="mean")["x"].values
    z = (draws.mean(("chain", "draw")).values - mean) / error
    assert np.abs(z).max() < 4, z
    np.testing.assert_allclose(draws.std(("chain", "draw")), sd, rtol=0.1)


def test_correlated_normal() -> None:
    tree = po.sample(correlated_normal(), seed=1)
    assert Verdict.of(tree).passed, Verdict.of(tree)
    draws = tree["posterior"]["x"]
    assert draws.sizes == {"chain": 4, "draw": 1000, "x_dim_0": 5}
    check_moments(draws, MEAN, SCALE)
    found = np.corrcoef(draws.values.reshape(-1, 5), rowvar=False)
    np.testing.assert_allclose(found, CORRELATION, atol=0.06)


def test_regression_with_known_variance_is_its_closed_form() -> None:
    rng = np.random.default_rng(5)
    x = rng.uniform(20, 40, size=30)
    y = 3 - 0.5 * x + 2 * rng.normal(size=30)
    tree = po.sample(line(x, y, 2.0), seed=2)
    assert Verdict.of(tree).passed, Verdict.of(tree)
    design = np.stack([np.ones_like(x), x], axis=1)
    precision = design.T @ design / 4 + np.eye(2) / 1000**2
    covariance = np.linalg.inv(precision)
    mean = covariance @ design.T @ y / 4
    check_moments(tree["posterior"]["b"], mean, np.sqrt(np.diag(covariance)))
    correlation = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    found = np.corrcoef(tree["posterior"]["b"].values.reshape(-1, 2), rowvar=False)[0, 1]
    assert found == pytest.approx(correlation, abs=0.01)  # -0.98


# --- No false trust -------------------------------------------------------------------------


def test_funnel_is_right_or_refused() -> None:
    tree = po.sample(funnel(), seed=7)
    verdict = Verdict.of(tree)
    if verdict.passed:
        v = tree["posterior"]["v"].values.ravel()
        assert v.mean() == pytest.approx(0, abs=0.5) and v.std() == pytest.approx(3, rel=0.15)
    else:
        assert verdict.messages


@pytest.fixture(scope="module")
def bimodal() -> xr.DataTree:
    return po.sample(two_bells(20.0), seed=8, draws=500)


def test_two_explanations_are_told_and_weighed(bimodal: xr.DataTree) -> None:
    verdict = Verdict.of(bimodal)
    assert verdict.passed and verdict.modes == 2, verdict
    assert any("2 explanations" in note for note in verdict.notes)
    assert any("± 0.001: x" in note and " in place of " in note for note in verdict.notes), verdict
    draws = bimodal["posterior"]["x"]
    assert draws.sizes == {"chain": 4, "draw": 500}
    assert (draws > 0).mean("draw").values == pytest.approx([0.5] * 4, abs=0.02)
    check_moments(draws, 0.0, np.sqrt(100 + 1))


@pytest.mark.parametrize("seed", [0, 1])
def test_two_bent_explanations_are_weighed_or_refused(seed: int) -> None:
    """Chains that all start in the higher one would agree, and miss half of the posterior."""
    tree = po.sample(bent_bells(), seed=seed)
    verdict = Verdict.of(tree)
    assert verdict.modes == 2, verdict
    if verdict.passed:
        assert float((tree["posterior"]["x"] > 0).mean()) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("share", [0.05, 0.003])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_explanations_are_drawn_as_often_as_they_weigh(share: float, seed: int) -> None:
    """Whatever chains began where; a narrow one is higher, and weighs little."""
    import pymc as pm

    with pm.Model() as model:
        place = pm.Uniform("place", -10, 10, shape=2)
        near, far = (
            -(((place - at) / width) ** 2).sum() / 2 - 2 * np.log(width)
            for at, width in ((-5.0, 1.0), (5.0, 0.5))
        )
        terms = [np.log(1 - share) + near, np.log(share) + far]
        pm.Potential("two", pm.math.logaddexp(*terms))
    tree = po.sample(model, seed=seed)
    verdict = Verdict.of(tree)
    assert verdict.passed and verdict.modes == 2, verdict
    found = (tree["posterior"]["place"][..., 0] > 0).mean("draw").values
    assert found == pytest.approx([share] * 4, rel=0.1, abs=0.001)
    evidence = json.loads(tree.attrs["evidence"])
    exact = np.log(2 * np.pi / 20**2)
    assert abs(evidence["log_evidence"] - exact) < 4 * evidence["se"] + 1e-3


def test_an_explanation_of_no_weight_is_left_out_and_named() -> None:
    import pymc as pm

    with pm.Model() as model:
        x = pm.Uniform("x", -20, 20)
        terms = [-((x - 5) ** 2) / 2, np.log(3e-5) - ((x + 5) ** 2) / 2]
        pm.Potential("two", pm.math.logaddexp(*terms))
    verdict = Verdict.of(po.sample(model, seed=1))
    assert verdict.passed and verdict.modes == 1, verdict
    named = [note for note in verdict.notes if "is left out" in note]
    assert len(named) == 1 and "weighs 3e-05" in named[0] and " in place of " in named[0], named


@pytest.fixture(scope="module")
def refused() -> xr.DataTree:
    """Two parts of which one has tails that no proposal covers, and chains do not reach."""
    import pymc as pm

    with pm.Model() as model:
        x = pm.Uniform("x", -1e4, 1e4)
        v = pm.Normal("v", 0, 3)
        pm.Normal("z", 0, pm.math.exp(v), shape=6)
        pm.Potential("two", -3 * pm.math.log1p(((x**2 - 1e4) / 50) ** 2))
    return po.sample(model, seed=8, draws=300)


def test_refused_run_keeps_its_draws_and_no_evidence(refused: xr.DataTree) -> None:
    from posterion.inference.engine.evidence import Evidence

    assert not Verdict.of(refused).passed
    assert np.isfinite(refused["posterior"]["x"]).all()
    assert refused["sample_stats"]["lp"].sizes == refused["posterior"]["x"].sizes
    with pytest.raises(PosterionError, match="carries no evidence"):
        Evidence.of(refused)


def test_same_seed_same_draws_to_the_last_bit(bimodal: xr.DataTree) -> None:
    again = po.sample(two_bells(20.0), seed=8, draws=500)
    for group in ("posterior", "prior", "sample_stats"):
        for name, value in bimodal[group].data_vars.items():
            np.testing.assert_array_equal(value, again[group][name], err_msg=f"{group} {name}")
    other = po.sample(two_bells(20.0), seed=9, draws=500)
    assert not np.isin(other["posterior"]["x"], bimodal["posterior"]["x"]).any()
    first, *others = bimodal["posterior"]["y"].values
    assert not np.isin(first, others).any()  # nor do two chains share a draw


def test_close_bells_are_one_posterior() -> None:
    """Two maxima that the chains pass between are no two explanations."""
    tree = po.sample(two_bells(4.0), seed=8)
    verdict = Verdict.of(tree)
    assert verdict.passed, verdict
    check_moments(tree["posterior"]["x"], 0.0, np.sqrt(4 + 1))


# --- Refusals -------------------------------------------------------------------------------


@pytest.mark.parametrize(("draws", "chains"), [(99, 4), (1000, 1), (0, 0)])
def test_too_few_draws_to_check(draws: int, chains: int) -> None:
    with pytest.raises(PosterionError, match="cannot be checked; take 100 of 2 or more"):
        po.sample(correlated_normal(), draws=draws, chains=chains)


def test_contradiction_of_data_and_priors() -> None:
    import pymc as pm

    with pm.Model() as model:
        x = pm.Normal("x")
        pm.Potential("never", pm.math.log(-pm.math.exp(x)))
    with pytest.raises(PosterionError, match="no point of finite density.*look at the priors"):
        po.sample(model)


# --- Checks of draws ------------------------------------------------------------------------


def made(
    draws: dict[str, Array] | None = None, energy: Array | None = None, divergences: int = 0
) -> xr.DataTree:
    """Make a result of 4 chains of 1000 draws, independent and normal unless told."""
    rng = np.random.default_rng(6)
    values = {"a": rng.normal(size=(4, 1000)), "b": rng.normal(size=(4, 1000))} | (draws or {})
    diverging = np.zeros((4, 1000), dtype=bool)
    diverging.flat[rng.choice(4000, divergences, replace=False)] = True
    stats = {"energy": rng.normal(size=(4, 1000)) if energy is None else energy}
    dims = ("chain", "draw")
    return xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset(
                {k: ((*dims, "i", "j")[: v.ndim], v) for k, v in values.items()}
            ),
            "sample_stats": xr.Dataset(
                {k: (dims, v) for k, v in (stats | {"diverging": diverging}).items()}
            ),
        }
    )


def walk(memory: float) -> Array:
    """Make autocorrelated draws of unit variance."""
    rng = np.random.default_rng(7)
    steps = rng.normal(size=(4, 1000)) * np.sqrt(1 - memory**2)
    steps[:, 0] = rng.normal(size=4)
    for i in range(1, 1000):
        steps[:, i] += memory * steps[:, i - 1]
    return steps


def test_clean_draws_pass() -> None:
    verdict = diagnose(made())
    assert verdict.passed and verdict.messages == () and verdict.notes == ()
    assert verdict.divergences == 0 and verdict.modes == 1
    assert verdict.max_r_hat < 1.01
    assert 3000 < verdict.min_ess < 5000
    assert verdict.min_bfmi == pytest.approx(2, abs=0.2)  # of white noise


def test_a_constant_is_no_defect() -> None:
    assert diagnose(made({"c": np.ones((4, 1000))})).passed


@pytest.mark.parametrize("sizes", [(1000,), (1000, 3), (1000, 2, 2)])
def test_stuck_chain(sizes: tuple[int, ...]) -> None:
    c = np.random.default_rng(8).normal(size=(4, *sizes))
    c[(2, slice(None), *([-1] * (len(sizes) - 1)))] += 3.0
    verdict = diagnose(made({"c": c}))
    assert not verdict.passed
    assert any(m.startswith("The chains disagree: R-hat of c is 1.") for m in verdict.messages)
    assert verdict.max_r_hat > 1.3


@pytest.mark.parametrize("still", [[2], [0, 1, 3], [0, 1, 2, 3]])
@pytest.mark.parametrize("apart", [0.0, 1.0])
def test_chains_that_never_moved_are_named(still: list[int], apart: float) -> None:
    rng = np.random.default_rng(8)
    draws, energy = rng.normal(size=(2, 4, 1000))
    draws[still] = apart * np.array(still)[:, None]
    energy[still] = 1.0
    verdict = diagnose(made({"a": draws, "b": 2 * draws}, energy=energy))
    assert not verdict.passed
    assert verdict.messages[0].startswith(f"{len(still)} of 4 chains never moved")
    assert verdict.min_bfmi == 0
    json.dumps([verdict.max_r_hat, verdict.min_ess], allow_nan=False)


def test_chains_of_unequal_spread() -> None:
    """The same mean does not make two chains agree."""
    c = np.random.default_rng(8).normal(size=(4, 1000))
    c[1] *= 5
    verdict = diagnose(made({"c": c}))
    assert not verdict.passed
    assert any("R-hat of c" in m for m in verdict.messages)


def test_autocorrelated_draws() -> None:
    verdict = diagnose(made({"c": walk(0.97)}))
    assert not verdict.passed
    assert any("the bulk ESS of c is" in m and "below 400" in m for m in verdict.messages)
    assert verdict.min_ess < 400
    assert verdict.min_ess == pytest.approx(4000 * (1 - 0.97) / (1 + 0.97), rel=0.9)


def test_divergences() -> None:
    verdict = diagnose(made(divergences=3))
    assert not verdict.passed and verdict.divergences == 3
    assert any("3 of 4000 draws diverged" in m for m in verdict.messages)
    assert len(verdict.messages) == 1


def test_divergences_that_are_let_pass_are_shown() -> None:
    verdict = diagnose(made(divergences=4), divergences_let_pass=1e-3, notes=("kept",))
    assert verdict.passed and verdict.divergences == 4
    assert verdict.notes == ("kept", "4 of 4000 draws diverged, which is let pass")
    assert not diagnose(made(divergences=5), divergences_let_pass=1e-3).passed


def test_energy_that_hardly_moves() -> None:
    energy = np.random.default_rng(9).normal(size=(4, 1000))
    energy[3] = walk(0.95)[3]  # E-BFMI of an AR(1) is 2 (1 - memory)
    verdict = diagnose(made(energy=energy))
    assert not verdict.passed
    assert len(verdict.messages) == 1 and "E-BFMI 0.1" in verdict.messages[0]
    assert verdict.min_bfmi == pytest.approx(0.1, abs=0.05)


def test_several_modes_that_chains_do_not_leave() -> None:
    c = np.random.default_rng(8).normal(size=(4, 1000))
    c[::2] += 20
    verdict = diagnose(made({"c": c}), modes=2)
    assert not verdict.passed and verdict.modes == 2
    assert "2 modes" in verdict.messages[0] and "R-hat of c" in verdict.messages[1]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_draws_that_are_no_numbers(bad: float) -> None:
    c = np.random.default_rng(8).normal(size=(4, 1000))
    c[1, 17] = bad
    assert not diagnose(made({"c": c})).passed


def test_every_defect_is_told() -> None:
    c = walk(0.97)
    c[0] += 3
    verdict = diagnose(made({"c": c}, energy=walk(0.95), divergences=40))
    told = " ".join(verdict.messages)
    assert all(word in told for word in ("R-hat", "bulk ESS", "diverged", "E-BFMI"))


def test_verdict_survives_json() -> None:
    from dataclasses import asdict

    verdict = diagnose(made(divergences=3), notes=("one", "two"))
    tree = xr.DataTree()
    tree.attrs["verdict"] = json.dumps(asdict(verdict))
    assert Verdict.of(tree) == verdict


# --- Vector transforms ----------------------------------------------------------------------


def ordered_means(count: int) -> Any:
    import pymc as pm

    with pm.Model() as model:
        mu = pm.Normal("mu", 0, 3, shape=count, transform=pm.distributions.transforms.ordered)
        pm.Deterministic("least", mu[0])
    return model


@pytest.mark.parametrize("count", [2, 8])
def test_draws_of_an_ordered_prior_are_in_order(count: int) -> None:
    """Of eight one draw in 40,000 is, and sorted ones are what remains of the prior."""
    values, points = simulate_prior(ordered_means(count), 1000, 1)
    assert points.shape == (1000, count) and np.isfinite(points).all()
    assert (np.diff(values["mu"], axis=1) > 0).all()
    np.testing.assert_array_equal(values["least"], values["mu"][:, 0])
    np.testing.assert_allclose(np.exp(points[:, 1:]), np.diff(values["mu"], axis=1), rtol=1e-9)
    least = np.random.default_rng(2).normal(0, 3, size=(20_000, count)).min(axis=1)
    assert values["least"].mean() == pytest.approx(least.mean(), abs=4 * least.std() / 1000**0.5)


def test_a_mixture_of_ordered_means_is_sampled() -> None:
    """Vectors in order and on a simplex: two far parts of known shares, means and widths."""
    import pymc as pm

    rng = np.random.default_rng(1)
    y = np.concatenate([rng.normal(-2, 0.5, 40), rng.normal(1, 0.7, 60)])
    with pm.Model() as model:
        mu = pm.Normal("mu", 0, 3, shape=2, transform=pm.distributions.transforms.ordered)
        sd = pm.HalfNormal("sd", 1, shape=2)
        w = pm.Dirichlet("w", np.ones(2))
        pm.NormalMixture("y", w, mu, sd, observed=y)
    tree = po.sample(model, seed=1)
    assert Verdict.of(tree).passed, Verdict.of(tree)
    truth = {
        "mu": [y[:40].mean(), y[40:].mean()],
        "sd": [y[:40].std(), y[40:].std()],
        "w": [0.4, 0.6],
    }
    for name, expected in truth.items():
        draws = tree["posterior"][name]
        z = (draws.mean(("chain", "draw")) - expected) / draws.std(("chain", "draw"))
        assert np.abs(z).max() < 1, name
