"""Priors as people give them: values, text, numbers with their error, scipy's and PreliZ's."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import PosterionError
from ..models.parameter import OF_DATA, Parameter, Support
from ..units import Measured, as_text
from .prior import FAMILIES, Prior

_NUMBER_FIRST = re.compile(r"\s*[-+]?\.?[0-9]")

_SCIPY: Mapping[str, Callable[..., Prior]] = {
    "norm": lambda loc, scale: Prior("Normal", loc, scale),
    "laplace": lambda loc, scale: Prior("Laplace", loc, scale),
    "t": lambda df, loc, scale: Prior("StudentT", df, loc, scale),
    "uniform": lambda loc, scale: Prior("Uniform", loc, loc + scale),
    "truncnorm": lambda a, b, loc, scale: _truncated(loc, scale, loc + a * scale, loc + b * scale),
    "lognorm": lambda s, scale: Prior("LogNormal", math.log(scale), s),
    "halfnorm": lambda scale: Prior("HalfNormal", scale),
    "halfcauchy": lambda scale: Prior("HalfStudentT", 1.0, scale),
    "expon": lambda scale: Prior("Exponential", 1 / scale),
    "gamma": lambda a, scale: Prior("Gamma", a, 1 / scale),
    "invgamma": lambda a, scale: Prior("InverseGamma", a, scale),
    "weibull_min": lambda c, scale: Prior("Weibull", c, scale),
    "beta": lambda a, b: Prior("Beta", a, b),
}
"""What distributions of scipy are, by their own arguments; those without `loc` begin at zero."""

_AT_ZERO = frozenset(_SCIPY) - {"norm", "laplace", "t", "uniform", "truncnorm"}


def given_prior(given: Any, parameter: Parameter | None = None) -> Prior:
    """Return what was given as a prior.

    Parameters
    ----------
    given
        A `Prior`; text, ``"LogNormal(5, 2)"``; a value with its standard deviation, ``"50 ± 5"`` or
        ``(50, 5)`` in the unit of the parameter, ``"50 ohm ± 5 ohm"``, ``(50, 5, "ohm")``; a frozen
        distribution of scipy.stats; or one of PreliZ.
    parameter
        Whose prior it is, where known. A value with its error is the mean and the standard
        deviation of a LogNormal where the parameter is positive, of a Beta between zero and one,
        else of a Normal.

    Raises
    ------
    PosterionError
        If it is none of these, a number has no error, or the distribution is not known here.
    """
    if isinstance(given, Prior):
        return given
    if hasattr(given, "dist") and hasattr(given, "kwds"):
        return _of_scipy(given)
    if type(given).__module__.startswith("preliz."):
        return _of_preliz(given)
    if isinstance(given, tuple) and len(given) == 2 and not isinstance(given[1], str):
        given = f"{given[0]!s} ± {given[1]!s}"
    elif not isinstance(given, str) and (isinstance(given, tuple) or hasattr(given, "units")):
        given = as_text(given, "prior")
    if isinstance(given, str) and is_number(given):
        return _of_number(given, parameter)
    if not isinstance(given, str):
        raise PosterionError(
            f"the prior {given!r} is none; write 'LogNormal(5, 2)', or a value with its standard "
            "deviation such as '50 ± 5', or give a frozen distribution of scipy.stats or PreliZ."
        )
    return Prior.parse(given)


def is_number(text: str) -> bool:
    """Tell whether a prior is written as a number, with its error or without."""
    return _NUMBER_FIRST.match(text) is not None


def _of_number(text: str, parameter: Parameter | None) -> Prior:
    unit = parameter.unit if parameter else ""
    support: Support = parameter.support if parameter else "real"
    if OF_DATA in unit and re.search(r"[A-Za-z%]", re.sub(r"[0-9.]e[-+]?[0-9]", "", text)):
        raise PosterionError(f"the prior '{text}' is given without a unit, in that of the data.")
    unit = "" if OF_DATA in unit else unit
    bare = re.fullmatch(r"[-+0-9.eE\s±/]+(%)?", text)
    measured = Measured.parse(text, "" if bare else unit, "the prior")
    if not measured.sd:
        raise PosterionError(
            f"the prior '{text}' is a number without an error; write '{text} ± ...' with its "
            "standard deviation, or a distribution such as 'LogNormal(5, 2)'."
        )
    return _of_moments(measured.value, measured.sd, support, text)


def _of_moments(mean: float, sd: float, support: Support, text: str) -> Prior:
    """Return the distribution on a support that has a mean and a standard deviation."""
    if support == "real":
        return Prior("Normal", mean, sd)
    if mean <= 0:
        raise PosterionError(f"the prior '{text}' is not above zero, and its parameter is.")
    if support == "positive":
        spread = math.log1p((sd / mean) ** 2)
        return Prior("LogNormal", math.log(mean) - spread / 2, math.sqrt(spread))
    size = mean * (1 - mean) / sd**2 - 1
    if size <= 0:
        raise PosterionError(
            f"the prior '{text}' does not fit between 0 and 1, where its parameter is; give a "
            "smaller error."
        )
    return Prior("Beta", mean * size, (1 - mean) * size)


def _of_scipy(given: Any) -> Prior:
    name, shapes = given.dist.name, given.dist.shapes
    names = [*(shapes.replace(" ", "").split(",") if shapes else ()), "loc", "scale"]
    found = {"loc": 0.0, "scale": 1.0} | dict(zip(names, given.args, strict=False)) | given.kwds
    found = {key: float(value) for key, value in found.items()}
    if name in _AT_ZERO and found.pop("loc") != 0:
        raise PosterionError(f"scipy's {name} begins at zero in a prior; leave out loc.")
    if name == "beta" and found.pop("scale") != 1:
        raise PosterionError("scipy's beta reaches from zero to one in a prior; leave out scale.")
    if name not in _SCIPY:
        raise PosterionError(
            f"scipy's {name} is no prior here; known are {', '.join(sorted(_SCIPY))}."
        )
    return _SCIPY[name](**found)


def _truncated(mu: float, sigma: float, lower: float, upper: float) -> Prior:
    bounds = {"lower": lower, "upper": upper}
    finite = {name: bound for name, bound in bounds.items() if math.isfinite(bound)}
    return Prior("TruncatedNormal", mu, sigma, **finite)


def _of_preliz(given: Any) -> Prior:
    name = type(given).__name__
    if name not in FAMILIES:
        raise PosterionError(f"PreliZ's {name} is no prior here; known are {', '.join(FAMILIES)}.")
    values = {each: getattr(given, each) for each in FAMILIES[name][1]}
    if None in values.values():
        raise PosterionError(f"PreliZ's {name} has no values; give it {', '.join(values)}.")
    finite = {each: float(value) for each, value in values.items() if math.isfinite(value)}
    return Prior(name, **finite)
