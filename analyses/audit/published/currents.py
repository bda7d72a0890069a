"""Currents of cells in one unit, A/g, where what is printed allows it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from ....errors import PosterionError
from ....units import Measured, registry
from .value import Published


@dataclass(frozen=True)
class Needed:
    """What a current has to be multiplied with, or divided by, to be one per mass."""

    argument: str
    unit: str
    words: str


_NEEDED: Mapping[str, Needed | None] = MappingProxyType(
    {
        "A/g": None,
        "1/hour": Needed("capacity", "mAh/g", "the capacity that 1 C refers to"),
        "A/cm**2": Needed("loading", "mg/cm**2", "the loading with active material"),
    }
)


def missing_for(published: Published) -> str:
    """Say what a current needs to be had in A/g that is not printed with it; empty if nothing.

    Raises
    ------
    PosterionError
        If the number is no current per mass or area and no rate.
    """
    needed = _needed(published)
    return "" if needed is None else needed.words


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
    >>> from posterion.analyses.audit import seed_paper
    >>> round(specific_current(seed_paper().number("table3_ppp_current")).value, 6)
    0.02
    """
    needed = _needed(published)
    if needed is None:
        return published.to("A/g")
    given = {"capacity": capacity, "loading": loading}[needed.argument]
    if given is None:
        raise PosterionError(
            f"{published.key} is printed in {published.unit}; in A/g it needs {needed.words}, "
            f"which is not printed; give {needed.argument}='... {needed.unit}'."
        )
    reference = registry().Quantity(_exact(given, needed), needed.unit)
    per = reference if needed.argument == "capacity" else 1 / reference
    value, step = (
        float((registry().Quantity(number, published.unit) * per).to("A/g").magnitude)
        for number in (published.value, published.step)
    )
    return replace(published, value=value, step=step, unit="A/g")


def _needed(published: Published) -> Needed | None:
    unit = registry().Unit(published.unit)
    for known, needed in _NEEDED.items():
        if unit.is_compatible_with(known):
            return needed
    raise PosterionError(
        f"{published.key} ({published.printed} {published.unit}) is no current per mass or area "
        "and no rate; give one of these."
    )


def _exact(text: str, needed: Needed) -> float:
    measured = Measured.parse(text, needed.unit, needed.argument)
    if measured.value <= 0:
        raise PosterionError(f"the {needed.argument} '{text}' is not positive; look it up again.")
    if measured.sd:
        raise PosterionError(
            f"the {needed.argument} '{text}' has an error, which a printed number cannot carry; "
            "leave it out."
        )
    return measured.value
