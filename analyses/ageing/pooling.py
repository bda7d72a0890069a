"""What cells that fade and series that grow share, where nobody says."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr


def pooling_of_cells(data: "xr.Dataset") -> Mapping[str, Any]:
    """Return that cells come from one distribution; of one cell nothing."""
    return {"cell": "partial"} if _several(data, "cell") else {}


def pooling_of_series(data: "xr.Dataset") -> Mapping[str, Any]:
    """Return that series share nothing, nor do the resistances of fitted spectra."""
    if "resistance_covariance" in data:
        return {"path": "none"}
    return {"series": "none"} if _several(data, "series") else {}


def _several(data: "xr.Dataset", name: str) -> bool:
    return name in data.coords and len(set(data[name].values.tolist())) > 1
