"""Laws of conductivity against temperature: formulas, limits, coordinates, and known truths."""

import json
import math
from functools import partial
from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray
from scipy import integrate, stats

import posterion as po
from posterion import PosterionError
from posterion.inference.build import set_data
from posterion.inference.engine.density import interpreted
from posterion.inference.engine.explore import explore
from posterion.inference.engine.plan import adaptive_plan, run_chains, starts_near, whitened_plan
from posterion.inference.engine.sample import Sampler
from posterion.inference.engine.simulate import simulate_prior
from posterion.inference.engine.target import Target
from posterion.models.parameter import Model
from posterion.units import Measured

Array = NDArray[np.float64]

K = 1.380649e-23 / 1.602176634e-19  # eV/K, from the constants that define the SI
FORMS = {"sigma": 0.0, "sqrtT": 0.5, "sigmaT": 1.0}
LAWS = [law(form) for law in (po.Arrhenius, po.VTF, po.TwoRegimes) for form in FORMS]
EACH = [po.Arrhenius("sigma"), po.VTF("sqrtT"), po.TwoRegimes("sigmaT")]
T = np.array([290.0, 305.0, 330.0, 350.0, 390.0])
TRUTH = {
    "Arrhenius": {"A": 2e5, "E_a": 0.41},
    "VTF": {"A": 3.0, "B": 1100.0, "T_0": 190.0},
    "TwoRegimes": {"A": 2e5, "E_low": 0.45, "E_high": 0.25, "T_c": 330.0},
}
# On the log scale: the barrier, the scatter, and the conductivity of the middle.
PRIORS = {
    "E_a": "LogNormal(-0.9, 0.5)",
    "noise": "LogNormal(-3.2, 0.7)",
    "conductivity_ref": "LogNormal(-8, 2)",
}


# --- Oracle: plain NumPy --------------------------------------------------------------------


def arrhenius(T: Any, p: float, A: float, E_a: float) -> Any:
    return A * np.exp(-E_a / (K * T)) / T**p


def vogel(T: Any, p: float, A: float, B: float, T_0: float) -> Any:
    return A * np.exp(-B / (T - T_0)) / T**p


def two_regimes(
    T: Any, p: float, A: float, E_low: float, E_high: float, T_c: float, width: float = 5.0
) -> Any:
    """Integrate the slope: a logistic step from E_low to E_high in 1/T, as wide as `width`."""

    def slope(x: float) -> float:
        return E_low + (E_high - E_low) / (1 + math.exp((x - 1 / T_c) / (width / T_c**2)))

    # From far below T_c, where the line of the low regime passes through ln A at 1/T = 0.
    start = 1 / T_c + 40 * width / T_c**2

    def exponent(T: float) -> float:
        area, _ = integrate.quad(slope, start, 1 / T, epsabs=0, epsrel=1e-11, points=[1 / T_c])
        return -(E_low * start + area) / K

    return A * np.exp([exponent(t) for t in np.ravel(T)]).reshape(np.shape(T)) / T**p


ORACLE = {"Arrhenius": arrhenius, "VTF": vogel, "TwoRegimes": two_regimes}


def kind(law: Model) -> str:
    return type(law).__name__


def predicted(law: Model, T: Any, **values: Any) -> Any:
    return law.response({"temperature": T}, values)


def truth(law: Model, T: Any) -> Any:
    """Return the conductivity by the oracle at `TRUTH`."""
    form: str = law.form  # type: ignore[attr-defined]
    return ORACLE[kind(law)](T, FORMS[form], **TRUTH[kind(law)])


def series(T: Array, sigma: Array, **more: Array) -> xr.Dataset:
    return xr.Dataset(
        {"conductivity": ("point", sigma)} | {name: ("point", v) for name, v in more.items()},
        coords={"temperature": ("point", T)},
    )


def apparent_energy(law: Model, T: float, power: float = 0.0, **values: float) -> float:
    """Return -d ln(σ T^power)/d(1/kT) by a central difference."""
    x, h = 1 / (K * T), 1e-5
    at = [np.log(predicted(law, 1 / (K * y), **values) / (K * y) ** power) for y in (x + h, x - h)]
    return float(-(at[0] - at[1]) / (2 * h))


# --- Formulas and limits --------------------------------------------------------------------


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_response_is_that_of_the_formula(law: Model) -> None:
    values = TRUTH[kind(law)]
    np.testing.assert_allclose(predicted(law, T, **values), truth(law, T), rtol=2e-8)
    assert {p.name for p in law.parameters} == set(values)
    rng = np.random.default_rng(1)
    for _ in range(20):
        other = {k: v * np.exp(0.2 * rng.normal()) for k, v in values.items()}
        expected = ORACLE[kind(law)](T, FORMS[law.form], **other)  # type: ignore[attr-defined]
        np.testing.assert_allclose(predicted(law, T, **other), expected, rtol=2e-8)


@pytest.mark.parametrize("law", EACH, ids=str)
def test_numpy_and_pytensor_agree(law: Model) -> None:
    import pytensor.tensor as pt

    values = TRUTH[kind(law)]
    symbols = {name: pt.constant(value, dtype="float64") for name, value in values.items()}
    for temperature in (T, 298.15, np.array([150.0, 500.0])):
        for inputs in (temperature, pt.constant(temperature, dtype="float64")):
            graph = predicted(law, inputs, **symbols)
            expected = predicted(law, temperature, **values)
            np.testing.assert_allclose(graph.eval(mode=interpreted()), expected, rtol=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_vogel_temperature_of_zero_is_arrhenius(form: Any) -> None:
    vtf = predicted(po.VTF(form), T, A=3e4, B=0.4 / K, T_0=0.0)
    np.testing.assert_allclose(vtf, predicted(po.Arrhenius(form), T, A=3e4, E_a=0.4), rtol=2e-8)


@pytest.mark.parametrize("form", FORMS)
def test_equal_regimes_are_arrhenius(form: Any) -> None:
    bent = predicted(po.TwoRegimes(form), T, A=3e4, E_low=0.4, E_high=0.4, T_c=320.0)
    np.testing.assert_allclose(bent, predicted(po.Arrhenius(form), T, A=3e4, E_a=0.4), rtol=1e-12)


def test_slopes_far_from_the_crossover_are_those_of_the_regimes() -> None:
    values = TRUTH["TwoRegimes"]
    for form, power in FORMS.items():
        law = po.TwoRegimes(form, width=3.0)  # type: ignore[arg-type]
        assert apparent_energy(law, 250.0, power, **values) == pytest.approx(0.45, rel=1e-6)
        assert apparent_energy(law, 450.0, power, **values) == pytest.approx(0.25, rel=1e-6)
        assert apparent_energy(law, 330.0, power, **values) == pytest.approx(0.35, rel=1e-3)


@pytest.mark.parametrize("width", [0.05, 1.0, 10.0])
def test_the_bend_is_confined_to_the_width(width: float) -> None:
    values = TRUTH["TwoRegimes"]
    law = po.TwoRegimes("sigma", width=width)
    T_c, low, high = values["T_c"], values["E_low"], values["E_high"]
    below = np.linspace(250, T_c - 6 * width, 50)
    above = np.linspace(T_c + 8 * width, 450, 50)
    np.testing.assert_allclose(
        predicted(law, below, **values), arrhenius(below, 0, values["A"], low), rtol=0.02
    )
    # Two lines that meet at T_c.
    A_high = values["A"] * np.exp((high - low) / (K * T_c))
    np.testing.assert_allclose(
        predicted(law, above, **values), arrhenius(above, 0, A_high, high), rtol=0.02
    )
    # Without a step between them, and rounded by no more than ln 2 of the width in 1/kT.
    near = np.linspace(T_c - 10 * width, T_c + 10 * width, 2001)
    log = np.log(predicted(law, near, **values))
    assert np.abs(np.diff(log)).max() < 1.1 * low / (K * near[0] ** 2) * (near[1] - near[0])
    corner = np.log(arrhenius(T_c, 0, values["A"], low)) - np.log(predicted(law, T_c, **values))
    assert corner == pytest.approx((low - high) * np.log(2) * width / (K * T_c**2), rel=1e-4)


def test_a_sharp_crossover_overflows_nowhere() -> None:
    import pytensor
    import pytensor.tensor as pt

    law, far = po.TwoRegimes("sigmaT", width=0.01), np.array([50.0, 329.999, 330.001, 2000.0])
    assert np.isfinite(predicted(law, far, **TRUTH["TwoRegimes"])).all()
    names = list(TRUTH["TwoRegimes"])
    symbols = [pt.scalar(name) for name in names]
    log = pt.log(predicted(law, pt.constant(far), **dict(zip(names, symbols, strict=True))))
    gradient = pytensor.function(symbols, pytensor.grad(log.sum(), symbols), mode=interpreted())
    assert np.isfinite(gradient(*TRUTH["TwoRegimes"].values())).all()


def test_forms_differ_by_the_power_of_temperature() -> None:
    for make in (po.Arrhenius, po.VTF, po.TwoRegimes):
        values = TRUTH[make.__name__]
        sigma, root, product = (predicted(make(form), T, **values) for form in FORMS)
        np.testing.assert_allclose(sigma / product, T, rtol=1e-12)
        np.testing.assert_allclose(sigma / root, np.sqrt(T), rtol=1e-12)


def test_energy_by_the_form_with_temperature_is_larger_by_kT() -> None:
    law = po.Arrhenius("sigmaT")
    for at in (250.0, 300.0, 500.0):
        assert apparent_energy(law, at, 0.0, A=1e5, E_a=0.4) == pytest.approx(0.4 - K * at)
        assert apparent_energy(law, at, 1.0, A=1e5, E_a=0.4) == pytest.approx(0.4)


def test_nothing_moves_at_or_below_the_vogel_temperature() -> None:
    below = predicted(po.VTF("sigma"), np.array([100.0, 190.0, 192.0, 300.0]), **TRUTH["VTF"])
    assert (below[:2] == 0).all() and (below[2:] > 0).all() and np.isfinite(below).all()


def test_very_large_prefactors_do_not_overflow() -> None:
    """A barrier of 8 eV at 300 K has a prefactor near the largest float."""
    A = np.exp(8 / (K * 300.0))
    assert A > 1e130
    assert predicted(po.Arrhenius("sigma"), 300.0, A=A, E_a=8.0) == pytest.approx(1.0)


# --- Text, units, values --------------------------------------------------------------------


def test_the_form_shows_in_text_formula_and_unit() -> None:
    """σ and σT are never exchanged: their activation energies differ."""
    sigma, product = po.Arrhenius("sigma"), po.Arrhenius("sigmaT")
    assert str(sigma) == "Arrhenius(form='sigma')" and str(product) == "Arrhenius(form='sigmaT')"
    assert str(po.TwoRegimes("sigma", width=2.0)) == "TwoRegimes(form='sigma', width=2.0)"
    assert sigma.formula == "σ = A exp(-E_a/kT)" and product.formula.startswith("σT = A exp(")
    assert po.VTF("sqrtT").formula == "σ√T = A exp(-B/(T - T_0))"
    assert sigma != product and len({sigma, po.Arrhenius("sigma"), product}) == 2
    assert po.TwoRegimes("sigma") != po.TwoRegimes("sigma", width=4.0)
    for law in LAWS:
        (A,) = (p for p in law.parameters if p.name == "A")
        power = FORMS[law.form]  # type: ignore[attr-defined]
        per_kelvin = Measured.parse(f"1 {A.unit}", f"S * K**{power} / cm", "unit").value
        assert per_kelvin == pytest.approx(1)
        assert law.formula in A.description  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", ["sigmat", "", "T", "Sigma"])
@pytest.mark.parametrize("law", [po.Arrhenius, po.VTF, po.TwoRegimes])
def test_unknown_forms_are_refused(law: Any, form: str) -> None:
    with pytest.raises(PosterionError, match=f"form is '{form}'; it must be sigma"):
        law(form)


@pytest.mark.parametrize("width", [0.0, -1.0, np.nan])
def test_the_width_must_be_positive(width: float) -> None:
    with pytest.raises(PosterionError, match="the width is"):
        po.TwoRegimes("sigma", width=width)


def test_quantities_follow_from_the_parameters() -> None:
    values: dict[str, Any]
    for law in LAWS:
        values = {name: np.array([v, 1.1 * v]) for name, v in TRUTH[kind(law)].items()}
        found = {q.name: q.value(values) for q in law.quantities}
        np.testing.assert_allclose(found["log10_A"], np.log10(values["A"]))
        for place in (0, 1):
            single = {name: v[place] for name, v in values.items()}
            power = FORMS[law.form]  # type: ignore[attr-defined]
            room = ORACLE[kind(law)](np.array(298.15), power, **single)
            assert found["conductivity_25C"][place] == pytest.approx(float(room), rel=1e-7)
        for quantity in law.quantities:
            if quantity.unit:
                assert Measured.parse(f"1 {quantity.unit}", quantity.unit, "unit").value == 1
    energy = {q.name: q for q in po.Arrhenius("sigma").quantities}["E_a_kJ"]
    assert energy.value({"E_a": 0.5}) == pytest.approx(0.5 * 96.4853, rel=1e-5)
    assert energy.unit == "kJ/mol"
    pseudo = {q.name: q for q in po.VTF("sigma").quantities}["E_pseudo"]
    assert pseudo.value({"B": 1000.0}) == pytest.approx(1000 * K, rel=1e-7)
    change = {q.name: q for q in po.TwoRegimes("sigma").quantities}
    assert change["E_change"].value({"E_low": 0.4, "E_high": 0.3}) == pytest.approx(-0.1)
    assert change["E_high_kJ"].value({"E_high": 1.0, "E_low": 0.0}) == pytest.approx(96.4853, 1e-5)


# --- Coordinates ----------------------------------------------------------------------------


def random_coordinates(law: Model, rng: np.random.Generator) -> dict[str, float]:
    values = {}
    for parameter in law.coordinates().parameters:
        in_range = rng.uniform(0.05, 0.95) if parameter.support == "unit" else np.exp(rng.normal())
        values[parameter.name] = float(in_range)
    return values


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_coordinates_mean_what_they_are_called(law: Model) -> None:
    window = law.window(series(T, truth(law, T)))
    assert window["T_ref"] == pytest.approx(2 / (1 / T.min() + 1 / T.max()))
    rng = np.random.default_rng(2)
    power = FORMS[law.form]  # type: ignore[attr-defined]
    for _ in range(20):
        values = random_coordinates(law, rng)
        parameters = law.coordinates().to_parameters(values, window)
        at_reference = predicted(law, window["T_ref"], **parameters)
        assert at_reference == pytest.approx(values["conductivity_ref"], rel=1e-9)
        if kind(law) == "Arrhenius":
            assert parameters["E_a"] == values["E_a"]
        if kind(law) == "VTF":
            slope = apparent_energy(law, window["T_ref"], power, **parameters)
            assert slope == pytest.approx(values["E_ref"], rel=1e-4)
            assert parameters["T_0"] == pytest.approx(values["T_0_fraction"] * T.min())
        if kind(law) == "TwoRegimes":
            place = (parameters["T_c"] - T.min()) / (T.max() - T.min())
            assert place == pytest.approx(values["T_c_fraction"])


NAMED = [
    (po.Arrhenius("sigmaT"), ["A"]),
    (po.VTF("sigma"), ["A"]),
    (po.VTF("sqrtT"), ["B"]),
    (po.VTF("sigma"), ["T_0"]),
    (po.VTF("sigmaT"), ["A", "B", "T_0"]),
    (po.TwoRegimes("sigma"), ["A"]),
    (po.TwoRegimes("sigmaT"), ["T_c"]),
    (po.TwoRegimes("sigma"), ["A", "T_c"]),
]


@pytest.mark.parametrize(("law", "named"), NAMED, ids=str)
def test_named_parameters_are_sampled_as_they_are(law: Model, named: list[str]) -> None:
    """The others keep their coordinates, and all meet the same response."""
    values = TRUTH[kind(law)]
    priors = {name: f"LogNormal({np.log(values[name])}, 0.01)" for name in named}
    data = series(T, truth(law, T))
    model = po.build(law, data, priors=priors)
    free = {rv.name for rv in model.free_RVs}
    replaced = {
        "A": "conductivity_ref",
        "B": "E_ref",
        "T_0": "T_0_fraction",
        "T_c": "T_c_fraction",
    }
    assert set(named) <= free and not {replaced[name] for name in named} & free
    assert {replaced[p] for p in replaced if p in values and p not in named} <= free
    draws, _ = simulate_prior(model, 300, seed=3)
    for name in named:
        law_of = stats.norm(np.log(values[name]), 0.01)
        assert stats.kstest(np.log(draws[name]), law_of.cdf).pvalue > 1e-3
    if "A" not in named:
        T_ref = law.window(data)["T_ref"]
        at = predicted(law, T_ref, **{p.name: draws[p.name] for p in law.parameters})
        np.testing.assert_allclose(at, draws["conductivity_ref"], rtol=1e-8)


# --- Density and gradient -------------------------------------------------------------------


@pytest.mark.parametrize("law", [*EACH, po.Arrhenius("sigmaT")], ids=str)
def test_density_is_written_out_with_scipy_and_its_gradient_with_differences(law: Model) -> None:
    import pytensor
    import pytensor.tensor as pt

    rng = np.random.default_rng(4)
    data = series(T, truth(law, T) * np.exp(0.05 * rng.normal(size=T.size)))
    model = po.build(law, data)
    density = model.logp()
    gradients = pytensor.grad(density, model.value_vars)
    likelihood = model.logp(vars=model.observed_RVs, sum=False)
    outputs = [density, pt.stack(gradients), *likelihood]
    function = pytensor.function(model.value_vars, outputs, mode=interpreted())
    own = {str(v.name): rv for rv, v in model.rvs_to_values.items()}
    names = [own[v.name].name for v in model.value_vars]
    window = law.window(data)
    _, points = simulate_prior(model, 5, seed=5)
    for x in points:
        value, gradient, pointwise = function(*x)
        unconstrained = dict(zip(names, x, strict=True))
        values = {
            name: 1 / (1 + np.exp(-v)) if name.endswith("fraction") else np.exp(v)
            for name, v in unconstrained.items()
        }
        parameters = law.coordinates().to_parameters(values, window)
        expected = stats.lognorm(values["noise"], scale=predicted(law, T, **parameters)).logpdf(
            data["conductivity"].values
        )
        np.testing.assert_allclose(pointwise, expected, rtol=1e-6, atol=1e-6)
        assert np.isfinite(gradient).all()
        h = 1e-5
        for place in range(len(x)):
            step = np.zeros(len(x))
            step[place] = h
            difference = (function(*(x + step))[0] - function(*(x - step))[0]) / (2 * h)
            scale = max(1.0, abs(value) * 1e-4)
            assert gradient[place] == pytest.approx(difference, rel=1e-4, abs=1e-4 * scale)


@pytest.mark.parametrize("law", EACH, ids=str)
def test_extreme_draws_of_the_prior_have_a_finite_density(law: Model) -> None:
    """Four standard deviations out in all directions at once, as a wild start could be."""
    import pytensor
    import pytensor.tensor as pt
    from pymc.pytensorf import rewrite_pregrad

    model = po.build(law, series(T, truth(law, T)))
    density = rewrite_pregrad(model.logp())
    gradient = pt.stack(pytensor.grad(density, model.value_vars))
    function = pytensor.function(model.value_vars, [density, gradient], mode=interpreted())
    _, points = simulate_prior(model, 1000, seed=6)
    center, spread = points.mean(axis=0), points.std(axis=0)
    rng = np.random.default_rng(7)
    for _ in range(2 ** len(center)):
        far = center + 4 * spread * rng.choice([-1.0, 1.0], size=len(center))
        value, slope = function(*far)
        assert np.isfinite(value) and np.isfinite(slope).all(), dict(
            zip((v.name for v in model.value_vars), far, strict=True)
        )


def test_a_conductivity_too_small_for_a_float_has_a_density() -> None:
    """A Vogel temperature just below the coldest datum, where exp(-B/(T - T_0)) is zero."""
    import pytensor
    from pymc.pytensorf import rewrite_pregrad

    law = po.VTF("sigma")
    data = series(T, truth(law, T))
    model = po.build(law, data)
    logp = rewrite_pregrad(model.logp())
    outputs = [logp, *pytensor.grad(logp, model.value_vars)]
    function = pytensor.function(model.value_vars, outputs, mode=interpreted())
    values = {"conductivity_ref": 1e-3, "E_ref": 0.4, "T_0_fraction": 1 - 1e-6}
    parameters = law.coordinates().to_parameters(values, law.window(data))
    assert predicted(law, T.min(), **parameters) == 0
    logit = np.log((1 - 1e-6) / 1e-6)
    found = function(np.log(1e-3), np.log(0.4), logit, np.log(0.1))
    assert np.isfinite(found).all() and found[0] < -1e6


def test_prior_is_weak_and_in_the_physical_range() -> None:
    for law in EACH:
        data = series(T, truth(law, T))
        draws, _ = simulate_prior(po.build(law, data), 4000, seed=8)
        for energy in {"E_a", "E_low", "E_high", "E_ref"} & set(draws):
            low, middle, high = np.quantile(draws[energy], [0.03, 0.5, 0.97])
            assert 0.05 < low < 0.15 and 0.3 < middle < 0.5 and 1.0 < high < 2.0
        logs = np.log10(draws["conductivity"])
        assert np.isfinite(logs).all()
        measured = np.log10(data["conductivity"].values)
        assert np.quantile(logs, 0.1) < measured.min() and measured.max() < np.quantile(logs, 0.9)


# --- Bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize("law", EACH, ids=str)
def test_values_that_no_law_of_temperature_has_are_refused(law: Model) -> None:
    good = truth(law, T)
    for bad in (0.0, -2.5):
        cold, dead = T.copy(), good.copy()
        cold[2], dead[2] = bad, bad
        with pytest.raises(PosterionError, match=f"a temperature is {bad:g} K; it must be above"):
            po.build(law, series(cold, good))
        with pytest.raises(PosterionError, match=f"a conductivity is {bad:g} S/cm"):
            po.build(law, series(T, dead))
    with pytest.raises(PosterionError, match="all points were measured at 300 K"):
        po.build(law, series(np.full(5, 300.0), good))
    with pytest.raises(PosterionError, match="1 points cannot determine"):
        po.build(law, series(T[:1], good[:1]))
    with pytest.raises(PosterionError, match="the data have no 'temperature'"):
        po.build(law, series(T, good).drop_vars("temperature"))


# --- Known truth ----------------------------------------------------------------------------


def interval(post: xr.DataTree, name: str) -> tuple[float, float]:
    low, high = np.quantile(post["posterior"][name].values, [0.03, 0.97])
    return float(low), float(high)


def passed(post: xr.DataTree) -> bool:
    return bool(json.loads(post.attrs["verdict"])["passed"])


@pytest.fixture(scope="module")
def both_forms() -> tuple[xr.DataTree, xr.DataTree]:
    """Fit the same twelve data, made with σT, by both forms."""
    T = np.linspace(300, 400, 12)
    rng = np.random.default_rng(9)
    sigma = arrhenius(T, 1.0, 2e5, 0.4) * np.exp(0.02 * rng.normal(size=12))
    data = series(T, sigma)
    return po.fit(po.Arrhenius("sigmaT"), data, seed=1), po.fit(po.Arrhenius("sigma"), data, seed=1)


def test_fitted_energies_of_both_forms_differ_by_k_times_the_mean_temperature(
    both_forms: tuple[xr.DataTree, xr.DataTree],
) -> None:
    product, sigma = (post["posterior"]["E_a"] for post in both_forms)
    assert all(map(passed, both_forms))
    shift = float(product.mean() - sigma.mean())
    assert shift == pytest.approx(K * 347, abs=3 * float(product.std()) / np.sqrt(500))
    assert float(product.std()) == pytest.approx(float(sigma.std()), rel=0.1)


def test_posterior_agrees_with_the_straight_line_of_logarithms(
    both_forms: tuple[xr.DataTree, xr.DataTree],
) -> None:
    """Least squares of ln σT on 1/kT, whose errors are exact but for the prior."""
    post = both_forms[0]
    data = post["observed_data"]["conductivity"].values
    at = post["constant_data"]["measured_temperature"].values
    line = stats.linregress(1 / (K * at), np.log(data * at))
    energy = post["posterior"]["E_a"]
    low, high = interval(post, "E_a")
    assert float(energy.mean()) == pytest.approx(-line.slope, abs=0.15 * line.stderr)
    t = stats.t(10).ppf(0.97)
    assert high - low == pytest.approx(2 * t * line.stderr, rel=0.15)
    assert low < 0.4 < high
    log_A = post["posterior"]["log10_A"]
    assert float(log_A.mean()) == pytest.approx(line.intercept / np.log(10), abs=0.02)


def test_results_carry_units(both_forms: tuple[xr.DataTree, xr.DataTree]) -> None:
    product, sigma = (post["posterior"] for post in both_forms)
    assert product["A"].attrs["units"] == "S * K / cm" and sigma["A"].attrs["units"] == "S/cm"
    assert product["E_a"].attrs["units"] == "eV"
    assert product["E_a_kJ"].attrs["units"] == "kJ/mol"
    assert "25 °C" in product["conductivity_25C"].attrs["long_name"]
    assert both_forms[0].attrs["model"] == "Arrhenius(form='sigmaT')"


class Calibration:
    """One compiled sampler, put to many data sets whose truth and scatter come from the prior."""

    def __init__(self, law: Model) -> None:
        self.law = law
        names = {p.name for p in law.coordinates().parameters} | {"noise"}
        given = {name: prior for name, prior in PRIORS.items() if name in names}
        self.sampler = Sampler(po.build(law, self.dummy(5), priors=given))

    def dummy(self, count: int) -> xr.Dataset:
        return series(np.linspace(300.0, 400.0, count), np.ones(count))

    def ranks(self, count: int, sets: int, seed: int) -> dict[str, list[float]]:
        """Return where the truth of each parameter stands among its draws, between 0 and 1."""
        rng = np.random.default_rng(seed)
        data = self.dummy(count)
        T = data["temperature"].values
        set_data(self.sampler.model, self.law, data)
        prior, points = simulate_prior(self.sampler.model, 200, seed)
        names = [p.name for p in self.law.parameters]
        ranks: dict[str, list[float]] = {name: [] for name in (*names, "noise")}
        for number in range(sets):
            true = {name: float(prior[name][number]) for name in ranks}
            power = FORMS[self.law.form]  # type: ignore[attr-defined]
            clean = ORACLE[kind(self.law)](T, power, **{name: true[name] for name in names})
            data["conductivity"] = ("point", clean * np.exp(true["noise"] * rng.normal(size=count)))
            set_data(self.sampler.model, self.law, data)
            draws = self.draws(points, seed=1000 * seed + number)
            for name, value in true.items():
                ranks[name].append(float(np.mean(draws[name] < value)))
        return ranks

    def draws(self, points: Array, seed: int) -> dict[str, Array]:
        target = Target.of(self.sampler.density)
        scale = np.sqrt(points.std(axis=0))
        modes = explore(target.evaluate, partial(target.descend, scale), points, seed)
        plan, kept = whitened_plan(target, modes, points, seed, 2)
        if plan is None:
            near = starts_near(target, modes, kept, points, seed, 2)
            plan, _ = adaptive_plan(target, near, seed)
        x = run_chains(target, plan, seed, 300, 0.9)["unconstrained"].values
        return self.sampler.density.expand(x.reshape(-1, x.shape[-1]))


SIZES = (2, 3, 5, 12)


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return Calibration(po.Arrhenius("sigmaT"))


def check_ranks(ranks: list[float]) -> None:
    """Hold ranks to the uniform distribution, and intervals to their nominal coverage."""
    count = len(ranks)
    assert stats.kstest(ranks, "uniform").pvalue > 1e-3
    inside = sum(0.03 < rank < 0.97 for rank in ranks)
    assert stats.binom(count, 0.94).cdf(inside) > 1e-3
    middle = sum(0.25 < rank < 0.75 for rank in ranks)
    assert stats.binomtest(middle, count, 0.5).pvalue > 1e-3


def test_intervals_cover_the_truth_as_often_as_they_say(calibration: Calibration) -> None:
    """Truth and scatter drawn from the prior: for two, three, five and twelve temperatures."""
    ranks = [calibration.ranks(count, sets=9, seed=count) for count in SIZES]
    for name in ("E_a", "A", "noise"):
        check_ranks([rank for each in ranks for rank in each[name]])


@pytest.mark.slow
@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("law", [po.Arrhenius("sigma"), *EACH[1:]], ids=str)
def test_intervals_cover_the_truth_of_many_sets(law: Model, count: int) -> None:
    if count < len(law.parameters):
        pytest.skip("fewer temperatures than parameters are refused")
    for ranks in Calibration(law).ranks(count, sets=150, seed=100 + count).values():
        check_ranks(ranks)


def test_two_temperatures_give_no_better_energy_than_the_scatter_allows(
    calibration: Calibration,
) -> None:
    """Two points fit any line exactly, so the scatter is known from its prior alone."""
    T = np.array([300.0, 330.0])
    sigma = arrhenius(T, 1.0, 2e5, 0.4)
    model = calibration.sampler.model
    set_data(model, calibration.law, series(T, sigma))
    _, points = simulate_prior(model, 200, 1)
    energy = np.concatenate([calibration.draws(points, seed)["E_a"] for seed in (1, 2, 3, 4)])
    rng = np.random.default_rng(10)
    noise = np.exp(-3.2 + 0.7 * rng.normal(size=100_000))
    closed = 0.4 + np.sqrt(2) * noise * rng.normal(size=noise.size) / np.ptp(1 / (K * T))
    # The prior of E_a weighs in where the line is as uncertain as it is.
    weight = stats.lognorm(0.5, scale=np.exp(-0.9)).pdf(closed)
    kept = rng.choice(closed, size=20_000, p=weight / weight.sum())
    for low, high in ((0.25, 0.75), (0.03, 0.97)):
        width = np.diff(np.quantile(energy, [low, high]))[0]
        assert width == pytest.approx(np.diff(np.quantile(kept, [low, high]))[0], rel=0.2)


@pytest.mark.parametrize("law", EACH[1:], ids=str)
def test_bent_laws_are_recovered(law: Model) -> None:
    T = np.linspace(255.0, 410.0, 25)
    rng = np.random.default_rng(11)
    post = po.fit(law, series(T, truth(law, T) * np.exp(0.01 * rng.normal(size=T.size))), seed=1)
    assert passed(post)
    for name, value in TRUTH[kind(law)].items():
        draws = post["posterior"][name]
        assert abs(float(draws.mean()) - value) < 3.5 * float(draws.std()), name
    # And not by being vague.
    sharp = {"T_0": 12.0, "T_c": 5.0, "E_low": 0.02, "E_high": 0.02}
    for name in sharp.keys() & TRUTH[kind(law)].keys():
        assert float(post["posterior"][name].std()) < sharp[name], name
    assert float(post["posterior"]["noise"].mean()) == pytest.approx(0.01, rel=0.5)


# --- Temperatures with an error -------------------------------------------------------------

TIGHT = {"noise": "LogNormal(-3.912, 0.01)"}  # 2 %


def test_an_error_of_the_temperature_moves_the_temperature_of_the_law() -> None:
    law, sd = po.Arrhenius("sigma"), np.array([0.5, 1.0, 2.0, 0.0, 3.0])
    data = series(T, truth(law, T))
    plain = po.build(law, data)
    uncertain = po.build(law, data.assign(temperature_sd=("point", sd)))
    assert {rv.name for rv in uncertain.free_RVs} - {rv.name for rv in plain.free_RVs} == {
        "temperature_offset"
    }
    point = {k: v + 0.3 for k, v in plain.initial_point().items()}
    offset = np.array([0.3, -1.2, 0.8, 2.0, -0.1])
    moved = uncertain.compile_logp(mode=interpreted())(point | {"temperature_offset": offset})
    values = {k.removesuffix("_log__"): float(np.exp(v)) for k, v in point.items()}
    parameters = law.coordinates().to_parameters(values, law.window(data))
    sigma = data["conductivity"].values
    expected = plain.compile_logp(mode=interpreted())(point) + stats.norm.logpdf(offset).sum()
    for at, sign in ((T, -1), (T + sd * offset, 1)):
        mean = arrhenius(at, 0.0, parameters["A"], parameters["E_a"])
        expected += sign * stats.lognorm(values["noise"], scale=mean).logpdf(sigma).sum()
    assert float(moved) == pytest.approx(float(expected), rel=1e-7)


def test_an_error_of_zero_is_no_error() -> None:
    law = po.VTF("sigma")
    data = series(T, truth(law, T))
    plain = po.build(law, data)
    zero = po.build(law, data.assign(temperature_sd=("point", np.zeros(5))))
    for shift in (0.0, 0.4):
        point = {k: v + shift for k, v in plain.initial_point().items()}
        offset = np.linspace(-2, 2, 5)
        at = zero.compile_logp(mode=interpreted())(point | {"temperature_offset": offset})
        expected = plain.compile_logp(mode=interpreted())(point) + stats.norm.logpdf(offset).sum()
        assert float(at) == pytest.approx(float(expected), rel=1e-10)


def test_an_error_of_the_temperature_widens_the_energy_as_linearized() -> None:
    T, sd = np.linspace(300.0, 400.0, 8), 2.0
    law = po.Arrhenius("sigma")
    data = series(T, arrhenius(T, 0.0, 2e3, 0.4), temperature_sd=np.full(8, sd))
    post = po.fit(law, data, priors=TIGHT, seed=1)
    assert passed(post)

    def standard_error(scatter: Array) -> float:
        x, weight = 1 / (K * T), scatter**-2
        middle = (weight * x).sum() / weight.sum()
        return float((weight * (x - middle) ** 2).sum() ** -0.5)

    without = standard_error(np.full(8, 0.02))
    linearized = standard_error(np.hypot(0.02, 0.4 / (K * T**2) * sd))
    assert linearized > 3 * without
    found = float(post["posterior"]["E_a"].std())
    assert found == pytest.approx(linearized, rel=0.1)


@pytest.mark.parametrize("sd", [-1.0, np.nan, np.inf])
def test_errors_of_the_temperature_cannot_be_negative(sd: float) -> None:
    bad = np.ones(5)
    bad[3] = sd
    law = po.Arrhenius("sigma")
    with pytest.raises(PosterionError, match="'temperature_sd' of the data must be zero or above"):
        po.build(law, series(T, truth(law, T), temperature_sd=bad))
