"""Tables that are in memory: of pandas, polars, Arrow or xarray, or a dictionary of columns."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import PosterionError

Source = str | Path | Any
"""A file by its path, or a table in memory: a data frame or a dictionary of columns."""

NAME = "table in memory"


def lines_in_memory(given: Source) -> list[str] | None:
    """Return the lines of a table with tabs between its cells; None of a path.

    Titles are those of the columns. The unit of a quantity of pint, or the attribute ``units`` of a
    variable of xarray, is written behind its title unless that has one in brackets.

    Raises
    ------
    PosterionError
        If it is neither a path nor a table, or its columns differ in length.
    """
    if isinstance(given, str | os.PathLike):
        return None
    columns = {title: _cells(values) for title, values in _columns(given).items()}
    lengths = {len(cells) for cells in columns.values()}
    if len(lengths) != 1:
        raise PosterionError(
            f"the columns of the {NAME} have {len(lengths)} lengths; give all the same."
        )
    titles = [" ".join(title.split()) for title in columns]
    return ["\t".join(row) for row in (titles, *zip(*columns.values(), strict=True))]


def _columns(given: Any) -> dict[str, Any]:
    """Return the values of each column by its title."""
    if hasattr(given, "data_vars"):  # xarray
        if "part" in given.dims:
            raise PosterionError("the data are a spectrum already; fit them as they are.")
        attrs = {str(name): given[name].attrs for name in given.variables}
        frame = given.to_dataframe().reset_index()
        return {_titled(str(k), attrs.get(str(k), {}).get("units")): frame[k] for k in frame}
    if isinstance(given, Mapping):
        return {_titled(str(k), getattr(v, "units", None)): v for k, v in given.items()}
    if getattr(getattr(given, "dtype", None), "names", None):  # a structured array
        return {name: given[name] for name in given.dtype.names}
    if not hasattr(given, "columns") and not hasattr(given, "column_names"):
        raise PosterionError(
            f"the data are of type {type(given).__name__}; give the name of a file, a data frame, "
            "a dictionary of columns, or for arrays po.spectrum(frequency, Z), "
            "po.conductivities(temperature, sigma, unit='S/cm') and the like."
        )
    if hasattr(given, "to_pydict") or hasattr(given, "to_dict") and hasattr(given, "get_columns"):
        read = given.to_pydict if hasattr(given, "to_pydict") else given.to_dict  # Arrow, polars
        return dict(read())
    index = given.index  # of pandas
    if any(name is not None for name in index.names):
        given = given.reset_index()
    return {_words(title): given.iloc[:, place] for place, title in enumerate(given.columns)}


def _words(title: Any) -> str:
    """Return a title as text; one of several levels is joined."""
    return " ".join(map(str, title)) if isinstance(title, tuple) else str(title)


def _titled(name: str, unit: Any) -> str:
    return f"{name} ({unit:~})" if _is_pint(unit) else _with(name, unit)


def _with(name: str, unit: Any) -> str:
    return f"{name} ({unit})" if unit and not name.rstrip().endswith((")", "]")) else name


def _is_pint(unit: Any) -> bool:
    return hasattr(unit, "dimensionality")


def _cells(values: Any) -> list[str]:
    """Write the values of a column; numbers to the decimals of the longest among them.

    A trailing zero is no more in memory, and the last digit of a number tells how it was rounded.
    """
    found: Sequence[Any] = list(getattr(values, "magnitude", values))
    cells = [_cell(value) for value in found]
    decimals = [cell.partition(".")[2] for cell in cells]
    if not all(each.isdecimal() or not each for each in decimals):
        return cells
    longest = max(map(len, decimals), default=0)
    return [
        cell + "0" * (longest - len(own)) if own else cell
        for cell, own in zip(cells, decimals, strict=True)
    ]


def _cell(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
        return ""
    if isinstance(value, float | np.floating):
        return repr(float(value))
    if isinstance(value, complex | np.complexfloating):
        return f"{value.real!r}{value.imag:+}j".replace("np.float64(", "").replace(")", "")
    text = " ".join(str(value).split())
    return "" if text in ("NaT", "<NA>", "None") else text
