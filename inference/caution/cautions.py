"""What a reader of a result should beware of, in plain words.

These are no checks of the sampling: a result can pass all of those and still rest on its
priors, on an arc that was half measured, or on a model that misses a feature.
"""

from collections.abc import Callable, Iterator, Mapping

import xarray as xr

from ..settings import PRIORS
from ..verdict import Verdict
from .comparison import comparison_cautions
from .fade import fade_cautions
from .general import Caution, modes, open_scales, unmoved_priors
from .growth import growth_cautions
from .law import law_cautions
from .limit import limit_cautions, onset_cautions
from .spectrum import spectrum_cautions


def cautions(tree: xr.DataTree) -> tuple[Caution, ...]:
    """Return what a reader of a result should beware of, the gravest first.

    What its verdict doubts already is left out.

    Parameters
    ----------
    tree
        A fitted model, whether its checks passed or not.
    """
    observed = tree.children["observed_data"].dataset
    own = next((own for output, own in _BY_OUTPUT.items() if output in observed), _others)
    told = {doubt.text for doubt in Verdict.of(tree).doubts}
    return tuple(each for each in (*modes(tree), *own(tree)) if each.text not in told)


def _others(tree: xr.DataTree) -> Iterator[Caution]:
    remedy = f"Give a prior that you can defend ({PRIORS}), or measure more."
    yield from unmoved_priors(tree, remedy)


_BY_OUTPUT: Mapping[str, Callable[[xr.DataTree], Iterator[Caution]]] = {
    "Z": spectrum_cautions,
    "conductivity": law_cautions,
    "capacity": fade_cautions,
    "resistance": growth_cautions,
    "overpotential": growth_cautions,
    "critical_current": limit_cautions,
    "lifetime": limit_cautions,
    "current": onset_cautions,
    "response": open_scales,
    "cell_response": open_scales,
    "specimen_value": comparison_cautions,
}
"""Cautions that only results of one kind of data have."""
