"""Asking a result: by a command and in Python the same."""

from inspect import signature
from typing import Any

import xarray as xr

from ..errors import PosterionError
from ..inference.verdict import check_result
from .known import analysis_of

ANSWERS = "answers"
"""The group of a result that holds what was asked of it."""


def ask(tree: xr.DataTree, **asked: Any) -> xr.Dataset | None:
    """Ask a result something else than what is usual, for its page and its JSON document.

    Parameters
    ----------
    tree
        A fitted model. It keeps the question and the answers, and its verdict what is to be
        doubted of them.
    **asked
        Of a spectrum ``thickness`` and ``diameter`` of the pellet, such as
        ``"2.1 mm ± 0.02 mm"``. Of conductivities ``temperatures``, such as ``["40 C"]``. Of
        capacities a ``threshold`` such as 0.8 or ``"80%"``, the ``cycles`` at which retention is
        wanted, and its ``reference``: ``"first"``, ``"initial"`` or the number of a cycle. Of
        what grows a ``threshold``, a multiple of the first value.

    Returns
    -------
    xarray.Dataset or None
        Draws of the answers, of dims (chain, draw) and, where there are several groups, that of
        the groups; None where the checks failed.

    Raises
    ------
    PosterionError
        If such data are not asked that, or it makes no sense.

    Examples
    --------
    >>> import posterion as po
    >>> post = po.fit(po.PowerFade(), po.read_cycling("cells.csv"))  # doctest: +SKIP
    >>> po.ask(post, threshold="70%", cycles=[500, 1000])  # doctest: +SKIP
    """
    analysis = analysis_of(tree)
    known = signature(analysis.question).parameters
    for name in asked:
        if name not in known:
            raise PosterionError(
                f"results of {tree.attrs['model']} are not asked for '{name}'; they are asked for "
                f"{', '.join(known) or 'nothing more'}."
            )
    analysis.asked(tree, analysis.question(**asked))
    if ANSWERS in tree.children:
        del tree[ANSWERS]
    return kept_answers(tree)


def kept_answers(tree: xr.DataTree) -> xr.Dataset | None:
    """Return draws of what a result was asked, and keep them with it."""
    found = answers_of(tree)
    if found is not None:
        tree[ANSWERS] = xr.DataTree(found)
    return found


def answers_of(tree: xr.DataTree) -> xr.Dataset | None:
    """Return draws of what a result was asked, or is asked usually."""
    check_result(tree)
    if ANSWERS in tree.children:
        return tree.children[ANSWERS].to_dataset()
    return analysis_of(tree).answers(tree)
