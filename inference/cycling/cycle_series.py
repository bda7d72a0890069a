"""The points that a law of cycles was fitted to, one series for each group."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..measured import group_dim, labels_of_points
from ..revive import model_of
from .ageing import Reference

Array = NDArray[np.float64]

GROWN = 2.0
"""The multiple of the first value that is waited for where values grow."""


@dataclass(frozen=True)
class CycleSeries:
    """What was measured over cycles of one group; the label is empty where there is one.

    Attributes
    ----------
    label
        Of the group.
    cycle, value
        Shape (n,), in the order of the data: one cell after the other where a group holds
        several.
    kinds
        Shape (n,) each: what else is known of the points, by name.
    """

    label: str
    cycle: Array
    value: Array
    kinds: Mapping[str, NDArray[np.str_]]

    @property
    def first(self) -> float:
        """The first measured cycle."""
        return float(self.cycle.min())

    @property
    def last(self) -> float:
        """The last measured cycle."""
        return float(self.cycle.max())

    @property
    def single(self) -> bool:
        """Whether the cycles rise, as those of one cell do."""
        return bool((np.diff(self.cycle) > 0).all())


@dataclass(frozen=True)
class Question:
    """What is asked of a law of cycles.

    Attributes
    ----------
    reference
        What retention is relative to; see `retention`.
    threshold
        The share of it that is waited for; of values that grow `GROWN` unless told.
    cycles
        Where retention is asked for; the last measured cycle where there are none.
    """

    reference: Reference = "first"
    threshold: float = 0.8
    cycles: tuple[float, ...] = ()


def keep_question(tree: xr.DataTree, question: Question) -> None:
    """Keep with a result what was asked of it, for its page."""
    tree.attrs["question"] = json.dumps(asdict(question))


def question_of(tree: xr.DataTree) -> Question:
    """Return what was asked of a result."""
    asked = json.loads(str(tree.attrs.get("question", "{}")))
    usual = {} if model_of(tree).output == "capacity" else {"threshold": GROWN}
    return Question(**(usual | asked | {"cycles": tuple(asked.get("cycles", ()))}))


def asked_cycles(question: Question, series: Sequence[CycleSeries]) -> tuple[float, ...]:
    """Return the cycles that are asked for; the last measured one where there are none."""
    return question.cycles or (max(each.last for each in series),)


def cycle_series(tree: xr.DataTree) -> tuple[CycleSeries, ...]:
    """Return the measured points of a fitted law, in the order of the groups."""
    data = tree.children["constant_data"].to_dataset()
    cycle = np.asarray(data["measured_cycle"].values)
    value = np.asarray(data[f"measured_{model_of(tree).output}"].values)
    kinds = labels_of_points(tree)
    dim = group_dim(tree)
    labels, of_point = [""], np.zeros(cycle.size, dtype=int)
    if dim is not None:
        labels = [str(label) for label in tree.children["posterior"].dataset[dim].values]
        of_point = np.asarray(data[f"{dim}_of_point"].values)
    found = []
    for place, label in enumerate(labels):
        own = of_point == place
        theirs = {name: values[own] for name, values in kinds.items()}
        found.append(CycleSeries(label, cycle[own], value[own], theirs))
    return tuple(found)
