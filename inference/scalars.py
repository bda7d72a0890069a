"""The scalars of a result: one of each label where a variable is a vector."""

from collections.abc import Collection

import xarray as xr

SAMPLE = frozenset({"chain", "draw"})


def scalars(dataset: xr.Dataset) -> xr.Dataset:
    """Return every quantity of dims (chain, draw), elements of labelled vectors among them.

    A vector whose one further dimension has names, such as ``E_a`` of the paths bulk and
    grain boundary, becomes ``E_a[bulk]`` and ``E_a[grain boundary]``. Numbered vectors, and
    the offsets that pooling is sampled in, are left out.
    """
    found: dict[str, xr.DataArray] = {}
    for name, value in dataset.items():
        dims = set(value.dims) - SAMPLE
        if not dims:
            found[str(name)] = value
        elif len(dims) == 1 and not is_offset(str(name)):
            (dim,) = dims
            labels = dataset[dim].values
            if labels.dtype.kind in "UO":
                for place, label in enumerate(labels):
                    found[f"{name}[{label}]"] = value.isel({dim: place})
    return xr.Dataset({name: value.drop_vars(_labels(value)) for name, value in found.items()})


def element(dataset: xr.Dataset, name: str) -> xr.DataArray:
    """Return a variable, or the element of a vector that `scalars` names so."""
    if name in dataset:
        return dataset[name]
    vector = stem(name)
    (dim,) = set(dataset[vector].dims) - SAMPLE
    return dataset[vector].sel({dim: name[len(vector) + 1 : -1]})


def stem(name: str) -> str:
    """Return the name of the vector that a scalar is an element of, or its own."""
    return name.partition("[")[0]


def group_labels(dataset: xr.Dataset, names: Collection[str]) -> tuple[str, ...]:
    """Return the labels of the vectors among some variables, none where all are scalars."""
    for name in names:
        for dim in dataset[name].dims:
            if dim not in SAMPLE:
                return tuple(map(str, dataset[dim].values))
    return ()


def is_offset(name: str) -> bool:
    """Tell whether a variable is one that pooling, or the error of an input, is sampled in."""
    return name.endswith("_offset") or "_offset_" in name


def is_coordinate(name: str) -> bool:
    """Tell whether a variable is a vector that several parameters are sampled in together."""
    return name.startswith(("ordered_", "summed_"))


def _labels(value: xr.DataArray) -> list[str]:
    return [str(name) for name in value.coords if name not in SAMPLE]
