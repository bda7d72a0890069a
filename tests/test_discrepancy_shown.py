"""What a circuit leaves out reaches predictions, residuals, single spectra, doubts and figures."""

import json

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion.inference.discrepancy import added, added_measured, distribution
from posterion.inference.drift import clocks, drifts
from posterion.inference.predict import predict_measured
from posterion.inference.relaxation_times import missing_process
from posterion.inference.residuals import replicas_of, residuals_of
from posterion.inference.unstack import unstack
from posterion.models.relaxation import havriliak_negami_distribution
from posterion.report.figures.left_out import left_out
from posterion.report.figures.spectrum import median_prediction

CIRCUIT = po.Circuit.parse("R0-p(R1,CPE1)")
RESISTANCES = {"a": 300.0, "b": 330.0, "c": 270.0}
FREQUENCY = np.geomspace(1e5, 1, 41)


def simulated(resistance: float = 300.0, seed: int = 1, beta: float = 0.75) -> xr.Dataset:
    """Return a spectrum of a Havriliak-Negami arc."""
    omega = 2 * np.pi * FREQUENCY
    rng = np.random.default_rng(seed)
    Z = 20 + resistance / (1 + (1j * omega * 1e-3) ** 0.9) ** beta
    Z = Z + 0.003 * np.abs(Z) * (rng.normal(size=Z.size) + 1j * rng.normal(size=Z.size))
    values = np.stack([Z.real, Z.imag])
    frequency = xr.Variable("frequency", FREQUENCY, {"units": "Hz"})
    coords = {"part": ["real", "imag"], "frequency": frequency}
    return xr.Dataset({"Z": (("part", "frequency"), values, {"units": "ohm"})}, coords)


@pytest.fixture(scope="module")
def one() -> xr.DataTree:
    """Return a fit of one spectrum."""
    return po.fit(CIRCUIT, simulated(), seed=1, draws=500)


@pytest.fixture(scope="module")
def pooled() -> xr.DataTree:
    """Return a fit of three spectra together."""
    spectra = {name: simulated(r, k) for k, (name, r) in enumerate(RESISTANCES.items())}
    return po.fit(CIRCUIT, po.stack_spectra(spectra), pool="spectrum", seed=1, draws=500)


def test_prediction_is_of_circuit_and_discrepancy(one: xr.DataTree) -> None:
    """At the lowest frequencies the prediction tends to R_total of both."""
    drawn = po.predict(one, frequency=[1e-4, 1.0, 1e3])
    total = one["posterior"]["R_total"]
    assert drawn["Z"].dims == ("chain", "draw", "part", "frequency")
    lowest = drawn["Z"].sel(part="real").isel(frequency=0)
    np.testing.assert_allclose(lowest.values, total.values, rtol=1e-3)
    known, new = (float(drawn[k].sel(part="real").isel(frequency=1).std()) for k in ("Z", "Z_new"))
    assert known < new


def test_prediction_at_measured_points_is_that_of_the_replicas(one: xr.DataTree) -> None:
    """What replicas add to it is independent noise of the size that was estimated."""
    replicas = one["posterior_predictive"]["Z"].transpose("chain", "draw", "part", "frequency")
    places = np.arange(replicas.sizes["chain"] * replicas.sizes["draw"])
    middle = predict_measured(one, places)
    scatter = replicas.values.reshape(middle.shape) - middle
    relative = scatter / np.hypot(*middle.mean(0))
    assert 0.8 < relative.std() / float(one["posterior"]["noise"].median()) < 1.3
    assert abs(np.corrcoef(scatter[:, 0, 3], middle[:, 0, 3])[0, 1]) < 0.1
    np.testing.assert_allclose(np.median(middle, 0), added_measured(one, places).mean(0), rtol=0.01)


def test_residuals_know_the_discrepancy(one: xr.DataTree) -> None:
    """Residuals of the data are as large as those of simulated data."""
    observed, replicas = residuals_of(one).observed, replicas_of(one)
    assert observed.std() == pytest.approx(replicas.std(), rel=0.15)


def test_median_curve_follows_the_data(one: xr.DataTree) -> None:
    """The drawn curve has the skew of the arc and what the circuit leaves out."""
    curve = median_prediction(one, FREQUENCY)
    measured = simulated()["Z"].values
    assert np.abs(curve - measured).max() < 0.015 * np.hypot(*measured).max()


@pytest.mark.slow
def test_each_pooled_spectrum_has_its_own_discrepancy(pooled: xr.DataTree) -> None:
    """Amplitudes, R_left_out and R_total belong to the groups."""
    posterior = pooled["posterior"].to_dataset()
    for name in ("discrepancy_offset", "R_left_out", "R_total"):
        assert "spectrum" in posterior[name].dims
    parts = posterior["R0"] + posterior["R1"] + posterior["R_left_out"]
    np.testing.assert_allclose(posterior["R_total"].values, parts.values, rtol=1e-9)
    middle = posterior["R_total"].median(("chain", "draw"))
    np.testing.assert_allclose(middle.values, [320, 350, 290], rtol=0.02)


@pytest.mark.slow
def test_pooled_predictions_are_those_of_their_spectra(pooled: xr.DataTree) -> None:
    """Predictions by group are those of the results of single spectra."""
    drawn = po.predict(pooled, frequency=[1.0, 1e3])
    assert set(drawn["Z"].dims) == {"chain", "draw", "spectrum", "part", "frequency"}
    assert np.isfinite(drawn["Z_new_spectrum"].values).all()
    for label, tree in unstack(pooled).items():
        assert json.loads(tree.attrs["window"]) == json.loads(pooled.attrs["window"])
        own = po.predict(tree, frequency=[1.0, 1e3])["Z"]
        whole = drawn["Z"].sel(spectrum=label).transpose(*own.dims)
        np.testing.assert_allclose(whole.values, own.values)
        assert residuals_of(tree).observed.std() < 1.3
        assert median_prediction(tree, FREQUENCY).shape == (2, FREQUENCY.size)


@pytest.mark.slow
def test_pooled_replicas_scatter_about_the_prediction(pooled: xr.DataTree) -> None:
    """Each point is predicted with the discrepancy of its own spectrum."""
    middle = predict_measured(pooled, np.arange(100))
    measured = pooled["constant_data"]["measured_Z"].transpose("part", "frequency").values
    relative = np.abs(middle.mean(0) - measured) / np.hypot(*measured)
    assert np.median(relative) < 0.006


def test_distribution_carries_what_is_left_out(one: xr.DataTree) -> None:
    """Its integral over ln τ is R_left_out."""
    tau = np.geomspace(1e-7, 1e1, 4000)
    gamma = distribution(one, tau)
    integral = np.trapezoid(gamma, np.log(tau), axis=1)
    left_out = one["posterior"]["R_left_out"].values.ravel()
    np.testing.assert_allclose(integral, left_out, atol=1e-3 + 2e-3 * np.abs(left_out).max())


def test_added_takes_few_draws(one: xr.DataTree) -> None:
    """Draws asked for are those of the whole."""
    whole = added(one, FREQUENCY, instrument=False)
    few = added(one, FREQUENCY, instrument=False, taken=np.array([3, 1500]))
    np.testing.assert_allclose(few, whole[[3, 1500]])


def test_distribution_of_an_arc_gives_its_impedance() -> None:
    """Summed over relaxation times the distribution is the Havriliak-Negami arc."""
    log_tau = np.linspace(-40, 40, 100_001)
    gamma = havriliak_negami_distribution(np.exp(log_tau), 480.0, 2e-3, 0.8, 0.7)
    omega = 2 * np.pi * 100
    Z = np.trapezoid(gamma / (1 + 1j * omega * np.exp(log_tau)), log_tau)
    assert pytest.approx(480 / (1 + (1j * omega * 2e-3) ** 0.8) ** 0.7, rel=1e-4) == Z


def test_no_drift_where_there_is_none(one: xr.DataTree) -> None:
    """A skewed arc is not taken for a drift."""
    assert all(each.log_factor < np.log(10) for each in drifts(one))


@pytest.mark.slow
def test_drift_is_weighed_of_each_spectrum(pooled: xr.DataTree) -> None:
    """Spectra that were fitted together are asked one by one."""
    assert len(list(drifts(pooled))) == len(RESISTANCES)


def test_drift_is_found(one: xr.DataTree) -> None:
    """Data whose resistance grows by a twentieth during the sweep are told from others."""
    tree = one.copy()
    measured = tree["constant_data"]["measured_Z"].transpose("part", "frequency")
    frequency = tree["constant_data"]["measured_frequency"].values
    start, end = (CIRCUIT.response({"frequency": frequency}, arc(by)) for by in (1.0, 1.05))
    change = (end - start) * clocks(frequency)[0]
    tree["constant_data"]["measured_Z"] = measured.copy(data=measured.values + change)
    (found,) = drifts(tree)
    assert found.log_factor > np.log(10)
    assert found.change == pytest.approx(0.05, abs=0.02)


def arc(factor: float) -> dict[str, float]:
    """Return the parameters of an arc whose resistance and time constant are changed."""
    R, tau, n = 300 * factor, 1e-3 * factor, 0.9
    return {"R0": 20.0, "R1": R, "CPE1_Q": tau**n / R, "CPE1_n": n}


def test_nothing_is_told_of_a_circuit_that_leaves_nothing_out(one: xr.DataTree) -> None:
    """The skew of the arc explains the spectrum; no process is missing."""
    assert missing_process(one) is None
    assert left_out(one).axes
