"""The noise `Discrepant`: written out again in complex numbers and with dense matrices."""

import json
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray
from scipy import integrate, stats

import posterion as po
from posterion.datasets.schema import spectrum_dataset
from posterion.inference.discrepancy import LEFT_OUT, OFFSET, added, distribution
from posterion.inference.engine.density import interpreted
from posterion.inference.engine.simulate import replicate, simulate_prior
from posterion.inference.noise.discrepant import Discrepant
from posterion.inference.noise.low_rank import _draws, amplitudes_given, low_rank_variable
from posterion.inference.revive import noise_of
from posterion.inference.transforms import SumAndShares
from posterion.models.relaxation import (
    LENGTH,
    MODES,
    SMOOTH_MODES,
    Relaxations,
    matern,
    smooth_modes,
)

Array = NDArray[np.float64]

CIRCUIT = po.Circuit.parse("R0-p(R1,CPE1)")
TRUTH = {"R0": 10.0, "R1": 100.0, "CPE1_Q": 1e-5, "CPE1_n": 0.85}
FREQUENCY = np.logspace(5, 0, 25)
SAMPLE = ("chain", "draw")


def spectrum(frequency: Array = FREQUENCY) -> xr.Dataset:
    s = 2j * np.pi * frequency
    Z = TRUTH["R0"] + TRUTH["R1"] / (1 + TRUTH["R1"] * TRUTH["CPE1_Q"] * s ** TRUTH["CPE1_n"])
    real, imag = np.random.default_rng(1).normal(size=(2, frequency.size))
    Z = Z + 0.005 * np.abs(Z) * (real + 1j * imag)
    return spectrum_dataset(frequency, Z, source="here", format="test")


def matern_covariance(distance: Any, length: float) -> Any:
    """Rasmussen and Williams (2006), eq. 4.17."""
    r = np.sqrt(3) * np.abs(distance) / length
    return (1 + r) * np.exp(-r)


# --- The marginal density ---------------------------------------------------------------------


def errors(seed: int, points: int = 7, rank: int = 4) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    return {
        "value": rng.normal(size=(2, points)),
        "mean": rng.normal(size=(2, points)),
        "sigma": np.exp(rng.normal(size=(2, points)) - 1),
        "factor": rng.normal(size=(2, points, rank)) * np.exp(rng.normal()),
    }


GROUPS = {"one group": np.zeros(7), "two groups": np.array([0.0, 1, 0, 1, 1, 0, 1])}


def dense(value: Array, mean: Array, sigma: Array, factor: Array, group: Array) -> float:
    """Return the log density by a covariance of all data: amplitudes are those of a group."""
    rows = factor.reshape(-1, factor.shape[-1])
    alike = np.equal.outer(np.tile(group, 2), np.tile(group, 2))
    covariance = np.diag(sigma.ravel() ** 2) + alike * (rows @ rows.T)
    return float(stats.multivariate_normal(mean.ravel(), covariance).logpdf(value.ravel()))


@pytest.fixture(scope="module")
def marginal() -> Any:
    """Return log density of all data and its derivatives, as functions of all that goes in."""
    import pymc as pm
    import pytensor
    import pytensor.tensor as pt

    value, mean, sigma = (pt.matrix(name) for name in ("value", "mean", "sigma"))
    factor, group = pt.tensor3("factor"), pt.vector("group")
    with pm.Model():
        variable = low_rank_variable("y", mean, sigma, factor, group)
    each = pm.logp(variable, value)
    derived = pytensor.grad(each.sum(), [value, mean, sigma, factor])
    return pytensor.function(
        [value, mean, sigma, factor, group], [each, *derived], mode=interpreted()
    )


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
@pytest.mark.parametrize("seed", range(4))
def test_marginal_density_is_that_of_a_dense_covariance(seed: int, group: Array, marginal) -> None:
    given = errors(seed)
    each, *_ = marginal(*given.values(), group)
    assert each.shape == (2, 7)
    assert each.sum() == pytest.approx(dense(**given, group=group), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_derivatives_are_those_of_differences(group: Array, marginal) -> None:
    given = errors(9)
    _, *derived = marginal(*given.values(), group)
    for (name, value), slope in zip(given.items(), derived, strict=True):
        assert slope.shape == value.shape
        for place in np.ndindex(value.shape):
            step = np.zeros_like(value)
            step[place] = 1e-5
            high, low = (
                dense(**(given | {name: value + sign * step}), group=group) for sign in (1, -1)
            )
            assert slope[place] == pytest.approx((high - low) / 2e-5, rel=1e-5, abs=1e-5), name


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_draws_have_that_covariance(group: Array) -> None:
    given = errors(3)
    arguments = (given["mean"], given["sigma"], given["factor"], group)
    drawn = _draws(*arguments, rng=np.random.default_rng(1), size=(40_000,)).reshape(40_000, -1)
    rows = given["factor"].reshape(14, -1)
    alike = np.equal.outer(np.tile(group, 2), np.tile(group, 2))
    covariance = np.diag(given["sigma"].ravel() ** 2) + alike * (rows @ rows.T)
    # In the axes in which they are independent with variance one.
    z = np.linalg.solve(np.linalg.cholesky(covariance), (drawn - given["mean"].ravel()).T)
    assert np.abs(z.mean(axis=1)).max() < 4.5 / np.sqrt(40_000)
    assert np.abs(np.cov(z) - np.eye(14)).max() < 4.5 * np.sqrt(2 / 40_000)
    assert stats.kstest(z[:, ::10].ravel(), "norm").pvalue > 1e-3


def test_amplitudes_have_mean_and_covariance_of_the_exact_conditional() -> None:
    given, count = errors(5), 40_000
    rows, sigma = given["factor"].reshape(14, -1), given["sigma"].ravel()
    gain = rows.T @ np.linalg.inv(np.diag(sigma**2) + rows @ rows.T)
    mean = gain @ (given["value"] - given["mean"]).ravel()
    covariance = np.eye(4) - gain @ rows
    many = {name: np.repeat(given[name][None], count, axis=0) for name in ("mean", "sigma")}
    factor = np.broadcast_to(given["factor"], (count, *given["factor"].shape))
    rng = np.random.default_rng(2)
    drawn = amplitudes_given(given["value"], many["mean"], many["sigma"], factor, rng)
    z = np.linalg.solve(np.linalg.cholesky(covariance), (drawn - mean).T)
    assert np.abs(z.mean(axis=1)).max() < 4 / np.sqrt(count)
    assert np.abs(np.cov(z) - np.eye(4)).max() < 4 * np.sqrt(2 / count)


# --- What the discrepancies are -----------------------------------------------------------------


def test_modes_are_impedances_of_distributions_of_relaxation_times() -> None:
    omega = 2 * np.pi * np.array([1.0, 33.0, 1e3, 1e5])
    modes = Relaxations.over(omega.min(), omega.max())
    found = modes.impedance(omega)
    assert found.shape == (2, 4, MODES)
    span = modes.high - modes.low
    x = np.linspace(modes.low, modes.high, 40_001)
    for k in (1, 2, MODES // 2, MODES):
        wavenumber = np.pi * k / span
        height = np.sqrt(2 / span * matern(np.array(wavenumber), LENGTH))
        phi = height * np.sin(wavenumber * (x - modes.low))
        Z = integrate.simpson(phi / (1 + 1j * omega[:, None] * 10**x), x=x)
        np.testing.assert_allclose(found[0, :, k - 1], Z.real, rtol=4e-3, atol=2e-4 * height)
        np.testing.assert_allclose(found[1, :, k - 1], Z.imag, rtol=4e-3, atol=2e-4 * height)
        total = integrate.simpson(phi, x=x)
        assert modes.resistance[k - 1] == pytest.approx(total, rel=4e-3, abs=1e-6)
        np.testing.assert_allclose(modes.density(x)[:, k - 1], phi, atol=1e-12)


def test_modes_obey_the_kramers_kronig_relations() -> None:
    """Re Z(ω) = 2/π ∫ x Im Z(x)/(ω² - x²) dx of what vanishes at high frequency, by parts."""
    modes = Relaxations.over(2 * np.pi, 2e5 * np.pi)
    # On ln x the kernel is singular at ω: points in the middle between those of a grid.
    step = np.log(10) / 200
    log = np.arange(np.log(1e-7), np.log(1e13), step)
    x = np.exp(log)
    imag = modes.impedance(x)[1]
    for place in (1500, 2000, 2500):
        omega = np.exp(log[place] + step / 2)
        kernel = x**2 / (omega**2 - x**2)
        real = 2 / np.pi * step * (kernel @ imag)
        expected = modes.impedance(np.array([omega]))[0, 0]
        np.testing.assert_allclose(real, expected, atol=2e-3 * np.abs(expected).max())
        assert (np.abs(-real - expected) > 0.1 * np.abs(expected)).all()


@pytest.mark.parametrize("length", [0.3, 0.6, 1.2])
def test_spectral_density_is_that_of_a_variance_of_one(length: float) -> None:
    def share(distance: float) -> float:
        def term(wavenumber: float) -> float:
            return float(matern(np.array(wavenumber), length) * np.cos(wavenumber * distance))

        return integrate.quad(term, 0, 400 / length, limit=2000)[0] / np.pi

    assert share(0.0) == pytest.approx(1, abs=1e-6)
    for distance in (0.2, 1.0):
        assert share(distance) == pytest.approx(matern_covariance(distance, length), abs=1e-5)


def test_distributions_are_a_matern_process_inside_the_window() -> None:
    modes = Relaxations(-4.0, 1.0)
    x = np.linspace(modes.low + 1.2, modes.high - 1.2, 27)
    rows = modes.density(x)
    found, expected = rows @ rows.T, matern_covariance(np.subtract.outer(x, x), LENGTH)
    assert np.abs(found - expected).max() < 0.06
    # Outside of the ends there is nothing.
    assert not modes.density(np.array([modes.low - 0.01, modes.high + 0.01])).any()


def test_smooth_errors_have_a_variance_of_about_one() -> None:
    omega = np.geomspace(1, 1e6, 200)
    rows = smooth_modes(omega, 1, 1e6)
    assert rows.shape == (200, SMOOTH_MODES)
    variance = (rows**2).sum(axis=1)
    assert variance.mean() == pytest.approx(1, abs=0.1)
    assert variance.min() > 0.7 and variance.max() < 1.7


def test_a_skewed_arc_is_that_of_havriliak_and_negami(oracle: ModuleType) -> None:
    values = {name: np.array(value) for name, value in TRUTH.items()}
    tau = (TRUTH["R1"] * TRUTH["CPE1_Q"]) ** (1 / TRUTH["CPE1_n"])
    inputs = {"frequency": FREQUENCY}
    for skew in (-0.7, -0.1, 0.0, 0.2):
        found = CIRCUIT.response(inputs, values | {"CPE1_skew": np.array(skew)})
        Z = TRUTH["R0"] + oracle.havriliak_negami(
            FREQUENCY, TRUTH["R1"], tau, TRUTH["CPE1_n"], np.exp(skew)
        )
        np.testing.assert_allclose(found, [Z.real, Z.imag], rtol=1e-12)
    plain = CIRCUIT.response(inputs, values)
    unskewed = CIRCUIT.response(inputs, values | {"CPE1_skew": np.array(0.0)})
    np.testing.assert_allclose(unskewed, plain, rtol=1e-12)


def test_arcs_that_may_be_skewed() -> None:
    circuit = po.Circuit.parse("R0-p(R1,CPE1)-p(R2,C2)-Zarc3-p(R4-W4,CPE4)-CPE5")
    noise = Discrepant().of(circuit)
    assert noise.arcs == ("CPE1", "Zarc3") and noise.skews == ("CPE1_skew", "Zarc3_skew")
    assert Discrepant().of(po.Arrhenius("sigma")).arcs == ()


# --- The whole likelihood ---------------------------------------------------------------------


def written_out(
    oracle: ModuleType, values: dict[str, float], frequency: Array, accuracy: Any = None
) -> tuple[Array, Array, Array]:
    """Return mean, covariance and sd of real and imaginary parts, from complex numbers."""
    omega = 2 * np.pi * frequency
    modulus = np.hypot(*spectrum(frequency)["Z"].transpose("part", "frequency").values)
    tau = (values["R1"] * values["CPE1_Q"]) ** (1 / values["CPE1_n"])
    Z = values["R0"] + oracle.havriliak_negami(
        frequency, values["R1"], tau, values["CPE1_n"], np.exp(values["CPE1_skew"])
    )
    modes = Relaxations.over(omega.min(), omega.max())
    real, imag = modes.impedance(omega)
    relaxed = real + 1j * imag
    smooth = smooth_modes(omega, omega.min(), omega.max())
    magnitude, phase = accuracy or (values["instrument"], values["instrument"])
    columns = np.concatenate(
        [
            values["discrepancy"] * (values["R0"] + values["R1"]) * relaxed,
            (1j * values["lead"] * modulus.min() * omega / omega.max())[:, None],
            magnitude * Z[:, None] * smooth,
            phase * 1j * Z[:, None] * smooth,
        ],
        axis=1,
    )
    sd = np.hypot(values["noise"] * np.abs(Z), values["floor"] * modulus.min())
    rows = np.concatenate([columns.real, columns.imag])
    return np.concatenate([Z.real, Z.imag]), rows, np.concatenate([sd, sd])


def drawn_values(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    typical = TRUTH | {"noise": 0.005, "floor": 1e-3, "discrepancy": 0.02, "lead": 0.05}
    typical = typical | {"instrument": 0.004}
    found = {name: value * np.exp(0.1 * rng.normal()) for name, value in typical.items()}
    return found | {"CPE1_skew": 0.2 * rng.normal()}


@pytest.mark.parametrize("accuracy", [None, (0.002, 0.005)])
def test_likelihood_is_that_of_circuit_discrepancies_and_noise(accuracy, oracle) -> None:
    data = spectrum()
    model = po.build(CIRCUIT, data, noise=Discrepant(accuracy=accuracy))
    logp = model.compile_logp(vars=model.observed_RVs, sum=True, mode=interpreted())
    measured = data["Z"].transpose("part", "frequency").values
    for seed in range(3):
        values = drawn_values(seed)
        n, tau = values["CPE1_n"], (values["R1"] * values["CPE1_Q"]) ** (1 / values["CPE1_n"])
        own = {"summed_R0_R1": [values["R0"], values["R1"]], "CPE1_tau": tau, "CPE1_n": n}
        point = {}
        for rv in model.free_RVs:
            value = np.asarray(own.get(rv.name, values.get(rv.name)))
            transform = model.rvs_to_transforms[rv]
            if transform is not None:
                value = transform.forward(value, *rv.owner.inputs).eval(mode=interpreted())
            point[model.rvs_to_values[rv].name] = value
        mean, rows, sd = written_out(oracle, values, FREQUENCY, accuracy)
        law = stats.multivariate_normal(mean, np.diag(sd**2) + rows @ rows.T)
        found = float(logp(point))
        assert found == pytest.approx(law.logpdf(measured.ravel()), abs=2e-3)
        # Which parts that change places, a sign or a factor of two in the phase would miss by far.
        assert abs(found - law.logpdf(measured[::-1].ravel())) > 10
        start = 2 * SMOOTH_MODES
        for wrong in (np.roll(rows[:, -start:], FREQUENCY.size, axis=0), 2 * rows[:, -start:]):
            other = np.concatenate([rows[:, :-start], wrong], axis=1)
            law = stats.multivariate_normal(mean, np.diag(sd**2) + other @ other.T)
            assert abs(found - law.logpdf(measured.ravel())) > 0.1


def test_simulated_spectra_scatter_as_stated(oracle) -> None:
    model = po.build(CIRCUIT, spectrum())
    values, _ = simulate_prior(model, 400, seed=3)
    size = np.abs(values["Z"]).max(axis=(1, 2))
    assert np.isfinite(values["Z"]).all() and np.isfinite(size).all()
    own = drawn_values(7)
    tau = (own["R1"] * own["CPE1_Q"]) ** (1 / own["CPE1_n"])
    given = {name: np.full(4000, value) for name, value in own.items()} | {
        "summed_R0_R1": np.tile([own["R0"], own["R1"]], (4000, 1)),
        "R_total": np.full(4000, own["R0"] + own["R1"]),
        "CPE1_tau": np.full(4000, tau),
    }
    names = {rv.name for rv in (*model.free_RVs, *model.deterministics)}
    drawn = replicate(model, {k: v for k, v in given.items() if k in names}, seed=2)["Z"]
    mean, rows, sd = written_out(oracle, own, FREQUENCY)
    root = np.linalg.cholesky(np.diag(sd**2) + rows @ rows.T)
    z = np.linalg.solve(root, (drawn.reshape(4000, -1) - mean).T)
    assert np.abs(z.mean(axis=1)).max() < 4.5 / np.sqrt(4000)
    assert np.abs(np.cov(z) - np.eye(len(z))).max() < 5 * np.sqrt(2 / 4000)


# --- Resistances as their sum and its shares -----------------------------------------------------


def transformed(x: Array) -> tuple[Array, Array, float]:
    transform = SumAndShares()
    z = transform.forward(x).eval(mode=interpreted())
    import pytensor.tensor as pt

    back = transform.backward(pt.as_tensor(z)).eval(mode=interpreted())
    return z, back, float(transform.log_jac_det(pt.as_tensor(z)).eval(mode=interpreted()))


@pytest.mark.parametrize("count", [2, 3, 5])
def test_sum_and_shares_come_back_and_have_the_jacobian_of_differences(count: int) -> None:
    import pytensor.tensor as pt

    rng = np.random.default_rng(count)
    for scale in (1.0, 1e-6, 1e8):
        x = scale * np.exp(2 * rng.normal(size=count))
        z, back, log_jacobian = transformed(x)
        assert z[0] == pytest.approx(np.log(x.sum()), rel=1e-12)
        np.testing.assert_allclose(z[1:], np.log(x[:-1] / x[-1]), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(back, x, rtol=1e-9)
        assert log_jacobian == pytest.approx(np.log(x).sum(), rel=1e-9)
        columns = []
        for step in 1e-5 * np.eye(count):
            high, low = (
                SumAndShares().backward(pt.as_tensor(z + sign * step)).eval(mode=interpreted())
                for sign in (1, -1)
            )
            columns.append((high - low) / 2e-5)
        _, numerical = np.linalg.slogdet(np.array(columns))
        assert log_jacobian == pytest.approx(numerical, abs=1e-6)


def test_prior_of_the_sum_is_that_of_the_resistances() -> None:
    data = spectrum()
    model = po.build(CIRCUIT, data, priors={"R1": "LogNormal(3, 0.5)"})
    (rv,) = (rv for rv in model.free_RVs if rv.name.startswith("summed"))
    window = CIRCUIT.window(data)
    laws = [
        stats.lognorm(window["Z_width"], scale=np.exp(window["Z_mid"])),
        stats.lognorm(0.5, scale=np.exp(3)),
    ]
    values, _ = simulate_prior(model, 4000, seed=5)
    for place, (name, law) in enumerate(zip(("R0", "R1"), laws, strict=True)):
        np.testing.assert_array_equal(values[name], values[rv.name][:, place])
        assert stats.kstest(values[name], law.cdf).pvalue > 1e-3
    assert abs(stats.spearmanr(values["R0"], values["R1"]).statistic) < 4 / np.sqrt(4000)
    logp = model.compile_logp(vars=[rv], jacobian=False, mode=interpreted())
    whole = model.compile_logp(vars=[rv], mode=interpreted())
    start, name = model.initial_point(), model.rvs_to_values[rv].name
    for x in values[rv.name][:5]:
        z, _, log_jacobian = transformed(x)
        expected = sum(law.logpdf(value) for law, value in zip(laws, x, strict=True))
        assert float(logp(start | {name: z})) == pytest.approx(expected, rel=1e-6)
        assert float(whole(start | {name: z})) == pytest.approx(expected + log_jacobian, rel=1e-6)


def test_density_of_sum_and_shares_integrates_to_one() -> None:
    priors = {"R0": "LogNormal(1, 0.5)", "R1": "LogNormal(3, 0.7)"}
    model = po.build(CIRCUIT, spectrum(), priors=priors)
    (rv,) = (rv for rv in model.free_RVs if rv.name.startswith("summed"))
    logp, start = model.compile_logp(vars=[rv], mode=interpreted()), model.initial_point()
    name = model.rvs_to_values[rv].name
    total, share = np.linspace(-1, 8, 70), np.linspace(-8, 4, 70)
    at = [float(logp(start | {name: np.array([t, r])})) for t in total for r in share]
    cell = (total[1] - total[0]) * (share[1] - share[0])
    assert np.exp(at).sum() * cell == pytest.approx(1, abs=1e-3)


# --- Fits -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fitted() -> xr.DataTree:
    tree = po.fit(CIRCUIT, spectrum(), seed=1, draws=400)
    assert po.Verdict.of(tree).passed, po.Verdict.of(tree)
    return tree


def test_amplitudes_and_all_that_follows_from_them(fitted: xr.DataTree, oracle) -> None:
    """Each draw's amplitudes are normal as its other parameters and the data say."""
    assert noise_of(fitted) == Discrepant(("CPE1",))
    posterior = fitted["posterior"].to_dataset()
    order = fitted["constant_data"]["measured_frequency"].values
    measured = fitted["observed_data"]["Z"].transpose("part", "frequency").values
    offsets = posterior[OFFSET].values.reshape(-1, MODES + 1 + 2 * SMOOTH_MODES)
    names = [*TRUTH, *(p.name for p in noise_of(fitted).parameters)]
    flat = {name: posterior[name].values.ravel() for name in names}
    likelihood = fitted["log_likelihood"]["Z"].transpose(*SAMPLE, "part", "frequency").values
    likelihood = likelihood.reshape(-1, measured.size)
    replicas = fitted["posterior_predictive"]["Z"].transpose(*SAMPLE, "part", "frequency").values
    replicas = replicas.reshape(-1, measured.size)
    left_out = posterior[LEFT_OUT].values.ravel()
    total = posterior["R_total"].values.ravel()
    np.testing.assert_allclose(total, flat["R0"] + flat["R1"] + left_out, rtol=1e-9)
    window = json.loads(fitted.attrs["window"])
    share = Relaxations.over(window["omega_min"], window["omega_max"]).resistance
    both = added(fitted, order, instrument=True).reshape(-1, measured.size)
    specimen = added(fitted, order, instrument=False).reshape(-1, measured.size)
    causal = MODES + 1
    standard, scattered = [], []
    for draw in range(0, len(offsets), 8):
        values = {name: float(value[draw]) for name, value in flat.items()}
        mean, rows, sd = written_out(oracle, values, order)
        scaled = rows / sd[:, None]
        precision = np.eye(rows.shape[1]) + scaled.T @ scaled
        exact = np.linalg.solve(precision, scaled.T @ ((measured.ravel() - mean) / sd))
        standard.append(np.linalg.cholesky(precision).T @ (offsets[draw] - exact))
        middle = mean + rows @ offsets[draw]
        np.testing.assert_allclose(both[draw], middle, atol=1e-3 * sd.min())
        kept = mean + rows[:, :causal] @ offsets[draw, :causal]
        np.testing.assert_allclose(specimen[draw], kept, atol=1e-3 * sd.min())
        expected = stats.norm(middle, sd).logpdf(measured.ravel())
        np.testing.assert_allclose(likelihood[draw], expected, atol=5e-3)
        scattered.append((replicas[draw] - middle) / sd)
        ohm = values["discrepancy"] * (values["R0"] + values["R1"])
        assert left_out[draw] == pytest.approx(ohm * (offsets[draw, :MODES] @ share), abs=1e-9)
    assert stats.kstest(np.ravel(standard), "norm").pvalue > 1e-3
    assert stats.kstest(np.ravel(scattered), "norm").pvalue > 1e-3


def test_distribution_integrates_to_what_is_left_out(fitted: xr.DataTree) -> None:
    window = json.loads(fitted.attrs["window"])
    modes = Relaxations.over(window["omega_min"], window["omega_max"])
    x = np.linspace(modes.low, modes.high, 2001)
    gamma = distribution(fitted, 10**x)
    total = integrate.simpson(gamma, x=x * np.log(10))
    expected = fitted["posterior"][LEFT_OUT].values.ravel()
    np.testing.assert_allclose(total, expected, atol=1e-3 * np.abs(expected).max())


def test_truth_is_recovered(fitted: xr.DataTree) -> None:
    posterior = fitted["posterior"]
    for name, value in (TRUTH | {"R_total": TRUTH["R0"] + TRUTH["R1"]}).items():
        assert abs(float(posterior[name].mean()) - value) < 4 * float(posterior[name].std()), name


def test_without_discrepancies_it_is_the_plain_noise(deviations) -> None:
    none = "LogNormal(-25, 0.1)"
    priors = {"discrepancy": none, "lead": none, "instrument": none, "CPE1_skew": "Normal(0, 1e-6)"}
    priors["floor"] = "LogNormal(-8, 0.5)"  # as the plain noise has it
    nearly = po.fit(CIRCUIT, spectrum(), priors=priors, seed=1)
    plain = po.fit(CIRCUIT, spectrum(), noise=po.Proportional(), seed=2)
    for tree in (nearly, plain):
        assert po.Verdict.of(tree).passed, po.Verdict.of(tree)
    for name in ("R0", "R1", "CPE1_n", "noise"):
        both = [np.log(tree["posterior"][name]) for tree in (nearly, plain)]
        found = deviations(*both)
        assert max(map(abs, found.values())) < 4, (name, found)
