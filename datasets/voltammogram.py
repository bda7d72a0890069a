"""Current against potential in one sweep, as a data set and from a table."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from ..errors import PosterionError, Setting
from .current_units import current_unit_of
from .tables.columns import checked_names, refuse_duplicates
from .tables.dialect import Dialect
from .tables.in_memory import Source
from .tables.names import key_of, plain, same, splits
from .tables.numbers import number
from .tables.points import numbers_of, sha256_of
from .tables.search import find_table
from .tables.text import read_file_text
from .tables.wanted import Wanted

_POTENTIAL = re.compile(
    r"(potential|voltage|e|v|u|ewe|we|workingelectrode|cellvoltage|spannung)(volts?)?"
    r"(vs[a-z0-9+/()]*)?"
)
_CURRENT = re.compile(r"(currentdensity|current|j|i|<i>|strom|stromdichte|density)")
_VOLTS = {"V": 1.0, "mV": 1e-3}
_NEEDED = (
    "a voltammogram needs a column of potentials and one of currents, for example 'E (V)' and "
    "'j (mA/cm2)', or told as in ",
    Setting("columns", {"potential": "E", "current": "j"}),
)


def voltammogram(
    potential: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    unit: str,
    source: str = "data in memory",
    sha256: str | None = None,
    format: str = "memory",
    messages: Sequence[str] = (),
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
    source, sha256, format, messages
        Where the data come from, as for `cycling_dataset`.

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
    meaning = current_unit_of(unit) if isinstance(unit, str) else None
    if meaning is None:
        raise PosterionError(
            f"the unit of current '{unit}' is not understood; expected one such as 'mA' or "
            "'mA/cm**2'."
        )
    V, flow = (
        numbers_of(values, np.dtype(np.float64), f"{source}: {name}")
        for name, values in (("potential", potential), ("current", current))
    )
    if V.ndim != 1 or V.shape != flow.shape or V.size < 2:
        raise PosterionError(
            f"{source}: potential has the shape {V.shape} and current {flow.shape}; give one of "
            "each for each point, and two points at least."
        )
    for point in np.flatnonzero(~(np.isfinite(V) & np.isfinite(flow))):
        raise PosterionError(
            f"{source}, point {point + 1}: potential and current are {V[point]:g} V and "
            f"{flow[point]:g} {meaning}; both must be finite numbers."
        )
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
    return xr.Dataset(
        {"current": ("point", flow, {"units": meaning, "long_name": "Current"})},
        coords={"potential": ("point", V, {"units": "V", "long_name": "Potential"})},
        attrs={
            "source": source,
            "format": format,
            "sha256": sha256 or sha256_of(V, flow),
            "messages": "\n".join(messages),
        },
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
        A file, or a table in memory (pandas, polars, xarray, a dictionary of columns): a table
        of text with a header: potentials in V (or mV), and currents or current
        densities with their unit, as in ``E (V)`` and ``j (mA/cm2)``.
    current_unit
        Such as ``"mA"`` where the header has no unit. It is never guessed.
    columns
        Names of the columns for ``potential`` and ``current`` where their headers are not
        understood.
    dialect
        How the table is written (decimal and thousands marks, delimiter), where the file does not
        decide it.

    Returns
    -------
    xr.Dataset
        As from `voltammogram`.

    Raises
    ------
    PosterionError
        If the file cannot be read, a column or unit is missing, or a value cannot be used.
    """
    named = checked_names(columns or {}, ("potential", "current"))
    text = read_file_text(path, dialect)

    def needed(header: Sequence[str]) -> tuple[int, ...] | None:
        found = _columns(header, named)
        return None if found is None else tuple(position for position, _ in found)

    table = find_table(text, Wanted("voltammogram", _NEEDED, needed))
    refuse_duplicates(text.name, table.header or ())
    chosen = _columns(table.header or (), named)
    if chosen is None:  # a header is needed, and was found by it
        raise PosterionError(f"{text.name}: ", *_NEEDED, ".")
    (at_potential, volts), (at_current, unit) = chosen
    below = table.units.cells if table.units else ()
    volts = volts or (below[at_potential].strip("[]() ") if below else "")
    unit = current_unit or unit or (below[at_current].strip("[]() ") if below else "")
    if not unit:
        raise PosterionError(
            f"{text.name}: the unit of the current is not in the header; give it, as in ",
            Setting("current_unit", "mA/cm2"),
            ".",
        )
    messages = [*text.messages, *table.messages]
    if not volts:
        messages.append("potential: taken to be in V")
    if (volts or "V") not in _VOLTS:
        raise PosterionError(f"{text.name}: the potential is in '{volts}'; give it in V or mV.")
    values = np.array(
        [[number(row.cells[k], table.marks) for k in (at_potential, at_current)]
         for row in table.rows], float,
    )  # fmt: skip
    return voltammogram(
        values[:, 0] * _VOLTS[volts or "V"],
        values[:, 1],
        unit=unit,
        source=text.name,
        sha256=text.sha256,
        format="text",
        messages=messages,
    )


def _columns(
    header: Sequence[str], named: Mapping[str, str]
) -> tuple[tuple[int, str], tuple[int, str]] | None:
    """Return position and unit of potential and current, or None if this is no such header."""
    found: dict[str, tuple[int, str]] = {}
    roles = {same(title): role for role, title in named.items()}
    for position, title in enumerate(header):
        role, unit = _meaning(title)
        role = roles.get(same(title), role if role not in named else "")
        if role and role not in found:
            found[role] = (position, unit)
    if set(found) != {"potential", "current"}:
        return None
    return found["potential"], found["current"]


def is_column_of_voltammogram(title: str) -> bool:
    """Tell if a title is one of potentials or currents."""
    return bool(_meaning(title)[0])


def _meaning(title: str) -> tuple[str, str]:
    text = plain(title.strip().strip('"'))[:60]
    for name, unit, explicit in splits(text):
        unit, key = unit.strip(), key_of(name)
        if _CURRENT.fullmatch(key) and (current_unit_of(unit) or (explicit and not unit)):
            return "current", unit
        volts = re.split(r"\s+v(?:s|ersus)\b", unit)[0].strip()
        if _POTENTIAL.fullmatch(key) and (volts in _VOLTS or (explicit and not unit)):
            return "potential", volts
    return "", ""
