"""Which quantities belong to one of several groups."""

import xarray as xr

from ..scalars import scalars


def about_label(tree: xr.DataTree, label: str) -> tuple[str, ...]:
    """Return the names of everything in a posterior that is of one group: ``E_a[bulk]``."""
    names = map(str, scalars(tree.children["posterior"].to_dataset()))
    return tuple(name for name in names if name.endswith(f"[{label}]"))


def label_of(name: str) -> str:
    """Return the label in the name of an element such as ``E_a[bulk]``; empty where none."""
    return name.partition("[")[2].removesuffix("]")
