"""The kinds of data that something is asked of."""

from collections.abc import Collection

import xarray as xr

from .ageing.fade import FADE
from .ageing.growth import GROWTH
from .analysis import Analysis
from .conductivity.law import CONDUCTIVITY
from .dose import DOSE
from .factorial import FACTORIAL
from .limits.cells import LIMIT
from .specimens import COMPARISON
from .spectrum.circuit import SPECTRUM
from .transference import TRANSFERENCE

ANALYSES = (
    SPECTRUM,
    CONDUCTIVITY,
    FADE,
    GROWTH,
    LIMIT,
    DOSE,
    FACTORIAL,
    COMPARISON,
    TRANSFERENCE,
)


def analysis_for(outputs: Collection[str], inputs: Collection[str]) -> Analysis:
    """Return what is asked of data that hold one of these over these; nothing of others."""
    return next(
        (each for each in ANALYSES if {*each.outputs} & {*outputs} and {*each.inputs} <= {*inputs}),
        Analysis(),
    )


def analysis_of(tree: xr.DataTree) -> Analysis:
    """Return what is asked of a result."""
    constant = tree.children["constant_data"].dataset if "constant_data" in tree.children else {}
    inputs = [str(name).removeprefix("measured_") for name in constant]
    return analysis_for([*map(str, tree.children["observed_data"].dataset)], inputs)
