"""A number of one specimen, or of the mean of several, as fits and publications give it."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ...errors import PosterionError
from ...units import Measured, registry

Array = NDArray[np.float64]

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_COUNT = re.compile(r"[(,;]?\s*n\s*=\s*([0-9]{1,4})\s*\)?\s*$")


@dataclass(frozen=True)
class Number:
    """One number of one specimen, or the mean of `n` of them.

    Attributes
    ----------
    value, unit
        And its unit as pint spells it.
    sd
        One standard deviation of the number itself.
    step
        The unit in its last printed digit, 0 where it was not rounded.
    n
        Of how many specimens it is the mean.
    source
        Where it comes from.
    sha256
        Of the data that were fitted, if any.
    specimen
        Its label, if it has one; several numbers of one specimen are repeated measurements.
    doubt
        Why the fit that it comes from is doubtful, in a few words; empty where it is not.
    """

    value: float
    unit: str
    sd: float = 0.0
    step: float = 0.0
    n: int = 1
    source: str = ""
    sha256: str = ""
    specimen: str = ""
    doubt: str = ""

    def to(self, unit: str) -> "Number":
        """Return the same in another unit.

        Raises
        ------
        PosterionError
            If it has another dimension.
        """
        if unit == self.unit:
            return self
        ureg = registry()
        try:
            zero, value, sd, step = (
                float(ureg.Quantity(each, self.unit or "1").to(unit or "1").magnitude)
                for each in (0.0, self.value, self.sd, self.step)
            )
        except Exception as error:  # pint raises many kinds on text it cannot read
            raise PosterionError(
                f"{self.source} is in '{self.unit or '1'}', which cannot be converted to "
                f"'{unit or '1'}' of the first number; compare one quantity."
            ) from error
        # A unit may have an offset, like degC.
        return replace(self, value=value, sd=sd - zero, step=step - zero, unit=unit)


def numbers_of_text(text: str, group: str) -> list[Number]:
    """Read a published number: its digits are its rounding, unless an error follows."""
    what = f"the number of the group '{group}'"
    core, count = text.strip(), 1
    match = _COUNT.search(core)
    if match:
        core, count = core[: match.start()].strip(), int(match[1])
    head, plus, tail = core.replace("+/-", "±").partition("±")
    parts = [_NUMBER.match(part.strip()) for part in (head, tail)]
    if parts[0] is None or count < 1:
        raise PosterionError(
            f"{what}, '{text}', cannot be read; write it like '0.31 mS/cm' or "
            "'0.30 ± 0.01 eV (n=3)'."
        )
    unit = head.strip()[parts[0].end() :].strip()
    if not unit and parts[1] is not None:
        unit = tail.strip()[parts[1].end() :].strip()
    unit = "" if unit == "%" and tail else unit
    measured = Measured.parse(core, unit, what)
    digits = Decimal(parts[0][0]).as_tuple()
    step = 0.0 if plus else float(f"1e{digits.exponent}")
    if plus and count > 1:
        source = f"'{text}', ± taken as the standard deviation between its {count} specimens"
        scatter = measured.sd * _scores(count)
        return [Number(measured.value + each, unit, source=source) for each in scatter.tolist()]
    kind = "" if plus else ", taken as rounded"
    return [Number(measured.value, unit, measured.sd, step, count, f"'{text}'{kind}")]


def _scores(count: int) -> Array:
    """Return so many values of mean 0 and standard deviation 1 that lie like normal ones.

    Where specimens scatter normally, mean and standard deviation say all that their values do.
    """
    scores = special.ndtri((np.arange(count) + 0.5) / count)
    return np.asarray(scores / scores.std(ddof=1))
