"""A paper as data: a claims file, and the tables of printed numbers beside it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import PosterionError
from .claims import read_claims
from .expression import hint
from .inputs import Numbers
from .judge import Claim, Shared
from .published import COLUMNS, Published, published_of, read_rows
from .shapes import ID, NAME, mapping, named, refuse_controls, refuse_unknown, rows, texts

if TYPE_CHECKING:
    import pandas as pd

_BYTES = 2_000_000


@dataclass(frozen=True)
class Table:
    """A table of printed numbers: what is in it, its CSV text and its rows."""

    description: str
    text: str
    rows: tuple[Published, ...]


@dataclass(frozen=True)
class Paper:
    """A paper's claims and numbers.

    Attributes
    ----------
    name, about
        What files are named after, and what the paper is on.
    citation, doi, licence
        Where the numbers are from.
    tables
        Tables by name.
    numbers
        All printed numbers by key.
    shared
        Formulas and series that the claims share.
    claims
        In their order.
    figures, summary
        Descriptions of figures, and names of those that make one picture.
    currents
        Series of currents that the page shows in A/g; empty for none.
    """

    name: str
    about: str
    citation: str
    doi: str
    licence: str
    tables: Mapping[str, Table]
    numbers: Numbers
    shared: Shared
    claims: tuple[Claim, ...]
    figures: tuple[Mapping[str, Any], ...]
    summary: tuple[str, ...]
    currents: str

    def number(self, key: str) -> Published:
        """Return one printed number.

        Raises
        ------
        PosterionError
            If no table has the key.
        """
        if key not in self.numbers:
            raise PosterionError(f"there is no published number '{key}'; {hint(key, self.numbers)}")
        return self.numbers[key]

    def frame(self, table: str) -> "pd.DataFrame":
        """Return a table with the attributes of `Published` as columns.

        Raises
        ------
        PosterionError
            If there is no such table.
        """
        import pandas as pd

        if table not in self.tables:
            raise PosterionError(f"there is no table '{table}'; {hint(table, self.tables)}")
        return pd.DataFrame([vars(row) for row in self.tables[table].rows])


@cache
def seed_paper() -> Paper:
    """Return the paper that the package grew out of.

    C. B. Thairiyarayar, F. M. Wang, S. Kheawhom, J. K. Chang and W. R. Liu, Energy Mater. 2026,
    6, 600053, doi:10.20517/energymater.2026.32.
    """
    return read_paper(Path(__file__).parent / "papers" / "na3sbs4" / "claims.toml")


def read_paper(path: Path) -> Paper:
    """Read a claims file.

    Parameters
    ----------
    path
        A TOML file. The tables that it names are CSV files beside it.

    Raises
    ------
    PosterionError
        If it cannot be read, or says what the audit does not know.
    """
    content = _toml(path)
    try:
        return _paper(content, path.parent)
    except PosterionError as error:
        raise PosterionError(f"{path.name}: {error}") from error


def _toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PosterionError(f"{path} cannot be read ({reason}); give a claims file.") from error
    if len(raw) > _BYTES:
        raise PosterionError(f"{path.name} is longer than {_BYTES // 1_000_000} MB; divide it.")
    try:
        content = tomllib.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        why = "is nested too deeply" if isinstance(error, RecursionError) else f"({error})"
        raise PosterionError(f"{path.name} is no TOML file {why}; mend it there.") from error
    refuse_controls(content, path.name)
    return content


def _paper(content: Mapping[str, Any], folder: Path) -> Paper:
    known = {"paper", "tables", "numbers", "define", "series", "topic", "figure"}
    refuse_unknown(content, known, "the file")
    about = texts(content.get("paper", {}), "paper")
    allowed = {"name", "about", "citation", "doi", "licence", "currents", "summary"}
    refuse_unknown(about, allowed, "[paper]")
    for needed in ("name", "citation"):
        if needed not in about:
            raise PosterionError(f"[paper] has no `{needed}`; write it.")
    if not ID.fullmatch(about["name"]):
        raise PosterionError(f"the name '{about['name']}' has other signs than letters and digits.")
    tables = {
        f"{about['name']}-{stem}": _table(folder, stem, text)
        for stem, text in texts(content.get("tables", {}), "tables").items()
    }
    numbers = _numbers(tables, content.get("numbers", {}))
    shared = Shared(
        named(content.get("define", {}), "define"), _series(content.get("series", {}), numbers)
    )
    figures = content.get("figure", [])
    if len(rows(figures, "figure")) > 20:
        raise PosterionError("there are more than 20 figures; leave some out.")
    claims = tuple(read_claims(content.get("topic", [])))
    if not claims:
        raise PosterionError("there is no claim; write a [[topic]] with a [[topic.claim]].")
    ids = [claim.id for claim in claims]
    if twice := {each for each in ids if ids.count(each) > 1}:
        raise PosterionError(f"the claim '{min(twice)}' stands twice; rename one.")
    return Paper(
        about["name"],
        about.get("about", ""),
        about["citation"],
        about.get("doi", ""),
        about.get("licence", ""),
        tables,
        numbers,
        shared,
        claims,
        tuple(figures),
        tuple(about.get("summary", "").split()),
        about.get("currents", ""),
    )


def _table(folder: Path, stem: str, description: str) -> Table:
    if not ID.fullmatch(stem):
        raise PosterionError(f"the table '{stem}' is no name of a CSV file beside this one.")
    path = folder / f"{stem}.csv"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise PosterionError(f"{path.name} cannot be read; put it beside this file.") from error
    refuse_controls(text.replace("\r\n", "\n"), path.name)
    return Table(description, text, read_rows(text, path.name))


def _numbers(tables: Mapping[str, Table], own: Mapping[str, Any]) -> Numbers:
    found: dict[str, Published] = {}
    printed = [(name, row) for name, table in tables.items() for row in table.rows]
    for key, cells in mapping(own, "numbers").items():
        given = texts(cells, f"numbers.{key}")
        refuse_unknown(given, set(COLUMNS), f"the number '{key}'")
        filled = {"quantity": "number", "sample": "-", "where": "-", **given, "key": key}
        try:
            row = published_of({column: filled.get(column, "") for column in COLUMNS})
        except PosterionError as error:
            raise PosterionError(f"the number '{key}': {error}") from error
        printed.append(("[numbers]", row))
    for name, row in printed:
        if not NAME.fullmatch(row.key):
            raise PosterionError(f"{name}: the key '{row.key}' is no name; use letters and _.")
        if row.key in found:
            raise PosterionError(f"{name}: the key '{row.key}' stands twice; rename one.")
        found[row.key] = row
    return found


def _series(content: Any, numbers: Numbers) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, keys in mapping(content, "series").items():
        if not NAME.fullmatch(name) or not isinstance(keys, list) or not 0 < len(keys) <= 100:
            raise PosterionError(f"the series '{name}' is no list of 1 to 100 keys.")
        for key in keys:
            if key not in numbers:
                raise PosterionError(
                    f"the series '{name}' has '{key}', which is no key; {hint(str(key), numbers)}"
                )
        found[name] = tuple(keys)
    return found
