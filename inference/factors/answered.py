"""Whether a result holds the answers that it is asked for."""

import xarray as xr

from ...errors import PosterionError
from ..verdict import Verdict


def require_answers(tree: xr.DataTree, group: str, made_by: str, lost: str) -> None:
    """Refuse a result without a group of answers, and say why it has none.

    Parameters
    ----------
    tree
        A result.
    group
        The group with the answers.
    made_by
        The function whose results have it, such as ``"factorial()"``.
    lost
        What a run of it that failed does not give, as the end of a sentence.

    Raises
    ------
    PosterionError
        If the run failed its checks, or the result is of another kind.
    """
    if group in tree.children:
        return
    if not Verdict.of(tree).passed:
        raise PosterionError(f"the run failed its checks, and {lost}; see its messages.")
    raise PosterionError(
        f"this takes a result of {made_by}, and the result is of the model {tree.attrs['model']}."
    )
