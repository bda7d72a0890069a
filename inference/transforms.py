"""Positive values in the coordinates of their sum and of their shares in it."""

from typing import Any

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
