"""What fitted laws of ageing say of a cycle: retention, and when a threshold is reached."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr
from numpy.typing import NDArray

from ...errors import PosterionError
from ...models.cycle_law import CycleLaw
from ...units import share_of
from ..measured import group_dim
from ..pooling import MEAN
from ..predict import shared_labels, unmeasured_group
from ..revive import model_of, pool_of
from ..verdict import Verdict, carried

Array = NDArray[np.float64]
Reference = Literal["first", "initial"] | float
Who = Literal["measured", "typical", "new"]
"""The cells that were measured, one in their middle, or the next one."""

HORIZON = 100.0
"""Nobody is asked what happens later than after this many times the measured cycles."""


def retention(
    tree: xr.DataTree,
    cycle: npt.ArrayLike,
    *,
    reference: Reference = "first",
    who: Who = "measured",
    of: str | None = None,
    seed: int = 0,
) -> xr.DataArray:
    """Return what is left of the reference capacity, by the law and without noise.

    Parameters
    ----------
    tree
        A fitted law of fade or growth.
    cycle
        Numbers of cycles, of shape (n,) or one number.
    reference
        ``"first"``: the capacity at the first measured cycle of each cell; ``"initial"``: at
        cycle zero, where the law is carried back to; a number: at that cycle. All by the law.
    who
        The ``"measured"`` cells; of cells that share a distribution the ``"typical"`` one,
        or a ``"new"`` one.
    of
        Where cells were pooled within samples, ``"sample"``: the typical or the new cell of each
        sample. Otherwise it is that of all samples, and a new cell is one of a new sample.
    seed
        Of the new cell.

    Returns
    -------
    xarray.DataArray
        Draws of dims (chain, draw, [cells or samples,] cycle), a pure number. Below zero nothing
        is left, and zero is returned. The attribute ``verdict`` is the word of the fit, and
        ``doubts`` says why where it is doubtful.

    Raises
    ------
    PosterionError
        If the run failed its checks, the law is none of cycles, a cycle is below zero, or
        there is no typical or new cell because nothing is pooled.
    """
    law, parameters = _parameters(tree, who, of, seed)
    value = _respond(law, parameters, _cycles(cycle))
    kept = value / _reference_value(tree, law, parameters, reference, who)
    result: xr.DataArray = kept.clip(min=0).rename("retention")
    return result.assign_attrs(
        units="",
        long_name=f"{law.output} over that {told(tree, reference)}",
        **carried(Verdict.of(tree)),
    )


def value_at(
    tree: xr.DataTree,
    cycle: npt.ArrayLike,
    *,
    who: Who = "measured",
    of: str | None = None,
    seed: int = 0,
) -> xr.DataArray:
    """Return the capacity, or what else a law is of, by the law and without noise.

    In the unit of the data and not below zero; all else as in `retention`.
    """
    law, parameters = _parameters(tree, who, of, seed)
    value = _respond(law, parameters, _cycles(cycle))
    result: xr.DataArray = value.clip(min=0).rename(law.output)
    return result.assign_attrs(
        units=str(tree.attrs["unit"]),
        long_name=f"{law.output} by the law, without scatter",
        **carried(Verdict.of(tree)),
    )


def cycles_to(
    tree: xr.DataTree,
    threshold: str | float,
    *,
    reference: Reference = "first",
    who: Who = "measured",
    of: str | None = None,
    seed: int = 0,
    horizon: float | None = None,
) -> xr.DataArray:
    """Return the cycle at which a law reaches a threshold.

    A draw that does not reach it before the horizon is right-censored there: its value is
    the horizon, which the attribute ``censored_at`` tells.

    Parameters
    ----------
    tree
        A fitted law of fade or growth.
    threshold
        Share of the reference value: 0.8 for fade, 2 for a resistance that doubles.
    reference, who, of, seed
        As in `retention`.
    horizon
        The last cycle looked at; 100 times the last measured one unless given.

    Returns
    -------
    xarray.DataArray
        Draws of dims (chain, draw, [cells or samples]) in cycles.

    Raises
    ------
    PosterionError
        If the run failed its checks, the law is none of cycles, or the threshold or the
        horizon is not above zero.
    """
    share = share_of(threshold)
    if share is None or not share > 0:
        raise PosterionError(
            f"the threshold is {threshold}; it must be above zero, such as 0.8 or '80%'."
        )
    law, parameters = _parameters(tree, who, of, seed)
    last = float(_measured(tree, "cycle").max())
    horizon = HORIZON * last if horizon is None else horizon
    if not horizon > 0:
        raise PosterionError(f"the horizon is {horizon:g} cycles; it must be above zero.")
    wanted = share * _reference_value(tree, law, parameters, reference, who)
    start = _respond(law, parameters, xr.zeros_like(wanted))
    falling = wanted < start if share < 1 else start < wanted
    sign = -1.0 if share < 1 else 1.0

    def beyond(cycle: xr.DataArray) -> xr.DataArray:
        return sign * (_respond(law, parameters, cycle) - wanted) >= 0

    low, high = xr.zeros_like(wanted), xr.full_like(wanted, horizon)
    reached = beyond(high) & falling
    for _ in range(60):  # halves an interval of a million cycles below a millionth of one
        middle = (low + high) / 2
        there = beyond(middle)
        low, high = low.where(there, middle), high.where(~there, middle)
    result: xr.DataArray = high.where(reached, horizon).rename("cycles_to_threshold")
    return result.assign_attrs(
        units="cycle",
        long_name=f"cycle at which {law.output} is {threshold:.4g} of that {told(tree, reference)}",
        censored_at=horizon,
        **carried(Verdict.of(tree)),
    )


def told(tree: xr.DataTree, reference: Reference) -> str:
    """Say in words what retention is relative to.

    Raises
    ------
    PosterionError
        If the reference is neither a known word nor a cycle.
    """
    if reference == "initial":
        return "at cycle 0, where the law is carried back to"
    if reference == "first":
        firsts = sorted(set(_first_cycles(tree).tolist()))
        many = len(firsts) > 1
        return "at the first measured cycle" + ("" if many else f" ({firsts[0]:g})")
    if not (isinstance(reference, int | float) and reference >= 0):
        raise PosterionError(
            f"the reference is '{reference}'; it must be 'first', 'initial' or a cycle."
        )
    return f"at cycle {reference:g}"


def upper_labels(tree: xr.DataTree) -> tuple[str, ...]:
    """Return the labels above the groups that were pooled: the sample of cells."""
    pool = pool_of(tree)
    kinds = {pool: "partial"} if isinstance(pool, str) else pool or {}
    used = [name for name, kind in kinds.items() if kind != "complete"]
    return tuple(name for name in used if name != group_dim(tree) and len(used) > 1)


def _parameters(
    tree: xr.DataTree, who: Who, of: str | None, seed: int
) -> tuple[CycleLaw, Mapping[str, xr.DataArray]]:
    """Return the law, and draws of its parameters for the cells that are asked for."""
    law = model_of(tree)
    if not isinstance(law, CycleLaw):
        raise PosterionError(f"{law} is no law of cycles; fit one, such as PowerFade().")
    if not Verdict.of(tree).passed:
        raise PosterionError(
            "the run failed its checks, and nothing is predicted from it; see its messages."
        )
    posterior = tree.children["posterior"].to_dataset()
    if who == "measured":
        if of is not None:
            raise PosterionError(f"the measured cells are not asked for by {of}; leave 'of' out.")
        return law, {p.name: posterior[p.name] for p in law.parameters}
    if not shared_labels(tree) or f"{law.initial}_{MEAN}" not in posterior:
        raise PosterionError(f"no cells share a distribution, so there is no {who} one; pool them.")
    if of is not None and of not in upper_labels(tree):
        raise PosterionError(
            f"cells were not pooled within '{of}', so there is no {who} one of each; they were "
            f"within {', '.join(upper_labels(tree)) or 'nothing'}."
        )
    return law, unmeasured_group(tree, law, new=who == "new", of=of, seed=seed)


def _cycles(cycle: npt.ArrayLike) -> xr.DataArray:
    at = np.atleast_1d(np.asarray(cycle, dtype=float))
    if at.ndim != 1 or not (np.isfinite(at) & (at >= 0)).all():
        raise PosterionError(f"cycles are {at}; they must be finite and not below zero.")
    return xr.DataArray(at, dims="cycle", coords={"cycle": at})


def _respond(
    law: CycleLaw, parameters: Mapping[str, xr.DataArray], cycle: xr.DataArray
) -> xr.DataArray:
    """Return the response at cycles, which broadcast with the draws."""
    like = xr.broadcast(*parameters.values(), cycle)[0].transpose("chain", "draw", ...)
    at, *drawn = (
        value.broadcast_like(like).transpose(*like.dims).values
        for value in (cycle, *parameters.values())
    )
    values: dict[str, Any] = dict(zip(parameters, drawn, strict=True))
    return like.copy(data=law.response({"cycle": at}, values)).drop_attrs()


def _reference_value(
    tree: xr.DataTree,
    law: CycleLaw,
    parameters: Mapping[str, xr.DataArray],
    reference: Reference,
    who: Who,
) -> xr.DataArray:
    told(tree, reference)  # refuses what is no reference
    if reference == "initial":
        at = xr.DataArray(0.0)
    elif reference == "first":
        firsts = _first_cycles(tree)
        dim = group_dim(tree)
        if dim is None or who != "measured":
            at = xr.DataArray(float(np.median(firsts)))
        else:
            at = xr.DataArray(firsts, dims=dim, coords={dim: tree["posterior"][dim].values})
    else:
        at = xr.DataArray(float(reference))
    return _respond(law, parameters, at)


def _first_cycles(tree: xr.DataTree) -> Array:
    """Return the first measured cycle of each group."""
    cycle = _measured(tree, "cycle")
    dim = group_dim(tree)
    if dim is None:
        return np.array([cycle.min()])
    of_point = tree.children["constant_data"].dataset[f"{dim}_of_point"].values
    return np.array([cycle[of_point == group].min() for group in range(of_point.max() + 1)])


def _measured(tree: xr.DataTree, name: str) -> Array:
    values: Array = tree.children["constant_data"].dataset[f"measured_{name}"].values
    return values
