"""What is asked of conductivities: at which temperature how much, and is it one material."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import xarray as xr

from ...inference.revive import model_of
from ...report.law_predictions import beyond_data, predicted
from ...report.pages.law import formula
from ...units import celsius
from ..analysis import Analysis
from .materials import pooling_of_materials

TOTAL = "total"
"""The group of a result that holds what follows from the whole resistance of each spectrum."""


@dataclass(frozen=True)
class Temperatures:
    """Temperatures in °C at which the conductivity is asked for."""

    temperatures: tuple[float, ...] = ()


def temperatures_question(temperatures: Sequence[str] = ()) -> Temperatures:
    """Read the temperatures at which the conductivity is asked for, such as ``"40 C"``.

    Raises
    ------
    PosterionError
        If one cannot be read or has no unit.
    """
    return Temperatures(tuple(celsius(text) for text in temperatures))


def keep_temperatures(tree: xr.DataTree, asked: Temperatures) -> None:
    """Keep with a result what was asked of it."""
    tree.attrs["temperatures"] = json.dumps(asked.temperatures)


def answers(tree: xr.DataTree) -> xr.Dataset | None:
    """Return conductivities where they were asked for, and what follows from the whole pellet."""
    found = predicted(tree, _asked(tree))
    if TOTAL not in tree.children:
        return found
    total = tree.children[TOTAL].to_dataset()
    return total if found is None else xr.merge([found, total])


def remarks(tree: xr.DataTree, found: xr.Dataset | None) -> list[str]:
    """Return the law, and which of the temperatures lie beyond the data."""
    return [formula(model_of(tree)), *beyond_data(tree, _asked(tree))]


def _asked(tree: xr.DataTree) -> tuple[float, ...]:
    return tuple(json.loads(str(tree.attrs.get("temperatures", "[]"))))


CONDUCTIVITY = Analysis(
    outputs=("conductivity",),
    pooling=pooling_of_materials,
    question=temperatures_question,
    asked=keep_temperatures,
    answers=answers,
    remarks=remarks,
)
