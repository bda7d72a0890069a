"""From priors, noise and pooling to draws, checks and predictions."""

from .prior import Prior

__all__ = ["Prior"]
