"""What laws over cycles may be asked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...errors import PosterionError, Setting
from ...units import number_of, share_of

if TYPE_CHECKING:
    from ...inference.cycling.cycle_series import Question


def fade_question(
    reference: str | float = "first",
    threshold: str | float = 0.8,
    cycles: Sequence[float] = (),
) -> "Question":
    """Check what is asked of capacities: the reference, the threshold and the cycles.

    Raises
    ------
    PosterionError
        If the threshold is no share, the reference is unknown, or a cycle is below 0.
    """
    share = share_of(threshold)
    if share is None or not 0 < share < 1:
        raise PosterionError(
            Setting("threshold"),
            f" is '{threshold}'; it must be a share between 0 and 1, such as 0.8 or 80%.",
        )
    at = reference if reference in ("first", "initial") else number_of(reference)
    if at is None or (not isinstance(at, str) and at < 0):
        raise PosterionError(
            Setting("reference"),
            f" is '{reference}'; it must be 'first', 'initial' or the number of a cycle.",
        )
    for cycle in cycles:
        if not 0 <= cycle < float("inf"):
            raise PosterionError(
                Setting("cycles"), f" is {cycle:g}; it must be a number from 0 up."
            )
    from ...inference.cycling.cycle_series import Question

    return Question(at, share, tuple(dict.fromkeys(map(float, cycles))))  # type: ignore[arg-type]


def growth_question(threshold: str | float = 2.0) -> "Question":
    """Check what is asked of values that grow: the threshold, a multiple of the first one.

    Raises
    ------
    PosterionError
        If it is not above zero, or is one.
    """
    share = share_of(threshold)
    if share is None or not share > 0 or share == 1:
        raise PosterionError(
            Setting("threshold"),
            f" is '{threshold}'; it must be a multiple of the first value, such as 2 or 200%, or "
            "below 1 where it falls.",
        )
    from ...inference.cycling.cycle_series import Question

    return Question("first", share)
