"""Which noise to try instead, in words that hold at the command line and in Python."""

from collections.abc import Iterator
from typing import Any

from ..noise.independent import Gaussian, StudentT

OF_TABLES = ("temperature", "cycle")
"""Inputs of data whose commands have ``--robust``."""


def with_heavy_tails(noise: Any, unit: str) -> str:
    """Name the noise that lets outliers lose their pull; empty where the fit has it.

    Parameters
    ----------
    noise
        Of the fit.
    unit
        Name of the input that the data were measured along, such as ``"frequency"``.
    """
    if any(isinstance(each, StudentT) for each in _layers(noise)):
        return ""
    if unit == "frequency":
        return "--noise student-t (in Python noise=StudentT())"
    python = "in Python a noise with StudentT"
    return f"--robust ({python})" if unit in OF_TABLES else python


def of_another_size(noise: Any, unit: str) -> str:
    """Name the noise whose size hangs in another way on that of the data.

    Parameters
    ----------
    noise, unit
        As for `with_heavy_tails`.
    """
    constant = any(isinstance(each, Gaussian) for each in _layers(noise))
    if unit == "frequency":
        name, value = ("white", "Proportional()") if constant else ("gaussian", "Gaussian()")
        return f"--noise {name} (in Python noise={value})"
    return f"in Python another base of the noise, {'Relative()' if constant else 'Gaussian()'}"


def _layers(noise: Any) -> Iterator[Any]:
    """Yield a noise, and what it is put on top of."""
    while noise is not None:
        yield noise
        noise = getattr(noise, "base", None)
