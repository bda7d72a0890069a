"""All claims, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass

from . import (
    activation,
    cells,
    coating,
    conductivity,
    interfaces,
    literature,
    transference,
    voltammetry,
    volumes,
)
from .claim import Claim, Row
from .fits import Fits
from .published_numbers import Numbers

CLAIMS: tuple[Claim, ...] = (
    *conductivity.CLAIMS,
    *volumes.CLAIMS,
    *activation.CLAIMS,
    *transference.CLAIMS,
    *interfaces.CLAIMS,
    *voltammetry.CLAIMS,
    *cells.CLAIMS,
    *literature.CLAIMS,
    *coating.CLAIMS,
)


@dataclass(frozen=True)
class Reproduction:
    """The rows, with the numbers and fits that figures are drawn from."""

    rows: tuple[Row, ...]
    numbers: Numbers
    fits: Fits
    seed: int


def run(
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
    numbers: Numbers | None = None,
) -> Reproduction:
    """Check every claim; see `reproduce`."""
    numbers = numbers or Numbers()
    fits = Fits(seed, progress)
    rows = []
    for place, claim in enumerate(CLAIMS, start=1):
        if progress is not None:
            progress(f"Claim {place} of {len(CLAIMS)}: {claim.text}")
        rows.append(claim.check(numbers, seed, fits))
    return Reproduction(tuple(rows), numbers, fits, seed)


def reproduce(seed: int = 0, progress: Callable[[str], None] | None = None) -> list[Row]:
    """Hold the claims of the seed paper against what its own numbers support.

    The paper is Thairiyarayar et al., Energy Mater. 2026, 6, 600053,
    doi:10.20517/energymater.2026.32. Nothing but its embedded numbers is needed.

    Parameters
    ----------
    seed
        The same seed gives the same numbers to the last bit on one machine.
    progress
        Called with one line before each claim and each step of a fit.

    Returns
    -------
    list of Row
        One a claim, also of those that cannot be checked.

    Examples
    --------
    >>> import posterion as po
    >>> for row in po.reproduce():  # doctest: +SKIP
    ...     print(row.id, row.verdict)
    """
    return list(run(seed, progress).rows)
