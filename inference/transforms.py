"""Coordinates in which posteriors are rounder than in logarithms."""

from typing import Any

import numpy as np
from pymc.logprob.transforms import Transform


class SumAndShares(Transform):  # type: ignore[misc]
    """Maps positive values x of shape (k,) to ln Σx and ln(x_i/x_k) of all but the last.

    The shares are additive log-ratios, Aitchison (1982), doi:10.1111/j.2517-6161.1982.tb01195.x.
    """

    name = "sum_and_shares"

    def forward(self, value: Any, *inputs: Any) -> Any:
        """Return the coordinates of values."""
        import pytensor.tensor as pt

        log = pt.log(value)
        total = pt.log(value.sum(axis=-1, keepdims=True))
        return pt.concatenate([total, log[..., :-1] - log[..., -1:]], axis=-1)

    def backward(self, value: Any, *inputs: Any) -> Any:
        """Return the values at coordinates."""
        import pytensor.tensor as pt

        return pt.exp(self._log(value))

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        """Return the log of |dx/dz|, which is that of the product of all values."""
        return self._log(value).sum(axis=-1)

    def _log(self, value: Any) -> Any:
        import pytensor.tensor as pt

        ratios = pt.concatenate([value[..., 1:], pt.zeros_like(value[..., :1])], axis=-1)
        largest = ratios.max(axis=-1, keepdims=True)
        spread = largest + pt.log(pt.exp(ratios - largest).sum(axis=-1, keepdims=True))
        return value[..., :1] + ratios - spread


class HalfCauchyScores(Transform):  # type: ignore[misc]
    """Maps positive values x to u, of which a half-Cauchy prior makes a standard normal.

    With s its scale, x = s tan(πΦ(u)/2). Of an amplitude that data do not tell from zero, ln x
    has a long tail to the left, and u has not.
    """

    name = "scores"

    def forward(self, value: Any, *inputs: Any) -> Any:
        """Return the coordinates of values."""
        import pytensor.tensor as pt

        # Of large values the share beyond them is exact, of small ones that below.
        ratio = inputs[-1] / value
        below, beyond = 2 / np.pi * pt.arctan(1 / ratio), 2 / np.pi * pt.arctan(ratio)
        return -np.sqrt(2) * pt.switch(ratio > 1, pt.erfcinv(2 * below), -pt.erfcinv(2 * beyond))

    def backward(self, value: Any, *inputs: Any) -> Any:
        """Return the values at coordinates."""
        import pytensor.tensor as pt

        side = pt.switch(value > 0, -1.0, 1.0)
        share = np.pi / 4 * pt.erfc(-side * value / np.sqrt(2))
        return inputs[-1] * pt.tan(share) ** side

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        """Return the log of |dx/du|."""
        import pytensor.tensor as pt

        ratio = self.backward(value, *inputs) / inputs[-1]
        density = -(value**2) / 2 - 0.5 * np.log(2 * np.pi)
        return pt.log(inputs[-1] * np.pi / 2) + density + pt.log1p(ratio**2)
