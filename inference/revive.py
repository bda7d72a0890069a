"""The values that a result was made with, read back from its text."""

import ast
import json
from collections.abc import Mapping
from typing import Any

import xarray as xr

from ..errors import PosterionError
from ..models import transport
from ..models.ageing import FADE_LAWS
from ..models.circuit import Circuit
from ..models.dose import DoseResponse
from ..models.growth import GROWTH_LAWS
from ..models.limits import LIMITS
from ..models.onset import OnsetPotential
from ..models.parameter import Model
from ..models.transition import TwoPhases
from .cells import Pool
from .noise import censored, correlated, discrepant, independent, rounded, specimens
from .noise.independent import Noise

_KINDS: tuple[type[Any], ...] = (
    *(transport.Arrhenius, transport.VTF, transport.TwoRegimes, TwoPhases),
    *FADE_LAWS,
    *GROWTH_LAWS,
    *LIMITS,
    OnsetPotential,
    DoseResponse,
)
_LAWS: Mapping[str, Any] = {law.__name__: law for law in _KINDS}
_NOISES: Mapping[str, Any] = {
    kind.__name__: kind
    for kind in (
        independent.Gaussian,
        independent.Proportional,
        independent.Relative,
        independent.Stated,
        independent.StudentT,
        censored.Censored,
        censored.Weibull,
        correlated.Autocorrelated,
        correlated.Correlated,
        discrepant.Discrepant,
        rounded.Rounded,
        specimens.BySpecimen,
    )
}


def model_of(tree: xr.DataTree) -> Model:
    """Return the model that a result was fitted with.

    Raises
    ------
    PosterionError
        If the result names no model of the package.
    """
    text = str(tree.attrs.get("model", ""))
    if text.partition("(")[0] in _LAWS:
        model: Model = _construct(text, _LAWS)
        return model
    return Circuit.parse(text)


def is_of_points(tree: xr.DataTree) -> bool:
    """Tell whether a result is of a model that predicts points along an input."""
    try:
        model_of(tree)
    except PosterionError:
        return False
    return True


def noise_of(tree: xr.DataTree) -> Noise:
    """Return the noise that a result was fitted with."""
    value: Noise = _construct(str(tree.attrs["noise"]), _NOISES)
    return value


def pool_of(tree: xr.DataTree) -> Pool | None:
    """Return the pooling that a result was fitted with."""
    pool: Pool | None = json.loads(tree.attrs["pool"])["pool"]
    return pool


def _construct(text: str, known: Mapping[str, Any]) -> Any:
    """Construct a frozen value from its own text, by structure alone: nothing is evaluated."""

    def value(node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=constant):
                return constant
            case ast.Tuple(elts=elements):
                return tuple(map(value, elements))
            case ast.Call(func=ast.Name(id=name), args=[], keywords=named) if name in known:
                return known[name](**{str(keyword.arg): value(keyword.value) for keyword in named})
        raise PosterionError(f"'{text}' is not a value that posterion wrote.")

    try:
        return value(ast.parse(text, mode="eval").body)
    except (SyntaxError, TypeError) as error:
        raise PosterionError(f"'{text}' is not a value that posterion wrote.") from error
