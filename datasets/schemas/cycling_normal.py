"""Capacities per mass or area of electrode."""

import xarray as xr

from ...errors import PosterionError, Setting
from ...units import Measured, registry
from ..tables.points import told

_PER = {"mass": ("g", "12.3 mg"), "area": ("cm**2", "0.785 cm^2")}


def normalized(data: xr.Dataset, mass: str | None, area: str | None) -> xr.Dataset:
    """Return the capacities per mass in mAh/g or per area in mAh/cm**2.

    Parameters
    ----------
    data
        Capacities by cycle in a unit such as Ah.
    mass, area
        One of them, with a unit, such as ``"12.3 mg"``; it holds for all cells of `data`. Where
        both are None, `data` is returned as it is.

    Raises
    ------
    PosterionError
        If both are given, one has no unit or is not positive, or the capacities are normalized
        already.
    """
    name = data.attrs["source"]
    given = {what: text for what, text in (("mass", mass), ("area", area)) if text is not None}
    if not given:
        return data
    if len(given) > 1:
        raise PosterionError(
            Setting("mass", mass),
            " and ",
            Setting("area", area),
            " are both given; capacities are per one of them.",
        )
    ((what, text),) = given.items()
    per, example = _PER[what]
    if not isinstance(text, str):
        raise PosterionError(f"{what}={text!r} has no unit; write it like {what}='{example}'.")
    measured = Measured.parse(text, per, what)
    if measured.value <= 0:
        raise PosterionError(f"{what}='{text}' is not positive; give a positive one.")
    unit = str(data["capacity"].attrs["units"])
    if "/" in unit or unit == "percent":
        raise PosterionError(
            f"{name} has capacities in {unit}, which {what}='{text}' cannot normalize again; leave "
            "it out."
        )
    factor = float(registry().Quantity(1.0, unit).to("mAh").magnitude) / measured.value
    messages = [f"units: divided by the {what} of {text}, from {unit} to mAh/{per}"]
    if measured.sd:
        messages.append(f"the uncertainty of the {what} ({text}) is no part of the capacities")
    cells = sorted({str(cell) for cell in data["cell"].values})
    if len(cells) > 1:
        messages.append(f"the same {what} is taken for all {len(cells)} cells")
    result = data.copy()
    for variable in ("capacity", "charge_capacity"):
        if variable in data:
            attrs = {**data[variable].attrs, "units": f"mAh/{per}"}
            result[variable] = (data[variable] * factor).assign_attrs(attrs)
    return told(result, *messages)
