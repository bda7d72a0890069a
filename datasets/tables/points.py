"""Columns of equal length that make up a table of points."""

import hashlib
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from ...errors import PosterionError


def numbers_of[Number: (np.float64, np.complex128)](
    values: npt.ArrayLike, dtype: np.dtype[Number], what: str
) -> npt.NDArray[Number]:
    """Return values as an array of a type, or say why that cannot be."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise PosterionError(f"{what} is no array ({error}); give numbers of one shape.") from error
    if not np.can_cast(array.dtype, dtype, casting="same_kind"):
        raise PosterionError(f"{what} has the type {array.dtype}; expected {dtype} numbers.")
    return array.astype(dtype)


def columns_of(
    given: Mapping[str, npt.ArrayLike | None], source: str
) -> dict[str, NDArray[np.float64]]:
    """Return those columns that are given as arrays of numbers, or say which is none."""
    return {
        name: numbers_of(values, np.dtype(np.float64), f"{source}: {name}")
        for name, values in given.items()
        if values is not None
    }


def sha256_of(*arrays: NDArray[np.generic]) -> str:
    """Return the hash, in hex, of the bytes of data that are from no file."""
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def check_points(
    output: str,
    arrays: Mapping[str, NDArray[np.float64]],
    labels: Mapping[str, Sequence[object]],
    reserved: Collection[str],
    source: str,
) -> None:
    """Raise a PosterionError unless all columns have a value for each point.

    Parameters
    ----------
    output
        The column that says how many points there are.
    arrays
        Numbers by the name of the column, `output` among them.
    labels
        Labels by the name of the column.
    reserved
        Names that a column of labels cannot have.
    source
        Where the data are from, for the message.
    """
    shape = arrays[output].shape
    if len(shape) != 1 or not shape[0]:
        raise PosterionError(
            f"{source}: {output} has the shape {shape}; give one or more values of shape (n,)."
        )
    for name, array in arrays.items():
        if array.shape != shape:
            raise PosterionError(
                f"{source}: {name} has the shape {array.shape} and {output} {shape}; give one "
                "value for each point."
            )
    for name, values in labels.items():
        if name in reserved:
            raise PosterionError(
                f"{source}: a label cannot be called '{name}', which is a name of the data; choose "
                "another."
            )
        if isinstance(values, str) or len(values) != shape[0]:
            raise PosterionError(
                f"{source}: '{name}' needs {shape[0]} labels, one for each point; it is "
                f"{values!r:.60}."
            )
