"""Doubts about a transference number."""

from collections.abc import Callable, Iterator

import xarray as xr

from ...models.transference import READINGS, transference_number
from ..verdict import Doubt


def above_one(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt readings whose formula gives more than one: no cell of the model has them."""
    values = tree.children["observed_data"].dataset["reading"].values
    read = dict(zip(READINGS, map(float, values), strict=True))
    t = float(transference_number(read))
    if t > 1:
        grew = read["I_ss"] > read["I_0"]
        why = (
            f"I_ss is above I_0 ({read['I_ss']:.4g} A above {read['I_0']:.4g} A), and a current "
            "cannot grow while salt polarizes: look whether the two were exchanged, whether the "
            "electrodes changed, and whether there is a leak."
            if grew
            else "the interfaces take more of the bias than they can: look at R_0 and R_ss, and "
            "that I_0 was read at once after the step."
        )
        yield Doubt(
            f"At the readings the formula gives t = {t:.4g}, above one, and the posterior is "
            f"squeezed against it: {why}",
            name="t above one",
        )


DOUBTS_OF_READINGS: tuple[Callable[[xr.DataTree], Iterator[Doubt]], ...] = (above_one,)
"""What is asked of readings of a transference number."""
