"""From spectra of one pellet at several temperatures to the activation energies of its paths."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import xarray as xr

from ..errors import PosterionError
from ..inference.build import Priors
from ..inference.engine.sample import Progress
from ..inference.fit import fit as fit_model
from ..inference.noise.independent import Noise
from ..inference.series import conductivity_series
from ..inference.verdict import Verdict
from ..models.circuit import Circuit
from ..models.temperature_law import Form
from ..models.transport import Arrhenius
from ..report.asides import points_left_out
from .conductivity.law import TOTAL
from .fit import fit


def fit_series(
    circuit: Circuit,
    spectra: Sequence[xr.Dataset],
    *,
    thickness: str,
    diameter: str,
    paths: Mapping[str, str] | None = None,
    form: Form = "sigmaT",
    priors: Priors | None = None,
    noise: Noise | None = None,
    each: Callable[[xr.DataTree], None] | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> xr.DataTree:
    """Fit the spectra of one pellet, and an activation energy to each of its resistances.

    The errors of the resistances, their correlation and the error of the geometry, which all
    temperatures share, are carried along; see `conductivity_series`. Spectra that were not sampled
    well are left out, and said to be.

    Parameters
    ----------
    circuit
        Fitted to each spectrum.
    spectra
        Of one pellet, such as from `read_spectrum`; the attribute ``temperature_c`` of each is
        its temperature in °C.
    thickness, diameter
        Of the pellet, such as ``"2.1 mm ± 0.02 mm"`` (one standard deviation).
    paths
        Resistances by the name of what they stand for, ``{"bulk": "R1"}``; all of the circuit
        by their own names unless given.
    form
        What the exponential stands for; see `Arrhenius`.
    priors, noise
        Of the fits of the circuit; see `fit`.
    each
        Called with the fit of each spectrum.
    progress
        Called with one line before each step.
    **options
        ``seed``, ``draws`` and ``chains`` of every fit; see `fit`.

    Returns
    -------
    xarray.DataTree
        The fit of the law of Arrhenius to the conductivities, as of `fit`. The group ``total``
        holds what follows from the whole resistance, where that is not the only one.

    Raises
    ------
    PosterionError
        If fewer than two spectra could be fitted, or as `fit` and `conductivity_series` do.
    """
    fits, refused = [], []
    for spectrum in spectra:
        source = str(spectrum.attrs.get("source", "a spectrum"))
        if progress:
            progress(f"Fitting {source} at {spectrum.attrs.get('temperature_c', 0):g} °C")
        tree = fit_model(
            circuit, spectrum, priors=priors, noise=noise, progress=progress, **options
        )
        if each:
            each(tree)
        verdict = Verdict.of(tree)
        if verdict.passed:
            fits.append(tree)
        else:
            refused.append(f"{source} is left out: {verdict.messages[0]}")
    if len(fits) < 2:
        raise PosterionError("fewer than two spectra could be fitted: " + " ".join(refused))
    if progress:
        progress("Fitting the activation energies")
    resistances = [parameter.name for parameter in circuit.parameters if parameter.unit == "ohm"]
    paths = paths or {name: name for name in resistances}
    collect = partial(conductivity_series, fits, thickness=thickness, diameter=diameter)
    series = collect(paths=paths)
    points = [line for spectrum in spectra for line in points_left_out(spectrum.attrs)]
    series.attrs["messages"] = "\n".join([series.attrs["messages"], *points])
    series.attrs["left_out"] = "\n".join(refused)
    law = Arrhenius(form)
    tree = fit(law, series, progress=progress, **options)
    if "R_total" in fits[0]["posterior"] and len(paths) > 1:
        whole = fit_model(law, collect(paths={TOTAL: "R_total"}), progress=progress, **options)
        total = _total(whole)
        if total is not None:
            tree[TOTAL] = xr.DataTree(total)
    return tree


def _total(tree: xr.DataTree) -> xr.Dataset | None:
    """Return the results of the whole series of resistances; none where it is not trusted."""
    verdict = Verdict.of(tree)
    if not verdict.passed:
        return None
    names: Mapping[str, str] = {
        name: f"{name}[total]" for name in ("E_a", "E_a_kJ", "conductivity_25C", "noise")
    }
    total = tree.children["posterior"].to_dataset()[list(names)].rename(names)
    for old, name in names.items():
        total[name].attrs["doubtful"] = int(not verdict.trusts(old))
    return total
