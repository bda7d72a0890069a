"""Currents of cells in one unit, A/g, where what is printed allows it."""

from dataclasses import dataclass, replace

from ...errors import PosterionError
from ...units import Measured, registry
from .tables import rows
from .value import Published

COMPARED = "na3sbs4-comparison"
"""The table that sets cells beside each other whose currents have different units."""

_CAPACITY, _LOADING = "mAh/g", "mg/cm**2"


@dataclass(frozen=True)
class Converted:
    """A printed current, the same in A/g or None, and why it cannot be converted."""

    printed: Published
    specific: Published | None
    why: str


def specific_current(
    published: Published, *, capacity: str | None = None, loading: str | None = None
) -> Published:
    """Return a current per mass of the electrode's active material, in A/g.

    A current per mass is converted as it is. A rate in C is the share of a reference
    capacity that passes in an hour, theoretical or nominal, and a current per area is that
    of so much active material: neither can be converted without knowing these.

    Parameters
    ----------
    published
        A current per mass, a rate or a current per area.
    capacity
        What a rate of 1 C refers to, such as ``"239 mAh/g"``; taken as exact.
    loading
        Active material on the area of a current density, such as ``"2 mg/cm**2"``; taken as
        exact.

    Returns
    -------
    Published
        Value and step in A/g.

    Raises
    ------
    PosterionError
        If what is needed is missing or not positive, or the number is no such current.

    Examples
    --------
    >>> from posterion.datasets.published import lookup
    >>> round(specific_current(lookup("table3_ppp_current")).value, 6)
    0.02
    """
    unit = registry().Unit(published.unit)
    shown = f"{published.key} ({published.printed} {published.unit})"
    if unit.is_compatible_with("A/g"):
        return published.to("A/g")
    if unit.is_compatible_with("1/hour"):
        if capacity is None:
            raise PosterionError(
                f"{shown} is a rate in C; in A/g it needs the capacity that 1 C refers to, which "
                "is not printed; give capacity='... mAh/g'."
            )
        per = registry().Quantity(_exact(capacity, _CAPACITY, "capacity"), _CAPACITY)
    elif unit.is_compatible_with("A/cm**2"):
        if loading is None:
            raise PosterionError(
                f"{shown} is a current per area; in A/g it needs the loading with active material, "
                "which is not printed; give loading='... mg/cm**2'."
            )
        per = 1 / registry().Quantity(_exact(loading, _LOADING, "loading"), _LOADING)
    else:
        raise PosterionError(
            f"{shown} is no current per mass or area and no rate; give one of these."
        )
    value, step = (
        float((registry().Quantity(number, unit) * per).to("A/g").magnitude)
        for number in (published.value, published.step)
    )
    return replace(published, value=value, step=step, unit="A/g")


def compared_currents() -> tuple[Converted, ...]:
    """Return the currents of the paper's table of cells, in A/g where it gives what is needed."""
    found = []
    for row in rows(COMPARED):
        if row.key.endswith("_current"):
            try:
                found.append(Converted(row, specific_current(row), ""))
            except PosterionError as error:
                found.append(Converted(row, None, str(error)))
    return tuple(found)


def _exact(text: str, unit: str, what: str) -> float:
    measured = Measured.parse(text, unit, what)
    if measured.value <= 0:
        raise PosterionError(f"the {what} '{text}' is not positive; look it up again.")
    if measured.sd:
        raise PosterionError(
            f"the {what} '{text}' has an error, which a printed number cannot carry; leave it out."
        )
    return measured.value
