"""The page of a batch: counts, quantities over all data sets, what stands apart, what failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...inference.store import replacing
from ..batch_table import Over, over, stand_apart
from ..figures.batch import quantity_over, small
from ..figures.style import as_png, as_svg
from ..numbers import interval

if TYPE_CHECKING:
    import xarray as xr

    from ...models.parameter import Model

MANY = 200
"""Data sets from which on a figure is made of pixels; and doubtful ones that are listed."""

MOST = 16
"""Quantities that are drawn."""

CALLED = {"Z": "spectra", "conductivity": "series of conductivities", "capacity": "cells"}
"""What data sets are called, by what is measured."""


@dataclass(frozen=True)
class Wrong:
    """A data set without a result, as it is shown: measured, where it could be read."""

    name: str
    word: str
    reason: str
    data: "xr.Dataset | None"


def write(
    path: Path,
    table: pd.DataFrame,
    model: "Model",
    counts: Mapping[str, int],
    wrong: list[Wrong],
    command: str,
) -> None:
    """Write the page of a batch as one self-contained file.

    Parameters
    ----------
    path
        The file to write.
    table
        A row a data set and quantity; see `posterion.fit_many`.
    model
        What was fitted.
    counts
        Data sets by their word.
    wrong
        Those without a result, or as many of them as are to be shown.
    command
        What to type for the page of a single one, before its name.
    """
    page = render(table, model, counts, wrong, command)
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def render(
    table: pd.DataFrame,
    model: "Model",
    counts: Mapping[str, int],
    wrong: list[Wrong],
    command: str,
) -> str:
    """Return the page as HTML."""
    from jinja2 import Environment, StrictUndefined

    # Names come from files of strangers: everything is escaped.
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = files(__package__).joinpath("batch.html.jinja").read_text(encoding="utf-8")
    place = over(table)
    drawn, apart = _quantities(table, model, place)
    sets = table.drop_duplicates("name")
    doubtful = sets[sets["verdict"] == "doubtful"]
    number = sum(counts[word] for word in ("refused", "failed"))
    return environment.from_string(source).render(
        called=CALLED.get(model.output, "data sets"),
        model=str(model),
        count=len(sets),
        counts=[(word, n) for word, n in counts.items() if n and word != "skipped"],
        skipped=counts["skipped"],
        over=place.label,
        drawn=drawn,
        apart=apart,
        wrong=[(each, _small(each, model)) for each in wrong],
        unshown=number - len(wrong),
        doubtful=doubtful[["name", "reason"]].head(MANY).to_dict(orient="records"),
        further=max(0, len(doubtful) - MANY),
        example=_example(sets, wrong),
        command=command,
        spectra=model.output == "Z",
    )


def _quantities(
    table: pd.DataFrame, model: "Model", place: Over
) -> tuple[list[tuple[str, str]], list[dict[str, str]]]:
    """Return the figures by name, and the rows of what stands apart."""
    known = table[table["median"].notna()]
    own = [p.name for p in model.parameters]
    elements = {name.partition("_")[0] for name in own}
    derived = known.loc[known["kind"] == "derived", "parameter"].unique()
    names = [*own, *(name for name in derived if name.partition("_")[0] not in elements)]
    drawn, rows = [], []
    for name in names[:MOST]:
        of_all = known[known["parameter"] == name]
        if of_all.empty:
            continue
        x = place.values[of_all["name"]].to_numpy()
        low, median, high = (of_all[each].to_numpy() for each in ("q03", "median", "q97"))
        apart, unit = stand_apart(x, median, low, high), str(of_all["unit"].iloc[0])
        doubtful = of_all["doubtful"].to_numpy(dtype=bool)
        figure = quantity_over(name, unit, place.label, x, (low, median, high), doubtful, apart)
        drawn.append((name, as_png(figure) if len(of_all) > MANY else as_svg(figure)))
        for k in np.flatnonzero(apart):
            middle, lower, upper, written = interval(median[k], low[k], high[k], unit)
            rows.append(
                {
                    "name": str(of_all["name"].iloc[k]),
                    "quantity": name,
                    "value": f"{middle} ({lower} to {upper}) {written}".strip(),
                }
            )
    return drawn, rows


def _small(each: Wrong, model: "Model") -> str:
    return "" if each.data is None else as_svg(small(each.data, model.output))


def _example(sets: pd.DataFrame, wrong: list[Wrong]) -> str:
    """Return the name of a data set whose page is worth a look."""
    read = [each.name for each in wrong if each.word == "refused"]
    doubtful = [*sets.loc[sets["verdict"] == "doubtful", "name"]]
    rest = [*sets.loc[sets["verdict"] != "failed", "name"]]
    return next(iter([*read, *doubtful, *rest]), "NAME")
