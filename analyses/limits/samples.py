"""Whether all cells of a table may have one median."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import PosterionError
from ..apart import ways_apart

if TYPE_CHECKING:
    import xarray as xr


def pooling_of_samples(data: "xr.Dataset") -> Mapping[str, Any]:
    """Refuse several samples; cells of one have one median.

    Raises
    ------
    PosterionError
        If there are several.
    """
    samples = dict.fromkeys(data["sample"].values.tolist()) if "sample" in data.coords else {}
    if len(samples) > 1:
        raise PosterionError(
            f"the table holds several samples: {', '.join(map(str, samples))}. Take ",
            *ways_apart(
                "sample", "for medians of their own and one scatter between cells", "one median"
            ),
        )
    return {}
