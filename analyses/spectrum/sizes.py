"""The size of a pellet, which makes conductivities of resistances."""

from dataclasses import dataclass

from ...errors import PosterionError, Setting
from ...units import Measured


@dataclass(frozen=True)
class Size:
    """Of a pellet, as text with units; empty where it is not known."""

    thickness: str = ""
    diameter: str = ""


def size_question(thickness: str | None = None, diameter: str | None = None) -> Size:
    """Check the size of a pellet, such as ``"2.1 mm ± 0.02 mm"`` by ``"8 mm"``.

    Raises
    ------
    PosterionError
        If one is missing, cannot be read, or is not positive.
    """
    if (thickness is None) != (diameter is None):
        raise PosterionError(
            "a conductivity needs both ", Setting("thickness"), " and ", Setting("diameter"), "."
        )
    for text, what in ((thickness, "thickness"), (diameter, "diameter")):
        if text is not None and Measured.parse(text, "cm", what).value <= 0:
            raise PosterionError(f"the {what} '{text}' is not positive; measure it again.")
    return Size(thickness or "", diameter or "")
