"""Coulombic efficiency on the page of a law of fade: measured, beside what it would imply."""

import numpy as np
import xarray as xr

from ...inference.cycling.efficiency import ACCURACY
from ..figures.efficiency import GROUP, efficiency
from .subject import Drawing, GroupTable, Section

TABLED = 60
"""Cells that have a row each."""


def section(tree: xr.DataTree) -> Section | None:
    """Return table and figure of the efficiencies that a result keeps; None where none."""
    if GROUP not in tree.children:
        return None
    found = tree.children[GROUP].to_dataset()
    known = found.isel(cell=np.flatnonzero(np.isfinite(found["average"].values)))
    rows = []
    for place in range(min(known.sizes["cell"], TABLED)):
        own = {str(name): float(v) for name, v in known.isel(cell=place).items() if not v.dims}
        average = (f"{100 * own['average']:.3f} %", f"sd {100 * own['sd']:.3f} %", False)
        implied = ("–", "too few of the cycles", False)
        if np.isfinite(own["implied_retention"]):
            low, high = (f"{100 * own[f'implied_{end}']:.1f}" for end in ("low", "high"))
            implied = (f"{100 * own['implied_retention']:.1f} %", f"{low} to {high} %", False)
        observed = (f"{100 * own['observed_retention']:.1f} %", "", False)
        rows.append((str(known["cell"].values[place]), (average, implied, observed)))
    left_out = known.sizes["cell"] - len(rows)
    text = (
        "Discharge over charge capacity of each cycle, as measured; the standard deviation is that "
        "between cycles. Were every charge that is not returned lost as capacity, the product of "
        "the efficiencies after the first cycle would be the implied retention; below it stands "
        f"its range, were the instrument wrong by {100 * ACCURACY:g} % in every cycle. The "
        "observed one is the last capacity over the first. Where the two differ by more than that "
        "range, most of the charge that is not returned costs no capacity."
    )
    if left_out:
        text += f" {left_out} further cells are in the result itself."
    drawing = Drawing(
        "efficiency",
        efficiency,
        "Coulombic efficiency against the number of cycles",
        "Coulombic efficiency against cycle. Arrows at the edge are cycles beyond it.",
    )
    headings = ("average efficiency", "implied retention", "observed retention")
    return Section("Coulombic efficiency", text, GroupTable("cell", headings, tuple(rows)), drawing)
