"""A number as it was printed, with the interval that its digits stand for."""

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from ....errors import PosterionError
from ....units import registry


def rounding_step(printed: str) -> float:
    """Return the unit in the last printed digit.

    Parameters
    ----------
    printed
        A number without a thousands separator, such as ``"0.31"``, ``"3.48e-4"`` or ``"-12"``.

    Returns
    -------
    float
        Zeros at the end count as digits: 0.01 for ``"0.30"``, 1 for ``"430"``.

    Raises
    ------
    PosterionError
        If the text is not a finite number.

    Examples
    --------
    >>> rounding_step("0.30"), rounding_step("3.48e-4"), rounding_step("430")
    (0.01, 1e-06, 1.0)
    """
    exponent = _decimal(printed).as_tuple().exponent
    return float(f"1e{exponent}")


def ends_in_vague_zeros(printed: str) -> bool:
    """Return whether zeros at the end may be mere place holders, as in ``"13000"``.

    Raises
    ------
    PosterionError
        If the text is not a finite number.
    """
    digits = _decimal(printed).as_tuple()
    return digits.exponent == 0 and digits.digits[-1] == 0 and len(digits.digits) > 1


def _decimal(printed: str) -> Decimal:
    try:
        number = Decimal(printed)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or "_" in printed or printed != printed.strip():
        raise PosterionError(
            f"'{printed}' is not a number; write it with its printed digits, such as 3.48e-4."
        )
    return number


@dataclass(frozen=True)
class Published:
    """One number of a publication, and where it stands there.

    Attributes
    ----------
    key
        Unique name.
    quantity
        What it is a value of, such as ``"conductivity"``.
    sample
        What it was measured on.
    coating_volume_uL, temperature_C, cycle
        Conditions in microlitres, degrees Celsius and number of cycles (0 is before cycling);
        None where the publication gives none.
    printed
        The number with its printed digits.
    value, unit
        The number, and its unit as pint spells it.
    step
        What the last significant digit counts, in `unit`.
    approximate
        Whether the publication calls it approximate, or a bound.
    reference
        Numbers in the publication's list of references, where it quotes others.
    where
        The places where it is printed, joined by ``"; "``.
    note
        What else has to be known, such as a disagreement with another place.
    """

    key: str
    quantity: str
    sample: str
    coating_volume_uL: float | None
    temperature_C: float | None
    cycle: int | None
    printed: str
    value: float
    unit: str
    step: float
    approximate: bool
    reference: str
    where: str
    note: str

    @property
    def interval(self) -> tuple[float, float]:
        """The numbers that would have been printed so: half a step to either side."""
        return self.value - self.step / 2, self.value + self.step / 2

    def to(self, unit: str) -> "Published":
        """Return the same number in another unit.

        Raises
        ------
        PosterionError
            If `unit` is unknown or of another dimension.
        """
        ureg = registry()
        try:
            zero, step, value = (
                float(ureg.Quantity(number, self.unit).to(unit).magnitude)
                for number in (0.0, self.step, self.value)
            )
        except Exception as error:  # pint raises many kinds on text it cannot read
            raise PosterionError(
                f"{self.key} in {self.unit} cannot be converted to '{unit}'; "
                "give a unit of the same dimension."
            ) from error
        # A unit may have an offset, like degC.
        return replace(self, value=value, step=step - zero, unit=unit)
