"""Whom a law of cycles is asked about: measured groups, and where they share one, others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import xarray as xr

from ..inference.cycling.ageing import Who, upper_labels
from ..inference.cycling.cycle_series import CycleSeries, cycle_series
from ..inference.measured import group_dim
from ..inference.predict import shared_labels


@dataclass(frozen=True)
class Pair:
    """The typical and a new one: of all, or of one sample.

    Attributes
    ----------
    typical, new
        What they are called.
    members
        Labels of the measured groups that they stand for.
    group
        The sample; None for all.
    """

    typical: str
    new: str
    members: tuple[str, ...]
    group: str | None = None


@dataclass(frozen=True)
class Subjects:
    """Whom a law is asked about.

    Attributes
    ----------
    dim
        What they are: ``cell``.
    measured
        Labels of the measured groups; one empty label where there is one.
    pairs
        Of groups that share a distribution; those of each sample first.
    of
        The label above the groups, such as ``sample``; empty where there is none.
    """

    dim: str
    measured: tuple[str, ...]
    pairs: tuple[Pair, ...] = ()
    of: str = ""

    @property
    def typical(self) -> tuple[str, ...]:
        """What the typical ones are called."""
        return tuple(pair.typical for pair in self.pairs)

    @property
    def new(self) -> tuple[str, ...]:
        """What the new ones are called."""
        return tuple(pair.new for pair in self.pairs)

    @property
    def others(self) -> tuple[str, ...]:
        """Those that were not measured, in the order of rows."""
        return tuple(chain.from_iterable((pair.typical, pair.new) for pair in self.pairs))

    @property
    def labels(self) -> tuple[str, ...]:
        """All of them, in the order of rows."""
        return (*self.measured, *self.others)

    def shown(self, most: int) -> tuple[str, ...]:
        """Return all, or where these are too many those that stand for many."""
        fitting = (self.labels, self.others, self.others[-2:])
        return next((each for each in fitting if 0 < len(each) <= most), self.measured[:most])

    def who(self, label: str) -> Who:
        """Tell whether a label is that of a measured one, a typical or a new one."""
        return "typical" if label in self.typical else "new" if label in self.new else "measured"

    def members(self, label: str) -> tuple[str, ...]:
        """Return the measured groups that a label stands for."""
        own = (pair.members for pair in self.pairs if label in (pair.typical, pair.new))
        return next(own, (label,))


def subjects(tree: xr.DataTree) -> Subjects:
    """Return whom the law of a result can be asked about."""
    labels = tuple(each.label for each in cycle_series(tree))
    dim, shared = group_dim(tree) or "cell", shared_labels(tree)
    if not shared:
        return Subjects(dim, labels)
    upper = upper_labels(tree)
    # Of labels one above the other the lowest has the most groups; crossed ones are no samples.
    posterior = tree.children["posterior"].to_dataset()
    of = max(upper, key=lambda name: posterior.sizes[name]) if dim in shared and upper else ""
    pairs = []
    if of:
        place = tree.children["constant_data"].dataset[f"{of}_of_{dim}"].values
        for number, group in enumerate(map(str, posterior[of].values)):
            own = tuple(labels[k] for k in np.flatnonzero(place == number))
            pairs.append(Pair(f"typical {dim} of {group}", f"new {dim} of {group}", own, group))
    if not of or of in shared:
        pairs.append(Pair(f"typical {dim}", f"new {dim}{f' of a new {of}' if of else ''}", labels))
    return Subjects(dim, labels, tuple(pairs), of)


def of_all(whom: Subjects, ask: Callable[[Who, str | None], xr.DataArray]) -> xr.DataArray:
    """Ask of the measured ones, and of the typical and new ones where there are such.

    `ask` answers for those who are meant, of each member of a label or of all.
    """
    measured = ask("measured", None)
    if not whom.pairs:
        return measured
    above = {whom.of if pair.group is not None else None for pair in whom.pairs}
    unmeasured: tuple[Who, Who] = ("typical", "new")
    drawn = {(who, of): ask(who, of) for of in above for who in unmeasured}
    others = []
    for pair in whom.pairs:
        for who, label in zip(unmeasured, (pair.typical, pair.new), strict=True):
            found = drawn[who, None if pair.group is None else whom.of]
            if pair.group is not None:
                found = found.sel({whom.of: pair.group}, drop=True)
            others.append(found.expand_dims({whom.dim: [label]}))
    kept: xr.DataArray = xr.concat([measured, *others], dim=whom.dim, combine_attrs="override")
    return kept.transpose(*measured.dims)


def series_of(label: str, series: Sequence[CycleSeries], whom: Subjects) -> CycleSeries:
    """Return the points of a subject; of a typical and a new one those that it stands for."""
    own = [each for each in series if each.label in whom.members(label)]
    if len(own) == 1 and whom.who(label) == "measured":
        return own[0]
    cycle, value = (np.concatenate([getattr(s, n) for s in own]) for n in ("cycle", "value"))
    return CycleSeries(label, cycle, value, {})
