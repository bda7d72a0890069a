"""Commands that look at data: ``posterion data list | show | export | inspect``."""

import json
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from ..errors import PosterionError
from .inspect_file import data_inspect
from .options import OUTPUT, Flag

if TYPE_CHECKING:
    import xarray as xr

    from ..analyses.audit.published import Published

Json = Annotated[
    Flag, Parameter("--json", group=OUTPUT, help="Print one JSON document, nothing else.")
]
data_app = App(name="data", help="Look at data files and what is embedded.")
data_app.command(data_inspect, name="inspect")


@data_app.command(name="list")
def data_list() -> None:
    """List the simulated examples and the published tables.

    Example: posterion data list
    """
    from ..analyses.audit.paper import seed_paper
    from ..datasets.simulate import EXAMPLES

    for name, (volume, degrees) in EXAMPLES.items():
        print(
            f"{name}\tsimulated spectrum of a pellet coated with {volume[:-2]} µL at {degrees} °C"
        )
    for name, table in seed_paper().tables.items():
        print(f"{name}\t{len(table.rows)} published numbers: {table.description}")


@data_app.command(name="show")
def data_show(name: str, /, *, as_json: Json = False) -> None:
    """Show an example and its truth, or a published table and its source.

    Example: posterion data show simulated-7uL-55C

    Parameters
    ----------
    name
        Name of an example or a published table; `data list` has them.
    """
    if _is_published(name):
        _show_published(name, as_json)
        return
    from ..datasets.simulate import simulated_pellet

    spectrum = simulated_pellet(name)
    if as_json:
        print(json.dumps({"attrs": spectrum.attrs, "spectrum": _columns(spectrum)}))
        return
    for key, value in spectrum.attrs.items():
        print(f"{key}: {value}")
    print(_csv(spectrum))


@data_app.command(name="export")
def data_export(name: str, /, *, to: Annotated[Path, Parameter(group=OUTPUT)]) -> None:
    """Write an example or a published table as a CSV file.

    Example: posterion data export simulated-7uL-55C --to pellet.csv

    Parameters
    ----------
    name
        Name of an example or a published table; `data list` has them.
    to
        CSV file to write.
    """
    from ..analyses.audit.paper import seed_paper
    from ..datasets.simulate import simulated_pellet
    from ..inference.store import replacing

    published = _is_published(name)
    paper = seed_paper()
    text = paper.tables[name].text if published else _csv(simulated_pellet(name))
    with replacing(to) as temporary:
        temporary.write_text(text, encoding="utf-8")
    print(f"wrote {to}")
    if published:
        print(f"from {paper.citation}, doi:{paper.doi}, {paper.licence}")


def _is_published(name: str) -> bool:
    """Tell a published table from an example.

    Raises
    ------
    PosterionError
        If the name is neither.
    """
    from ..analyses.audit.paper import seed_paper
    from ..datasets.simulate import EXAMPLES

    tables = seed_paper().tables
    if name not in tables and name not in EXAMPLES:
        near = get_close_matches(name, [*tables, *EXAMPLES])
        hint = f"did you mean {' or '.join(near)}?" if near else "`posterion data list` names all."
        raise PosterionError(f"there is no example or table '{name}'; {hint}")
    return name in tables


def _show_published(name: str, as_json: bool) -> None:
    from ..analyses.audit.paper import seed_paper

    paper = seed_paper()
    own = paper.tables[name]
    if as_json:
        document: dict[str, Any] = {
            "name": name,
            "source": paper.citation,
            "doi": paper.doi,
            "licence": paper.licence,
            "rows": [vars(row) for row in own.rows],
        }
        if currents := [_in_ampere_per_gram(row) for row in own.rows if _is_compared(row)]:
            document["specific_currents"] = currents
        print(json.dumps(document))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    grid = Table(
        title=f"{name}: {own.description}",
        caption=f"{paper.citation}, doi:{paper.doi}, {paper.licence}",
        title_justify="left",
        caption_justify="left",
        show_lines=True,
    )
    grid.add_column("key and value", no_wrap=True)
    grid.add_column("of", overflow="fold", ratio=2)
    grid.add_column("printed in: note", overflow="fold", ratio=3)
    for row in own.rows:
        about = "≈ " if row.approximate else ""
        unit = "" if row.unit == "dimensionless" else f" {row.unit}"
        remark = f"{row.where}: {row.note}" if row.note else row.where
        if _is_compared(row):
            found = _in_ampere_per_gram(row)
            needed = f"Not in A/g without {found['missing']}."
            remark += "\n" + (needed if found["missing"] else f"In A/g: {found['A/g']:g}")
        first = f"{row.key}\n{about}{row.printed}{unit}"
        grid.add_row(*map(escape, (first, _described(row), remark)))
    Console(highlight=False).print(grid)


def _is_compared(row: "Published") -> bool:
    """Tell whether a current is one of those that a table sets beside each other."""
    return row.where == "Table 3" and row.quantity in ("rate", "specific current")


def _in_ampere_per_gram(row: "Published") -> dict[str, Any]:
    """Return a current in A/g, or what is missing for that."""
    from ..analyses.audit.published import missing_for, specific_current

    missing = missing_for(row)
    value = None if missing else specific_current(row).value
    return {"key": row.key, "A/g": value, "missing": missing}


def _described(row: "Published") -> str:
    """Name quantity, sample and conditions of a published number."""
    conditions = (
        (row.coating_volume_uL, "{:g} µL"),
        (row.temperature_C, "{:g} °C"),
        (row.cycle, "cycle {}"),
    )
    known = [text.format(value) for value, text in conditions if value is not None]
    quoted = [f"Ref. {row.reference}"] if row.reference else []
    return ", ".join([row.quantity, row.sample, *known, *quoted])


def _columns(spectrum: "xr.Dataset") -> dict[str, list[float]]:
    real, imag = spectrum["Z"].transpose("part", "frequency").values
    frequency = spectrum["frequency"].values
    return {
        "frequency_Hz": frequency.tolist(),
        "Zre_ohm": real.tolist(),
        "Zim_ohm": imag.tolist(),
    }


def _csv(spectrum: "xr.Dataset") -> str:
    columns = _columns(spectrum)
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(map(repr, row)) for row in rows)]
    return "\n".join(lines) + "\n"
