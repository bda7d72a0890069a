"""Physics: what a parameter vector predicts."""

from .circuit import Circuit, Leaf, Parallel, Series
from .parameter import Coordinates, Model, Parameter, Quantity

__all__ = ["Circuit", "Coordinates", "Leaf", "Model", "Parallel", "Parameter", "Quantity", "Series"]
