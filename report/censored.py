"""Quantities of which some draws are known only to lie beyond a horizon."""

from typing import TYPE_CHECKING, Any

import xarray as xr

from ..inference.scalars import stem

if TYPE_CHECKING:
    import pandas as pd


def horizon_of(extra: xr.Dataset | None, name: str) -> float | None:
    """Return beyond which value draws are not told apart; None where all are known."""
    if extra is None or stem(name) not in extra:
        return None
    horizon = extra[stem(name)].attrs.get("censored_at")
    return None if horizon is None else float(horizon)


def ends_at(row: "pd.Series[Any]", horizon: float | None) -> dict[str, str]:
    """Return the words for what of median and interval lies at the horizon: ``> 10000``."""
    if horizon is None:
        return {}
    return {key: f"> {horizon:.0f}" for key in ("q03", "median", "q97") if row[key] >= horizon}
