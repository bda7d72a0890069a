"""Whether data depend on each other beyond what a model predicts of them."""

from .correlated import Autocorrelated, Correlated
from .independent import Noise
from .specimens import BySpecimen


def is_dependent(noise: Noise) -> bool:
    """Tell whether the noise of one datum says something of that of another."""
    if isinstance(noise, BySpecimen):
        return noise.repeated
    return isinstance(noise, Autocorrelated | Correlated)
