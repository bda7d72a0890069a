"""Several laws over cycles, fitted to the same data and compared."""

from collections.abc import Callable, Mapping
from typing import Any

import xarray as xr

from ..inference.cycling.cycle_series import question_of
from .ageing.laws import compared, keep_laws, knows
from .asking import ask
from .fit import fit


def fit_laws(
    laws: Mapping[str, Any],
    data: xr.Dataset,
    *,
    priors: Mapping[str, Any] | None = None,
    progress: Callable[[str], None] | None = None,
    asked: Mapping[str, Any] | None = None,
    **options: Any,
) -> xr.DataTree:
    """Fit several laws over cycles to the same data, and compare them.

    Parameters
    ----------
    laws
        By name, such as ``{"linear": LinearFade(), "power": PowerFade()}``.
    data
        Capacities, resistances or overpotentials by cycle, such as from `read_cycling`.
    priors
        As of `fit`; each goes to the laws that have its parameter.
    progress
        As of `fit`.
    asked
        What each is asked, as in `ask`: ``{"threshold": 0.7}``.
    **options
        Further arguments of `fit`.

    Returns
    -------
    xarray.DataTree
        The most probable law whose run passed its checks; the first where none did. It keeps the
        comparison, for its page and its JSON document.

    Raises
    ------
    PosterionError
        As `fit` does. A prior that a single law does not know is an error.

    Examples
    --------
    >>> import posterion as po
    >>> laws = {"linear": po.LinearFade(), "power": po.PowerFade()}
    >>> post = po.fit_laws(laws, po.read_cycling("cells.csv"))  # doctest: +SKIP
    """
    fits = {}
    for name, law in laws.items():
        if len(laws) > 1 and progress:
            progress(f"Fitting the law {name}")
        given = (priors or {}).items()
        own = {key: each for key, each in given if len(laws) == 1 or knows(law, key)}
        fits[name] = fit(law, data, priors=own, progress=progress, **options)
        if asked:
            ask(fits[name], **asked)
    found = compared(fits)
    keep_laws(found, question_of(found.fits[found.best]))
    return found.fits[found.best]
