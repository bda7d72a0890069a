"""Which noise to try instead."""

from collections.abc import Iterator
from typing import Any

from ..noise.independent import Gaussian, StudentT
from ..settings import GAUSSIAN, HEAVY_TAILS, ROBUST, WHITE

OF_TABLES = ("temperature", "cycle")
"""Inputs of data whose commands know a noise with heavy tails."""


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
        return HEAVY_TAILS
    return ROBUST if unit in OF_TABLES else "in Python a noise with StudentT"


def of_another_size(noise: Any, unit: str) -> str:
    """Name the noise whose size hangs in another way on that of the data.

    Parameters
    ----------
    noise, unit
        As for `with_heavy_tails`.
    """
    constant = any(isinstance(each, Gaussian) for each in _layers(noise))
    if unit == "frequency":
        return WHITE if constant else GAUSSIAN
    return f"in Python another base of the noise, {'Relative()' if constant else 'Gaussian()'}"


def _layers(noise: Any) -> Iterator[Any]:
    """Yield a noise, and what it is put on top of."""
    while noise is not None:
        yield noise
        noise = getattr(noise, "base", None)
