"""Doubts about a law of fade beyond those of the predictive checks."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ..caution.fade import rises, threshold_ratios, wrong_points
from ..caution.general import enumerated
from ..cycling.cycle_runs import SHORT, Run, rises_first, runs_of
from ..cycling.cycle_series import Question, cycle_series, keep_question, question_of
from ..measured import group_dim
from ..revive import model_of
from ..settings import THRESHOLD as ASKED_THRESHOLD
from ..verdict import Doubt, Verdict

Array = NDArray[np.float64]

UNLIKELY = 0.05
"""A law with its noise makes such a rise more rarely. Rises that count are rare already: noise with
a correlation of 0.9 makes one in a third of fades of 2 % over 500 cycles, in a twentieth of those
over 100 cycles, and in none that are faster; so this level can be wider than that of other checks.
"""

MEMORY = 0.25
"""Noise that remembers over so much of the cycles is no scatter: it is what the law misses."""

REPLICAS = 1000
WINDOW = 5
"""Points of the running median that takes out single spikes."""


def cannot_rise(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt a law that can only fall where a capacity rises at first.

    Noise that depends on itself can wander upwards as well, so a rise counts that the fitted law
    and its noise seldom make; or that they make only by noise that hardly forgets.
    """
    for caution in rises(tree):
        if any(_unlikely(tree)) or _never_forgets(tree):
            yield Doubt(caution.text, name="rise at first")


def _unlikely(tree: xr.DataTree) -> Iterator[bool]:
    """Yield of each run that rises whether data simulated from the fit hardly do."""
    output = model_of(tree).output
    drawn = tree.children["posterior_predictive"].dataset[output]
    simulated = drawn.transpose("chain", "draw", ...).values.reshape(-1, drawn.shape[-1])
    simulated = simulated[:: max(1, len(simulated) // REPLICAS)]
    for run, places in _runs(tree):
        if rises_first(run) and run.value.size >= SHORT:
            as_much = int((_rise(simulated[:, places]) >= _rise(run.value)).sum())
            yield (1 + as_much) / (1 + len(simulated)) <= UNLIKELY


def _never_forgets(tree: xr.DataTree) -> bool:
    """Tell whether the noise remembers over much of the measured cycles."""
    posterior = tree.children["posterior"].dataset
    if "rho" not in posterior:
        return False
    memory = -1 / np.log(float(np.clip(posterior["rho"].median(), 1e-9, 1 - 1e-9)))
    rising = [run for run, _ in _runs(tree) if rises_first(run)]
    return any(memory > MEMORY * np.ptp(run.cycle) for run in rising)


def _runs(tree: xr.DataTree) -> Iterator[tuple[Run, NDArray[np.int64]]]:
    """Yield each run, and the places of its points among the data."""
    series, dim = cycle_series(tree), group_dim(tree)
    count = sum(each.cycle.size for each in series)
    group = np.zeros(count, dtype=int)
    if dim is not None:
        group = np.asarray(tree.children["constant_data"].dataset[f"{dim}_of_point"].values)
    numbered = [
        replace(each, value=np.flatnonzero(group == place).astype(float))
        for place, each in enumerate(series)
    ]
    for run, numbers in zip(runs_of(series), runs_of(numbered), strict=True):
        yield run, numbers.value.astype(int)


def _rise(values: Array) -> Array:
    """Return by how much the running median rises above its beginning."""
    smooth = np.median(sliding_window_view(values, WINDOW, axis=-1), axis=-1)
    return np.asarray(smooth.max(axis=-1) - smooth[..., 0])


def impossible_points(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt what is fitted to single points that no cell can show."""
    for caution in wrong_points(tree):
        yield Doubt(caution.text, name="single points")


FAR = 2.0
"""Times the measured cycles. Of cells cycled to their end, none of the usual laws foresaw from a
half when 80 % is reached: the interval of the power law held it in half of them, that of the root
in none."""


def beyond_data(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt the cycles to a threshold that lies far beyond the data, by the question asked."""
    ratios = threshold_ratios(tree, cycle_series(tree))
    far = [label for label, ratio in ratios.items() if ratio > FAR]
    if far:
        whose = f" of {enumerated(far)}" if 1 < len(ratios) > len(far) else ""
        yield Doubt(
            f"The threshold of {100 * question_of(tree).threshold:.4g} % lies beyond {FAR:g} times "
            f"the measured cycles{whose}. So far out every law says something else and knees come "
            "unannounced: the cycles to it are no forecast. Measure longer, or ask for a threshold "
            f"that the data come near ({ASKED_THRESHOLD}).",
            (THRESHOLD,),
            EXTRAPOLATION,
        )


def asked(tree: xr.DataTree, question: Question) -> None:
    """Keep with a result what was asked of it, and what is to be doubted of the answer."""
    keep_question(tree, question)
    verdict = Verdict.of(tree)
    if verdict.passed:
        others = tuple(each for each in verdict.doubts if each.name != EXTRAPOLATION)
        doubts = (*others, *beyond_data(tree))
        headline = verdict.headline or (first_answer(tree),)
        tree.attrs["verdict"] = replace(verdict, doubts=doubts, headline=headline).text


def first_answer(tree: xr.DataTree) -> str:
    """Return what a law over cycles is asked first, whether a threshold comes or not."""
    return "retention" if model_of(tree).output == "capacity" else "growth"


THRESHOLD = "cycles_to_threshold"
EXTRAPOLATION = "extrapolation"

DOUBTS_OF_FADE: tuple[Callable[[xr.DataTree], Iterator[Doubt]], ...] = (
    impossible_points,
    cannot_rise,
    beyond_data,
)
"""What is asked of every law of fade, the gravest first."""
