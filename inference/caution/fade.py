"""What a reader of a fitted law of capacity fade should beware of."""

import json
from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr

from ...errors import Setting
from ...models.ageing import FadeLaw, KneeFade, TwoProcessFade
from ..cells import pooling_kinds
from ..cycling.ageing import cycles_to
from ..cycling.cycle_runs import Run, limited, other_kinds, rises_first, runs_of, spikes, spurious
from ..cycling.cycle_series import CycleSeries, cycle_series, question_of
from ..noise.correlated import Autocorrelated
from ..noise.independent import StudentT
from ..pooling import MEAN
from ..revive import model_of, noise_of, pool_of
from ..scalars import scalars
from ..settings import ALL_LAWS, INDEPENDENT, PRIORS, ROBUST, SKIP, TWO_PROCESSES, WITHOUT
from ..verdict import Verdict
from .general import (
    NAMED,
    UNMOVED,
    Caution,
    contraction,
    enumerated,
    open_spreads,
    unmoved_priors,
    variable,
)

TIMES = (50, 20, 10, 5, 2)
"""An extrapolation is told by the largest of these multiples of the measured cycles."""


def fade_cautions(tree: xr.DataTree) -> Iterator[Caution]:
    """Yield cautions on a fitted law of fade, the gravest first."""
    law = model_of(tree)
    if not isinstance(law, FadeLaw):
        return
    series = cycle_series(tree)
    runs = runs_of(series)
    found = [
        *wrong_points(tree),
        *_limited(runs),
        *_mixed_kinds(runs),
        *_mixed_cells(tree, runs),
        *_spikes(tree, runs),
        *rises(tree),
        *_independent(tree),
        *_knee(tree, law, series),
        *_single(runs),
        *open_spreads(tree),
    ]
    yield from found
    told = {name for caution in found for name in caution.parameters}
    yield from unmoved_priors(
        tree,
        f"Give a prior that you can defend ({PRIORS}), measure more cycles, or take a simpler law.",
        told,
    )
    yield from _extrapolated(tree, law, series)


def _limited(runs: Sequence[Run]) -> Iterator[Caution]:
    held = [run for run in runs if limited(run)]
    if not held:
        return
    other = dict.fromkeys(
        _kept({name: value}) for run in held for value, name in other_kinds(run).items()
    )
    remedy = (
        f"Take the cycles that measure the whole capacity, one of {enumerated([*other])}."
        if other
        else "Take cycles that measure the whole capacity."
    )
    yield Caution(
        "misfit",
        (),
        f"In most cycles of {_named(held)} the capacity is the same to 0.1 %, as where a cell is "
        "cycled with a set charge. Such cycles show no fade until the cell can no longer give that "
        f"charge. {remedy}",
    )


def _mixed_kinds(runs: Sequence[Run]) -> Iterator[Caution]:
    mixed: dict[str, dict[str, None]] = {}
    for run in runs:
        for name, labels in run.kinds.items():
            values = dict.fromkeys(labels.tolist())
            if name != "cell" and 1 < len(values) <= len(labels) / 2:
                mixed.setdefault(name, {}).update(values)
    for name, values in mixed.items():
        yield Caution(
            "misfit",
            (),
            f"One series holds cycles of several kinds: '{name}' is {enumerated([*values])}. "
            "Capacities of different kinds of cycles differ by more than fade. Keep one kind with "
            f"{_kept({name: '...'})}, or leave the others out with {WITHOUT}.",
        )


def _mixed_cells(tree: xr.DataTree, runs: Sequence[Run]) -> Iterator[Caution]:
    shared, _ = pooling_kinds(pool_of(tree))
    if "none" in shared.values() or len(runs) < 2:
        return
    names = {name for run in runs for name in run.kinds} - {"cell", *shared}
    for name in sorted(names):
        each = [set(run.kinds[name].tolist()) for run in runs if name in run.kinds]
        values = sorted(set.union(*each))
        pooled = Setting("pool", {name: "partial", "cell": "partial"})
        if 1 < len(values) < len(runs) and all(len(one) == 1 for one in each):
            yield Caution(
                "points",
                (),
                f"Cells whose '{name}' differs ({enumerated(values)}) are taken as cells of one "
                "kind, and the typical and the new cell are those of the mixture. Take "
                f"{pooled.mark}, or one of them with {_kept({name: '...'})}.",
            )


def wrong_points(tree: xr.DataTree) -> Iterator[Caution]:
    """Yield single points that no cell can show: of a counter not reset, or a wrong unit."""
    runs = runs_of(cycle_series(tree))
    found = [(run, cycle) for run in runs for cycle in spurious(run)]
    if found and not _robust(tree):
        shares = [
            float(run.value[run.cycle == cycle][0] / np.median(run.value)) for run, cycle in found
        ]
        places = [
            f"{place} ({share:.2g} times the usual)"
            for place, share in zip(_places(found), shares, strict=True)
        ]
        yield Caution(
            "misfit",
            (),
            f"Single points that no cell can show: {enumerated(places)}. A counter that was not "
            "reset, a test that was stopped or a wrong unit makes such, and everything that is "
            f"fitted to them is wrong. Leave them out with {_dropped(found)}, or take {ROBUST}.",
        )


def _spikes(tree: xr.DataTree, runs: Sequence[Run]) -> Iterator[Caution]:
    if _robust(tree):
        return
    wrong = {(run.name, cycle) for run in runs for cycle in spurious(run)}
    spiky = [(run, cycle) for run in runs for cycle in spikes(run)]
    found = [(run, cycle) for run, cycle in spiky if (run.name, cycle) not in wrong]
    if found:
        yield Caution(
            "misfit",
            ("noise",),
            f"Single points lie far off both neighbours: {enumerated(_places(found))}. They widen "
            f"the scatter of all points. Look at them; leave them out with {_dropped(found)}, or "
            f"take {ROBUST}.",
        )


def _robust(tree: xr.DataTree) -> bool:
    noise = noise_of(tree)
    return isinstance(noise.base if isinstance(noise, Autocorrelated) else noise, StudentT)


def _places(found: Sequence[tuple[Run, float]]) -> list[str]:
    return [f"{run.name or 'the cell'} at cycle {cycle:g}" for run, cycle in found]


def _dropped(found: Sequence[tuple[Run, float]]) -> str:
    labels = [f"{run.name}:{cycle:g}" if run.name else f"{cycle:g}" for run, cycle in found]
    return Setting("drop", labels[:NAMED], within="select").mark


def _kept(labels: dict[str, str]) -> str:
    return Setting("where", labels, within="select").mark


def rises(tree: xr.DataTree) -> Iterator[Caution]:
    """Yield that a capacity rises under a law that can only fall."""
    law = model_of(tree)
    if not isinstance(law, FadeLaw) or isinstance(law, TwoProcessFade):
        return
    rising = [run for run in runs_of(cycle_series(tree)) if rises_first(run)]
    if rising:
        yield Caution(
            "form",
            (law.initial,),
            f"The capacity of {_named(rising)} rises at first, and this law can only fall. Leave "
            f"the first cycles out with {SKIP}, or take {TWO_PROCESSES}.",
        )


def _independent(tree: xr.DataTree) -> Iterator[Caution]:
    if not isinstance(noise_of(tree), Autocorrelated):
        yield Caution(
            "correlation",
            ("noise",),
            "The residuals were taken as independent. Those of neighbouring cycles seldom are "
            "(temperature, rests, the same instrument), and then every interval is too narrow: by "
            f"a factor of 2 where neighbours are correlated by 0.6. Leave out {INDEPENDENT}.",
        )


def _knee(tree: xr.DataTree, law: FadeLaw, series: Sequence[CycleSeries]) -> Iterator[Caution]:
    if not isinstance(law, KneeFade):
        return
    name = "knee" if f"knee_{MEAN}" not in tree.children["prior"].dataset else f"knee_{MEAN}"
    prior = json.loads(tree.attrs["priors"]).get(name, "")
    last = {each.label: each.last for each in series}
    hidden = []
    for each in scalars(tree.children["posterior"].to_dataset()[["knee"]]):
        label = str(each).partition("[")[2].removesuffix("]")
        beyond = float(variable(tree, "posterior", str(each)).median()) > last.get(label, 0.0)
        if beyond or contraction(tree, str(each)) > UNMOVED:
            hidden.append(str(each))
    if hidden:
        labels = [name.partition("[")[2].removesuffix("]") for name in hidden if "[" in name]
        whose = f" of {enumerated(labels)}" if labels else ""
        names = ("knee", "acceleration", "knee_width")
        yield Caution(
            "prior",
            tuple(f"{own}{each.removeprefix('knee')}" for each in hidden for own in names),
            f"The data{whose} show no knee, so where it lies and how much faster the loss is after "
            f"it rest on their priors, {name} ~ {prior}: so does what is said of later cycles. Do "
            "not quote a knee; give priors from cells that were cycled to their end.",
        )


def _single(runs: Sequence[Run]) -> Iterator[Caution]:
    if len(runs) == 1:
        yield Caution(
            "points",
            (),
            "There is one cell. How much cells made alike differ is not known from it: the "
            "intervals are those of this cell, and say nothing of another.",
        )


def _extrapolated(
    tree: xr.DataTree, law: FadeLaw, series: Sequence[CycleSeries]
) -> Iterator[Caution]:
    question = question_of(tree)
    times = {label: ratio for label, ratio in threshold_ratios(tree, series).items() if ratio > 1}
    asked = [c for c in question.cycles if any(c > each.last for each in series)]
    if not times and not asked:
        return
    brackets = {label: f"[{label}]" if label else "" for label in times}
    names = [f"cycles_to_threshold{bracket}" for bracket in brackets.values()]
    names += [
        f"{what} at cycle {cycle:g}{f'[{each.label}]' if each.label else ''}"
        for cycle in asked
        for each in series
        if cycle > each.last
        for what in ("retention", law.output)
    ]
    said = []
    if times:
        whose = f" of {enumerated([*times])}" if len(series) > len(times) else ""
        much = next((f"beyond {n} times " for n in TIMES if min(times.values()) > n), "beyond ")
        said.append(
            f"The threshold of {100 * question.threshold:.4g} % lies {much}the measured "
            f"cycles{whose}."
        )
    if asked:
        said.append(f"Cycle {enumerated([f'{c:g}' for c in asked])} was not measured.")
    foresee = (
        "A law fitted before a knee cannot foresee it, and many cells have one: read it as the "
        "life without a knee."
        if not isinstance(law, KneeFade)
        else f"Other laws that fit as well may say otherwise; compare them with {ALL_LAWS}."
    )
    yield Caution(
        "window",
        tuple(names),
        f"{' '.join(said)} What is said of it is extrapolated and holds only if the law does. "
        f"{foresee}",
    )


def threshold_ratios(tree: xr.DataTree, series: Sequence[CycleSeries]) -> dict[str, float]:
    """Return when the threshold is reached, as a multiple of the last cycle, by label.

    Of a run that failed its checks it is only told whether the data reach it.
    """
    question = question_of(tree)
    if not Verdict.of(tree).passed:
        runs = runs_of(series)
        return {
            run.name: 1.0 if run.smooth.min() < question.threshold * run.smooth[0] else 1.5
            for run in runs
        }
    reached = cycles_to(tree, question.threshold, reference=question.reference)
    middle = np.atleast_1d(reached.median(("chain", "draw")).values)
    return {each.label: float(m) / each.last for each, m in zip(series, middle, strict=True)}


def _named(runs: Sequence[Run]) -> str:
    return enumerated([run.name or "the cell" for run in runs])
