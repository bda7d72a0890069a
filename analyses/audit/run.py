"""All claims of a paper, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...errors import PosterionError
from .fits import Fits
from .inputs import Numbers
from .paper import Paper, read_paper, seed_paper
from .rows import Row


@dataclass(frozen=True)
class Audit:
    """The rows, with the numbers and fits that figures are drawn from."""

    paper: Paper
    rows: tuple[Row, ...]
    numbers: Numbers
    fits: Fits
    seed: int


def audited(
    paper: Paper,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
    numbers: Numbers | None = None,
) -> Audit:
    """Check every claim of a paper, with other numbers than its own if given; see `audit`."""
    numbers = paper.numbers if numbers is None else numbers
    fits = Fits(seed, progress)
    rows = []
    for place, claim in enumerate(paper.claims, start=1):
        if progress is not None:
            progress(f"Claim {place} of {len(paper.claims)}: {claim.says}")
        rows.append(claim.check(paper.shared, numbers, seed, fits))
    return Audit(paper, tuple(rows), numbers, fits, seed)


def audit(
    path: str | Path, seed: int = 0, progress: Callable[[str], None] | None = None
) -> list[Row]:
    """Hold the claims of a paper against what its own printed numbers support.

    Parameters
    ----------
    path
        A claims file: TOML, with the paper's numbers in it or in CSV files beside it.
    seed
        The same seed gives the same numbers to the last bit on one machine.
    progress
        Called with one line before each claim and each step of a fit.

    Returns
    -------
    list of Row
        One a claim, also of those that cannot be checked.

    Raises
    ------
    PosterionError
        If the file cannot be read, or one of its formulas is wrong.

    Examples
    --------
    >>> import posterion as po
    >>> for row in po.audit("claims.toml"):  # doctest: +SKIP
    ...     print(row.id, row.verdict)
    """
    return list(audit_file(Path(path), seed, progress).rows)


def audit_file(path: Path, seed: int, progress: Callable[[str], None] | None = None) -> Audit:
    """Check every claim of a claims file; see `audit`."""
    paper = read_paper(path)
    try:
        return audited(paper, seed, progress)
    except PosterionError as error:
        raise PosterionError(f"{path.name}: {error}") from error


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
    return list(audited(seed_paper(), seed, progress).rows)
