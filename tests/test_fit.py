"""Fits of simulated spectra, whose truth is known."""

import json
from importlib.metadata import version

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

import posterion as po
from posterion import Verdict
from posterion.datasets.schema import spectrum_dataset
from posterion.datasets.simulate import EXAMPLES
from posterion.inference.fit import _cache
from posterion.inference.noise.independent import Noise

Array = NDArray[np.float64]

TWO_ARCS = po.Circuit.parse("p(R1,CPE1)-p(R2,CPE2)-CPE3")
ONE_ARC = po.Circuit.parse("R0-p(R1,CPE1)")
TRUTH = {"R0": 10.0, "R1": 100.0, "CPE1_Q": 1e-5, "CPE1_n": 0.85, "noise": 0.01}
SAMPLE = ("chain", "draw")
GROUPS = {
    *("posterior", "prior", "prior_predictive", "posterior_predictive", "log_likelihood"),
    "log_prior",
    *("sample_stats", "observed_data", "constant_data", "test_quantities"),
}


def one_arc(points: int = 40, seed: int = 0, outlier: float = 1.0) -> xr.Dataset:
    frequency = np.logspace(5, 0, points)
    tau_n = TRUTH["R1"] * TRUTH["CPE1_Q"] * (2j * np.pi * frequency) ** TRUTH["CPE1_n"]
    Z = TRUTH["R0"] + TRUTH["R1"] / (1 + tau_n)
    rng = np.random.default_rng(seed)
    scatter = rng.normal(size=points) + 1j * rng.normal(size=points)
    Z += TRUTH["noise"] * np.abs(Z) * scatter
    Z[points // 3] *= outlier
    return spectrum_dataset(frequency, Z, source=f"one arc {seed}", format="test")


def two_arcs_impedance(posterior: xr.Dataset, frequency: Array) -> xr.DataArray:
    """Return Z of every draw, from the circuit's own parameters, in plain complex numbers."""
    s = xr.DataArray(2j * np.pi * frequency, dims="frequency")
    Z = sum(
        posterior[R] / (1 + posterior[R] * posterior[f"{cpe}_Q"] * s ** posterior[f"{cpe}_n"])
        for R, cpe in (("R1", "CPE1"), ("R2", "CPE2"))
    )
    return (Z + 1 / (posterior["CPE3_Q"] * s ** posterior["CPE3_n"])).transpose(
        *SAMPLE, "frequency"
    )


@pytest.fixture(scope="module")
def fits() -> dict[str, xr.DataTree]:
    return {
        name: po.fit(
            TWO_ARCS, po.simulated_pellet(name), noise=po.Proportional(), seed=number, draws=500
        )
        for number, name in enumerate(EXAMPLES)
    }


@pytest.fixture(scope="module")
def fitted(fits: dict[str, xr.DataTree]) -> xr.DataTree:
    return fits["simulated-7uL-55C"]


@pytest.fixture(scope="module")
def plain() -> xr.DataTree:
    return po.fit(ONE_ARC, one_arc(), noise=po.Proportional(), seed=1, draws=500)


def mean_and_sd(tree: xr.DataTree, name: str) -> tuple[float, float]:
    draws = tree["posterior"][name].values
    return float(draws.mean()), float(draws.std())


# --- The truth ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_truth_of_simulated_pellets_is_recovered(name: str, fits: dict[str, xr.DataTree]) -> None:
    tree = fits[name]
    assert Verdict.of(tree).passed, Verdict.of(tree)
    truth = json.loads(po.simulated_pellet(name).attrs["truth"])
    assert set(truth) == {*(p.name for p in TWO_ARCS.parameters), "noise"}
    for parameter, value in truth.items():
        mean, sd = mean_and_sd(tree, parameter)
        assert abs(mean - value) < 4 * sd, parameter
        assert sd < 0.25 * value, parameter  # and the data do determine it


def test_errors_are_neither_too_large_nor_too_small(fits: dict[str, xr.DataTree]) -> None:
    """Distances from the truth, in posterior standard deviations, scatter by about one."""
    z = []
    for name, tree in fits.items():
        for parameter, value in json.loads(po.simulated_pellet(name).attrs["truth"]).items():
            mean, sd = mean_and_sd(tree, parameter)
            z.append((mean - value) / sd)
    assert 0.4 < np.sqrt(np.mean(np.square(z))) < 1.8


def test_total_resistance_is_the_sum(fits: dict[str, xr.DataTree]) -> None:
    for name, tree in fits.items():
        posterior = tree["posterior"]
        np.testing.assert_allclose(posterior["R_total"], posterior["R1"] + posterior["R2"])
        truth = json.loads(po.simulated_pellet(name).attrs["truth"])
        mean, sd = mean_and_sd(tree, "R_total")
        assert abs(mean - truth["R1"] - truth["R2"]) < 4 * sd


def test_arcs_are_never_swapped(fits: dict[str, xr.DataTree]) -> None:
    for tree in fits.values():
        for group in ("posterior", "prior"):
            assert (tree[group]["CPE1_tau"] < tree[group]["CPE2_tau"]).all()


# --- The result -----------------------------------------------------------------------------


def test_groups_hold_finite_values_of_the_right_dimensions(fitted: xr.DataTree) -> None:
    assert set(fitted.children) == GROUPS
    again = any("sampled twice" in note for note in Verdict.of(fitted).notes)
    own = (4, 2000 if again and fitted.attrs["sampler"] == "NUTS" else 500)
    sizes = dict.fromkeys(("posterior", "posterior_predictive", "log_likelihood"), own)
    sizes |= {"prior": (1, 1000), "prior_predictive": (1, 1000), "sample_stats": own}
    for group, size in sizes.items():
        for name, value in fitted[group].data_vars.items():
            assert value.dims[:2] == SAMPLE and value.shape[:2] == size, name
            assert np.isfinite(value).all(), name
    for group in ("posterior_predictive", "prior_predictive", "log_likelihood"):
        assert fitted[group]["Z"].dims == (*SAMPLE, "part", "frequency")
    assert fitted["observed_data"]["Z"].dims == ("part", "frequency")
    data = po.simulated_pellet()
    xr.testing.assert_equal(
        fitted["observed_data"]["Z"].drop_attrs(),
        data["Z"].transpose("part", "frequency").drop_attrs(),
    )
    np.testing.assert_array_equal(fitted["constant_data"]["measured_frequency"], data["frequency"])
    assert list(fitted["posterior_predictive"]["part"].values) == ["real", "imag"]


def test_every_parameter_has_unit_and_meaning(fitted: xr.DataTree) -> None:
    for parameter in TWO_ARCS.parameters:
        for group in ("posterior", "prior"):
            attrs = fitted[group][parameter.name].attrs
            assert attrs["units"] == parameter.unit
            assert attrs["long_name"] == parameter.description
    units = {"CPE1_tau": "s", "CPE1_C_eff": "F", "CPE1_f_peak": "Hz", "R_total": "ohm", "noise": ""}
    for name, unit in units.items():
        assert fitted["posterior"][name].attrs["units"] == unit


def test_log_likelihood_is_that_of_scipy(fitted: xr.DataTree) -> None:
    data = po.simulated_pellet()
    posterior = fitted["posterior"].to_dataset()
    Z = two_arcs_impedance(posterior, data["frequency"].values).values
    measured = data["Z"].transpose("part", "frequency").values
    smallest = np.hypot(*measured).min()
    noise, floor = (posterior[name].values[..., None] for name in ("noise", "floor"))
    sd = np.hypot(noise * np.abs(Z), floor * smallest)
    expected = np.stack(
        [stats.norm(Z.real, sd).logpdf(measured[0]), stats.norm(Z.imag, sd).logpdf(measured[1])],
        axis=2,
    )
    np.testing.assert_allclose(fitted["log_likelihood"]["Z"], expected, rtol=1e-6, atol=1e-6)


def test_log_posterior_is_likelihood_times_prior(fitted: xr.DataTree) -> None:
    """Up to what all draws share, so that ``lp`` belongs to the draw beside it."""
    likelihood = fitted["log_likelihood"]["Z"].sum(("part", "frequency")).values.ravel()
    lp = fitted["sample_stats"]["lp"].values.ravel()
    assert np.corrcoef(likelihood, lp)[0, 1] > 0.8


def test_posterior_predictive_covers_the_data(fits: dict[str, xr.DataTree]) -> None:
    for name, tree in fits.items():
        low, high = np.quantile(tree["posterior_predictive"]["Z"], [0.03, 0.97], axis=(0, 1))
        observed = tree["observed_data"]["Z"].values
        assert observed.size == 120
        inside = np.mean((low < observed) & (observed < high))
        assert 0.85 <= inside <= 1, (name, inside)


def test_posterior_predictive_scatters_as_the_noise(fitted: xr.DataTree) -> None:
    """Replicated data belong to the draw beside them, and are independent of each other."""
    posterior = fitted["posterior"].to_dataset()
    Z = two_arcs_impedance(posterior, fitted["constant_data"]["measured_frequency"].values).values
    replicas = fitted["posterior_predictive"]["Z"].values
    residual = (replicas - np.stack([Z.real, Z.imag], axis=2)) / np.abs(Z)[:, :, None]
    z = residual / posterior["noise"].values[..., None, None]  # the floor is negligible here
    assert stats.kstest(z[:, ::20, :, 30].ravel(), "norm").pvalue > 1e-3
    assert z.std() == pytest.approx(1, abs=0.02)


def test_attributes(fitted: xr.DataTree) -> None:
    data, attrs = po.simulated_pellet(), fitted.attrs
    assert po.Circuit.parse(attrs["model"]) == TWO_ARCS
    assert json.loads(attrs["parameters"]) == [
        *(p.name for p in TWO_ARCS.parameters), "noise", "floor"
    ]  # fmt: skip
    priors = {name: po.Prior.parse(text) for name, text in json.loads(attrs["priors"]).items()}
    assert set(priors) == {
        *("R1", "CPE1_tau", "CPE1_n", "R2", "CPE2_tau", "CPE2_n", "CPE3_Z", "CPE3_n"),
        *("noise", "floor"),
    }
    modulus = np.hypot(*data["Z"].transpose("part", "frequency").values)
    mu, sigma = dict(priors["R1"].arguments).values()
    assert mu == pytest.approx(np.log(modulus.max() * modulus.min()) / 2, rel=1e-3)
    assert sigma == pytest.approx(np.log(100 * modulus.max() / modulus.min()) / 2, rel=1e-3)
    assert json.loads(attrs["priors_given"]) == []
    assert attrs["noise"] == "Proportional()" and "proportional" in attrs["noise_description"]
    assert attrs["source"] == "simulated-7uL-55C" and attrs["sha256"] == data.attrs["sha256"]
    assert attrs["n"] == 60 and attrs["seed"] == 1
    assert json.loads(attrs["versions"])["pymc"] == version("pymc")
    assert json.loads(attrs["versions"])["posterion"] == version("posterion")
    assert {"compile_s", "explore_s", "sample_s"} <= set(json.loads(attrs["timing"]))
    assert json.loads(attrs["verdict"])["passed"] is Verdict.of(fitted).passed


def test_data_without_a_hash_get_one(plain: xr.DataTree) -> None:
    data = one_arc()
    bare, other = data.drop_attrs(deep=False), one_arc(seed=5).drop_attrs(deep=False)
    hashes = [
        po.fit(ONE_ARC, d, noise=po.Proportional(), seed=1, draws=100).attrs["sha256"]
        for d in (bare, bare, other)
    ]
    assert hashes[0] == hashes[1] != hashes[2]
    assert all(len(h) == 64 for h in hashes)


# --- Priors and noise -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_truth_of_one_arc_is_recovered(seed: int) -> None:
    tree = po.fit(ONE_ARC, one_arc(seed=seed), noise=po.Proportional(), seed=seed, draws=500)
    assert Verdict.of(tree).passed, Verdict.of(tree)
    for name, value in TRUTH.items():
        mean, sd = mean_and_sd(tree, name)
        assert abs(mean - value) < 4 * sd, name


def test_a_prior_pulls_as_much_as_its_precision(plain: xr.DataTree) -> None:
    """A prior two deviations off and as wide as the likelihood meets it half-way."""
    log_R1 = np.log(plain["posterior"]["R1"].values)
    m, s = log_R1.mean(), log_R1.std()
    prior = po.Prior("LogNormal", float(m + 2 * s), float(s))
    tree = po.fit(ONE_ARC, one_arc(), noise=po.Proportional(), priors={"R1": prior}, seed=1)
    assert Verdict.of(tree).passed, Verdict.of(tree)
    moved = np.log(tree["posterior"]["R1"].values)
    assert moved.mean() == pytest.approx(m + s, abs=0.15 * s)
    assert moved.std() == pytest.approx(s / np.sqrt(2), rel=0.15)
    assert json.loads(tree.attrs["priors_given"]) == ["R1"]
    assert po.Prior.parse(json.loads(tree.attrs["priors"])["R1"]) == prior


def test_robust_noise_shrugs_off_an_outlier(plain: xr.DataTree) -> None:
    data = one_arc(outlier=3.0)
    fits: dict[str, xr.DataTree] = {}
    noises: dict[str, Noise] = {"robust": po.StudentT(), "normal": po.Proportional()}
    for name, noise in noises.items():
        fits[name] = po.fit(ONE_ARC, data, noise=noise, seed=1, draws=500)
        assert Verdict.of(fits[name]).passed, Verdict.of(fits[name])
    assert mean_and_sd(fits["normal"], "noise")[0] > 8 * TRUTH["noise"]
    assert mean_and_sd(fits["robust"], "noise")[0] < 1.5 * TRUTH["noise"]
    assert fits["robust"]["posterior"]["nu"].mean() < 4
    for name in ("R0", "R1", "CPE1_n"):
        clean, width = mean_and_sd(plain, name)
        mean, sd = mean_and_sd(fits["robust"], name)
        assert abs(mean - clean) < width, name
        assert sd < 1.5 * width
        assert mean_and_sd(fits["normal"], name)[1] > 4 * width


# --- Compiled once --------------------------------------------------------------------------


def test_same_circuit_and_priors_share_one_sampler(plain: xr.DataTree) -> None:
    proportional = po.Proportional()
    first = _cache.sampler(ONE_ARC, {}, proportional, one_arc())
    compiled = first.density.function
    again = _cache.sampler(po.Circuit.parse("R0-p(R1,CPE1)"), {}, po.Proportional(), one_arc(17))
    assert again is first and again.density.function is compiled
    other = _cache.sampler(ONE_ARC, {"R1": po.Prior("LogNormal", 5, 2)}, proportional, one_arc())
    assert other is not first
    assert _cache.sampler(ONE_ARC, {}, po.Gaussian(), one_arc()) is not first
    assert len(_cache.samplers) <= _cache.size


def test_fit_of_other_data_does_not_remember_the_first(plain: xr.DataTree) -> None:
    """From the cache or not, another number of points or not: the same draws."""
    other = one_arc(23, seed=4)
    kept = po.fit(ONE_ARC, other, noise=po.Proportional(), seed=3, draws=200)
    _cache.samplers.clear()
    fresh = po.fit(ONE_ARC, other, noise=po.Proportional(), seed=3, draws=200)
    for group in GROUPS:
        xr.testing.assert_identical(kept[group].to_dataset(), fresh[group].to_dataset())
    assert kept["observed_data"].sizes["frequency"] == 23


def test_same_seed_same_draws(plain: xr.DataTree) -> None:
    again = po.fit(ONE_ARC, one_arc(), noise=po.Proportional(), seed=1, draws=500)
    for group in GROUPS:
        xr.testing.assert_identical(plain[group].to_dataset(), again[group].to_dataset())
    other = po.fit(ONE_ARC, one_arc(), noise=po.Proportional(), seed=2, draws=500)
    assert not np.isin(other["posterior"]["R1"], plain["posterior"]["R1"]).any()


def test_order_of_the_points_does_not_matter(plain: xr.DataTree) -> None:
    """But for rounding, which moves the draws a little."""
    data = one_arc()
    tree = po.fit(
        ONE_ARC,
        data.isel(frequency=slice(None, None, -1)),
        noise=po.Proportional(),
        seed=1,
        draws=500,
    )
    for name in TRUTH:
        mean, sd = mean_and_sd(plain, name)
        assert mean_and_sd(tree, name)[0] == pytest.approx(mean, abs=0.2 * sd)


def test_steps_are_told() -> None:
    lines: list[str] = []
    po.fit(
        ONE_ARC,
        one_arc(),
        noise=po.Proportional(),
        seed=1,
        draws=100,
        chains=2,
        progress=lines.append,
    )
    assert lines[0].startswith("Compiling") and lines[-1] == "Predicting"
    assert "Sampling 2 chains of 100 draws" in lines
