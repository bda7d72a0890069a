"""What formulas may ask of a fit: an activation energy, a growth."""

from collections.abc import Sequence

from ...errors import PosterionError
from ...models.temperature_law import Form
from .fits import Array, SeriesFit
from .inputs import Inputs, Undecided
from .published import Published


def fitted_energy(inputs: Inputs, form: Form, points: Sequence[Published]) -> Array:
    """Draw the activation energy in eV that conductivities in S/cm at some temperatures have.

    Raises
    ------
    Undecided
        If the fit fails its checks.
    """
    fit = _fitted(inputs, form, points)
    if fit.draws is None:
        raise Undecided(f"The fit failed its checks, so it says nothing: {fit.failure}")
    return fit.draws


def fitted_scatter(inputs: Inputs, form: Form, points: Sequence[Published]) -> Array:
    """Draw how much these conductivities scatter around the law, as a share."""
    return _fitted(inputs, form, points).scatter


def growth_factor(inputs: Inputs, *rows: Sequence[Published]) -> Array:
    """Draw the last resistance over the first by linear growth; rows are summed before.

    Raises
    ------
    Undecided
        If the fit fails its checks.
    """
    points = [
        (float(n), sum(p.value for p in printed), sum(p.step for p in printed))
        for n, each in enumerate(zip(*rows, strict=True))
        for printed in [[p.to("ohm") for p in each]]
    ]
    drawn = inputs.fits.growth(tuple(points))
    if drawn is None:
        raise Undecided("Linear growth with scatter does not describe these numbers to trust.")
    return drawn


def _fitted(inputs: Inputs, form: Form, points: Sequence[Published]) -> SeriesFit:
    known = tuple((p.temperature_C, p.to("S/cm")) for p in points if p.temperature_C is not None)
    if len(known) < len(points):
        raise PosterionError("a conductivity of the fit has no temperature_C; fill it in.")
    return inputs.fits.series(form, known)
