"""The distribution of relaxation times as an element of a circuit."""

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion.datasets.schema import spectrum_dataset
from posterion.inference.discrepancy import distribution
from posterion.models.relaxation import havriliak_negami_distribution

FREQUENCY = np.logspace(6, 0, 57)
OMEGA = 2 * np.pi * FREQUENCY


def spectrum(Z: np.ndarray, seed: int, noise: float = 0.003) -> xr.Dataset:
    scatter = np.random.default_rng(seed).normal(size=(2, Z.size))
    measured = Z + noise * abs(Z) * (scatter[0] + 1j * scatter[1])
    return spectrum_dataset(FREQUENCY, measured, source="simulated", format="none")


def arc(R: float, tau: float, alpha: float, beta: float = 1.0) -> np.ndarray:
    return R / (1 + (1j * OMEGA * tau) ** alpha) ** beta


@pytest.fixture(scope="module")
def fitted() -> xr.DataTree:
    """Two arcs two decades apart, one of them skewed, in 300 ohm, after 50 ohm."""
    Z = 50 + arc(200.0, 1e-5, 0.9) + arc(100.0, 1e-3, 0.85, 0.8)
    return po.fit(po.DRT(), spectrum(Z, 1), seed=1)


def test_resistances_of_two_arcs_are_held(fitted) -> None:
    posterior = fitted.posterior
    assert po.Verdict.of(fitted).trusts("R_total")
    # What is slower than the window is known no better than the Gaussian process expects.
    known = (("R_total", 350.0, 0.15), ("R0", 50.0, 0.12), ("R_polarization", 300.0, 0.17))
    for name, truth, width in known:
        low, high = np.quantile(posterior[name], [0.015, 0.985])
        assert low < truth < high, name
        assert high - low < width * truth, name


def test_band_of_the_distribution_holds_the_analytic_one(fitted) -> None:
    tau = np.logspace(-6, -2, 41)
    true = havriliak_negami_distribution(tau, 200.0, 1e-5, 0.9, 1.0)
    true = true + havriliak_negami_distribution(tau, 100.0, 1e-3, 0.85, 0.8)
    drawn = distribution(fitted, tau)
    low, high = np.quantile(drawn, [0.03, 0.97], axis=0)
    assert ((low < true) & (true < high)).mean() > 0.8
    step = np.log(tau[1] / tau[0])
    fast = tau < 1e-4
    low, high = np.quantile(drawn[:, fast].sum(axis=1) * step, [0.015, 0.985])
    assert low < true[fast].sum() * step < high
    assert high - low < 20


def test_predictions_follow_the_data(fitted) -> None:
    predicted = po.predict(fitted, frequency=FREQUENCY)
    middle = predicted["Z"].median(("chain", "draw")).transpose("part", "frequency").values
    data = fitted.observed_data["Z"].transpose("part", "frequency").values
    assert np.abs(middle - data).max() < 0.02 * np.hypot(*data).max()


@pytest.mark.parametrize("text", ["p(R1,DRT1)", "R0-DRT1-DRT2"])
def test_one_distribution_stands_in_series(text) -> None:
    with pytest.raises(po.PosterionError, match="one DRT, in series"):
        po.fit(po.Circuit.parse(text), spectrum(50 + arc(200.0, 1e-5, 0.9), 1))


def test_plain_noise_knows_no_distribution() -> None:
    with pytest.raises(po.PosterionError, match="one spectrum at a time"):
        po.fit(po.DRT(), spectrum(50 + arc(200.0, 1e-5, 0.9), 1), noise=po.Proportional())


def test_nothing_is_said_of_arcs_where_there_are_none(fitted) -> None:
    from posterion.report.figures.left_out import distributed

    (axes, *_) = distributed(fitted).axes
    low, high = np.quantile(distribution(fitted, np.array([1e-5])), [0.03, 0.97])
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() > low and axes.get_ylabel() == "γ (Ω)"
    assert 0.5 * high < band.max() < 3 * high
    assert "arcs" not in fitted.attrs["noise_description"]
    assert "accurate to 0.1 %" in fitted.attrs["noise_description"]


def test_peaks_are_where_the_analytic_distribution_has_them(fitted) -> None:
    fast, slow = po.relaxation_peaks(fitted)
    # Of a skewed arc the maximum of γ lies below its time constant.
    tau = np.logspace(-4, -2, 4001)
    top = tau[np.argmax(havriliak_negami_distribution(tau, 100.0, 1e-3, 0.85, 0.8))]
    for peak, place, ohm in ((fast, 1e-5, 200.0), (slow, top, 100.0)):
        assert abs(np.log10(np.median(peak.tau) / place)) < 0.3
        low, high = np.quantile(peak.resistance, [0.015, 0.985])
        assert low < ohm < high
    assert fast.probability > 0.99
    together = fast.resistance + slow.resistance
    thinned = fitted.posterior["R_polarization"].values.ravel()
    assert np.median(together) == pytest.approx(np.median(thinned), rel=0.01)


def test_a_resistor_has_no_peak() -> None:
    post = po.fit(po.DRT(), spectrum(np.full(OMEGA.size, 50 + 0j), 2), seed=1, draws=500)
    assert po.relaxation_peaks(post) == ()


def test_a_circuit_of_arcs_has_no_peaks_to_look_for(fitted) -> None:
    other = fitted.copy()
    other["posterior"] = xr.DataTree(fitted.posterior.to_dataset().drop_vars("R_polarization"))
    other.attrs = fitted.attrs | {"model": "R0-p(R1,CPE1)"}
    with pytest.raises(po.PosterionError, match=r"holds no distribution.*po\.DRT\(\)"):
        po.relaxation_peaks(other)


def test_a_fractal_process_is_held_up_to_its_cutoff() -> None:
    """Gerischer's R/(1 + jωτ0)^½ has γ = (R/π)√(τ/(τ0 - τ)) below τ0, and none above.

    A third of R lies below τ0/4: its integral is (2R/π) asin √(τ/τ0).
    """
    R, tau_0 = 100.0, 1e-3
    post = po.fit(po.DRT(), spectrum(20 + arc(R, tau_0, 1.0, 0.5), 5, 0.002), seed=1)
    low, high = np.quantile(post.posterior["R_total"], [0.015, 0.985])
    assert low < 120 < high and high - low < 15
    tau = np.logspace(-8, np.log10(tau_0 / 4), 400)
    below = distribution(post, tau).sum(axis=1) * np.log(tau[1] / tau[0])
    low, high = np.quantile(below, [0.015, 0.985])
    assert low < R / 3 < high
    (peak,) = po.relaxation_peaks(post)
    assert peak.probability > 0.9 and abs(np.log10(np.median(peak.tau) / tau_0)) < 0.3
