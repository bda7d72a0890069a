"""Columns of equal length that make up a table of points."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ...errors import PosterionError


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
