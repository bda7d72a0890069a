"""A paper as data: a claims file, and the tables of printed numbers beside it."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from ...datasets.published import COLUMNS, Published, published_of, read_rows
from ...errors import PosterionError
from .expression import hint
from .inputs import Numbers
from .judge import KINDS, Claim, Shared

if TYPE_CHECKING:
    import pandas as pd

_BYTES, _CLAIMS = 2_000_000, 1_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")
_ID = re.compile(r"[a-zA-Z0-9-]{1,60}")
_ALWAYS = {"id", "says", "kind", "for"}


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
    _refuse_controls(content, path.name)
    return content


def _refuse_controls(content: Any, where: str) -> None:
    """Refuse what would steer a terminal."""
    if isinstance(content, str) and any(
        c < " " and c not in "\n\t" or c == "\x7f" for c in content
    ):
        raise PosterionError(f"{where}: {content[:40]!r} has control characters; take them out.")
    parts = [*content, *content.values()] if isinstance(content, dict) else content
    for part in parts if isinstance(parts, list) else ():
        _refuse_controls(part, where)


def _paper(content: Mapping[str, Any], folder: Path) -> Paper:
    known = {"paper", "tables", "numbers", "define", "series", "topic", "figure"}
    _refuse_unknown(content, known, "the file")
    about = _texts(content.get("paper", {}), "paper")
    allowed = {"name", "about", "citation", "doi", "licence", "currents", "summary"}
    _refuse_unknown(about, allowed, "[paper]")
    for needed in ("name", "citation"):
        if needed not in about:
            raise PosterionError(f"[paper] has no `{needed}`; write it.")
    if not _ID.fullmatch(about["name"]):
        raise PosterionError(f"the name '{about['name']}' has other signs than letters and digits.")
    tables = {
        f"{about['name']}-{stem}": _table(folder, stem, text)
        for stem, text in _texts(content.get("tables", {}), "tables").items()
    }
    numbers = _numbers(tables, content.get("numbers", {}))
    shared = Shared(
        _named(content.get("define", {}), "define"), _series(content.get("series", {}), numbers)
    )
    figures = content.get("figure", [])
    if len(_rows(figures, "figure")) > 20:
        raise PosterionError("there are more than 20 figures; leave some out.")
    claims = tuple(_claims(content.get("topic", [])))
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
    if not _ID.fullmatch(stem):
        raise PosterionError(f"the table '{stem}' is no name of a CSV file beside this one.")
    path = folder / f"{stem}.csv"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise PosterionError(f"{path.name} cannot be read; put it beside this file.") from error
    _refuse_controls(text.replace("\r\n", "\n"), path.name)
    return Table(description, text, read_rows(text, path.name))


def _numbers(tables: Mapping[str, Table], own: Mapping[str, Any]) -> Numbers:
    found: dict[str, Published] = {}
    rows = [(name, row) for name, table in tables.items() for row in table.rows]
    for key, cells in _mapping(own, "numbers").items():
        given = _texts(cells, f"numbers.{key}")
        _refuse_unknown(given, set(COLUMNS), f"the number '{key}'")
        filled = {"quantity": "number", "sample": "-", "where": "-", **given, "key": key}
        try:
            row = published_of({column: filled.get(column, "") for column in COLUMNS})
        except PosterionError as error:
            raise PosterionError(f"the number '{key}': {error}") from error
        rows.append(("[numbers]", row))
    for name, row in rows:
        if not _NAME.fullmatch(row.key):
            raise PosterionError(f"{name}: the key '{row.key}' is no name; use letters and _.")
        if row.key in found:
            raise PosterionError(f"{name}: the key '{row.key}' stands twice; rename one.")
        found[row.key] = row
    return found


def _series(content: Any, numbers: Numbers) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, keys in _mapping(content, "series").items():
        if not _NAME.fullmatch(name) or not isinstance(keys, list) or not 0 < len(keys) <= 100:
            raise PosterionError(f"the series '{name}' is no list of 1 to 100 keys.")
        for key in keys:
            if key not in numbers:
                raise PosterionError(
                    f"the series '{name}' has '{key}', which is no key; {hint(str(key), numbers)}"
                )
        found[name] = tuple(keys)
    return found


def _claims(topics: Any) -> Iterator[Claim]:
    count = 0
    for topic in _rows(topics, "topic"):
        _refuse_unknown(topic, {"name", "claim"}, "a topic")
        name = topic.get("name")
        if not isinstance(name, str):
            raise PosterionError("a topic has no `name`; write it.")
        for content in _rows(topic.get("claim", []), "topic.claim"):
            for own in _expanded(content):
                count += 1
                if count > _CLAIMS:
                    raise PosterionError(f"there are more than {_CLAIMS} claims; divide the file.")
                yield _claim(own, name)


def _expanded(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return a claim once for each of the words that its `for` has, put in where ``$`` stands."""
    if "for" not in content:
        yield content
        return
    for words in _rows(content["for"], "for"):
        given = _texts(words, "for")
        yield {name: _put_in(part, given) for name, part in content.items() if name != "for"}


def _put_in(content: Any, words: Mapping[str, str]) -> Any:
    if isinstance(content, str):
        try:
            return Template(content).substitute(words)
        except (KeyError, ValueError) as error:
            raise PosterionError(
                f"in '{content[:60]}', `for` has no word {error}; write it there."
            ) from error
    if isinstance(content, list):
        return [_put_in(part, words) for part in content]
    if isinstance(content, dict):
        return {name: _put_in(part, words) for name, part in content.items()}
    return content


def _claim(content: Mapping[str, Any], topic: str) -> Claim:
    own = content.get("id")
    if not isinstance(own, str) or not _ID.fullmatch(own):
        raise PosterionError(f"the id {own!r} of a claim is not of letters, digits and hyphens.")
    where = f"claim '{own}'"
    name = content.get("kind", "cannot be checked")
    if name not in KINDS:
        raise PosterionError(f"{where}: there is no kind {name!r}; {hint(str(name), KINDS)}")
    kind, fields = KINDS[name], {n: c for n, c in content.items() if n not in _ALWAYS}
    _refuse_unknown(fields, kind.needs | kind.may, where)
    shown = {"quantity"} if "value" in content else set()
    for needed in sorted({"says", *kind.needs, *shown} - set(content)):
        raise PosterionError(f"{where} of the kind '{name}' has no `{needed}`; write it.")
    for field, part in fields.items():
        _check_field(field, part, f"{where}, `{field}`")
    if not isinstance(content["says"], str):
        raise PosterionError(f"{where}: `says` is no text.")
    return Claim(own, topic, content["says"], name, fields)


def _check_field(name: str, content: Any, where: str) -> None:
    match name:
        case "let" | "then":
            _named(content, where)
        case "why" | "more" | "open" | "after" | "quantity":
            for each in content if isinstance(content, list) else [content]:
                if not isinstance(each, str) and set(_texts(each, where)) != {"if", "says"}:
                    raise PosterionError(f"{where}: write a text, or {{if = ..., says = ...}}.")
        case "cases":
            for case in _rows(content, where):
                _refuse_unknown(case, {"if", "at", "let", "value", "probability"}, where)
                levels = case.get("at", [])
                numbers = isinstance(levels, list) and all(
                    isinstance(level, int | float) and abs(level) < 1e12 for level in levels
                )
                if "if" not in case or not numbers or len(levels) > 20:
                    raise PosterionError(
                        f"{where}: a case has a text `if`, and in `at` up to 20 numbers."
                    )
                _named(case.get("let", {}), where)
                _texts({n: t for n, t in case.items() if n not in ("at", "let")}, where)
        case _:
            _texts({name: content}, where)


def _named(content: Any, where: str) -> dict[str, str]:
    found = _texts(content, where)
    for name in found:
        if not _NAME.fullmatch(name):
            raise PosterionError(f"{where}: '{name}' is no name; use letters, digits and _.")
    return found


def _texts(content: Any, where: str) -> dict[str, str]:
    found = dict(_mapping(content, where))
    for name, text in found.items():
        if not isinstance(text, str):
            raise PosterionError(f"{where}: `{name}` is {text!r:.40}; write it as text in quotes.")
    return found


def _mapping(content: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(content, dict):
        raise PosterionError(f"{where} is no table of names; write [{where}].")
    return content


def _rows(content: Any, where: str) -> Sequence[Mapping[str, Any]]:
    if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
        raise PosterionError(f"{where} is no list of tables; write [[{where}]].")
    return content


def _refuse_unknown(content: Mapping[str, Any], known: Any, where: str) -> None:
    for name in content:
        if name not in known:
            raise PosterionError(f"{where} has '{name}', which is not known; {hint(name, known)}")
