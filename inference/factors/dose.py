"""The best dose: a curve through specimens of several doses, and what it says of its optimum."""

import json
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...errors import PosterionError
from ...models.dose import Better, DoseResponse, dose_window, sign_of
from ..build import Priors
from ..noise.specimens import SPECIMEN_SPREAD
from ..prior import Prior
from ..verdict import Verdict
from .dose_process import draw_process, sample_process
from .specimen_points import level_labels, specimen_points

if TYPE_CHECKING:
    from ..engine.sample import Progress

Array = NDArray[np.float64]
Curve = Literal["quadratic", "gp"]

RESPONSE = "response"
GRID = 41
"""Doses of the drawn curve; the ends are the smallest and the largest tested one."""


def dose_response(
    data: xr.Dataset,
    *,
    dose: str = "volume",
    curve: Curve = "gp",
    better: Better = "larger",
    temperature: str | None = None,
    spread: Prior | str | None = None,
    priors: Priors | None = None,
    seed: int = 0,
    draws: int = 1000,
    chains: int = 4,
    progress: "Progress | None" = None,
) -> xr.DataTree:
    """Infer how a response depends on a dose, and which dose is best.

    Parameters
    ----------
    data
        Points with the positive variable ``value`` and the coordinate ``specimen``, such as
        the name of the pellet, beside the dose; ``value_sd`` where errors are known.
    dose
        Coordinate with the dose, above zero: specimens to which nothing was applied are
        another kind, not a small dose, and are refused.
    curve
        ``"gp"`` is a Gaussian process in the logarithm of the dose: any smooth curve, from two
        doses on. ``"quadratic"`` is `DoseResponse`, from three doses on.
    better
        ``"larger"`` or ``"smaller"``: which response is the better one.
    temperature
        Coordinate with a second factor, such as the temperature. Each of its levels has a curve
        of its own, and they share what the data let them share.
    spread
        Prior of the relative spread between specimens made alike, `PELLETS` unless given. With
        one specimen of each dose the data say next to nothing of it.
    priors
        Of other parameters by name.
    seed, draws, chains, progress
        See `fit`.

    Returns
    -------
    xarray.DataTree
        As of `fit`, and where the checks passed the group ``dose``: draws of the curve, the
        response at tested doses, the best dose within the tested range, on which side of it the
        curve still rises (``edge``: -1, 1, or 0 for an optimum inside), and the factor
        ``gain`` by which the optimum is better than each tested dose. See `dose_answers`.

    Raises
    ------
    PosterionError
        If the data lack something, a value or a dose is not above zero, or there are too few
        doses.

    Examples
    --------
    >>> import posterion as po
    >>> post = po.dose_response(pellets, dose="volume", temperature="temperature")  # doctest: +SKIP
    """
    if curve not in get_args(Curve):
        raise PosterionError(f"the curve is '{curve}'; it must be quadratic or gp.")
    sign_of(better)
    points, noise = specimen_points(
        data, RESPONSE, [dose] if temperature is None else [dose, temperature]
    )
    if data[dose].dtype.kind not in "fiu":
        raise PosterionError(f"'{dose}' holds text; a dose is a number. Compare labels as groups.")
    points = points.assign_coords({dose: ("point", points[dose].values.astype(float))})
    window = dose_window(points[dose].values, dose)
    tested = np.unique(points[dose].values)
    if curve == "quadratic" and tested.size < 3:
        raise PosterionError(
            f"{tested.size} doses do not show how a curve bends; the quadratic needs three. Take "
            "the curve gp, which takes any number from two on."
        )
    if temperature is not None:
        labels, of_point = level_labels(data, temperature)
        points = points.assign_coords(temperature=("point", np.array(labels)[of_point]))
    given: dict[str, Prior | str] = dict(priors or {})
    if spread is not None:
        given[SPECIMEN_SPREAD.name] = spread
    levels = () if temperature is None else labels
    unit = str(data[dose].attrs.get("units", ""))
    how: dict[str, Any] = {"seed": seed, "draws": draws, "chains": chains, "progress": progress}
    if curve == "gp":
        tree = sample_process(points, noise, dose, unit, better, levels, given, window, **how)
    else:
        from ..fit import fit

        tree = fit(
            DoseResponse(RESPONSE, dose, unit, better),
            points,
            priors=given,
            noise=noise,
            pool="temperature" if levels else None,
            **how,
        )
    grid = np.exp(np.linspace(np.log(tested[0]), np.log(tested[-1]), GRID))
    grid[[0, -1]] = tested[[0, -1]]
    tree.attrs["dose"] = json.dumps(
        {"name": dose, "unit": unit, "better": better, "curve": curve, "levels": list(levels)}
    )
    tree["dose_data"] = xr.DataTree(points)
    if Verdict.of(tree).passed:
        at = np.concatenate([grid, tested])
        if curve == "gp":
            drawn = draw_process(tree, points, dose, levels, at, seed)
        else:
            drawn = _law(tree, dose, bool(levels), at)
        tree["dose"] = xr.DataTree(_found(tree, drawn, grid, tested, levels, unit, better))
    return tree


def _law(tree: xr.DataTree, dose: str, levelled: bool, at: Array) -> Array:
    """Return the quadratic at some doses, of shape (chain, draw, levels, doses)."""
    from ..revive import model_of

    model, posterior = model_of(tree), tree.children["posterior"].dataset
    values = {}
    for parameter in model.parameters:
        own = posterior[parameter.name]
        own = (
            own.transpose("chain", "draw", "temperature")
            if levelled
            else own.expand_dims(x=1, axis=2)
        )
        values[parameter.name] = own.values[..., None]
    return np.asarray(model.response({dose: at}, values))


def _found(
    tree: xr.DataTree,
    drawn: Array,
    grid: Array,
    tested: Array,
    levels: tuple[str, ...],
    unit: str,
    better: Better,
) -> xr.Dataset:
    """Return the group ``dose`` from draws of the response at grid and tested doses."""
    sign = sign_of(better)
    curve, at_tested = drawn[..., : grid.size], drawn[..., grid.size :]
    score = sign * np.log(curve)
    place = score.argmax(axis=-1)
    edge = (place == grid.size - 1).astype(int) - (place == 0)
    best, top = _peak(score, np.log(grid), place)
    gain = np.exp(np.maximum(top[..., None] - sign * np.log(at_tested), 0.0))
    units = str(tree.attrs["unit"])
    dims = ("chain", "draw", "level")
    found = xr.Dataset(
        {
            "curve": ((*dims, "grid"), curve, {"units": units, "long_name": "response"}),
            "at_dose": ((*dims, "tested"), at_tested, {"units": units, "long_name": "response"}),
            "best_dose_tested": (
                dims,
                np.clip(np.exp(best), grid[0], grid[-1]),
                {"units": unit, "long_name": "best dose within the tested range"},
            ),
            "edge": (dims, edge, {"units": "", "long_name": "side on which the response rises"}),
            "gain": (
                (*dims, "tested"),
                gain,
                {"units": "", "long_name": "factor by which the optimum is better"},
            ),
        },
        coords={
            "grid": ("grid", grid, {"units": unit}),
            "tested": ("tested", tested, {"units": unit}),
            "level": list(levels) or [""],
        },
    )
    return found


def _peak(score: Array, x: Array, place: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return where a curve on an even grid is highest and how high: a parabola through three."""
    step = x[1] - x[0]
    inner = np.clip(place, 1, x.size - 2)
    below, middle, above = (
        np.take_along_axis(score, (inner + shift)[..., None], axis=-1)[..., 0]
        for shift in (-1, 0, 1)
    )
    bend = 2 * middle - below - above
    shift = np.where(bend > 0, (above - below) / 2 / np.where(bend > 0, bend, 1.0), 0.0)
    inside = place == inner
    highest = np.take_along_axis(score, place[..., None], axis=-1)[..., 0]
    return (
        np.where(inside, x[inner] + step * shift, x[place]),
        np.where(inside, middle + (above - below) / 4 * shift, highest),
    )
