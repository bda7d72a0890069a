"""The share of cells that live on: of those tested, and by the law of their limits."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from ...inference.caution.general import variable
from ...inference.caution.limit import Tested
from ...inference.noise.censored import Censored, Weibull
from ...inference.revive import model_of, noise_of
from .style import Look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

GRID = 200
DRAWS = 1000
STEPS = 500
SETTLED = 1e-9
OF_LAW = "94 % of the law"
TESTED = "measured"


def tested_share(tested: Tested) -> tuple[Array, Array]:
    """Return the ends of the intervals in which cells failed, and the share that lived on after.

    The estimate makes the intervals as probable as can be without any law (Turnbull 1976,
    doi:10.1111/j.2517-6161.1976.tb01597.x); where each failure is known exactly it is that of
    Kaplan and Meier (1958, doi:10.1080/01621459.1958.10501452). A share falls somewhere within
    an interval, and is given at its end.
    """
    low, high = np.asarray(tested.low, float), np.asarray(tested.high, float)
    ends = np.unique(np.concatenate([high, [np.inf]]))
    # An exact failure lies at its place alone, and a cell that is stopped there outlives it.
    within = (ends <= high[:, None]) & ((ends > low[:, None]) | (ends == high[:, None]))
    share = np.full(ends.size, 1 / ends.size)
    for _ in range(STEPS):
        each = within * share
        after = (each / each.sum(axis=1, keepdims=True)).mean(axis=0)
        settled = np.abs(after - share).max() < SETTLED
        share = after
        if settled:
            break
    known = np.isfinite(ends)
    return ends[known], 1 - np.cumsum(share)[known]


def predicted_share(tree: xr.DataTree, label: str, at: ArrayLike) -> Array:
    """Return draws of the share of cells that exceed a limit, of shape (draws, n)."""
    model: Any = model_of(tree)
    noise = noise_of(tree)
    weibull = isinstance(noise, Censored) and isinstance(noise.base, Weibull)
    median, scatter = (
        _draws(tree, name, label) for name in (model.median.name, "shape" if weibull else "noise")
    )
    ratio = np.asarray(at, float) / median[:, None]
    if weibull:
        return np.asarray(np.exp2(-(ratio ** scatter[:, None])))
    return np.asarray(ndtr(-np.log(ratio) / scatter[:, None]))


def draw_survival(
    axes: "Axes", tested: Tested, tree: xr.DataTree | None, divisor: float, end: float, look: Look
) -> None:
    """Draw the share of tested cells as steps, and what the law says of it up to an end."""
    if tree is not None:
        at = np.geomspace(end / 300, end, GRID)
        share = 100 * predicted_share(tree, tested.label, at)
        low, median, high = np.quantile(share, [0.03, 0.5, 0.97], axis=0)
        axes.fill_between(
            at / divisor, low, high, color=look.band, alpha=0.2, linewidth=0,
            label=look.called(OF_LAW),
        )  # fmt: skip
        axes.plot(at / divisor, median, **look.median())
    ends, share = tested_share(tested)
    lasted = tested.low[np.isinf(tested.high)]
    last = max([*ends, *lasted])
    x, y = np.r_[0.0, ends, last], 100 * np.r_[1.0, share, share[-1:] if share.size else 1.0]
    axes.step(
        x / divisor, y, where="post", color=look.points, linewidth=1.0, label=look.called(TESTED),
        zorder=3,
    )  # fmt: skip
    if lasted.size:
        height = y[np.searchsorted(x, lasted, side="right") - 1]
        axes.plot(
            lasted / divisor, height, "|", color=look.points, markersize=6, markeredgewidth=1.0,
            label=f"_{look.label}: not failed", zorder=3,
        )  # fmt: skip


def _draws(tree: xr.DataTree, name: str, label: str) -> Array:
    """Return draws of a parameter, of one group where it differs."""
    found = variable(tree, "posterior", name)
    own = [str(dim) for dim in found.dims if dim not in ("chain", "draw")]
    if own:
        found = found.sel({own[0]: label})
    draws = np.asarray(found.transpose("chain", "draw").values.ravel(), float)
    return draws[:: max(1, draws.size // DRAWS)]
