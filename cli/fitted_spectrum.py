"""A fit of a model to impedance, with the conductivity of the pellet where its size is known."""

from typing import TYPE_CHECKING, Any

from .options import Sampling
from .run import Fitted, Say

if TYPE_CHECKING:
    import xarray as xr

    from ..models.circuit import Circuit


def fitted_spectrum(
    model: "Circuit",
    spectrum: "xr.Dataset",
    sampling: Sampling,
    say: Say,
    *,
    size: tuple[str | None, str | None],
    temperature: float | None,
    **options: Any,
) -> Fitted:
    """Fit a circuit to one spectrum or to many, and collect what is told of it.

    Parameters
    ----------
    model, spectrum
        What is fitted to what.
    sampling, say
        How much is drawn, and what is told of the progress.
    size
        Thickness and diameter of the pellet as text; both None where it has none.
    temperature
        In °C, as told; None where that of the file stays.
    options
        Passed on to `posterion.fit`: priors, noise and pool.
    """
    from ..analyses.asking import ask
    from ..analyses.fit import fit

    if temperature is not None:
        spectrum.attrs["temperature_c"] = temperature
    tree = fit(model, spectrum, progress=say, **options, **sampling.keywords)
    thickness, diameter = size
    if thickness is not None:
        ask(tree, thickness=thickness, diameter=diameter)
    return Fitted.of(tree, say)
