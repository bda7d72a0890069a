"""What is asked of a law of fade: retention at cycles, and the cycle of a threshold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ..inference.ageing import Who, cycles_to, retention, told
from ..inference.cycle_series import CycleSeries, Question, cycle_series
from ..inference.diagnose import Verdict
from ..inference.measured import group_dim
from ..inference.predict import next_group, shared_labels
from ..inference.revive import model_of
from ..inference.scalars import element, stem
from .tables import STATISTICS

THRESHOLD = "cycles_to_threshold"


@dataclass(frozen=True)
class Subjects:
    """Whom a law is asked about: the measured groups, and where they share one, others.

    Attributes
    ----------
    dim
        What they are: ``cell``.
    measured
        Labels of the measured groups; one empty label where there is one.
    typical, new
        What the typical and the new one are called; empty where nothing is shared.
    """

    dim: str
    measured: tuple[str, ...]
    typical: str = ""
    new: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """All of them, in the order of rows."""
        return (*self.measured, *((self.typical, self.new) if self.typical else ()))

    def who(self, label: str) -> Who:
        """Tell whether a label is that of a measured one, the typical or the new one."""
        if self.typical and label in (self.typical, self.new):
            return "typical" if label == self.typical else "new"
        return "measured"


def subjects(tree: xr.DataTree) -> Subjects:
    """Return whom the law of a result can be asked about."""
    labels = tuple(each.label for each in cycle_series(tree))
    dim = group_dim(tree) or "cell"
    if shared_labels(tree):
        return Subjects(dim, labels, f"typical {dim}", f"new {dim}")
    return Subjects(dim, labels)


def asked_cycles(question: Question, series: Sequence[CycleSeries]) -> tuple[float, ...]:
    """Return the cycles that are asked for; the last measured one where there are none."""
    return question.cycles or (max(each.last for each in series),)


def answers(tree: xr.DataTree, question: Question) -> xr.Dataset | None:
    """Return draws of what is asked, one of each subject; None where the checks failed.

    Returns
    -------
    xarray.Dataset
        ``retention at cycle N`` and the capacity there for each cycle that is asked for, and
        ``cycles_to_threshold``, whose attribute ``censored_at`` is the last cycle looked at.
    """
    if not Verdict.of(tree).passed:
        return None
    law = model_of(tree)
    whom = subjects(tree)
    cycles = asked_cycles(question, cycle_series(tree))
    relative = told(tree, question.reference)
    kept = _of_all(
        tree, whom, lambda who: retention(tree, cycles, reference=question.reference, who=who)
    )
    value = _of_all(tree, whom, lambda who: _values(tree, cycles, who))
    found: dict[str, xr.DataArray] = {}
    for place, cycle in enumerate(cycles):
        for name, draws, unit, meaning in (
            ("retention", kept, "", f"share of the {law.output} {relative}"),
            (law.output, value, str(tree.attrs["unit"]), f"{law.output} by the law"),
        ):
            found[f"{name} at cycle {cycle:g}"] = draws.isel(cycle=place, drop=True).assign_attrs(
                units=unit, long_name=f"{meaning}, without scatter", quantity=name, cycle=cycle
            )
    reached = _of_all(
        tree,
        whom,
        lambda who: cycles_to(tree, question.threshold, reference=question.reference, who=who),
    )
    found[THRESHOLD] = reached.assign_attrs(
        units="cycle",
        long_name=f"cycle at which {percent(question.threshold)} is left of the {law.output} "
        f"{relative}",
    )
    return xr.Dataset(found)


def percent(share: float) -> str:
    """Write a share as ``80 %``."""
    return f"{100 * share:.4g} %"


def extrapolated(each: CycleSeries, cycle: float) -> bool:
    """Tell whether a cycle lies beyond those of a series."""
    return not each.first <= cycle <= each.last


def series_of(label: str, series: Sequence[CycleSeries]) -> CycleSeries:
    """Return the points of one subject; of the typical and the new one those of all."""
    own = [each for each in series if each.label == label]
    if own:
        return own[0]
    cycle, value = (np.concatenate([getattr(s, n) for s in series]) for n in ("cycle", "value"))
    return CycleSeries(label, cycle, value, {})


def label_in(name: str) -> str:
    """Return the label in the name of an element such as ``E_a[bulk]``; empty where none."""
    return "" if name == stem(name) else name[len(stem(name)) + 1 : -1]


def with_answers(
    document: Mapping[str, Any],
    tree: xr.DataTree,
    question: Question,
    extra: xr.Dataset | None,
) -> dict[str, Any]:
    """Return a JSON document whose answers are under the names of what they tell.

    ``derived`` holds ``retention``, the capacity, and ``cycles_to_threshold``, each with an
    entry for each cycle or threshold and subject, such as ``cycle 100[cell 3]``.
    """
    derived = dict(document["derived"])
    whom, series = subjects(tree), cycle_series(tree)
    output = model_of(tree).output
    relative = f"{output} {told(tree, question.reference)}"
    empty = dict.fromkeys((*STATISTICS, "unit", "ess_bulk", "ess_tail", "r_hat"))
    sections: dict[str, Any] = {"retention": {}, output: {}, THRESHOLD: {}}
    for label in whom.labels:
        bracket = f"[{label}]" if label else ""
        own = series_of(label, series)
        subject = {whom.dim: label or None, "who": whom.who(label)}
        for cycle in asked_cycles(question, series):
            for name in ("retention", output):
                row = derived.pop(f"{name} at cycle {cycle:g}{bracket}", empty)
                sections[name][f"cycle {cycle:g}{bracket}"] = {
                    **row,
                    **subject,
                    "cycle": cycle,
                    **({"reference": relative} if name == "retention" else {}),
                    "extrapolated": extrapolated(own, cycle),
                }
        row = derived.pop(f"{THRESHOLD}{bracket}", empty)
        sections[THRESHOLD][f"{percent(question.threshold)}{bracket}"] = {
            **row,
            **subject,
            "threshold": question.threshold,
            "reference": relative,
            **reaching(extra, label, question.cycles, own),
        }
    return {**document, "derived": sections | derived}


def reaching(
    extra: xr.Dataset | None, label: str, cycles: Sequence[float], own: CycleSeries
) -> dict[str, Any]:
    """Return what censoring and cycles say of a threshold; None where nothing is known."""
    if extra is None:
        names = ("censored_at", "p_not_reached", "extrapolated")
        return dict.fromkeys(names) | {"p_reaches_cycle": {f"{c:g}": None for c in cycles}}
    draws = element(extra, f"{THRESHOLD}[{label}]" if label else THRESHOLD).values
    horizon = float(extra[THRESHOLD].attrs["censored_at"])
    return {
        "censored_at": horizon,
        "p_not_reached": float(np.mean(draws >= horizon)),
        "extrapolated": bool(np.median(draws) > own.last),
        "p_reaches_cycle": {
            f"{c:g}": float(np.mean(draws > c)) if c < horizon else None for c in cycles
        },
    }


def _of_all(tree: xr.DataTree, whom: Subjects, ask: Any) -> xr.DataArray:
    """Ask of the measured ones, and of the typical and the new one where there are such."""
    measured: xr.DataArray = ask("measured")
    if not whom.typical:
        return measured
    others = [
        ask(who).expand_dims({whom.dim: [label]})
        for who, label in (("typical", whom.typical), ("new", whom.new))
    ]
    kept: xr.DataArray = xr.concat([measured, *others], dim=whom.dim, combine_attrs="override")
    return kept.transpose(*measured.dims)


def _values(tree: xr.DataTree, cycles: Sequence[float], who: Who) -> xr.DataArray:
    """Return draws of the law at cycles, of dims (chain, draw, [cells,] cycle)."""
    law = model_of(tree)
    if who == "measured":
        posterior = tree.children["posterior"].to_dataset()
        parameters = {p.name: posterior[p.name] for p in law.parameters}
    else:
        parameters = next_group(tree, law, shared_labels(tree) if who == "new" else (), 0)
    like = xr.broadcast(*parameters.values())[0].transpose("chain", "draw", ...)
    values = {
        name: value.broadcast_like(like).transpose(*like.dims).values[..., None]
        for name, value in parameters.items()
    }
    at = np.asarray(cycles, dtype=float)
    drawn = np.maximum(law.response({"cycle": at}, values), 0.0)
    coords = {name: like[name] for name in like.dims} | {"cycle": at}
    return xr.DataArray(drawn, dims=(*like.dims, "cycle"), coords=coords)
