"""What a notebook shows of a result in place of the tree that it is."""

import xarray as xr

from ..report.pages.notebook import plain, shown
from .asking import answers_of


def html_of(tree: xr.DataTree) -> str:
    """Return verdict, answer and figure of a result; any other tree as xarray shows it."""
    if "verdict" not in tree.attrs or "observed_data" not in tree.children:
        return plain(tree)
    return shown(tree, answers_of(tree))
