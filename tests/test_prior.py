"""Priors as text, as values, and against the densities of SciPy."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from posterion import PosterionError, Prior
from posterion.inference.engine.density import interpreted
from posterion.inference.prior import FAMILIES

Array = NDArray[np.float64]

# PyTensor keeps constants of few digits as float32 and takes their logarithms so.
CLOSE = 2e-7

POSITIVE = np.array([1e-3, 0.1, 0.5, 1.0, 2.0, 7.0, 40.0])
REAL = np.array([-40.0, -3.0, -0.2, 0.0, 0.1, 1.0, 2.5, 30.0])
UNIT = np.array([1e-3, 0.2, 0.5, 0.9, 0.999])

# Family, arguments in the order of the text, grid, and what SciPy says.
DENSITIES: dict[str, tuple[tuple[float, ...], Array, Callable[[Array], Any]]] = {
    "Normal": ((1.5, 2.0), REAL, stats.norm(1.5, 2.0).logpdf),
    "StudentT": ((3.5, 1.5, 2.0), REAL, stats.t(3.5, 1.5, 2.0).logpdf),
    "Laplace": ((1.5, 2.0), REAL, stats.laplace(1.5, 2.0).logpdf),
    "LogNormal": ((0.7, 1.3), POSITIVE, stats.lognorm(1.3, scale=math.exp(0.7)).logpdf),
    "HalfNormal": ((2.5,), POSITIVE, stats.halfnorm(scale=2.5).logpdf),
    "HalfStudentT": (
        (3.5, 2.0),
        POSITIVE,
        lambda x: math.log(2) + stats.t(3.5, 0, 2.0).logpdf(x),
    ),
    "Exponential": ((2.5,), POSITIVE, stats.expon(scale=1 / 2.5).logpdf),
    "Gamma": ((2.5, 0.4), POSITIVE, stats.gamma(2.5, scale=1 / 0.4).logpdf),
    "InverseGamma": ((2.5, 0.4), POSITIVE, stats.invgamma(2.5, scale=0.4).logpdf),
    "Weibull": ((2.5, 0.4), POSITIVE[:-2], stats.weibull_min(2.5, scale=0.4).logpdf),
    "Beta": ((4.0, 1.5), UNIT, stats.beta(4.0, 1.5).logpdf),
    "Uniform": ((-1.0, 2.7), np.array([-0.9, 0.0, 2.6]), stats.uniform(-1.0, 3.7).logpdf),
    "TruncatedNormal": (
        (0.5, 2.0, 0.0, 3.0),
        np.array([0.01, 0.5, 2.9]),
        stats.truncnorm(-0.25, 1.25, 0.5, 2.0).logpdf,
    ),
}


def pymc_logp(prior: Prior, at: Array) -> Array:
    import pymc as pm

    with pm.Model(check_bounds=False):
        variable = prior.variable("x")
        return np.asarray(pm.logp(variable, at).eval(mode=interpreted()))


# --- Densities ------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_density_is_that_of_scipy(family: str) -> None:
    arguments, grid, logpdf = DENSITIES[family]
    np.testing.assert_allclose(
        pymc_logp(Prior(family, *arguments), grid), logpdf(grid), rtol=CLOSE, atol=CLOSE
    )


@pytest.mark.parametrize(
    ("bound", "law"),
    [
        ({"lower": 0.0}, stats.truncnorm(-0.25, np.inf, 0.5, 2.0)),
        ({"upper": 3.0}, stats.truncnorm(-np.inf, 1.25, 0.5, 2.0)),
        ({}, stats.norm(0.5, 2.0)),
    ],
)
def test_truncated_normal_takes_one_bound_or_none(bound: dict[str, float], law: Any) -> None:
    grid = np.array([0.01, 0.5, 2.9])
    prior = Prior("TruncatedNormal", 0.5, 2.0, **bound)
    np.testing.assert_allclose(pymc_logp(prior, grid), law.logpdf(grid), rtol=CLOSE, atol=CLOSE)


@pytest.mark.parametrize("family", FAMILIES)
def test_argument_order_is_that_of_pymc(family: str) -> None:
    """Positional and named arguments mean the same."""
    arguments, grid, logpdf = DENSITIES[family]
    names = FAMILIES[family][1]
    named = Prior(family, **dict(zip(names, arguments, strict=True)))
    assert named == Prior(family, *arguments)
    assert named.arguments == tuple(zip(names, arguments, strict=True))


def test_support_of_each_family_is_where_its_density_is() -> None:
    for family, (support, _) in FAMILIES.items():
        prior = Prior(family, *DENSITIES[family][0])
        below, above = np.isfinite(pymc_logp(prior, np.array([-0.5, 1.5])))
        if support == "unit":
            assert not below and not above
        elif support == "positive":
            assert not below and above
        elif "lower" not in FAMILIES[family][1]:
            assert below and above


def test_hyperpriors_are_variables_of_their_own() -> None:
    import pymc as pm

    prior = Prior.parse("Normal(mu=Laplace(2, 3), sigma=HalfNormal(sigma=Exponential(4)))")
    with pm.Model() as model:
        prior.variable("x")
    assert {v.name for v in model.free_RVs} == {"x", "x_mu", "x_sigma", "x_sigma_sigma"}
    point = {"x": 1.2, "x_mu": -0.4, "x_sigma": 0.9, "x_sigma_sigma": 2.2}
    values = {
        value.name: np.asarray(np.log(point[rv.name]) if "log__" in value.name else point[rv.name])
        for rv, value in model.rvs_to_values.items()
    }
    logp = model.compile_logp(jacobian=False, mode=interpreted())(values)
    expected = (
        stats.norm(-0.4, 0.9).logpdf(1.2)
        + stats.laplace(2, 3).logpdf(-0.4)
        + stats.halfnorm(scale=2.2).logpdf(0.9)
        + stats.expon(scale=1 / 4).logpdf(2.2)
    )
    assert float(logp) == pytest.approx(expected, rel=CLOSE)


# --- Text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "prior"),
    [
        ("LogNormal(5, 2)", Prior("LogNormal", mu=5, sigma=2)),
        (" LogNormal( 5,2 ) ", Prior("LogNormal", 5, 2)),
        ("Normal(sigma=2, mu=-5)", Prior("Normal", -5, 2)),
        ("Normal(-1e-9, 2.5E+3)", Prior("Normal", -1e-9, 2500.0)),
        ("Normal(mu=.5, sigma=1_000)", Prior("Normal", 0.5, 1000)),
        ("TruncatedNormal(1, 2, lower=0)", Prior("TruncatedNormal", 1, 2, lower=0)),
        ("LogNormal(Z_mid, Z_width)", Prior("LogNormal", "Z_mid", "Z_width")),
        (
            "Normal(Normal(0, 10), HalfNormal(Exponential(1)))",
            Prior(
                "Normal",
                Prior("Normal", 0, 10),
                Prior("HalfNormal", Prior("Exponential", 1)),
            ),
        ),
    ],
)
def test_parse(text: str, prior: Prior) -> None:
    assert Prior.parse(text) == prior
    assert hash(Prior.parse(text)) == hash(prior)


def test_str_is_readable() -> None:
    assert str(Prior("LogNormal", mu=5.0, sigma=2)) == "LogNormal(mu=5, sigma=2)"
    assert str(Prior("HalfNormal", 1e-9)) == "HalfNormal(sigma=1e-09)"
    assert repr(Prior("LogNormal", 5, "Z_width")) == "Prior(\"LogNormal\", mu=5, sigma='Z_width')"


def test_no_digit_is_lost_in_str() -> None:
    """A mean of 413.15 K would be recorded as 413.1 if digits were cut."""
    assert str(Prior("Normal", 413.15, 0.01)) == "Normal(mu=413.15, sigma=0.01)"


NUMBERS = st.floats(1e-300, 1e300) | st.integers(1, 10**15)
FREE = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**15), 10**15)
NAMES = st.sampled_from(["Z_mid", "tau_width", "omega_max"])


def _priors(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Prior]:
    def build(family: str) -> st.SearchStrategy[Prior]:
        if "lower" in FAMILIES[family][1]:  # bounds that are certain to be in order
            rest = (
                {"mu": FREE | children, "sigma": NUMBERS | children}
                if "mu" in (FAMILIES[family][1])
                else {}
            )
            return st.builds(
                lambda kw, low, width: Prior(family, **kw, lower=low, upper=low + width),
                st.fixed_dictionaries(rest),
                st.integers(-(10**6), 10**6),
                st.integers(1, 10**6),
            )
        each = {
            name: (FREE if name == "mu" else NUMBERS) | NAMES | children
            for name in FAMILIES[family][1]
        }
        return st.fixed_dictionaries(each).map(lambda kw: Prior(family, **kw))

    return st.sampled_from(sorted(FAMILIES)).flatmap(build)


PRIORS = st.recursive(_priors(st.nothing()), _priors, max_leaves=4)


@settings(max_examples=200, deadline=None)
@given(PRIORS)
def test_round_trips(prior: Prior) -> None:
    assert Prior.parse(str(prior)) == prior
    assert eval(repr(prior), {"Prior": Prior}) == prior


# --- Bad text -------------------------------------------------------------------------------

TOKENS = st.sampled_from(
    [*FAMILIES, *"()=,.-+*/[]{}:;'\"\\#@!$ \n\t", "mu", "sigma", "lower", "1", "0", "-3", "1e5"]
    + ["1e999", "1j", "None", "True", "lambda", "__import__('os')", "\x00", "\ud800", "é", "**"]
    + ["LogNormal(5, 2)", "if", "else", "f'{1}'", "0x1", "1" * 5000, "1" + "0" * 400, "1or 2"]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(TOKENS, max_size=12).map("".join) | st.text())
@example("Normal(1" + "0" * 400 + ", 1)")
@example("Normal(1" + "0" * 5000 + ", 1)")
@example("\ud800")
@example("\x00")
@example("Normal(" * 5000)
@example("Normal(" * 90 + "1, 1" + ")" * 90)
@example("-" * 100_000 + "1")
@example("Normal(0, 1or 2)")
def test_any_text_is_a_prior_or_refused(text: str) -> None:
    try:
        prior = Prior.parse(text)
    except PosterionError:
        return
    assert Prior.parse(str(prior)) == prior


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read; write it like LogNormal"),
        ("5", "cannot be read"),
        ("Lognormal(5, 2)", "not a family of priors; did you mean LogNormal"),
        ("Normal(0)", r"Normal takes \(mu, sigma\)"),
        ("Normal(0, 1, 2)", r"Normal takes \(mu, sigma\)"),
        ("Normal(0, 1, mu=2)", r"Normal takes \(mu, sigma\)"),
        ("TruncatedNormal(0, 1, mu=2)", "TruncatedNormal takes"),
        ("Normal(mu=0, mu=1, sigma=1)", "cannot be read"),
        ("Normal(0, sd=1)", r"Normal takes \(mu, sigma\)"),
        ("Normal(0, 0)", "sigma is 0.0; it must be above zero"),
        ("Gamma(-1, 1)", "alpha is -1.0; it must be above zero"),
        ("Normal(1e999, 1)", "mu is inf; it must be a finite number"),
        ("Uniform(2, 1)", r"lower \(2.0\) must be below upper \(1.0\)"),
        ("Normal(0, True)", "cannot be read"),
        ("Normal(0, '1')", "cannot be read"),
        ("Normal(*[0, 1])", "cannot be read"),
        ("Normal(**{'mu': 0})", "cannot be read"),
        ("Normal(0, 1 + 1)", "cannot be read"),
        ("pm.Normal(0, 1)", "cannot be read"),
        ("Normal(0, 1)(2)", "cannot be read"),
        ("Normal(0, 1); Normal(0, 1)", "cannot be read"),
    ],
)
def test_bad_text(text: str, message: str) -> None:
    with pytest.raises(PosterionError, match=message):
        Prior.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('pathlib').Path({path!r}).touch()",
        "Normal(__import__('pathlib').Path({path!r}).touch(), 1)",
        "Normal((lambda: open({path!r}, 'w'))(), 1)",
        "Normal([open({path!r}, 'w') for _ in (1,)], 1)",
        "Normal(open({path!r}, 'w'), 1)",
    ],
)
def test_nothing_is_evaluated(text: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    with pytest.raises(PosterionError):
        Prior.parse(text.format(path=str(made)))
    assert not made.exists()


# --- Supports and the measured window -------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "positive", "unit"),
    [
        ("Normal(0, 1)", False, False),
        ("Uniform(-1, 1)", False, False),
        ("Uniform(0, 2)", True, False),
        ("Uniform(0.2, 0.9)", True, True),
        ("TruncatedNormal(1, 1)", False, False),
        ("TruncatedNormal(1, 1, lower=0)", True, False),
        ("TruncatedNormal(1, 1, upper=1)", False, False),
        ("TruncatedNormal(1, 1, lower=0, upper=1)", True, True),
        ("TruncatedNormal(1, 1, lower=-0.1, upper=1)", False, False),
        ("TruncatedNormal(1, 1, lower=Z_mid)", False, False),
        ("LogNormal(0, 1)", True, False),
        ("HalfNormal(0.1)", True, False),
        ("Beta(2, 2)", True, True),
    ],
)
def test_support(text: str, positive: bool, unit: bool) -> None:
    prior = Prior.parse(text)
    prior.check_support("x", "real")
    for support, fits, remedy in (
        ("positive", positive, r"use a LogNormal, or a TruncatedNormal\(mu, sigma, lower=0\)"),
        ("unit", unit, r"use a Beta, or a TruncatedNormal\(mu, sigma, lower=0, upper=1\)"),
    ):
        if fits:
            prior.check_support("x", support)  # type: ignore[arg-type]
        else:
            with pytest.raises(PosterionError, match=f"x=.*{remedy}"):
                prior.check_support("x", support)  # type: ignore[arg-type]


def test_names_of_the_window_become_its_values() -> None:
    window = {"Z_mid": 4.5, "Z_width": 2.0}
    prior = Prior.parse("LogNormal(Normal(Z_mid, 3), Z_width)")
    assert prior.at(window) == Prior("LogNormal", Prior("Normal", 4.5, 3), 2.0)
    assert Prior("LogNormal", 1, 2).at({}) == Prior("LogNormal", 1, 2)
    with pytest.raises(PosterionError, match=r"'Z_mud' is neither.*\(Z_mid, Z_width\)"):
        Prior.parse("LogNormal(Z_mud, 1)").at(window)
