"""Current against potential in one sweep, as a data set and from a table."""

import re
from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
import numpy.typing as npt
import xarray as xr

from ...errors import PosterionError, Setting
from ..tables.dialect import Dialect
from ..tables.in_memory import Source
from ..tables.points import Origin, points_of, source_of
from ..tables.roles import Column, Role, column_of, columns_of, firsts
from ..tables.sheet import Schema
from ..tables.units import Unit, Units
from .current_units import CURRENT, current_unit_of

_POTENTIAL = re.compile(
    r"(potential|voltage|e|v|u|ewe|we|workingelectrode|cellvoltage|spannung)(volts?)?"
    r"(vs[a-z0-9+/()]*)?"
)
_CURRENT = re.compile(r"(currentdensity|current|j|i|<i>|strom|stromdichte|density)")
_VOLTS = {"V": 1.0, "mV": 1e-3}


def voltammogram(
    potential: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    unit: str,
    **origin: Unpack[Origin],
) -> xr.Dataset:
    """Build the data of one linear sweep.

    Parameters
    ----------
    potential
        Shape (n,), in V, rising or falling throughout.
    current
        Shape (n,), positive in oxidation.
    unit
        Of the current, such as ``"mA"`` or ``"µA/cm**2"``. It is never guessed.
    **origin
        Where the data come from, as for `conductivity_dataset`.

    Returns
    -------
    xr.Dataset
        ``current`` (point) in `unit` with the coordinate ``potential`` in V.

    Raises
    ------
    PosterionError
        If shapes differ, a value is not finite, the unit is not understood, or the potential
        turns round, as it does in a cycle.
    """
    known = CURRENT.require(unit).text
    points = points_of({"potential": potential, "current": current}, {}, (), origin)
    source, (V, flow) = source_of(origin), points.arrays.values()
    if V.size < 2:
        raise PosterionError(f"{source} has one point; a voltammogram needs two points at least.")
    points.require("potential", np.isfinite(V), "a finite number", "V")
    points.require("current", np.isfinite(flow), "a finite number", known)
    steps = np.diff(V)
    if not steps.any():
        raise PosterionError(
            f"{source}: the potential is {V[0]:g} V throughout, so this is no voltammogram."
        )
    if not ((steps >= 0).all() or (steps <= 0).all()):
        way = np.sign(steps)
        turn = int(np.flatnonzero(way == -way[way != 0][0])[0])
        raise PosterionError(
            f"{source}: the potential turns round near {V[turn]:g} V; an onset is that of one "
            "sweep, so keep the part in one direction."
        )
    variables = {"current": (known, "Current"), "potential": ("V", "Potential")}
    return points.dataset(variables, coords=["potential"])


def _volts(unit: str) -> Unit | None:
    """Return the unit of a potential, which may name its reference: ``V vs. Li+/Li``."""
    bare = re.split(r"\s+v(?:s|ersus)\b", unit)[0].strip()
    return Unit("V", _VOLTS[bare]) if bare in _VOLTS else None


_ROLES = (Role("potential", _POTENTIAL, _volts), Role("current", _CURRENT, current_unit_of))
_POTENTIALS = Units("potential", _volts, ("V",), "V or mV", "E (V)")


def is_column_of_voltammogram(title: str) -> bool:
    """Tell if a title is one of potentials or currents."""
    return column_of(title, _ROLES) is not None


def _chosen(header: Sequence[str], named: Mapping[str, str]) -> tuple[Column, Column] | None:
    found = firsts(columns_of(header, named, _ROLES) or [])
    return (found["potential"], found["current"]) if len(found) == 2 else None


SCHEMA = Schema(
    "voltammogram",
    (
        "a voltammogram needs a column of potentials and one of currents, for example 'E (V)' and "
        "'j (mA/cm2)', or told as in ",
        Setting("columns", {"potential": "E", "current": "j"}),
    ),
    [role.name for role in _ROLES],
    _chosen,
    lambda columns: columns,
)


def read_voltammogram(
    path: Source,
    *,
    current_unit: str | None = None,
    columns: Mapping[str, str] | None = None,
    dialect: Dialect | None = None,
) -> xr.Dataset:
    """Read current against potential of one linear sweep.

    Parameters
    ----------
    path
        A table with a header: potentials in V (or mV), and currents or current
        densities with their unit, as in ``E (V)`` and ``j (mA/cm2)``.
    current_unit
        Such as ``"mA"`` where the header has no unit. It is never guessed.
    columns
        Names of the columns for ``potential`` and ``current`` where their headers are not
        understood.
    dialect
        How the table is written, where the file does not decide it.

    Returns
    -------
    xr.Dataset
        As from `voltammogram`.

    Raises
    ------
    PosterionError
        If the file cannot be read, a column or unit is missing, or a value cannot be used.
    """
    given = CURRENT.given(current_unit)
    sheet = SCHEMA.read(path, columns, dialect)
    potential, current = sheet.columns
    volts = 1.0
    if potential.unit or sheet.below(potential):
        volts = sheet.unit_of(potential, _POTENTIALS, None).factor
    else:
        sheet.messages.append("potential: taken to be in V")
    return voltammogram(
        sheet.numbers(potential) * volts,
        sheet.numbers(current),
        unit=sheet.unit_of(current, CURRENT, given).text,
        **sheet.origin(lambda variable, k: sheet.place(sheet.columns[variable == "current"], k)),
    )
