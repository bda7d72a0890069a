"""What a kind of table needs, and such a table as it was read: columns, numbers, units, labels."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import PosterionError
from .cells import require_numbers
from .columns import checked_names, labels_of, refuse_duplicates, refuse_missing_names, wanting
from .dialect import Dialect
from .in_memory import Source
from .numbers import last_digit, number
from .points import Array, Origin
from .roles import Column
from .search import Table, find_table
from .text import FileText, read_file_text
from .units import Unit, Units
from .wanted import Wanted, Words


@dataclass(frozen=True)
class Schema[Columns]:
    """A kind of table.

    Attributes
    ----------
    kind, needs
        Its name, and what its header needs, in words, for error messages.
    roles
        What a user can name a column as; any other name makes it a label.
    choose
        Returns the columns of a header, the names that a user gave by role heeded; None if it
        is no header of such a table.
    numbers
        Returns the columns that must hold numbers.
    bare, whole, blanks, blocks, errors
        See `Wanted`; a table of blocks may repeat its titles side by side.
    """

    kind: str
    needs: Words
    roles: Collection[str]
    choose: Callable[[Sequence[str], Mapping[str, str]], Columns | None]
    numbers: Callable[[Columns], Sequence[Column]]
    bare: tuple[str, ...] = ()
    whole: bool = True
    blanks: bool = False
    blocks: bool = False
    errors: bool = False

    def read(
        self, path: Source, columns: Mapping[str, str] | None, dialect: Dialect | None
    ) -> "Sheet[Columns]":
        """Read a file that holds such a table.

        Raises
        ------
        PosterionError
            If it cannot be read, or holds none.
        """
        return self.sheet(read_file_text(path, dialect), checked_names(columns or {}, self.roles))

    def sheet(
        self,
        text: FileText,
        named: Mapping[str, str],
        find: Callable[[FileText, Wanted], Table] = find_table,
    ) -> "Sheet[Columns]":
        """Find such a table in the text of a file, in a way of its own where its layout is known.

        Raises
        ------
        PosterionError
            If it holds none.
        """
        found: dict[tuple[str, ...], Columns] = {}
        titles: dict[str, None] = {}

        def needed(header: Sequence[str]) -> tuple[int, ...] | None:
            titles.update(dict.fromkeys(header))
            columns = self.choose(header, named)
            if columns is None:
                return None
            found[tuple(header)] = columns
            return tuple(column.position for column in self.numbers(columns))

        words = wanting(named, self.needs)
        wanted = Wanted(
            self.kind, words, needed, self.bare, self.whole, self.blanks, self.blocks, self.errors
        )
        try:
            table = find(text, wanted)
        except PosterionError:
            refuse_missing_names(text.name, named, titles)
            raise
        if not self.blocks:
            refuse_duplicates(text.name, table.header or ())
        header = self.bare if table.header is None else table.header
        needed(header)
        return Sheet(text, table, found[header], named, [*text.messages, *table.messages])


@dataclass(frozen=True)
class Sheet[Columns]:
    """A table with its columns chosen; ``messages`` grows with what is decided."""

    text: FileText
    table: Table
    columns: Columns
    named: Mapping[str, str]
    messages: list[str]

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.text.name

    @property
    def header(self) -> tuple[str, ...]:
        """Titles of the columns."""
        return self.table.header or ()

    def cells(self, column: Column) -> list[str]:
        """Return the text of a column."""
        return [row.cells[column.position] for row in self.table.rows]

    def numbers(self, column: Column) -> Array:
        """Return the numbers of a column, NaN where it is blank."""
        return self._numbers(self.cells(column))

    def errors(self, column: Column) -> Array | None:
        """Return what stands behind ± in a column, None where nothing does."""
        found = [self.table.errors.get((r.line, column.position), "") for r in self.table.rows]
        return self._numbers(found) if any(found) else None

    def steps(self, column: Column) -> Array:
        """Return the unit in the last printed digit of each number of a column."""
        marks = self.table.marks
        return np.array([last_digit(cell, marks) for cell in self.cells(column)])

    def _numbers(self, cells: Sequence[str]) -> Array:
        found = (number(cell, self.table.marks) for cell in cells)
        return np.array([np.nan if value is None else value for value in found])

    def below(self, column: Column) -> str:
        """Return the unit in a row below the header, empty where there is none."""
        units = self.table.units
        return units.cells[column.position].strip("[]() ") if units else ""

    def place(self, column: Column, row: int) -> str:
        """Return where a cell stands, and what it holds."""
        found, position = self.table.rows[row], column.position
        return (
            f"{self.name}, line {found.line}, column {position + 1} ('{self.header[position]}'), "
            f"'{found.cells[position][:40]}'"
        )

    def unit_of[U: Unit](self, column: Column, units: Units[U], given: U | None) -> U:
        """Return the unit of a column: of its title, of the row below, or as a user gave it.

        Raises
        ------
        PosterionError
            If there is none, it is not understood, or that of the user is another.
        """
        below = self.below(column)
        written, table = column.unit or below, self.table
        if written in ("", "-"):
            if given is None:
                raise PosterionError(
                    f"{self.name}: the column '{column.title}' has no unit; say the unit of the "
                    f"{units.quantity} with ",
                    *units.settings,
                    f", or write it in the header, as in '{units.header}'.",
                )
            self.messages.append(f"units: column '{column.title}' is in {given.text}, as was given")
            return given
        unit = units.parse(written)
        own = units.parse(below)
        if table.units and below not in ("", "-", column.unit) and (not own or own != unit):
            # A row that is no number in one place, rather than one of units.
            require_numbers(self.name, table.units, [column.position], self.header, table.marks)
        if unit is None:
            raise PosterionError(
                f"{self.name}: the unit '{written}' of column '{column.title}' is not understood; "
                f"expected {units.expected}."
            )
        if given is not None and not unit.is_same(given):
            raise PosterionError(
                f"{self.name}: column '{column.title}' is in {written}, but the unit given is "
                f"another (given is {given.text}); leave out the one that is wrong."
            )
        return unit

    def labels(self, used: Collection[int], reserved: Collection[str]) -> dict[str, list[str]]:
        """Return the labels of the rows by name; see `labels_of`."""
        return labels_of(self.table, used, self.named, reserved, self.messages)

    def origin(self, where: Callable[[str, int], str]) -> Origin:
        """Return where the data come from."""
        return {
            "source": self.name,
            "sha256": self.text.sha256,
            "format": "text",
            "messages": self.messages,
            "where": where,
        }
