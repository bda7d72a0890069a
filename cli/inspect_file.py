"""The command ``posterion data inspect``: what a file holds, as it was read."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from ..errors import PosterionError
from .options import DATA, OUTPUT, Flag, Reading, Sign
from .spelling import as_flag

if TYPE_CHECKING:
    import xarray as xr

_SHOWN = 4
_WIDTH, _HEIGHT = 60, 16


def data_inspect(
    file: Path,
    /,
    *,
    sign: Annotated[Sign, Parameter(group=DATA)] = "auto",
    capacity_unit: Annotated[str | None, Parameter(group=DATA)] = None,
    reading: Reading = Reading(),
    out: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    as_json: Annotated[Flag, Parameter("--json", group=OUTPUT)] = False,
) -> None:
    """Say what a file holds, show it as read beside the text, and what was decided.

    Example: posterion data inspect pellet.csv

    Parameters
    ----------
    file
        File of any kind that is read here.
    sign
        Sign of the column of Z''.
    capacity_unit
        Unit of capacities by cycle without one, such as mAh or mAh/g.
    out
        Picture of the data to write, such as data.png.
    as_json
        Print one JSON document, nothing else.
    """
    from ..datasets.kinds import told

    general: dict[str, Any] = {"dialect": reading.dialect}
    if reading.column:
        general["columns"] = reading.columns
    options = {
        "": general,
        "impedance spectra": {"sign": sign},
        "capacities by cycle": {"capacity_unit": capacity_unit},
    }
    kind, data = told(file, options)
    spectra = data if isinstance(data, dict) else {}
    first: xr.Dataset = next(iter(spectra.values())) if spectra else data
    messages = [line for line in first.attrs["messages"].split("\n") if line]
    messages += _impossible(spectra)
    rows = _spectra(spectra) if spectra else _cells(data) if "cell" in data.coords else []
    if out is not None:
        _write(out, spectra or {file.stem: data})
    if as_json:
        name = {"impedance spectra": "spectra", "capacities by cycle": "cells"}.get(kind.name)
        document: dict[str, Any] = {"format": first.attrs.get("format", "text")}
        document |= {"convention": first.attrs["convention"]} if name == "cells" else {}
        document |= {name: rows} if name else {"kind": kind.name, "n": data.sizes["point"]}
        print(json.dumps({**document, "messages": messages}))
        return
    print(f"read as {kind.name}")
    print(f"format: {first.attrs.get('format', 'text')}")
    for label, row in zip(spectra or [row["cell"] for row in rows], rows, strict=True):
        print(f"{label}: {_in_words(row)}")
    for message in messages:
        print(message)
    print("\n".join(["", *_beside(file, first), "", *_plot(first)]))


def _spectra(spectra: "Mapping[str, xr.Dataset]") -> list[dict[str, Any]]:
    return [
        {
            "n": spectrum.sizes["frequency"],
            "f_min_hz": float(spectrum["frequency"].min()),
            "f_max_hz": float(spectrum["frequency"].max()),
            "temperature_c": spectrum.attrs.get("temperature_c"),
        }
        for spectrum in spectra.values()
    ]


def _cells(data: "xr.Dataset") -> list[dict[str, Any]]:
    if "capacity" not in data:
        return []
    names = data["cell"].values.astype(str)
    parts = {name: data.isel(point=names == name) for name in dict.fromkeys(names.tolist())}
    return [
        {
            "cell": name,
            "n": cell.sizes["point"],
            "cycle_first": float(cell["cycle"][0]),
            "cycle_last": float(cell["cycle"][-1]),
            "capacity_first": float(cell["capacity"][0]),
            "unit": data["capacity"].attrs["units"],
        }
        for name, cell in parts.items()
    ]


def _in_words(row: Mapping[str, Any]) -> str:
    if "cell" in row:
        return (
            "{n} cycles from {cycle_first:g} to {cycle_last:g}, first capacity {capacity_first:g} "
            "{unit}".format(**row)
        )
    at = "" if row["temperature_c"] is None else f", {row['temperature_c']:g} °C"
    return f"{row['n']} points, {row['f_min_hz']:g} to {row['f_max_hz']:g} Hz{at}"


def _impossible(spectra: "Mapping[str, xr.Dataset]") -> list[str]:
    """Say of which spectra a fit would be refused, and why."""
    from ..inference.impossible import refuse_impossible

    said = []
    for label, spectrum in spectra.items():
        try:
            refuse_impossible(spectrum.assign_attrs(source=label))
        except PosterionError as error:
            said.append(f"cannot be fitted: {error.spelled(as_flag)}")
    return said


def _xy(data: "xr.Dataset") -> tuple[tuple[str, Any], tuple[str, Any]]:
    """Return what is drawn of data, with its name: abscissa and ordinate."""
    if "Z" in data:
        real, imag = data["Z"].transpose("part", "frequency").values
        return ("Z' / ohm", real), ("-Z'' / ohm", -imag)
    import numpy as np

    x = next((name for name in ("cycle", "temperature", "potential") if name in data), None)
    name = str(next(iter(data.data_vars)))
    values = data[name].values
    unit = data[name].attrs.get("units", "")
    places = np.arange(1.0, values.size + 1) if x is None else data[x].values
    return (x or "point", places), (f"{name} / {unit}" if unit else name, values)


def _beside(file: Path, data: "xr.Dataset") -> list[str]:
    """Return the first lines of a file, and the first points as they were read."""
    lines: Sequence[str] = ()
    try:
        from ..datasets.tables.text import read_file_text

        lines = read_file_text(file).lines
    except PosterionError:
        pass  # a binary file, which has no lines
    found = [(k, line) for k, line in enumerate(lines, 1) if line.strip()][: _SHOWN + 2]
    shown = [
        f"  {k}: {''.join(c if c.isprintable() else ' ' for c in line[:70])}" for k, line in found
    ]
    told = ["the file begins", *shown] if shown else []
    (x, first), (y, second) = _xy(data)
    label = f"frequency / Hz, {x}, {y}" if "Z" in data else f"{x}, {y}"
    columns = [first, second] if "Z" not in data else [data["frequency"].values, first, second]
    points = zip(*(column[:_SHOWN].tolist() for column in columns), strict=True)
    return [*told, f"read as {label}", *("  " + ", ".join(f"{v:g}" for v in p) for p in points)]


def _plot(data: "xr.Dataset") -> list[str]:
    """Return a plot of characters."""
    import numpy as np

    (x, first), (y, second) = _xy(data)
    good = np.isfinite(first) & np.isfinite(second)
    if not good.any():
        return []
    places = [
        np.rint((values[good] - values[good].min()) / (np.ptp(values[good]) or 1.0) * (size - 1))
        for values, size in ((first, _WIDTH), (second, _HEIGHT))
    ]
    grid = [[" "] * _WIDTH for _ in range(_HEIGHT)]
    for column, row in zip(places[0].astype(int), places[1].astype(int), strict=True):
        grid[_HEIGHT - 1 - row][column] = "*"
    low, high = first[good].min(), first[good].max()
    top, bottom = f"{second[good].max():.3g}", f"{second[good].min():.3g}"
    marks = {0: top, _HEIGHT - 1: bottom}
    lines = [f"{marks.get(k, ''):>9} |{''.join(row).rstrip()}" for k, row in enumerate(grid)]
    axis = f"{low:<.3g}".ljust(_WIDTH - 9) + f"{high:>9.3g}"
    return [f"{y} against {x}", *lines, " " * 10 + "+" + "-" * _WIDTH, " " * 11 + axis]


def _write(out: Path, each: "Mapping[str, xr.Dataset]") -> None:
    """Write a picture of the data."""
    from matplotlib.figure import Figure

    from ..inference.store import replacing

    kinds = Figure().canvas.get_supported_filetypes()
    if out.suffix.lstrip(".").lower() not in kinds:
        raise PosterionError(f"--out {out} is no picture; end it in .png, .pdf or .svg.")
    figure = Figure(figsize=(6, 4.5), layout="constrained")
    axes = figure.subplots()
    for label, data in each.items():
        (x, first), (y, second) = _xy(data)
        axes.plot(first, second, ".", label=label)
        axes.set(xlabel=x, ylabel=y)
    if 1 < len(each) <= 12:
        axes.legend()
    with replacing(out) as temporary:
        figure.savefig(temporary, format=out.suffix.lstrip(".").lower(), dpi=150)
