"""Conductivities from fitted resistances and the geometry of the pellet."""

import numpy as np
import xarray as xr

from ..errors import PosterionError
from ..models.transport import conductivity as formula
from ..models.transport import disc_area
from ..units import Measured, Quantity, as_text
from .discrepancy import LEFT_OUT
from .pooling import MEAN
from .verdict import Verdict, carried


def conductivity(
    tree: xr.DataTree, *, thickness: Quantity, diameter: Quantity, seed: int = 0
) -> xr.Dataset:
    """Return the posterior of the ionic conductivities, geometry error carried along.

    Parameters
    ----------
    tree
        A fitted circuit.
    thickness, diameter
        Of the pellet, such as ``"2.1 mm"`` or ``"2.1 mm ± 0.02 mm"`` (one standard
        deviation, normal).
    seed
        Of the draws of the geometry.

    Returns
    -------
    xarray.Dataset
        In S/cm, of dims (chain, draw), and that of the groups where there are several
        spectra: ``conductivity`` from the total resistance where there is one, and
        ``conductivity_<name>`` from each resistance; also the draws of ``thickness`` and
        ``diameter`` in cm, one geometry for all of them, where their error is stated. The
        attributes hold both lengths as text and the verdict of the fit, and of each conductivity
        whether its resistance is doubtful.

    Raises
    ------
    PosterionError
        If a length cannot be read or is not positive, or nothing was fitted in ohm.
    """
    posterior = tree.children["posterior"].to_dataset()
    resistances = {
        str(name): value
        for name, value in posterior.items()
        if value.attrs.get("units") == "ohm"
        and not str(name).removesuffix(f"_{MEAN}").endswith("_Z")
        and name != LEFT_OUT  # a difference, which has no conductivity
    }
    if not resistances:
        raise PosterionError("the fitted model has no resistance to make a conductivity of.")
    rng = np.random.default_rng(seed)
    like = posterior["chain"] * posterior["draw"]  # one geometry, also of many spectra
    written = {
        what: as_text(given, what).strip()
        for what, given in (("thickness", thickness), ("diameter", diameter))
    }
    known = {what: _positive(text, what) for what, text in written.items()}
    lengths = {what: _drawn(measured, what, like, rng) for what, measured in known.items()}
    area = disc_area(lengths["diameter"])
    verdict = Verdict.of(tree) if "verdict" in tree.attrs else None  # of draws from elsewhere
    result = xr.Dataset(
        {what: drawn for what, drawn in lengths.items() if known[what].sd},
        attrs=written | (carried(verdict) if verdict else {}),
    )
    for name, resistance in resistances.items():
        value = formula(resistance, lengths["thickness"], area)
        alone = set(value.dims) == {"chain", "draw"}  # of many spectra each has its own doubts
        value.attrs = {
            "units": "S/cm",
            "long_name": f"ionic conductivity from the {resistance.attrs['long_name']}",
            "symbol": rf"\sigma_{{\mathrm{{{name.removeprefix('R_')}}}}}",
            **({"doubtful": int(not verdict.trusts(name))} if verdict and alone else {}),
        }
        result["conductivity" if name == "R_total" else f"conductivity_{name}"] = value
    return result


def _positive(text: str, what: str) -> Measured:
    measured = Measured.parse(text, "cm", what)
    if measured.value <= 0:
        raise PosterionError(f"the {what} '{text}' is not positive; measure it again.")
    if measured.sd > measured.value / 4:
        raise PosterionError(
            f"the {what} '{text}' is uncertain by more than a quarter; a conductivity would say "
            "nothing."
        )
    return measured


def _drawn(
    measured: Measured, what: str, like: xr.DataArray, rng: np.random.Generator
) -> xr.DataArray:
    draws = rng.normal(measured.value, measured.sd, size=like.shape)
    attrs = {"units": "cm", "long_name": what, "symbol": what[0], "doubtful": 0}  # as given
    return xr.DataArray(draws, dims=like.dims, coords=like.coords, attrs=attrs)
