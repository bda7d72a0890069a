"""One check of a model against its data."""

from dataclasses import dataclass

RARE = 0.01
"""A check speaks where a model that is right would look so rarely like this."""


@dataclass(frozen=True)
class Check:
    """What a check looked at, what it found, and what that means.

    Attributes
    ----------
    name
        In words, such as ``"residual autocorrelation"``.
    value
        The quantity that was looked at.
    limit
        What it is held against, in words.
    p_value
        How probable at least such a value is under the model; None where the check has none.
    passed
        Whether the model can have made such data.
    meaning
        What the check looks at.
    sentence
        Where it did not pass, what that means and what to do; else empty.
    """

    name: str
    value: float
    limit: str
    p_value: float | None
    passed: bool
    meaning: str
    sentence: str
