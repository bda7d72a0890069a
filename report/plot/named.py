"""Figures by their names, as they are typed."""

from difflib import get_close_matches
from typing import Any

from ...errors import PosterionError
from . import cycles, draws, groups, laws, spectra

FIGURES = {
    each.__name__: each
    for each in (
        spectra.nyquist,
        spectra.bode,
        spectra.residuals,
        spectra.drt,
        laws.arrhenius,
        cycles.fade,
        cycles.efficiency,
        groups.compare,
        groups.survival,
        draws.forest,
        draws.corner,
    )
}


def drawn(name: str, what: Any, **options: Any) -> Any:
    """Draw a figure by its name.

    Parameters
    ----------
    name
        Of a function of `posterion.plot`.
    what, options
        As that function takes them.

    Raises
    ------
    PosterionError
        If there is no such figure, or the function raises it.
    """
    refuse_unknown(name)
    return FIGURES[name](what, **options)


def refuse_unknown(name: str) -> None:
    """Refuse what is no name of a figure.

    Raises
    ------
    PosterionError
        If there is no such figure.
    """
    if name not in FIGURES:
        near = get_close_matches(name.lower(), FIGURES, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else ""
        raise PosterionError(
            f"there is no figure '{name}'; {hint or 'there are ' + ', '.join(FIGURES) + '.'}"
        )
