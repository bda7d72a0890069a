"""Groups of the data and what they share: nothing, everything, or a distribution."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import PosterionError

Kind = Literal["none", "partial", "complete"]
Pool = str | Mapping[str, Kind | Mapping[str, Kind]]
"""A coordinate of the data to pool partially over, or the kind of pooling by coordinate: of all
parameters, or of those named, the others being pooled partially."""


@dataclass(frozen=True)
class Cells:
    """The combinations of groups that the data hold, each with parameters of its own.

    Attributes
    ----------
    dim
        Name of the dimension of the cells: that of the finest coordinate, or ``cell`` (of which
        ``combination`` takes the place where a coordinate has that name).
    labels
        One of each cell.
    separate
        The coordinate along which nothing is shared, if any.
    partial
        The coordinates along which a distribution is shared.
    groups
        Labels of each coordinate.
    members
        For each coordinate the place in its `groups` of each cell.
    of_point
        The cell of each point of the data.
    own
        By partial coordinate, the kind of pooling of parameters that differs from it.
    """

    dim: str
    labels: tuple[str, ...]
    separate: str | None
    partial: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    members: Mapping[str, NDArray[np.int64]]
    of_point: NDArray[np.int64]
    own: Mapping[str, Mapping[str, Kind]] = field(default_factory=dict)

    def of(self, parameter: str, kind: Kind = "partial") -> "Cells":
        """Return the cells as one parameter sees them, pooled in its own way.

        Parameters
        ----------
        parameter
            Its name.
        kind
            Of its pooling along the partial coordinates, unless it was given one.

        Raises
        ------
        PosterionError
            If it differs freely along two coordinates.
        """
        kinds = {name: self.own.get(name, {}).get(parameter, kind) for name in self.partial}
        free = [name for name, each in kinds.items() if each == "none"]
        separate = [*([self.separate] if self.separate else []), *free]
        if len(separate) > 1:
            raise PosterionError(
                f"{parameter} is to differ freely by {' and by '.join(separate)}; name one of "
                "them, or a column that joins them."
            )
        return replace(
            self,
            separate=separate[0] if separate else None,
            partial=tuple(name for name, each in kinds.items() if each == "partial"),
        )

    def check(self, parameters: Collection[str]) -> None:
        """Refuse kinds of pooling of parameters that are not sampled.

        Raises
        ------
        PosterionError
            With the names that there are.
        """
        for coordinate, kinds in self.own.items():
            for name in kinds:
                if name not in parameters:
                    near = get_close_matches(name, parameters, n=1)
                    hint = (
                        f"did you mean {near[0]}?" if near else f"it has {', '.join(parameters)}."
                    )
                    raise PosterionError(
                        f"the pooling over '{coordinate}' names '{name}', which is not sampled; "
                        f"{hint}"
                    )

    @property
    def shape(self) -> tuple[Any, ...]:
        """What decides on the variables of a model: pooling, and how many groups there are."""
        counts = tuple((name, len(labels)) for name, labels in self.groups.items())
        above = tuple((name, self.above(name)) for name in self.levels)
        own = tuple((name, tuple(sorted(kinds.items()))) for name, kinds in self.own.items())
        return (self.dim, len(self.labels), self.separate, self.partial, counts, above, own)

    @property
    def levels(self) -> tuple[str, ...]:
        """The partial coordinates from the coarsest to the finest, that of the cells last."""
        return tuple(sorted(self.partial, key=lambda each: len(self.groups[each])))

    def above(self, name: str) -> tuple[str, ...]:
        """Return the coordinates of which each group of another lies in one: samples of cells."""
        return tuple(other for other in self.members if other != name and self._inside(name, other))

    def _inside(self, name: str, other: str) -> bool:
        return bool((self._of(name, other)[self._places(name)] == self.members[other]).all())

    def _of(self, name: str, other: str) -> NDArray[np.int64]:
        """Return in which group of another coordinate the first cell of each group lies."""
        _, first = np.unique(self._places(name), return_index=True)
        return self.members[other][first]

    def _places(self, name: str) -> NDArray[np.int64]:
        return self.members[name] if name in self.members else np.arange(len(self.labels))

    @property
    def coords(self) -> dict[str, tuple[str, ...]]:
        """Labels by dimension, of the cells and of each coordinate."""
        return {**self.groups, self.dim: self.labels}

    @property
    def indices(self) -> dict[str, NDArray[np.int64]]:
        """Index arrays by the names of the data that hold them."""
        return {
            f"{other}_of_{name}": self._of(name, other)
            for name in dict.fromkeys((self.dim, *self.levels))
            for other in self.above(name)
        } | {f"{self.dim}_of_point": self.of_point}


def cells(data: xr.Dataset, point: str, pool: Pool | None) -> Cells | None:
    """Find the groups of the data.

    Parameters
    ----------
    data
        With label coordinates along the dimension `point`.
    point
        Dimension of the data points.
    pool
        A coordinate over which all parameters are pooled partially, or the kind of pooling
        of several: ``"none"`` (each group has its own parameters, also of the noise, as if it
        were fitted alone; one coordinate at most),
        ``"partial"`` (they come from one distribution, whose spread is estimated), or
        ``"complete"`` (groups are ignored). Several partial coordinates may be nested, as
        pellets in samples, or crossed. In place of a kind there may be kinds by parameter,
        ``{"temperature": {"R1": "none", "CPE1_n": "complete"}}``: the parameters that are not
        named are pooled partially, and those of the noise completely.

    Returns
    -------
    Cells or None
        None where everything is shared.

    Raises
    ------
    PosterionError
        If the data have no such coordinate, or a kind is unknown.
    """
    kinds, own = pooling_kinds(pool)
    for name in kinds:
        if name not in data.coords or data[name].dims != (point,):
            known = [str(c) for c, v in data.coords.items() if v.dims == (point,) and c != point]
            raise PosterionError(
                f"the data have no coordinate '{name}' of their points to pool over; they have "
                f"{', '.join(known) or 'none'}."
            )
    separate = [name for name, kind in kinds.items() if kind == "none"]
    partial = tuple(name for name, kind in kinds.items() if kind == "partial")
    if len(separate) > 1:
        raise PosterionError(
            f"nothing is to be shared along {' and '.join(separate)}; name one of them, or a "
            "column that joins them."
        )
    names = (*separate, *partial)
    if not names:
        return None
    for name in names:
        if missing := int(data[name].isnull().sum()):
            raise PosterionError(
                f"'{name}' is empty at {missing} of {data.sizes[point]} points; fill it or leave "
                "those out."
            )
    columns = [np.asarray(data[name].values).astype(str).tolist() for name in names]
    groups, places = {}, []
    for name, column in zip(names, columns, strict=True):
        groups[name], place = _in_order(column)
        places.append(place)
    combinations, of_point = _in_order(list(zip(*columns, strict=True)))
    labels = tuple(" / ".join(combination) for combination in combinations)
    first = np.array([np.flatnonzero(of_point == cell)[0] for cell in range(len(labels))])
    finest = [name for name in names if len(groups[name]) == len(labels)]
    dim = finest[-1] if finest else "cell" if "cell" not in names else "combination"
    return Cells(
        dim,
        groups[dim] if finest else labels,
        separate[0] if separate else None,
        partial,
        groups,
        {name: place[first] for name, place in zip(names, places, strict=True)},
        of_point,
        own,
    )


def pooling_kinds(pool: Pool | None) -> tuple[dict[str, Kind], dict[str, dict[str, Kind]]]:
    """Return the kind of pooling by coordinate, and by parameter where one has its own.

    Raises
    ------
    PosterionError
        If a kind is unknown.
    """
    kinds: dict[str, Kind] = {}
    own: dict[str, dict[str, Kind]] = {}
    given: Mapping[str, Kind | Mapping[str, Kind]] = (
        {pool: "partial"} if isinstance(pool, str) else pool or {}
    )
    for name, kind in given.items():
        if isinstance(kind, str):
            kinds[name] = kind
            _check_kind(kind, f"'{name}'")
        else:
            kinds[name], own[name] = "partial", dict(kind)
            for parameter, each in kind.items():
                _check_kind(each, f"{parameter} over '{name}'")
    return kinds, own


def _check_kind(kind: str, what: str) -> None:
    if kind not in get_args(Kind):
        raise PosterionError(
            f"the pooling of {what} is '{kind}'; it must be one of {', '.join(get_args(Kind))}."
        )


def _in_order[T: Hashable](column: Sequence[T]) -> tuple[tuple[T, ...], NDArray[np.int64]]:
    """Return the labels in the order in which they first occur, and the place of each entry."""
    labels = tuple(dict.fromkeys(column))
    place = {label: number for number, label in enumerate(labels)}
    return labels, np.array([place[label] for label in column], dtype=np.int64)
