"""From fits of spectra at several temperatures to conductivity against temperature."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import PosterionError
from ..models.transport import conductivity as formula
from ..models.transport import disc_area
from ..units import Measured
from .doubts.inherited import of_fits
from .verdict import Verdict


def conductivity_series(
    fits: Sequence[xr.DataTree],
    *,
    thickness: str,
    diameter: str,
    paths: Mapping[str, str],
    temperatures_c: Sequence[float] | None = None,
) -> xr.Dataset:
    """Collect the conductivities of one pellet at several temperatures.

    The result carries the whole covariance of the logarithms: that of the resistances of one
    spectrum, from its posterior draws, and the error of the geometry, which all spectra of a
    pellet share. A law of temperature fitted to it, with ``pool={"path": "none"}``, loses
    nothing against one model of all spectra but what is not normal in ln R.

    Parameters
    ----------
    fits
        Fitted circuits of one pellet, one each temperature.
    thickness, diameter
        Of the pellet, such as ``"2.1 mm ± 0.02 mm"`` (one standard deviation).
    paths
        Resistances by the name of what they stand for: ``{"bulk": "R1"}``.
    temperatures_c
        In °C, in the order of the fits; from the spectra unless given.

    Returns
    -------
    xarray.Dataset
        ``conductivity`` (point) in S/cm with the coordinates ``temperature`` (K) and
        ``path``, and ``conductivity_covariance`` (point, other), a pure number. What is doubted
        of the resistances goes along in the attribute ``doubts``, and a fit to it carries it on.

    Raises
    ------
    PosterionError
        If a fit failed its checks, has no such resistance or no temperature, or a length
        cannot be read.
    """
    if temperatures_c is None:
        temperatures_c = [_temperature(tree) for tree in fits]
    if len(temperatures_c) != len(fits) or not fits:
        raise PosterionError(
            f"{len(fits)} fits have {len(temperatures_c)} temperatures; give one each."
        )
    lengths = {"thickness": thickness, "diameter": diameter}
    length = {what: Measured.parse(text, "cm", what) for what, text in lengths.items()}
    for what, measured in length.items():
        if measured.value <= 0:
            raise PosterionError(f"the {what} '{lengths[what]}' is not positive; measure it again.")
    L, d = length["thickness"], length["diameter"]
    means, blocks = [], []
    for tree, degrees in zip(fits, temperatures_c, strict=True):
        draws = np.log(
            [resistance_draws(tree, name, f"at {degrees:g} °C") for name in paths.values()]
        )
        means.append(formula(np.exp(draws.mean(axis=1)), L.value, disc_area(d.value)))
        blocks.append(np.atleast_2d(np.cov(draws)))
    count = len(paths)
    covariance = np.full(
        (count * len(fits),) * 2, (L.sd / L.value) ** 2 + (2 * d.sd / d.value) ** 2
    )
    for place, block in enumerate(blocks):
        own = slice(count * place, count * (place + 1))
        covariance[own, own] += block
    result = xr.Dataset(
        {
            "conductivity": ("point", np.concatenate(means)),
            "conductivity_covariance": (("point", "other"), covariance),
        },
        coords={
            "temperature": ("point", np.repeat(np.asarray(temperatures_c) + 273.15, count)),
            "path": ("point", np.tile(list(paths), len(fits))),
        },
        attrs=of_fits(fits, {label: [name] for label, name in paths.items()})
        | {
            "source": _named([str(tree.attrs["source"]) for tree in fits]),
            "messages": f"thickness {L}, diameter {d}, shared by all temperatures",
        },
    )
    result["conductivity"].attrs = {"units": "S/cm", "long_name": "ionic conductivity"}
    result["temperature"].attrs = {"units": "kelvin", "long_name": "temperature"}
    return result


def _named(sources: Sequence[str]) -> str:
    """Name many spectra by the first and the last."""
    few = len(sources) < 3
    return ", ".join(sources) if few else f"{sources[0]} to {sources[-1]}, {len(sources)} spectra"


def _temperature(tree: xr.DataTree) -> float:
    if "temperature_c" not in tree.attrs:
        raise PosterionError(
            f"the spectrum {tree.attrs['source']} came without a temperature; give temperatures_c."
        )
    return float(tree.attrs["temperature_c"])


def resistance_draws(tree: xr.DataTree, name: str, where: str) -> NDArray[np.float64]:
    """Return all draws of a resistance of a fitted circuit.

    Parameters
    ----------
    tree
        A fitted circuit.
    name
        Of the resistance.
    where
        Which fit it is, for errors: ``"at 140 °C"``.

    Raises
    ------
    PosterionError
        If the fit failed its checks, or has no such resistance.
    """
    verdict = Verdict.of(tree)
    if not verdict.passed:
        raise PosterionError(
            f"the fit {where} failed its checks and gives no resistance: {verdict.messages[0]}"
        )
    posterior = tree.children["posterior"].dataset
    if name not in posterior or posterior[name].attrs.get("units") != "ohm":
        known = [str(n) for n, v in posterior.items() if v.attrs.get("units") == "ohm"]
        raise PosterionError(f"'{name}' is no fitted resistance; there are {', '.join(known)}.")
    drawn: NDArray[np.float64] = posterior[name].values.ravel()
    return drawn
