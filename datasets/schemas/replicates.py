"""The one representation of numbers of many specimens, and the checks that hold it."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
import numpy.typing as npt
import xarray as xr

from ...errors import PosterionError
from ..tables.points import Origin, Points, points_of, source_of

RESERVED = ("point", "value", "group", "specimen", "value_sd", "value_step", "value_n")


def replicates(
    value: npt.ArrayLike,
    group: Sequence[str],
    *,
    unit: str,
    specimen: Sequence[str] | None = None,
    sd: npt.ArrayLike | None = None,
    step: npt.ArrayLike | None = None,
    n: npt.ArrayLike | None = None,
    factors: Mapping[str, Sequence[object] | npt.ArrayLike] | None = None,
    quantity: str = "value",
    **origin: Unpack[Origin],
) -> xr.Dataset:
    """Build and validate numbers of specimens, such as the conductivities of pellets.

    Parameters
    ----------
    value
        Shape (n,), one number of one specimen each.
    group
        Shape (n,), what was made alike, such as the coating.
    unit
        Of the values, as pint spells it; empty for a pure number.
    specimen
        Shape (n,), which pellet or cell it was. Several values of one specimen are repeated
        measurements of it, not replicates. Each value is of a specimen of its own unless given.
    sd, step
        Shape (n,) each: one standard deviation of the number itself, and the unit in its last
        printed digit.
    n
        Shape (n,), of how many specimens each value is the mean; 1 unless given.
    factors
        Shape (n,) each: further conditions, numbers or labels, such as ``{"volume": [5, 7]}``.
    quantity
        What the values are of, such as ``"conductivity"``.
    **origin
        Where the data come from, as for `conductivity_dataset`.

    Returns
    -------
    xarray.Dataset
        ``value`` (point) with the attributes ``units`` and ``long_name``, the coordinates
        ``group``, ``specimen`` (unique among all groups) and the factors, and where given
        ``value_sd``, ``value_step`` and ``value_n``.

    Raises
    ------
    PosterionError
        If shapes differ, there is no value, or a value, error or name cannot be used.
    """
    source = source_of(origin)
    groups = [str(label).strip() for label in group]
    names = groups if specimen is None else [str(label).strip() for label in specimen]
    coords = {name: _factor(name, each, source) for name, each in (factors or {}).items()}
    given = {"value": value, "value_sd": sd, "value_step": step, "value_n": n}
    labels = {"group": groups, "specimen": names}
    points = points_of(
        given, {**labels, **{name: each.tolist() for name, each in coords.items()}}, (), origin
    )
    least = {"value": -np.inf, "value_sd": 0.0, "value_step": 0.0, "value_n": 1.0}
    for name, array in points.arrays.items():
        expected = "a finite number" if name == "value" else f"{least[name]:g} or above"
        points.require(name, np.isfinite(array) & (array >= least[name]), expected, said=name)
    for name, each in labels.items():
        if "" in each:
            raise PosterionError(f"{points.where(name, each.index(''))}: {name} is empty; name it.")
    unique = _numbered(groups) if specimen is None else _unique(groups, names)
    if not origin.get("sha256"):
        digest = hashlib.sha256(b"".join(each.tobytes() for each in points.arrays.values()))
        digest.update("\n".join([*groups, *unique]).encode())
        origin = {**origin, "sha256": digest.hexdigest()}
    known = {"group": groups, "specimen": unique}
    variables = {"value": (unit, quantity), "value_sd": (unit, ""), "value_step": (unit, "")}
    dataset = Points(points.arrays, known, origin).dataset(variables)
    return dataset.assign_coords({name: ("point", each) for name, each in coords.items()})


def _factor(name: str, values: object, source: str) -> npt.NDArray[np.generic]:
    if name in RESERVED or not name.isidentifier():
        raise PosterionError(f"{source}: a factor cannot be called '{name}'; give it another name.")
    array = np.atleast_1d(np.asarray(values))
    return array if array.dtype.kind in "fiu" else array.astype(str)


def _numbered(groups: Sequence[str]) -> list[str]:
    """Return a label of each specimen where none has a name: ``bare 1``, ``bare 2``."""
    count: Counter[str] = Counter()
    labels = []
    for group in groups:
        count[group] += 1
        labels.append(f"{group} {count[group]}")
    return labels


def _unique(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """Tell specimens of one name in several groups apart."""
    homes = defaultdict(set)
    for group, name in zip(groups, names, strict=True):
        homes[name].add(group)
    return [
        f"{group} / {name}" if len(homes[name]) > 1 else name
        for group, name in zip(groups, names, strict=True)
    ]
