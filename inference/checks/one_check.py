"""One check of a model against its data."""

import math
from dataclasses import dataclass

from ...errors import Said
from ..deciding import decimals_beside

RARE = 0.01
"""A check speaks where a model that is right would look so rarely like this."""

GRAVE = 0.002
"""Where it would so rarely, what the model says is in doubt, and not only worth a remark.

The five predictive checks of a fit are one family: at this level they together raise a doubt in at
most 1 % of the fits of a right model (Bonferroni), and the Kramers-Kronig test in 0.1 %. A series
inherits the doubts of its spectra, so that the level leaves one of five spectra within the 5 % that
a reader can bear. A milder check still speaks, as a remark. Of 120 simulated spectra of a right
circuit one was doubted, and of 20 that miss an arc of 5 % at a noise of 0.5 % all were
(`tests/test_doubts.py`).
"""


@dataclass(frozen=True)
class Check:
    """What a check looked at, what it found, and what that means.

    Attributes
    ----------
    name
        In words, such as ``"residual autocorrelation"``.
    value
        The quantity that was looked at.
    least, most
        What it must not fall below and not exceed, where it has such a limit.
    p_value
        How probable at least such a value is under the model; None where the check has none.
    passed
        Whether the model can have made such data.
    meaning
        What the check looks at.
    sentence
        Where it did not pass, what that means and what to do; else empty.
    unit
        Of value and limits, such as ``"% of |Z|"``.
    matters
        Whether an interval can depend on it.
    """

    name: str
    value: float
    least: float | None
    most: float | None
    p_value: float | None
    passed: bool
    meaning: str
    sentence: str
    unit: str = ""
    matters: bool = True

    def __post_init__(self) -> None:
        """Read the arguments that the sentence speaks of."""
        object.__setattr__(self, "sentence", Said.of(self.sentence))

    @property
    def found(self) -> str:
        """The value in words, to as many digits as tell whether it passed."""
        return "–" if math.isnan(self.value) else self._written(self.value)

    @property
    def limit(self) -> str:
        """What the value is held against, in words."""
        unit = f" {self.unit}" if self.unit else ""
        if self.least is None:
            return f"at most {self._written(self.most)}{unit}"
        if self.most is None:
            return f"at least {self._written(self.least)}{unit}"
        return f"{self._written(self.least)} to {self._written(self.most)}{unit}"

    def _written(self, value: float | None) -> str:
        if value is None:
            return ""
        limits = tuple(each for each in (self.least, self.most) if each is not None)
        return f"{value:.{decimals_beside(self.value, limits)}f}"

    @property
    def grave(self) -> bool:
        """Whether what the model says is in doubt by it."""
        rare = self.p_value is not None and self.p_value <= GRAVE
        return rare and self.matters and not self.passed
