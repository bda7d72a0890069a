"""What a batch keeps in its folder: a part for each result, and the table of all.

A part is named by all that decides on the result, so what was asked before is found again, and
what changed is not. It is written to a temporary name and renamed: after a kill it is there as a
whole or not at all.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import PosterionError
from ...inference.store import replacing, save
from .asked import Answer, Word

if TYPE_CHECKING:
    import pyarrow as pa

TABLE = "results.parquet"
PARTS, DRAWS = "parts", "draws"
AT_ONCE = 200
"""Parts that are held at once when they are joined."""


@dataclass(frozen=True)
class Place:
    """A data set among the others, and where its result is kept.

    Attributes
    ----------
    key
        See `Asked.key`; empty where there is no result.
    reason
        Why there is none, or what the verdict says.
    about
        What the table says of the data set: name, source, sha256 and temperature.
    """

    key: str
    word: Word
    reason: str
    about: dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """The folder of a batch."""

    folder: Path

    @property
    def table(self) -> Path:
        """The file of the table."""
        return self.folder / TABLE

    def prepare(self, *, draws: bool) -> None:
        """Make the folder, and remove what killed runs were about to write.

        Raises
        ------
        PosterionError
            If it cannot be made.
        """
        for name in (PARTS, DRAWS) if draws else (PARTS,):
            try:
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise PosterionError(
                    f"cannot make the folder {self.folder}: {error.strerror}; choose another."
                ) from error
        for pattern in (f".{TABLE}.*", f"{PARTS}/.*", f"{DRAWS}/.*"):
            for leftover in self.folder.glob(pattern):
                leftover.unlink(missing_ok=True)

    def found(self, key: str, *, draws: bool) -> tuple[Word, str] | None:
        """Return word and reason of a result that is kept, with draws where these are wanted."""
        if draws and not self.draws_of(key).exists():
            return None
        part = self._part(key)
        if part is None or not part.num_rows:
            return None
        first = part.slice(0, 1).to_pylist()[0]
        return first["verdict"], first["reason"]

    def keep(self, key: str, answer: Answer) -> None:
        """Write the part of a result, and its draws where they were asked for."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if answer.draws is not None:
            save(answer.draws, self.draws_of(key))
        with _written(self._path(key)) as temporary:
            pq.write_table(pa.Table.from_pylist([*answer.rows], _of_parts()), temporary)

    def join(self, places: Sequence[Place]) -> None:
        """Write the table of all data sets, in their order."""
        import pyarrow.parquet as pq

        with _written(self.table) as temporary, pq.ParquetWriter(temporary, schema()) as writer:
            for table in self._tables(places):
                writer.write_table(table)

    def draws_of(self, key: str) -> Path:
        """Return where the draws of a result are kept."""
        return self.folder / DRAWS / f"{key}.nc"

    def _tables(self, places: Sequence[Place]) -> "Iterator[pa.Table]":
        import pyarrow as pa

        for start in range(0, len(places), AT_ONCE):
            rows: list[dict[str, Any]] = []
            for place in places[start : start + AT_ONCE]:
                part = self._part(place.key) if place.key else None
                own = part.to_pylist() if part is not None else []
                own = own or [{"verdict": place.word, "reason": place.reason, "doubtful": True}]
                rows += [place.about | row | {"key": place.key or None} for row in own]
            yield pa.Table.from_pylist(rows, schema())

    def _path(self, key: str) -> Path:
        return self.folder / PARTS / f"{key}.parquet"

    def _part(self, key: str) -> "pa.Table | None":
        """Return the part of a result; None where there is none, or it is damaged."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return pq.read_table(self._path(key), schema=_of_parts())
        except (OSError, pa.ArrowException):
            return None


@contextmanager
def _written(path: Path) -> Iterator[Path]:
    """Give a temporary path that takes the place of `path`; a full disk is one sentence."""
    try:
        with replacing(path) as temporary:
            yield temporary
    except OSError as error:
        raise PosterionError(f"cannot write {path}: {error}; choose another disk.") from error


def schema() -> "pa.Schema":
    """Return the columns of the table: a row a data set and quantity."""
    import pyarrow as pa

    about = [("name", pa.string()), ("source", pa.string()), ("sha256", pa.string())]
    about += [("temperature_c", pa.float64())]
    return pa.schema([*about, *_of_parts(), ("key", pa.string())])


def _of_parts() -> "pa.Schema":
    import pyarrow as pa

    text, number = pa.string(), pa.float64()
    return pa.schema(
        [
            ("parameter", text),
            ("kind", text),
            ("q03", number),
            ("median", number),
            ("q97", number),
            ("unit", text),
            ("doubtful", pa.bool_()),
            ("verdict", text),
            ("reason", text),
            ("seed", pa.int64()),
        ]
    )
