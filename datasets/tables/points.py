"""Columns of equal length that make up a table of points, and the data set they become."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import xarray as xr
from numpy.typing import NDArray

from ...errors import PosterionError

Array = NDArray[np.float64]
Labels = str | Sequence[object]


class Origin(TypedDict, total=False):
    """Where data come from.

    Attributes
    ----------
    source
        File name without its directory, or a name for data made in memory.
    sha256
        Hash of the file's bytes, in hex; None hashes the bytes of the values.
    format
        How the data were stored.
    messages
        Decisions taken on the way here, one each.
    where
        Says where the value of a variable at a point comes from, for error messages.
    """

    source: str
    sha256: str | None
    format: str
    messages: Sequence[str]
    where: Callable[[str, int], str]


@dataclass(frozen=True)
class Points:
    """Checked columns of numbers and of labels, one value for each point, and their origin."""

    arrays: Mapping[str, Array]
    labels: Mapping[str, list[str]]
    origin: Origin

    def where(self, variable: str, point: int) -> str:
        """Return where a value comes from."""
        where = self.origin.get("where")
        return where(variable, point) if where else f"{source_of(self.origin)}, point {point + 1}"

    def require(
        self, name: str, possible: NDArray[np.bool_], expected: str, unit: str = "", said: str = ""
    ) -> None:
        """Raise a PosterionError for the first value of a column that is not possible."""
        for point in np.flatnonzero(~possible)[:1].tolist():
            value = f"{self.arrays[name][point]:g} {unit}".strip()
            raise PosterionError(
                f"{self.where(name, point)}: {said or name.replace('_', ' ')} is {value}; expected "
                f"{expected}, so correct or remove it."
            )

    def dataset(
        self,
        variables: Mapping[str, tuple[str | None, str]],
        *,
        coords: Collection[str] = (),
        order: NDArray[np.intp] | None = None,
        messages: Sequence[str] = (),
        **attrs: str,
    ) -> xr.Dataset:
        """Return the points as a data set.

        Parameters
        ----------
        variables
            Unit, None where they have none, and long name by variable.
        coords
            Numbers that are coordinates, as all labels are.
        order
            Which points to keep, in which order; all unless given.
        messages
            More of them, after those of the origin.
        **attrs
            More attributes.
        """
        order = np.arange(next(iter(self.arrays.values())).size) if order is None else order
        dataset = xr.Dataset(
            {name: ("point", values[order]) for name, values in self.arrays.items()},
            coords={
                name: ("point", np.array(values)[order]) for name, values in self.labels.items()
            },
            attrs={
                "source": source_of(self.origin),
                "format": self.origin.get("format", "memory"),
                "sha256": self.origin.get("sha256") or sha256_of(*self.arrays.values()),
                **attrs,
                "messages": "\n".join([*self.origin.get("messages", ()), *messages]),
            },
        ).set_coords([*coords])
        for name in variables.keys() & self.arrays.keys():
            units, meaning = variables[name]
            dataset[name].attrs |= {} if units is None else {"units": units}
            dataset[name].attrs |= {"long_name": meaning} if meaning else {}
        return dataset


def source_of(origin: Origin) -> str:
    """Return the name of what data come from."""
    return origin.get("source", "data in memory")


def points_of(
    given: Mapping[str, npt.ArrayLike | None],
    labels: Mapping[str, Sequence[object]],
    reserved: Collection[str],
    origin: Origin,
) -> Points:
    """Return columns as arrays of numbers and lists of labels.

    Parameters
    ----------
    given
        Numbers by the name of the column; the first says how many points there are. What is
        None is not measured.
    labels
        Labels by the name of the column.
    reserved
        Names that a column of labels cannot have, beside those of the numbers.
    origin
        Where the data come from.

    Raises
    ------
    PosterionError
        If a column holds something else, is of another length, or has a name that is taken.
    """
    source = source_of(origin)
    arrays = {
        name: numbers_of(values, np.dtype(np.float64), f"{source}: {name}")
        for name, values in given.items()
        if values is not None
    }
    first, shape = next((name, array.shape) for name, array in arrays.items())
    if len(shape) != 1 or not shape[0]:
        raise PosterionError(
            f"{source}: {first} has the shape {shape}; give one or more values of shape (n,)."
        )
    for name, array in arrays.items():
        if array.shape != shape:
            raise PosterionError(
                f"{source}: {first} has the shape {shape} and {name} has the shape "
                f"{array.shape}; give one value for each point."
            )
    known = {}
    for name, values in labels.items():
        if name in reserved or name in given:
            raise PosterionError(
                f"{source}: a label cannot be called '{name}', which is a name of the data; choose "
                "another."
            )
        if isinstance(values, str) or len(values) != shape[0]:
            raise PosterionError(
                f"{source}: {name} has {1 if isinstance(values, str) else len(values)} values, "
                f"but '{name}' needs {shape[0]} labels, one for each point."
            )
        known[name] = [str(label) for label in values]
    if not origin.get("sha256"):
        origin = {**origin, "sha256": sha256_of(*arrays.values())}
    return Points(arrays, known, origin)


def told(data: xr.Dataset, *messages: str) -> xr.Dataset:
    """Return data with more messages, after those that they have."""
    earlier = [str(data.attrs["messages"])] if data.attrs.get("messages") else []
    return data.assign_attrs(messages="\n".join([*earlier, *messages]))


def repeated(labels: Labels, count: int) -> Sequence[object]:
    """Return labels of points, of which all may have one."""
    return [labels] * count if isinstance(labels, str) else labels


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


def sha256_of(*arrays: NDArray[np.generic]) -> str:
    """Return the hash, in hex, of the bytes of data that are from no file."""
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()
