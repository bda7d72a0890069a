"""What is asked of a fit: a model, data and noise, or a sentence on the form that each has."""

from numbers import Integral
from typing import Any

import xarray as xr

from ..errors import PosterionError
from ..models.circuit import Circuit
from ..models.parameter import Model

_NOISES = {"gaussian": "Gaussian", "student-t": "StudentT", "studentt": "StudentT"}


def asked_data(data: Any) -> xr.Dataset:
    """Return the data; refuse what can be none.

    Raises
    ------
    PosterionError
        If they are of another type.
    """
    if not isinstance(data, xr.Dataset):
        raise PosterionError(
            f"the data are of type {type(data).__name__}; give what po.read_spectrum or another "
            "po.read_… function returns for a file or a table, or for arrays "
            "po.spectrum(frequency, Z) and the like."
        )
    return data


def asked_model(model: Any, noise: Any) -> Model:
    """Return the model, that of a circuit's text too; refuse what can be no model or no noise.

    Raises
    ------
    PosterionError
        If one of them is of another type.
    """
    if noise is not None and not hasattr(noise, "parameters"):
        name = _NOISES.get(str(noise).lower(), "Proportional")
        raise PosterionError(f"noise={noise!r} is no noise; give a value such as po.{name}().")
    if isinstance(model, str):
        return Circuit.parse(model)
    if isinstance(model, type) or not hasattr(model, "response"):
        raise PosterionError(
            f"the model {model!r} is none; give a circuit such as 'R0-p(R1,CPE1)', or a value such "
            "as po.Arrhenius()."
        )
    found: Model = model
    return found


def asked_numbers(**given: Any) -> None:
    """Refuse what is no whole number, by its name.

    Raises
    ------
    PosterionError
        With the name and the value.
    """
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise PosterionError(f"{name} is {value!r}; give a whole number.")
