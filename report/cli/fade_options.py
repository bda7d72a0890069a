"""What the options of ``posterion fit fade`` ask for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...errors import PosterionError
from ...models import ageing
from .series_labels import require_label

if TYPE_CHECKING:
    import xarray as xr

    from ...inference.cycling.cycle_series import Question

LAWS: dict[str, type[ageing.FadeLaw]] = {
    "linear": ageing.LinearFade,
    "sqrt": ageing.SquareRootFade,
    "power": ageing.PowerFade,
    "exponential": ageing.ExponentialFade,
    "stretched": ageing.StretchedFade,
    "knee": ageing.KneeFade,
    "two-process": ageing.TwoProcessFade,
}
USUAL = "power"


def laws_of(names: Sequence[str]) -> dict[str, ageing.FadeLaw]:
    """Return the laws that are asked for, each once; the power law unless told."""
    wanted = LAWS if "all" in names else dict.fromkeys(names or (USUAL,))
    return {name: LAWS[name]() for name in wanted}


def asked(reference: str, threshold: str, cycles: Sequence[float]) -> "Question":
    """Check what is asked: the reference, the threshold and the cycles."""
    share = share_of(threshold)
    if share is None or not 0 < share < 1:
        raise PosterionError(
            f"--threshold is '{threshold}'; it must be a share between 0 and 1, such as 0.8 or 80%."
        )
    at = reference if reference in ("first", "initial") else _number(reference)
    if at is None or (not isinstance(at, str) and at < 0):
        raise PosterionError(
            f"--reference is '{reference}'; it must be 'first', 'initial' or the number of a cycle."
        )
    for cycle in cycles:
        if not 0 <= cycle < float("inf"):
            raise PosterionError(f"--cycle is {cycle:g}; it must be a number from 0 up.")
    from ...inference.cycling.cycle_series import Question

    return Question(at, share, tuple(dict.fromkeys(cycles)))  # type: ignore[arg-type]


def pooling(
    data: "xr.Dataset", pool: Sequence[str], group_by: str | None, together: bool
) -> dict[str, Any]:
    """Return the kind of pooling by label: cells share a distribution unless told."""
    if together and (pool or group_by):
        raise PosterionError("--together fits one curve; leave out --pool and --group-by.")
    if group_by in pool:
        raise PosterionError(f"'{group_by}' is given to --pool and to --group-by; choose one.")
    for name in pool:
        require_label(data, name, "--pool")
    if group_by:
        require_label(data, group_by, "--group-by")
    kinds: dict[str, Any] = {group_by: "none"} if group_by else {}
    kinds |= dict.fromkeys(pool, "partial")
    cells = len(set(data["cell"].values.tolist()))
    if cells > 1 and not kinds and not together:
        return {"cell": "partial"}
    if cells == 1 and "cell" in kinds:
        raise PosterionError(
            "there is one cell, so there are no groups of cells; leave out --pool and --group-by."
        )
    return kinds


def noise_of(robust: bool, independent: bool) -> Any:
    """Return the noise of capacities: that of neighbours correlated unless told."""
    from ...inference.noise.correlated import Autocorrelated
    from ...inference.noise.independent import Gaussian, StudentT

    base: Any = StudentT(Gaussian()) if robust else Gaussian()
    return base if independent else Autocorrelated(base)


def share_of(text: str) -> float | None:
    """Read ``0.8`` or ``80%``; None where it is no number."""
    share = _number(text.strip().removesuffix("%"))
    return share / 100 if share is not None and text.strip().endswith("%") else share


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
