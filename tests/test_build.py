"""The PyMC model: its density written out again with SciPy, its simulations, its refusals."""

from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

import posterion as po
from posterion import PosterionError
from posterion.datasets.schema import spectrum_dataset
from posterion.inference.build import set_data
from posterion.inference.engine.density import interpreted
from posterion.inference.engine.simulate import simulate_prior

Array = NDArray[np.float64]

ONE_ARC = po.Circuit.parse("R0-p(R1,CPE1)")
TWO_ARCS = po.Circuit.parse("p(R1,CPE1)-p(R2,CPE2)-CPE3")
THREE_ARCS = po.Circuit.parse("p(R1,C1)-p(R2,C2)-p(R3,C3)")
DRAWS = 4000


def one_arc(points: int = 30, seed: int = 0) -> xr.Dataset:
    frequency = np.logspace(5, 0, points)
    Z = 10 + 100 / (1 + 100 * 1e-5 * (2j * np.pi * frequency) ** 0.85)
    rng = np.random.default_rng(seed)
    Z += 0.01 * np.abs(Z) * (rng.normal(size=points) + 1j * rng.normal(size=points))
    return spectrum_dataset(frequency, Z, source="here", format="test")


def window(data: xr.Dataset) -> dict[str, float]:
    """Write the scales of the measured window out again, from the documentation."""
    modulus = np.hypot(*data["Z"].transpose("part", "frequency").values)
    omega = 2 * np.pi * data["frequency"].values
    return {
        "Z_mid": np.log(modulus.max() * modulus.min()) / 2,
        "Z_width": np.log(modulus.max() / modulus.min()) / 2 + np.log(10),
        "tau_mid": -np.log(omega.max() * omega.min()) / 2,
        "tau_width": np.log(omega.max() / omega.min()) / 2,
        "arc_width": np.hypot(np.log(omega.max() / omega.min()) / 4, np.log(10)),
        "smallest": modulus.min(),
        "omega_mid": np.sqrt(omega.max() * omega.min()),
    }


def lognormal(value: float, mu: float, sigma: float) -> float:
    return float(stats.lognorm(sigma, scale=np.exp(mu)).logpdf(value))


def logp(model: Any, jacobian: bool = False, **options: Any) -> Any:
    """Return the log density as a function of the variables on their own scales."""
    function = model.compile_logp(jacobian=jacobian, mode=interpreted(), **options)

    def at(**values: Any) -> float:
        point = {}
        for rv in model.free_RVs:
            if rv.name not in values:
                continue
            value = model.rvs_to_values[rv]
            transform, own = model.rvs_to_transforms[rv], np.asarray(values[rv.name], dtype=float)
            forward = transform.forward(own, *rv.owner.inputs) if transform else own
            evaluated = forward.eval(mode=interpreted()) if hasattr(forward, "eval") else forward
            point[value.name] = np.asarray(evaluated)
        return float(function(point))

    return at


# --- The density ----------------------------------------------------------------------------


def test_log_density_of_one_arc_is_priors_times_likelihood() -> None:
    import pymc as pm

    data = one_arc()
    scales = window(data)
    model = po.build(ONE_ARC, data, noise=po.Proportional())
    assert type(model) is pm.Model
    assert {rv.name for rv in model.free_RVs} == {
        *("R0", "R1", "CPE1_tau", "CPE1_n", "noise", "floor")
    }
    density = logp(model)
    rng = np.random.default_rng(3)
    for _ in range(4):
        R0, R1 = 10 * np.exp(rng.normal()), 100 * np.exp(rng.normal())
        tau, n = 1e-3 * np.exp(rng.normal()), rng.uniform(0.5, 0.99)
        noise, floor = 0.01 * np.exp(rng.normal()), 1e-4 * np.exp(rng.normal())

        Z = R0 + R1 / (1 + (2j * np.pi * data["frequency"].values * tau) ** n)
        sd = np.hypot(noise * np.abs(Z), floor * scales["smallest"])
        measured = data["Z"].transpose("part", "frequency").values
        expected = (
            stats.norm(Z.real, sd).logpdf(measured[0]).sum()
            + stats.norm(Z.imag, sd).logpdf(measured[1]).sum()
            + lognormal(R0, scales["Z_mid"], scales["Z_width"])
            + lognormal(R1, scales["Z_mid"], scales["Z_width"])
            + lognormal(tau, scales["tau_mid"], scales["arc_width"])
            + stats.beta(4, 1.5).logpdf(n)
            + lognormal(noise, np.log(0.01), 1.5)
            + lognormal(floor, -8.0, 0.5)
        )
        value = density(R0=R0, R1=R1, CPE1_tau=tau, CPE1_n=n, noise=noise, floor=floor)
        # The text of the priors of the noise has four decimals.
        assert value == pytest.approx(expected, abs=1e-3 + 1e-6 * abs(expected))


def test_log_density_of_two_arcs_counts_both_orders() -> None:
    """The two time constants in order have twice the density of two independent ones."""
    data = po.simulated_pellet()
    scales = window(data)
    model = po.build(TWO_ARCS, data, noise=po.Proportional())
    density = logp(model)
    R, tau, n = (50.0, 120.0), (4e-8, 6e-5), (0.9, 0.8)
    noise, floor, Z3, n3 = 0.006, 1e-4, 30.0, 0.86

    s = 2j * np.pi * data["frequency"].values
    Z = sum(R[i] / (1 + (s * tau[i]) ** n[i]) for i in (0, 1))
    Z = Z + Z3 * (s / scales["omega_mid"]) ** -n3
    sd = np.hypot(noise * np.abs(Z), floor * scales["smallest"])
    measured = data["Z"].transpose("part", "frequency").values
    wide = float(np.hypot(scales["Z_width"], scales["tau_width"]))
    expected = (
        stats.norm(Z.real, sd).logpdf(measured[0]).sum()
        + stats.norm(Z.imag, sd).logpdf(measured[1]).sum()
        + sum(lognormal(r, scales["Z_mid"], scales["Z_width"]) for r in R)
        + np.log(2)
        + sum(lognormal(t, scales["tau_mid"], scales["arc_width"]) for t in tau)
        + lognormal(Z3, scales["Z_mid"], wide)
        + stats.beta(4, 1.5).logpdf([*n, n3]).sum()
        + lognormal(noise, np.log(0.01), 1.5)
        + lognormal(floor, -8.0, 0.5)
    )
    value = density(
        **dict(R1=R[0], R2=R[1], CPE1_n=n[0], CPE2_n=n[1], CPE3_Z=Z3, CPE3_n=n3),
        **dict(noise=noise, floor=floor, ordered_CPE1_tau_CPE2_tau=tau),
    )
    assert value == pytest.approx(expected, abs=2e-3 + 1e-6 * abs(expected))


def test_density_of_ordered_times_integrates_to_one() -> None:
    import pytensor
    from pytensor.graph.replace import vectorize_graph

    model = po.build(TWO_ARCS, po.simulated_pellet())
    (rv,) = (rv for rv in model.free_RVs if rv.name.startswith("ordered"))
    scales = window(po.simulated_pellet())
    value = model.rvs_to_values[rv]
    log_tau = scales["tau_mid"] + scales["arc_width"] * np.linspace(-7, 7, 300)
    log_gap = np.linspace(-14, 5, 400)  # log of the difference of the two log τ
    grid = np.stack(np.meshgrid(log_tau, log_gap, indexing="ij"), axis=-1).reshape(-1, 2)
    points = pytensor.tensor.matrix("points")
    batched = vectorize_graph(model.logp(vars=[rv]), {value: points})
    at = pytensor.function([points], batched, mode=interpreted())(grid)
    cell = (log_tau[1] - log_tau[0]) * (log_gap[1] - log_gap[0])
    assert np.exp(at).sum() * cell == pytest.approx(1, abs=2e-3)


def test_plain_model_has_finite_density_at_its_start() -> None:
    for circuit, data in ((ONE_ARC, one_arc()), (TWO_ARCS, po.simulated_pellet())):
        model = po.build(circuit, data)
        assert np.isfinite(model.compile_logp(mode=interpreted())(model.initial_point()))


def test_another_data_set_takes_the_place_of_the_first() -> None:
    """Whatever its number of points and the order of its dimensions."""
    first, second = one_arc(30), one_arc(41, seed=1)
    second = second.assign(Z=3 * second["Z"].transpose("part", "frequency"))
    model = po.build(ONE_ARC, first)
    function = model.compile_logp(mode=interpreted())
    start = model.initial_point()
    before = float(function(start))
    set_data(model, ONE_ARC, second)
    fresh = po.build(ONE_ARC, second).compile_logp(mode=interpreted())
    rng = np.random.default_rng(1)
    for _ in range(3):
        point = {name: value + rng.normal() for name, value in start.items()}
        assert float(function(point)) == pytest.approx(float(fresh(point)), rel=1e-12)
    assert model.coords["frequency"] == tuple(second["frequency"].values)
    set_data(model, ONE_ARC, first)
    assert float(function(start)) == before


# --- Simulation -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("circuit", "count"), [(TWO_ARCS, 2), (THREE_ARCS, 3)], ids=lambda value: str(value)
)
def test_simulated_times_are_sorted_independent_draws(circuit: po.Circuit, count: int) -> None:
    data = po.simulated_pellet()
    scales = window(data)
    values, points = simulate_prior(po.build(circuit, data), DRAWS, seed=4)
    (tau,) = (value for name, value in values.items() if name.startswith("ordered"))
    assert tau.shape == (DRAWS, count)
    assert (np.diff(tau, axis=1) > 0).all()
    law = stats.lognorm(scales["arc_width"], scale=np.exp(scales["tau_mid"]))
    for place in range(count):
        # The k-th of m sorted uniform numbers follows Beta(k, m - k + 1).
        order = stats.beta(place + 1, count - place)
        assert stats.kstest(order.cdf(law.cdf(tau[:, place])), "uniform").pvalue > 1e-3
    assert np.isfinite(points).all()


def test_unconstrained_draws_are_those_of_the_prior() -> None:
    """The raveled points of a simulation are its values, transformed."""
    from posterion.inference.engine.density import Density

    model = po.build(TWO_ARCS, po.simulated_pellet())
    values, points = simulate_prior(model, 50, seed=4)
    expanded = Density(model).expand(points)
    assert set(expanded) == {v.name for v in model.unobserved_RVs}
    for name, value in expanded.items():
        np.testing.assert_allclose(value, values[name], rtol=1e-6, err_msg=name)


def test_prior_predictive_covers_the_measured_window_and_little_more() -> None:
    data = po.simulated_pellet()
    modulus = np.hypot(*data["Z"].transpose("part", "frequency").values)
    values, _ = simulate_prior(po.build(TWO_ARCS, data, noise=po.Proportional()), DRAWS, seed=5)
    simulated = np.hypot(*np.moveaxis(values["Z"], 1, 0))
    assert np.isfinite(simulated).all()
    low, middle, high = np.quantile(simulated, [0.05, 0.5, 0.95])
    assert modulus.min() < middle < 10 * modulus.max()  # of three elements, the largest counts
    assert low < modulus.min() and high > modulus.max()
    # Never a milli-ohm or a tera-ohm pellet as the typical guess.
    assert np.quantile(simulated, 0.25) > modulus.min() / 1e3
    assert np.quantile(simulated, 0.75) < modulus.max() * 1e3
    # Resistances are not centred on the fit: their prior is the same for both arcs.
    assert stats.ks_2samp(values["R1"], values["R2"]).pvalue > 1e-3


def test_simulated_data_follow_the_circuit_at_the_simulated_parameters() -> None:
    data = one_arc()
    values, _ = simulate_prior(po.build(ONE_ARC, data, noise=po.Proportional()), DRAWS, seed=6)
    s = 2j * np.pi * data["frequency"].values
    R0, R1, Q, n, noise, floor = (
        values[name][:, None] for name in ("R0", "R1", "CPE1_Q", "CPE1_n", "noise", "floor")
    )
    Z = R0 + R1 / (1 + R1 * Q * s**n)
    sd = np.hypot(noise * np.abs(Z), floor * window(data)["smallest"])
    z = (values["Z"] - np.stack([Z.real, Z.imag], axis=1)) / sd[:, None]
    # One number of each draw: those of one draw share its parameters.
    for part, place in ((0, 0), (1, 0), (0, 29), (1, 15)):
        assert stats.kstest(z[:, part, place], "norm").pvalue > 1e-3


# --- Priors that are given ------------------------------------------------------------------


def test_a_named_parameter_is_sampled_as_itself() -> None:
    priors = {"CPE1_Q": "LogNormal(-11, 1)", "R1": po.Prior("TruncatedNormal", 90, 20, lower=0)}
    model = po.build(ONE_ARC, one_arc(), priors=priors)
    names = {rv.name for rv in model.free_RVs}
    assert "CPE1_Q" in names and "CPE1_tau" not in names
    values, _ = simulate_prior(model, DRAWS, seed=7)
    law = stats.lognorm(1, scale=np.exp(-11))
    assert stats.kstest(values["CPE1_Q"], law.cdf).pvalue > 1e-3
    assert stats.kstest(values["R1"], stats.truncnorm(-4.5, np.inf, 90, 20).cdf).pvalue > 1e-3
    tau = (values["R1"] * values["CPE1_Q"]) ** (1 / values["CPE1_n"])
    np.testing.assert_allclose(values["CPE1_tau"], tau, rtol=1e-6)


def test_arcs_with_a_prior_of_their_own_are_not_ordered() -> None:
    model = po.build(TWO_ARCS, po.simulated_pellet(), priors={"CPE1_tau": "LogNormal(0, 1)"})
    names = {rv.name for rv in model.free_RVs}
    assert {"CPE1_tau", "CPE2_tau"} <= names
    assert not any(name.startswith("ordered") for name in names)


def test_hyperpriors_and_window_names_may_be_given() -> None:
    data = one_arc()
    priors = {"R0": "LogNormal(Normal(Z_mid, 1), Z_width)", "noise": "HalfNormal(0.1)"}
    model = po.build(ONE_ARC, data, priors=priors, noise=po.Proportional())
    scales = window(data)
    value = logp(model, vars=[model["R0"], model["R0_mu"]])
    everything = {"R1": 100, "CPE1_tau": 1e-3, "CPE1_n": 0.8, "noise": 0.1, "floor": 1e-4}
    at = value(R0=20.0, R0_mu=2.5, **everything)
    expected = lognormal(20.0, 2.5, scales["Z_width"]) + stats.norm(scales["Z_mid"], 1).logpdf(2.5)
    assert at == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("priors", "message"),
    [
        ({"R9": "LogNormal(0, 1)"}, "'R9', which the model lacks; it has R0, R1, CPE1_tau"),
        ({"CPE1_q": "LogNormal(0, 1)"}, "did you mean CPE1_"),
        ({"banana": "LogNormal(0, 1)"}, "it has R0, R1, CPE1_tau, CPE1_n, noise, floor, CPE1_Q"),
        ({"nu": "LogNormal(0, 1)"}, "'nu', which the model lacks"),
        ({"R1": "Normal(0, 1)"}, "reaches below zero, but R1 is positive; use a LogNormal"),
        ({"CPE1_n": "LogNormal(0, 1)"}, "leaves the range from 0 to 1 of CPE1_n; use a Beta"),
        ({"R1": "LogNormal(Z_mud, 1)"}, "'Z_mud' is neither a number nor a quantity"),
        ({"R1": "Lognormal(0, 1)"}, "not a family of priors"),
        ({"R1": "5"}, "a number without an error"),
        ({"R1": "5 of 7"}, "cannot be read"),
    ],
)
def test_bad_priors(priors: dict[str, str], message: str) -> None:
    with pytest.raises(PosterionError, match=message):
        po.build(ONE_ARC, one_arc(), priors=priors, noise=po.Proportional())


def test_robust_noise_takes_a_prior_of_its_degrees_of_freedom() -> None:
    model = po.build(
        ONE_ARC, one_arc(), noise=po.StudentT(), priors={"nu": "TruncatedNormal(4, 1, lower=2)"}
    )
    values, _ = simulate_prior(model, 500, seed=1)
    assert values["nu"].min() > 2


# --- Bad data -------------------------------------------------------------------------------


def test_too_few_points() -> None:
    with pytest.raises(PosterionError, match="3 points cannot determine the 4 parameters of R0-p"):
        po.build(ONE_ARC, one_arc(3))
    po.build(ONE_ARC, one_arc(4))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers(bad: float) -> None:
    data = one_arc()
    data["Z"][3, 1] = bad
    with pytest.raises(PosterionError, match="'Z' of the data holds NaN or infinity"):
        po.build(ONE_ARC, data)


@pytest.mark.parametrize("name", ["Z", "frequency"])
def test_missing_variables(name: str) -> None:
    data = one_arc().drop_vars(name)
    with pytest.raises(PosterionError, match=f"the data have no '{name}'; they hold"):
        po.build(ONE_ARC, data)


def test_bad_data_do_not_replace_good_ones() -> None:
    model = po.build(ONE_ARC, one_arc())
    data = one_arc(12)
    data["Z"][0, 0] = np.nan
    with pytest.raises(PosterionError, match="NaN"):
        set_data(model, ONE_ARC, data)
    assert model["measured_Z"].get_value().shape == (2, 30)


def test_data_without_parts_are_refused() -> None:
    data = one_arc()
    complex_data = xr.Dataset(
        {"Z": ("frequency", np.abs(data["Z"].values[:, 0]))}, {"frequency": data["frequency"]}
    )
    with pytest.raises(PosterionError, match=r"'Z' of the data has the dimensions \(frequency\)"):
        po.build(ONE_ARC, complex_data)


def test_unit_and_order_of_the_data_are_heeded() -> None:
    data = po.simulated_pellet()
    circuit = po.Circuit.parse("p(R1,CPE1)-p(R2,CPE2)-CPE3")
    straight = po.build(circuit, data)["measured_Z"].get_value()
    turned = po.build(circuit, data.isel(part=[1, 0]))["measured_Z"].get_value()
    kilo = data.assign(Z=(data["Z"] / 1000).assign_attrs(units="kiloohm"))
    np.testing.assert_array_equal(turned, straight)
    np.testing.assert_allclose(po.build(circuit, kilo)["measured_Z"].get_value(), straight)
    with pytest.raises(po.PosterionError, match="unit"):
        po.build(circuit, data.assign(Z=data["Z"].assign_attrs(units="second")))
    with pytest.raises(po.PosterionError, match="part"):
        po.build(circuit, data.assign_coords(part=["Re", "Im"]))
