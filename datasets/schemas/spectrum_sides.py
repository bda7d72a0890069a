"""Which columns of a table are one spectrum, and which are others beside it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..tables.names import same
from .spectrum_titles import PAIRS, Column, Role, columns_of, recognise, unit_factor

# What a label of a further spectrum is not: columns of a fit or of errors.
_OTHER = re.compile(
    r"(fit(ted)?|calc(ulated)?|model(led)?|sim(ulated)?|kk|err(or)?s?|sd|std(dev)?|weights?|"
    r"res(idual)?s?|sigma|norm(alised|alized)?|smooth(ed)?|delta|[dΔ]|diff(erence)?)[\d.]*",
    re.I,
)
# A unit that is not understood, such as mhz or ohm cm2, is none either.
_UNIT = re.compile(r"ohm|[Ωω]|hz|[cm]m(\^?-?\d)?$|area|spec", re.I)


_PAIRED = {role for pair in PAIRS for role in pair}


@dataclass(frozen=True)
class Side:
    """The columns of one spectrum: frequency, and two that give the impedance.

    ``rivals`` are columns of one role of which the user must choose one.
    """

    columns: tuple[Column, Column, Column]
    label: str = ""
    rivals: tuple[Column, ...] = ()


def sides_of(header: Sequence[str], named: Mapping[str, str]) -> list[Side]:
    """Return the spectra that stand side by side in a table, empty if it holds none."""
    columns = columns_of(header, named)
    if named and len(_titled(columns, header, named)) < len(named):
        return []
    way = way_of(columns)
    if way is not None:
        found = [_candidates(columns, role) for role in way]
        if max(map(len, found)) == 1:
            return [Side((found[0][0], found[1][0], found[2][0]))]
        return _repeated(found)
    return [] if named else _labelled(header)


def way_of(columns: Sequence[Column]) -> tuple[Role, Role, Role] | None:
    """Return the three roles that give an impedance, or None."""
    roles = {column.role for column in columns}
    ways: list[tuple[Role, Role, Role]] = [(x, *pair) for pair in PAIRS for x in _X]
    return next((way for way in ways if roles.issuperset(way)), None)


_X: tuple[Role, Role] = ("frequency", "omega")


def _titled(columns: Sequence[Column], header: Sequence[str], named: Mapping[str, str]) -> set[int]:
    """Return the places of the columns that the user named."""
    wanted = {
        same(text) for each in named.values() for text in (each, re.sub(r"^-|\s*\[.*\]$", "", each))
    }
    return {column.position for column in columns if same(header[column.position]) in wanted}


def _candidates(columns: Sequence[Column], role: Role) -> list[Column]:
    """Return the columns of a role, the plainest first.

    Those with a unit not understood, of a less usual name, or of a logarithm count only if there
    are no others. A fitted curve or a standard deviation beside the data often has the same
    first word.
    """
    found = [column for column in columns if column.role == role]
    found = [c for c in found if unit_factor(c.unit, role) is not None] or found
    found = [c for c in found if not c.weak] or found
    # "Minus Zim" beside "Zim" is the same again.
    found = [c for c in found if not c.negated] or found
    return [c for c in found if not c.logarithm] or found


def _repeated(found: Sequence[list[Column]]) -> list[Side]:
    """Return the spectra of a header that repeats its titles, or one spectrum of rivals."""
    x, first, second = found
    count = len(first)
    spellings = {
        len({re.sub(r"[._]?\d+$", "", same(column.title)) for column in group}) for group in found
    }
    if count > 1 and len(second) == count and len(x) in (1, count) and spellings == {1}:
        frequencies = x * count if len(x) == 1 else x
        sides = zip(frequencies, first, second, strict=True)
        return [Side(columns, str(k)) for k, columns in enumerate(sides, 1)]
    rivals = next(group for group in found if len(group) > 1)
    return [Side((x[0], first[0], second[0]), rivals=tuple(rivals))]


def _labelled(header: Sequence[str]) -> list[Side]:
    """Return the spectra of titles with labels, such as ``Zre_25C, Zim_25C, Zre_40C, ...``."""
    shared: list[Column] = []
    groups: dict[str, list[Column]] = {}
    for position, title in enumerate(header):
        column = recognise(title, position)
        if column is not None:
            shared.append(column)
            continue
        found = _parted(title, position)
        if found is not None:
            groups.setdefault(found[0], []).append(found[1])
    sides = []
    for label, columns in groups.items():
        own = {column.role for column in columns}
        if not any(own >= {*pair} for pair in PAIRS):
            continue
        every = [*columns, *(column for column in shared if column.role not in own)]
        way = way_of(every)
        if way is None:
            continue
        chosen = [_candidates(every, role)[0] for role in way]
        sides.append(Side((chosen[0], chosen[1], chosen[2]), label))
    return sides


def _parted(title: str, position: int) -> tuple[str, Column] | None:
    """Part a title into a label and the column that the rest of it names."""
    text = title.strip().strip('"')
    if len(text) > 60:
        return None
    for match in re.finditer(r"[\s_@;:,-]+|(?=[\[(])", text):
        start, rest = text[: match.start()], text[match.end() :]
        column = recognise(rest, position)  # "cell 1 Z' (ohm)"
        if column is not None and column.role in _PAIRED and not _OTHER.fullmatch(start.strip()):
            return start.strip(" _-()[]"), replace(column, title=title)
        unit = re.search(r"\s*([\[(][^\[\]()]*[\])]|/\s*\w+)$", rest)
        label = (rest[: unit.start()] if unit else rest).strip(" _-()[]")
        column = recognise(start + (unit[0] if unit else ""), position)
        useful = column is not None and column.role not in ("index", "temperature")
        if column is not None and useful and label and not _OTHER.fullmatch(label):
            return None if _UNIT.search(label) else (label, replace(column, title=title))
    return None
