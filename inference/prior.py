"""Priors as frozen values that print as written and become PyMC variables when asked."""

import ast
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ..errors import PosterionError
from ..models.parameter import Support

FAMILIES: Mapping[str, tuple[Support, tuple[str, ...]]] = {
    "Normal": ("real", ("mu", "sigma")),
    "StudentT": ("real", ("nu", "mu", "sigma")),
    "Laplace": ("real", ("mu", "b")),
    "LogNormal": ("positive", ("mu", "sigma")),
    "HalfNormal": ("positive", ("sigma",)),
    "HalfStudentT": ("positive", ("nu", "sigma")),
    "Exponential": ("positive", ("lam",)),
    "Gamma": ("positive", ("alpha", "beta")),
    "InverseGamma": ("positive", ("alpha", "beta")),
    "Weibull": ("positive", ("alpha", "beta")),
    "Beta": ("unit", ("alpha", "beta")),
    "Uniform": ("real", ("lower", "upper")),
    "TruncatedNormal": ("real", ("mu", "sigma", "lower", "upper")),
}
"""Families by PyMC's names: where they live, and their arguments in PyMC's order."""

_POSITIVE_ARGUMENTS = {"sigma", "b", "lam", "alpha", "beta", "nu"}


@dataclass(frozen=True, init=False, repr=False)
class Prior:
    """A prior distribution: family and arguments, ``Prior("LogNormal", mu=5, sigma=2)``.

    Arguments are numbers, names of quantities of the measured window (such as ``Z_mid``,
    see `posterion.models.Model.window`), or priors themselves (hyperpriors).

    Raises
    ------
    PosterionError
        If the family or an argument is unknown, missing, or out of range.
    """

    family: str
    arguments: tuple[tuple[str, Any], ...]

    def __init__(self, family: str, *values: Any, **named: Any) -> None:
        if family not in FAMILIES:
            near = [name for name in FAMILIES if name.lower() == family.lower()]
            near += get_close_matches(family, FAMILIES, n=1)
            hint = f"did you mean {near[0]}? Known" if near else "known"
            raise PosterionError(
                f"'{family}' is not a family of priors; {hint} are {', '.join(FAMILIES)}."
            )
        known = FAMILIES[family][1]
        given = {**dict(zip(known, values, strict=False)), **named}
        required = known if family != "TruncatedNormal" else known[:2]
        wrong = set(given) - set(known) or set(required) - set(given)
        if wrong or len(values) + len(named) > len(given):  # an argument too many, or twice
            raise PosterionError(
                f"{family} takes ({', '.join(known)}), not ({', '.join(map(str, given.values()))})."
            )
        for name, value in given.items():
            if isinstance(value, int | float) and not math.isfinite(value):
                raise PosterionError(f"{family}: {name} is {value}; it must be a finite number.")
            if name in _POSITIVE_ARGUMENTS and isinstance(value, int | float) and not value > 0:
                raise PosterionError(f"{family}: {name} is {value}; it must be above zero.")
        lower, upper = given.get("lower"), given.get("upper")
        if isinstance(lower, int | float) and isinstance(upper, int | float) and lower >= upper:
            raise PosterionError(f"{family}: lower ({lower}) must be below upper ({upper}).")
        object.__setattr__(self, "family", family)
        object.__setattr__(self, "arguments", tuple((n, given[n]) for n in known if n in given))

    @classmethod
    def parse(cls, text: str) -> "Prior":
        """Read ``"LogNormal(5, 2)"`` or ``"Normal(mu=0, sigma=HalfNormal(1))"``.

        Raises
        ------
        PosterionError
            If the text is not a family with its arguments.
        """
        if not isinstance(text, str):
            raise PosterionError(f"the prior {text!r} is no text; write it like LogNormal(5, 2).")
        try:
            with warnings.catch_warnings():  # of Python, on numbers such as 5inf
                warnings.simplefilter("ignore", SyntaxWarning)
                tree = ast.parse(text.strip(), mode="eval").body
            prior: Prior = _from_tree(tree)
            return prior
        except PosterionError:
            raise
        except (
            SyntaxError,
            TypeError,
            ValueError,
            ArithmeticError,
            RecursionError,
            MemoryError,
        ) as error:
            raise PosterionError(
                f"the prior '{text}' cannot be read; write it like LogNormal(5, 2)."
            ) from error

    def __repr__(self) -> str:
        """Write as it is constructed."""
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.arguments)
        return f'Prior("{self.family}", {arguments})'

    def __str__(self) -> str:
        """Write as `parse` reads it, to the last digit."""
        arguments = (
            f"{name}={float(value)!r}".removesuffix(".0")
            if isinstance(value, float)
            else f"{name}={value}"
            for name, value in self.arguments
        )
        return f"{self.family}({', '.join(arguments)})"

    def at(self, window: Mapping[str, Any]) -> "Prior":
        """Return the prior with names of window quantities replaced by their values."""

        def value(argument: Any) -> Any:
            if isinstance(argument, Prior):
                return argument.at(window)
            if isinstance(argument, str):
                if argument not in window:
                    raise PosterionError(
                        f"{self}: '{argument}' is neither a number nor a quantity of the "
                        f"measured window ({', '.join(window)})."
                    )
                return window[argument]
            return argument

        return Prior(self.family, **{name: value(given) for name, given in self.arguments})

    def check_support(self, name: str, support: Support) -> None:
        """Refuse a prior that reaches beyond the values a parameter can take.

        Raises
        ------
        PosterionError
            With a prior that would do.
        """
        reach, given = FAMILIES[self.family][0], dict(self.arguments)
        lower, upper = given.get("lower"), given.get("upper")
        above_zero = reach != "real" or (isinstance(lower, int | float) and lower >= 0)
        below_one = reach == "unit" or (isinstance(upper, int | float) and upper <= 1)
        if support == "positive" and not above_zero:
            raise PosterionError(
                f"the prior {name}={self} reaches below zero, but {name} is positive; use a "
                "LogNormal, or a TruncatedNormal(mu, sigma, lower=0)."
            )
        if support == "unit" and not (above_zero and below_one):
            raise PosterionError(
                f"the prior {name}={self} leaves the range from 0 to 1 of {name}; use a Beta, or "
                "a TruncatedNormal(mu, sigma, lower=0, upper=1)."
            )

    def variable(self, name: str, **options: Any) -> Any:
        """Create the random variable in the PyMC model of the context.

        Hyperpriors become variables ``<name>_<argument>``.
        """
        import pymc as pm

        arguments = {
            key: value.variable(f"{name}_{key}") if isinstance(value, Prior) else value
            for key, value in self.arguments
        }
        if self.family == "HalfStudentT" and arguments["nu"] == 1:
            from .transforms import HalfCauchyScores

            options = {"default_transform": HalfCauchyScores(), **options}
        return getattr(pm, self.family)(name, **arguments, **options)


def _from_tree(node: ast.expr) -> Any:
    """Turn a parsed call into a prior, by structure alone: nothing is evaluated."""
    match node:
        case ast.Call(func=ast.Name(id=family), args=values, keywords=named):
            if len({keyword.arg for keyword in named}) < len(named):
                raise TypeError("an argument is given twice")
            return Prior(
                family,
                *map(_argument, values),
                **{str(keyword.arg): _argument(keyword.value) for keyword in named},
            )
    raise TypeError("not a call")


def _argument(node: ast.expr) -> Any:
    match node:
        case ast.Call():
            return _from_tree(node)
        case ast.Name(id=name):
            return name
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -float(value)
    raise TypeError("not an argument")
