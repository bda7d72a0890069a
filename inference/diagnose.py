"""The checks that a run must pass before any interval of it is shown."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .deciding import beside_limit
from .settings import PRIORS
from .verdict import Verdict as Verdict

MAX_R_HAT = 1.01
MIN_ESS = 400
MIN_BFMI = 0.3

MAX_GROWTH = 0.1
"""Of the log evidence: so much more of the posterior than the one before a run may find. What the
first finds is not known to be all."""

LARGEST_R_HAT = 1000.0
"""Of chains none of which moved the R-hat is infinite, for which JSON has no number."""


def several(modes: int) -> str:
    """Say that data allow several explanations, and what to do."""
    return (
        f"The posterior has {modes} modes: the data allow {modes} different explanations. "
        f"Give a prior that tells them apart ({PRIORS}), or a simpler model."
    )


def diagnose(
    tree: xr.DataTree,
    *,
    modes: int = 1,
    notes: tuple[str, ...] = (),
    divergences_let_pass: float = 0.0,
    drift: float = 1.0,
    grew: float = 0.0,
) -> Verdict:
    """Check draws: R-hat, effective sample sizes, divergences, energy.

    Parameters
    ----------
    tree
        With groups ``posterior`` and ``sample_stats``.
    modes
        Modes of comparable mass that the exploration found.
    notes
        Remarks to keep.
    divergences_let_pass
        Share of draws that may diverge.
    drift
        R-hat of early and late draws, where the draws of a chain are not in the order of time.
    grew
        How much more log evidence the run found than the one before it.
    """
    posterior = _varying(tree.children["posterior"].to_dataset())
    still = _still(tree.children["posterior"].to_dataset())
    r_hat, bulk, tail = convergence(posterior)
    stats = tree.children["sample_stats"].to_dataset()
    energy = stats["energy"].values
    bfmi = float(min(_bfmi(chain) for chain in energy))
    divergences = int(stats["diverging"].sum())
    allowed = int(divergences_let_pass * energy.size)

    worst, r_hat_value = r_hat
    messages = []
    if still:
        messages.append(
            f"{still} of {len(energy)} chains never moved: where they started the density changes "
            "so much within any step that none was accepted. Look for a scale that may go to "
            "zero, or for priors that contradict the data; and write spreads between groups in the "
            "non-centred form."
        )
    if modes > 1 and r_hat_value <= MAX_R_HAT:
        notes = (*notes, f"the posterior has {modes} maxima, and the chains move between them")
    elif modes > 1:
        messages.append(several(modes))
    if not r_hat_value <= MAX_R_HAT:
        messages.append(
            "The chains disagree: R-hat of {} is {}, above {}.".format(
                worst, *beside_limit(r_hat_value, MAX_R_HAT)
            )
        )
    if not drift <= MAX_R_HAT:
        messages.append(
            "The chains still drift: R-hat of early and late draws is {}, above {}.".format(
                *beside_limit(drift, MAX_R_HAT)
            )
        )
    if not grew <= MAX_GROWTH:
        messages.append(
            "Each run still finds more of the posterior than the one before, in log evidence {}, "
            "above {}.".format(*beside_limit(min(grew, LARGEST_R_HAT), MAX_GROWTH))
        )
    for kind, (name, value) in (("bulk", bulk), ("tail", tail)):
        if not value >= MIN_ESS:
            messages.append(
                "Too few independent draws: the {} ESS of {} is {}, below {}.".format(
                    kind, name, *beside_limit(value, MIN_ESS, 0)
                )
            )
    if divergences > allowed:
        messages.append(
            f"{divergences} of {energy.size} draws diverged: part of the posterior was not "
            f"reached. A simpler model or a narrower prior ({PRIORS}) helps."
        )
    elif divergences:
        notes = (*notes, f"{divergences} of {energy.size} draws diverged, which is let pass")
    if not bfmi >= MIN_BFMI:
        messages.append(
            "The energy moved too little (E-BFMI {}, below {}): the tails of the posterior were "
            "not reached.".format(*beside_limit(bfmi, MIN_BFMI))
        )
    broken = [
        str(name)
        for name, value in tree.children["posterior"].data_vars.items()
        if not np.isfinite(value.values).all()
    ]
    if broken:
        messages.append(
            f"Some draws of {', '.join(broken)} are NaN or infinite: the model leaves the range of "
            f"its formulas. A narrower prior ({PRIORS}) helps."
        )
    return Verdict(
        passed=not messages,
        divergences=divergences,
        max_r_hat=float(max(r_hat_value, drift)),
        min_ess=float(min(bulk[1], tail[1])),
        min_bfmi=bfmi,
        modes=modes,
        messages=tuple(messages),
        notes=notes,
    )


def _varying(posterior: xr.Dataset) -> xr.Dataset:
    """Leave out what is constant, such as an exponent fixed at one, or not finite."""
    names = [name for name, value in posterior.items() if float(np.ptp(value.values)) > 0]
    return posterior[names]


def _still(posterior: xr.Dataset) -> int:
    """Return how many chains have the same values from the first draw to the last."""
    chains = posterior.sizes.get("chain", 0)
    moved = np.zeros(chains, dtype=bool)
    for value in posterior.values():
        draws = value.transpose("chain", "draw", ...).values.reshape(chains, value["draw"].size, -1)
        moved |= (np.isfinite(draws) & (draws != draws[:, :1])).any(axis=(1, 2))
    return int(chains - moved.sum())


def convergence(
    posterior: xr.Dataset,
) -> tuple[tuple[str, float], tuple[str, float], tuple[str, float]]:
    """Return the largest R-hat, and the least bulk and tail ESS, each with its name."""
    import arviz_stats

    if not posterior:
        return ("all", LARGEST_R_HAT), ("all", 0.0), ("all", 0.0)
    try:
        with np.errstate(divide="ignore", invalid="ignore"):
            name, r_hat = _largest(arviz_stats.rhat(posterior))
            bulk = _smallest(arviz_stats.ess(posterior, method="bulk"))
            tail = _smallest(arviz_stats.ess(posterior, method="tail"))
    except (ValueError, ZeroDivisionError):  # ArviZ has no number for chains that stand still
        name, *_ = map(str, posterior)
        return (name, LARGEST_R_HAT), (name, 0.0), (name, 0.0)
    return (name, min(r_hat, LARGEST_R_HAT)), bulk, tail


def _bfmi(energy: NDArray[np.float64]) -> float:
    variance = energy.var()
    return float(np.square(np.diff(energy)).mean() / variance) if variance > 0 else 0.0


def _largest(values: xr.Dataset) -> tuple[str, float]:
    """Return name and value of the largest statistic."""
    return max(((str(n), float(np.nanmax(v.values))) for n, v in values.items()), key=_second)


def _smallest(values: xr.Dataset) -> tuple[str, float]:
    """Return name and value of the smallest statistic."""
    return min(((str(n), float(np.nanmin(v.values))) for n, v in values.items()), key=_second)


def _second(pair: tuple[str, float]) -> float:
    return pair[1]
