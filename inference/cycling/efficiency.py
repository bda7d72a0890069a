"""Coulombic efficiency of cells, and the retention that it would imply."""

import numpy as np
import xarray as xr

from ...errors import PosterionError

ACCURACY = 0.001
"""Relative error of a ratio of charges that a good cycler makes in every cycle."""

SEEN = 0.5
"""The share of the cycles that must be measured for their product to mean something."""


def coulombic_efficiency(data: xr.Dataset) -> xr.Dataset:
    """Return the Coulombic efficiency of each cell, and the retention that it would imply.

    The efficiency of a cycle is its discharge capacity over its charge capacity. Were every
    charge that is not returned lost as capacity, what is left of the capacity after some
    cycles would be the product of their efficiencies. It seldom is: charge that a cell leaks,
    or spends at an electrode of which there is more than enough, costs no capacity. And an
    instrument whose ratio of charges is wrong by 0.1 % in every cycle makes the product wrong
    by 10 % after a hundred cycles: the implied retention is as good as its instrument, not as
    its scatter.

    Parameters
    ----------
    data
        As from `read_cycling`, with charge capacities.

    Returns
    -------
    xarray.Dataset
        ``efficiency`` (cell, cycle), NaN where one of both capacities is missing; and for each
        cell its ``average``, the ``sd`` between cycles, ``implied_retention`` over the measured
        cycles after the first, with ``implied_low`` and ``implied_high`` for an instrument that
        is wrong by 0.1 % in every cycle, and the ``observed_retention``, the last discharge
        capacity over the first. Cycles in which nothing was measured count as the average;
        where they are more than half, nothing is implied (NaN).

    Raises
    ------
    PosterionError
        If the data have no charge capacities, or no cell has two cycles with both.
    """
    if "charge_capacity" not in data or "capacity" not in data:
        raise PosterionError(
            "the data have no charge capacities beside those of discharge, so there is no "
            "Coulombic efficiency; name the column, as in columns={'charge_capacity': 'Q_chg'}."
        )
    cells = data["cell"].values.astype(str)
    labels = list(dict.fromkeys(cells.tolist()))
    cycles = np.unique(data["cycle"].values)
    efficiency = np.full((len(labels), cycles.size), np.nan)
    rows = {name: np.full(len(labels), np.nan) for name in _MEANING}
    for place, label in enumerate(labels):
        own = data.isel(point=cells == label)
        charge = own["charge_capacity"].values
        usable = np.isfinite(charge) & (charge > 0) & (own["capacity"].values > 0)
        cycle, capacity = own["cycle"].values[usable], own["capacity"].values[usable]
        ratio = capacity / charge[usable]
        efficiency[place, np.searchsorted(cycles, cycle)] = ratio
        if ratio.size < 2:
            continue
        rows["average"][place] = ratio.mean()
        rows["sd"][place] = ratio.std(ddof=1)
        rows["observed_retention"][place] = capacity[-1] / capacity[0]
        passed = cycle[-1] - cycle[0]
        if ratio.size - 1 < SEEN * passed:
            continue
        # The first cycle loses what made the capacity of the first discharge.
        implied = np.log(ratio[1:]).mean() * passed
        rows["implied_retention"][place] = np.exp(implied)
        rows["implied_low"][place] = np.exp(implied - passed * ACCURACY)
        rows["implied_high"][place] = np.exp(implied + passed * ACCURACY)
    if np.isnan(rows["average"]).all():
        raise PosterionError(
            "no cell has two cycles with both a charge and a discharge capacity, so there is no "
            "Coulombic efficiency."
        )
    result = xr.Dataset(
        {"efficiency": (("cell", "cycle"), efficiency)}
        | {name: ("cell", values) for name, values in rows.items()},
        coords={"cell": labels, "cycle": cycles},
    )
    for name, meaning in {"efficiency": "discharge over charge capacity", **_MEANING}.items():
        result[name].attrs = {"units": "", "long_name": meaning}
    return result


def efficiency_of(data: xr.Dataset) -> xr.Dataset | None:
    """Return what `coulombic_efficiency` does; None where too little was measured."""
    if "charge_capacity" not in data:
        return None
    try:
        return coulombic_efficiency(data)
    except PosterionError:
        return None


_MEANING = {
    "average": "average Coulombic efficiency",
    "sd": "standard deviation of the Coulombic efficiency between cycles",
    "implied_retention": "retention, were every charge that is not returned lost as capacity",
    "implied_low": "the same, were the instrument 0.1 % too high in every cycle",
    "implied_high": "the same, were the instrument 0.1 % too low in every cycle",
    "observed_retention": "last measured discharge capacity over the first",
}
