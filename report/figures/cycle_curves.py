"""What a law of cycles says along the cycles: quantiles of the law and of new measurements."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...inference.cycling.ageing import Who, cycles_to, retention
from ...inference.cycling.cycle_series import CycleSeries, Question, asked_cycles, cycle_series
from ...inference.measured import group_dim
from ...inference.predict import predict
from ...inference.revive import model_of
from ..cycle_subjects import of_all, subjects
from ..law_predictions import thinned

Array = NDArray[np.float64]

QUANTILES = (0.03, 0.5, 0.97)
GRID = 60
FAR = 4.0
"""A figure shows the way to a threshold as far as so many times the measured cycles."""

DRAWS = 2000


def reach(tree: xr.DataTree, question: Question) -> float:
    """Return the last cycle of a figure.

    It holds the data, what is asked for, and the way to the threshold where that is not far.
    """
    series = cycle_series(tree)
    last = max(each.last for each in series)
    wanted = max(1.15 * last, *(1.05 * cycle for cycle in asked_cycles(question, series)))
    whom = subjects(tree)
    who: Who = "typical" if whom.pairs else "measured"
    reached = cycles_to(
        thinned_whole(tree, 400), question.threshold, reference=question.reference, who=who
    )
    middle = float(np.median(reached))
    return max(wanted, 1.1 * middle) if middle < FAR * last else wanted


def grid_of(tree: xr.DataTree, question: Question, end: float | None = None) -> Array:
    """Return the cycles that curves are drawn through, up to their `reach` unless told."""
    series = cycle_series(tree)
    first = min(each.first for each in series)
    end = reach(tree, question) if end is None else end
    edges = [value for each in series for value in (each.first, each.last)]
    return np.unique(np.concatenate([np.linspace(first, end, GRID), edges]))


def curves(tree: xr.DataTree, question: Question, end: float | None = None) -> xr.Dataset:
    """Return quantiles along the cycles: retention of each subject by the law."""
    grid = grid_of(tree, question, end)
    thin = thinned_whole(tree, DRAWS)
    whom = subjects(tree)
    kept = of_all(
        whom,
        lambda who, of: _along(
            retention(thin, grid, reference=question.reference, who=who, of=of), "cycle"
        ),
    )
    if whom.dim not in kept.dims:
        kept = kept.expand_dims({whom.dim: list(whom.labels)})
    kept = kept.rename({whom.dim: "subject"}).transpose("subject", "quantile", "cycle")
    return xr.Dataset({"retention": kept.drop_attrs()})


def bands(tree: xr.DataTree, question: Question) -> xr.Dataset:
    """Return quantiles along the cycles of the law and of new measurements of each group."""
    grid = grid_of(tree, question)
    output = model_of(tree).output
    drawn = predict(thinned_whole(tree, DRAWS), cycle=grid)
    dim = group_dim(tree)
    found = {}
    for name, variable in (("law", output), ("new", f"{output}_new")):
        quantiles = _along(drawn[variable], "point").values
        found[name] = quantiles if dim else quantiles[None]
    labels = [each.label for each in cycle_series(tree)]
    return xr.Dataset(
        {name: (("subject", "quantile", "cycle"), values) for name, values in found.items()},
        coords={"subject": labels, "quantile": list(QUANTILES), "cycle": grid},
    )


def references(tree: xr.DataTree, question: Question) -> dict[str, float]:
    """Return the median of the value that retention is relative to, of each group."""
    series = cycle_series(tree)
    output, dim = model_of(tree).output, group_dim(tree)
    at = [reference_cycle(question, each) for each in series]
    drawn = predict(thinned_whole(tree, DRAWS), cycle=at)[output]
    middle = drawn.median(("chain", "draw")).values
    own = middle if dim is None else np.diagonal(middle)
    return {each.label: float(value) for each, value in zip(series, own, strict=True)}


def reference_cycle(question: Question, series: CycleSeries) -> float:
    """Return the cycle that retention of a group is relative to."""
    if question.reference == "first":
        return series.first
    return 0.0 if question.reference == "initial" else float(question.reference)


def thinned_whole(tree: xr.DataTree, draws: int) -> xr.DataTree:
    """Return a result with about so many of its draws, and its data."""
    thin = thinned(tree, draws)
    thin["constant_data"] = tree["constant_data"]
    return thin


def _along(drawn: xr.DataArray, along: str) -> xr.DataArray:
    """Return quantiles of draws, of dims ([groups,] quantile, n)."""
    return drawn.quantile(list(QUANTILES), ("chain", "draw")).transpose(..., "quantile", along)
