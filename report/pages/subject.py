"""What of a page depends on what was measured, as one value for each kind of data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import xarray as xr

from ...inference.caution.general import enumerated
from ...inference.cells import pooling_kinds
from ...inference.revive import pool_of
from ...inference.scalars import stem
from ..figures.style import as_svg

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SHOWN_FIRST = ("ohm", "S/cm")
"""Units of the quantities that stand at the top."""


@dataclass(frozen=True)
class Drawing:
    """A figure of the data: what draws it, and the words beside it."""

    name: str
    draw: "Callable[[xr.DataTree], Figure]"
    alternative: str
    caption: str
    encode: "Callable[[Figure], str]" = as_svg


@dataclass(frozen=True)
class GroupTable:
    """The main results of many groups: a row each.

    A cell is its median, the ends of its interval, and whether it is extrapolated.
    """

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str, bool], ...]], ...]


@dataclass(frozen=True)
class Section:
    """Something more to tell: words, a table and perhaps a figure under a heading."""

    title: str
    text: str
    table: GroupTable
    drawing: Drawing | None = None


class Subject:
    """Results of data that the package knows nothing more of; the base of the others."""

    computed = "These data were computed, not measured."
    ranges = "the measured ranges"
    clean = "None: the data outweigh the priors."
    first_columns: Mapping[str, str] = MappingProxyType({})
    """How the columns of the table of groups begin that a terminal shows first, and what they are
    called there; empty where by their own heading."""

    def read(self, tree: xr.DataTree, extra: xr.Dataset | None) -> str:
        """Say in the first line of a terminal what was read."""
        return self.measured(tree)

    def asked(self, table: "pd.DataFrame") -> list[str]:
        """Return the quantities that were asked for, the first one first."""
        units = zip(map(str, table.index), table["unit"].map(str), strict=True)
        return [name for name, unit in units if self.is_headline(name, unit)]

    def called(self, tree: xr.DataTree, name: str) -> str:
        """Return what a quantity is called on a screen."""
        return name

    def note(
        self, tree: xr.DataTree, name: str, row: "pd.Series[Any]", extra: xr.Dataset | None
    ) -> str:
        """Return a word or two that have to stand beside a quantity, such as ``extrapolated``."""
        return ""

    def measured(self, tree: xr.DataTree) -> str:
        """Say how much was measured, and over which range."""
        return f"{int(tree.attrs['n'])} points"

    def statement(self, tree: xr.DataTree) -> str:
        """Say in words what the model states; empty where its name says it."""
        return ""

    def sentence(self, tree: xr.DataTree) -> str:
        """Begin the paragraph on methods: what was described by which model."""
        return f"The data were described by the model {tree.attrs['model']}"

    def structure(self, tree: xr.DataTree) -> str:
        """Add to the paragraph on methods what groups share; empty, or ends in a blank."""
        return ""

    def is_headline(self, name: str, unit: str) -> bool:
        """Tell whether a quantity stands at the top."""
        return unit in SHOWN_FIRST and not stem(name).endswith("_Z")

    def description(
        self, tree: xr.DataTree, name: str, written: str, extra: xr.Dataset | None
    ) -> str:
        """Return what a quantity means for these data."""
        return written

    def group_table(
        self, tree: xr.DataTree, table: "pd.DataFrame", extra: xr.Dataset | None
    ) -> GroupTable | None:
        """Return the main results of each group, or None where there is one."""
        return None

    def answers(self, tree: xr.DataTree) -> tuple[str, ...]:
        """Return what the result says in words, the main thing first; empty where untrusted."""
        return ()

    def drawings(self, tree: xr.DataTree, passed: bool) -> tuple[tuple[Drawing, ...], ...]:
        """Return the figures of the data, those side by side that belong together."""
        return ()

    def section(self, tree: xr.DataTree) -> Section | None:
        """Return what else was measured, which no model is fitted to."""
        return None

    def inside(self, tree: xr.DataTree) -> float | None:
        """Return the share of the data in the 94 % band of new data."""
        return None


def subject_of(tree: xr.DataTree) -> Subject:
    """Return what holds for the data of a result."""
    from .compare import ComparisonSubject
    from .dose import DoseSubject
    from .factorial import FactorialSubject
    from .fade import FadeSubject
    from .growth import GrowthSubject
    from .law import LawSubject
    from .limit import LimitSubject, OnsetSubject
    from .spectrum import SpectrumSubject
    from .transference import TransferenceSubject

    known: Mapping[str, Any] = {
        "Z": SpectrumSubject,
        "conductivity": LawSubject,
        "capacity": FadeSubject,
        "resistance": GrowthSubject,
        "overpotential": GrowthSubject,
        "critical_current": LimitSubject,
        "lifetime": LimitSubject,
        "current": OnsetSubject,
        "response": DoseSubject,
        "cell_response": FactorialSubject,
        "specimen_value": ComparisonSubject,
        "reading": TransferenceSubject,
    }
    observed = tree.children["observed_data"].dataset
    found: Subject = next((own for name, own in known.items() if name in observed), Subject)()
    return found


def pooling_in_words(tree: xr.DataTree) -> str:
    """Say what groups share; empty, or ends in a blank."""
    kinds, own = pooling_kinds(pool_of(tree))
    said = []
    for name, kind in kinds.items():
        ways = own.get(name, {})
        free, same = (
            enumerated([p for p, each in ways.items() if each == way])
            for way in ("none", "complete")
        )
        if kind == "partial":
            others = "The other parameters differ" if free or same else "Parameters differ"
            said.append(
                f"The values of {free} differ by {name}, without any relation. " if free else ""
            )
            said.append(f"The values of {same} are the same for every {name}. " if same else "")
            said.append(
                f"{others} by {name} and come from one distribution, whose typical "
                "value and spread were estimated together with them (partial pooling). "
            )
        elif kind == "none":
            said.append(
                f"Parameters and scatter differ by {name}, without any relation between them. "
            )
    return "".join(said)
