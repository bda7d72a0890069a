"""Noise: likelihoods against SciPy, units, and the scatter of simulated data."""

from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

import posterion as po
from posterion.datasets.schema import spectrum_dataset
from posterion.inference.engine.density import interpreted
from posterion.inference.engine.simulate import replicate
from posterion.inference.noise.independent import Gaussian, Noise, Proportional, StudentT

Array = NDArray[np.float64]

CIRCUIT = po.Circuit.parse("R0-p(R1,CPE1)")
FREQUENCY = np.logspace(5, 0, 25)
NOISES = [Gaussian(), Proportional(), StudentT(), StudentT(Gaussian())]
VALUES = {"noise": 0.013, "floor": 0.27, "nu": 3.7}
WINDOW = {"typical": 47.3, "smallest": 5.1}


def impedance(frequency: Array, R0: float, R1: float, Q: float, n: float) -> Array:
    Z = R0 + R1 / (1 + R1 * Q * (2j * np.pi * frequency) ** n)
    return np.stack([Z.real, Z.imag])


def spectrum(scale: float = 1.0, frequency: Array = FREQUENCY) -> xr.Dataset:
    rng = np.random.default_rng(5)
    clean = impedance(FREQUENCY, 10.0, 100.0, 1e-5, 0.85)
    real, imag = clean * (1 + 0.02 * rng.normal(size=clean.shape))
    return spectrum_dataset(frequency, scale * (real + 1j * imag), source="here", format="test")


def scale_of(noise: Noise, modulus: Array) -> Array:
    """Return the standard deviation (or scale) as the documentation states it."""
    base = noise.base if isinstance(noise, StudentT) else noise
    if isinstance(base, Gaussian):
        return VALUES["noise"] * WINDOW["typical"] * np.ones_like(modulus)
    return np.hypot(VALUES["noise"] * modulus, VALUES["floor"] * WINDOW["smallest"])


def law_of(noise: Noise, mean: Array, modulus: Array) -> Any:
    scale = scale_of(noise, modulus)
    if isinstance(noise, StudentT):
        return stats.t(VALUES["nu"], mean, scale)
    return stats.norm(mean, scale)


def observed_model(noise: Noise, mean: Array, data: Array) -> Any:
    """Build a PyMC model of the noise alone, with one free variable that moves the mean."""
    import pymc as pm

    values = {p.name: VALUES[p.name] for p in noise.parameters}
    with pm.Model(check_bounds=False) as model:
        moved = mean + pm.Normal("shift")
        noise.observe("Z", moved, np.hypot(*mean)[None], values, WINDOW, observed=data)
    return model


@pytest.mark.parametrize("noise", NOISES, ids=repr)
def test_likelihood_is_that_of_scipy(noise: Noise) -> None:
    """Real and imaginary part are two data of one scale, that of the model's modulus."""
    mean = impedance(FREQUENCY, 10.0, 100.0, 1e-5, 0.85)
    data = mean + 0.5 * np.random.default_rng(1).normal(size=mean.shape)
    model = observed_model(noise, mean, data)
    logp = model.compile_logp(vars=model.observed_RVs, sum=False, mode=interpreted())
    (pointwise,) = logp({"shift": np.array(0.0)})
    expected = law_of(noise, mean, np.hypot(*mean)).logpdf(data)
    assert pointwise.shape == (2, FREQUENCY.size)
    np.testing.assert_allclose(pointwise, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("noise", NOISES, ids=repr)
def test_simulated_data_scatter_as_stated(noise: Noise) -> None:
    mean = impedance(FREQUENCY, 10.0, 100.0, 1e-5, 0.85)
    model = observed_model(noise, mean, mean)
    draws = replicate(model, {"shift": np.zeros(4000)}, seed=3)["Z"]
    assert draws.shape == (4000, 2, FREQUENCY.size)
    uniform = law_of(noise, mean, np.hypot(*mean)).cdf(draws)
    assert stats.kstest(uniform.ravel(), "uniform").pvalue > 1e-3
    each = [stats.kstest(uniform[:, part, f], "uniform").pvalue for part in (0, 1) for f in (0, 24)]
    assert min(each) > 1e-3
    # Two data: neither parts nor neighbours go together.
    z = stats.norm.ppf(uniform)
    bound = 4 / np.sqrt(4000 * FREQUENCY.size)
    assert abs(np.mean(z[:, 0] * z[:, 1])) < bound
    assert abs(np.mean(z[:, :, 1:] * z[:, :, :-1])) < bound


def logp_of(noise: Noise, data: xr.Dataset) -> Any:
    """Return the log posterior as a function of points on the log and logit scale."""
    model = po.build(CIRCUIT, data, noise=noise)
    function = model.compile_logp(mode=interpreted())
    names = {"CPE1_tau": "CPE1_tau_log__", "CPE1_n": "CPE1_n_logodds__"}

    def logp(**point: float) -> float:
        values = {names.get(name, f"{name}_log__"): np.array(v) for name, v in point.items()}
        return float(function(values))

    return logp


@pytest.mark.parametrize("noise", NOISES[:3], ids=repr)
def test_units_change_no_posterior(noise: Noise) -> None:
    """Impedance in micro-ohm and frequency in millihertz shift the log density by a constant.

    Scaling the data by a scales the density of each of the 2n data by 1/a, and on the log
    scale nothing else: the priors move along, and noise and floor know no unit.
    """
    a, b = 1e6, 1e3
    plain = logp_of(noise, spectrum())
    scaled = logp_of(noise, spectrum(a))
    slower = logp_of(noise, spectrum(frequency=FREQUENCY / b))
    constant = -2 * FREQUENCY.size * np.log(a)
    rng = np.random.default_rng(2)
    for _ in range(5):
        noise_point = {p.name: np.log(VALUES[p.name]) + rng.normal() for p in noise.parameters}
        R0, R1 = np.log(10) + rng.normal(), np.log(100) + rng.normal()
        tau, n = np.log(1e-3) + rng.normal(), 1.7 + rng.normal()
        at = plain(R0=R0, R1=R1, CPE1_tau=tau, CPE1_n=n, **noise_point)
        shifted = scaled(
            R0=R0 + np.log(a), R1=R1 + np.log(a), CPE1_tau=tau, CPE1_n=n, **noise_point
        )
        assert shifted - at == pytest.approx(constant, abs=1e-6 * abs(at))
        moved = slower(R0=R0, R1=R1, CPE1_tau=tau + np.log(b), CPE1_n=n, **noise_point)
        assert moved == pytest.approx(at, rel=1e-6)


def test_parameters_have_no_unit_and_a_default_prior() -> None:
    for noise in NOISES:
        for parameter in noise.parameters:
            assert parameter.unit == ""
            assert parameter.support == "positive"
            po.Prior.parse(parameter.prior).check_support(parameter.name, "positive")
        assert noise.description


def test_noises_are_values() -> None:
    assert Proportional() == Proportional() != Gaussian()
    assert StudentT() == StudentT(Proportional()) != StudentT(Gaussian())
    assert len({Proportional(), Gaussian(), StudentT(), StudentT(Proportional())}) == 3
    assert "robust" in StudentT().description and "robust" in StudentT(Gaussian()).description
