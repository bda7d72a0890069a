"""All figures of one result, as files."""

from pathlib import Path

import xarray as xr

from ...errors import PosterionError
from .frame import COLUMN, Width
from .named import drawn
from .shown import OF_DRAWS, kind_of
from .written import save


def write_figures(tree: xr.DataTree, folder: Path, form: str, width: Width = COLUMN) -> list[str]:
    """Write each figure of a result, and beside it a table of what is drawn.

    Parameters
    ----------
    tree
        A result.
    folder
        Where they go; it is made.
    form
        Of the drawings: ``"pdf"``, ``"svg"``, ``"png"`` or ``"eps"``.
    width
        Of each figure.

    Returns
    -------
    list of str
        Why figures are left out that such a result can have, a sentence each.
    """
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    kind, left = kind_of(tree), []
    for name in (*(kind.figures if kind else ()), *OF_DRAWS):
        try:
            axes = drawn(name, tree, width=width)
        except PosterionError as error:
            left.append(f"{name} is not drawn: {error}")
            continue
        save(axes, folder / f"{name}.{form}", csv=True)
        pyplot.close(axes.figure if hasattr(axes, "figure") else axes.flat[0].figure)
    return left
