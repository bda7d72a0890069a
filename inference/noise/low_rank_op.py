"""The marginal likelihood of `low_rank` as one operation of PyTensor, with its gradient.

Written out by hand since a graph of its parts takes minutes to compile and half as long again to
run. It imports PyTensor and is imported where one of its variables is made.
"""

from typing import Any

import numba
import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.gradient import DisconnectedType, disconnected_type
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import register_funcify_default_op_cache_key

Array = NDArray[np.float64]


def _triangles(matrix: Any) -> Any:
    """Return the Cholesky factor of a positive matrix and its inverse.

    Where the matrix is none, for rounding or infinite numbers, the last entry of the second is no
    positive number.
    """
    size = len(matrix)
    root, back = np.zeros((size, size)), np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            total = matrix[i, j]
            for k in range(j):
                total -= root[i, k] * root[j, k]
            if i > j:
                root[i, j] = total * back[j, j]
            elif total > 0:
                root[i, i] = np.sqrt(total)
                back[i, i] = 1 / root[i, i]
            else:
                back[size - 1, size - 1] = np.nan
                return root, back
    for i in range(size):
        for j in range(i):
            total = 0.0
            for k in range(j, i):
                total += root[i, k] * back[k, j]
            back[i, j] = -total * back[i, i]
    return root, back


def _low_rank(value: Any, mean: Any, sigma: Any, factor: Any, group: Any) -> Any:
    """Return the log density and its derivatives by mean, sigma and factor.

    With z = (y - mean)/σ and G = F/σ: S = 1 + GᵀG, b = S⁻¹Gᵀz the posterior mean of the
    amplitudes, e = z - Gb what they leave. Then log p = -(zᵀe + log det S)/2 - Σ log σ + const,
    of which the derivatives are -e by z, and ebᵀ - GS⁻¹ by G.
    """
    parts, points, rank = factor.shape
    by_mean, by_sigma = np.empty((parts, points)), np.empty((parts, points))
    by_factor = np.empty((parts, points, rank))
    logp = -0.5 * np.log(2 * np.pi) * parts * points
    for each in range(int(group.max()) + 1):
        own = np.flatnonzero(group == each)
        count = len(own)
        z, scaled = np.empty(parts * count), np.empty((parts * count, rank))
        for p in range(parts):
            for i in range(count):
                row, at = p * count + i, own[i]
                inverse = 1 / sigma[p, at]
                z[row] = (value[p, at] - mean[p, at]) * inverse
                logp += np.log(inverse)
                for k in range(rank):
                    scaled[row, k] = factor[p, at, k] * inverse
        shared = scaled.T @ scaled
        for k in range(rank):
            shared[k, k] += 1.0
        root, back = _triangles(shared)
        if not back[rank - 1, rank - 1] > 0:
            by_mean[:], by_sigma[:], by_factor[:] = np.nan, np.nan, np.nan
            return np.nan, by_mean, by_sigma, by_factor
        inverted = back.T @ back
        amplitude = inverted @ (scaled.T @ z)
        left = z - scaled @ amplitude
        # Which is zᵀe, as a sum of squares: of large numbers the product would lose its sign.
        logp -= 0.5 * (left.dot(left) + amplitude.dot(amplitude))
        for k in range(rank):
            logp -= np.log(root[k, k])
        turned = scaled @ inverted
        for p in range(parts):
            for i in range(count):
                row, at = p * count + i, own[i]
                inverse = 1 / sigma[p, at]
                by_mean[p, at] = left[row] * inverse
                total = z[row] * left[row] - 1
                for k in range(rank):
                    by_scaled = left[row] * amplitude[k] - turned[row, k]
                    total -= scaled[row, k] * by_scaled
                    by_factor[p, at, k] = by_scaled * inverse
                by_sigma[p, at] = total * inverse
    return logp, by_mean, by_sigma, by_factor


class LowRank(Op):  # type: ignore[misc]
    """Log density of data of shape (p, n) with independent and a few shared errors.

    Inputs are the data, their mean, their sigma, the factor of shape (p, n, k), and for each
    point the number of the group whose amplitudes it shares. Outputs are the log density and its
    derivatives by mean, sigma and factor.
    """

    __props__ = ()
    gufunc_signature = "(p,n),(p,n),(p,n),(p,n,k),(n)->(),(p,n),(p,n),(p,n,k)"

    def make_node(self, *inputs: Any) -> Apply:
        """Take the inputs as tensors."""
        given = [pt.as_tensor(each) for each in inputs]
        given[:4] = [pt.cast(each, "float64") for each in given[:4]]
        outputs = [pt.scalar(), pt.matrix(), pt.matrix(), pt.tensor3()]
        outputs = [each.astype("float64").type() for each in outputs]
        return Apply(self, given, outputs)

    def perform(self, node: Apply, inputs: list[Array], outputs: list[list[Array]]) -> None:
        """Run the compiled function."""
        for place, value in zip(
            outputs, _compiled(*map(np.ascontiguousarray, inputs)), strict=True
        ):
            place[0] = np.asarray(value)

    def infer_shape(self, node: Apply, shapes: list[Any]) -> list[Any]:
        """Return the shapes of the outputs."""
        return [(), shapes[1], shapes[2], shapes[3]]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Tell that only the log density is differentiated, and by all but the groups."""
        return [[place < 4, False, False, False] for place in range(5)]

    def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> list[Any]:
        """Return the derivatives, which were computed with the value."""
        along = cotangents[0]
        if isinstance(along.type, DisconnectedType):
            return [disconnected_type() for _ in inputs]
        _, by_mean, by_sigma, by_factor = outputs
        return [
            -along * by_mean,
            along * by_mean,
            along * by_sigma,
            along * by_factor,
            disconnected_type(),
        ]


_triangles = numba.njit(cache=True, error_model="numpy")(_triangles)
_compiled = numba.njit(cache=True, error_model="numpy")(_low_rank)
low_rank = LowRank()


@register_funcify_default_op_cache_key(LowRank)
def _funcify(op: LowRank, node: Apply, **options: Any) -> Any:
    from pytensor.link.numba.dispatch.basic import numba_njit

    @numba_njit
    def low_rank_normal(value: Any, mean: Any, sigma: Any, factor: Any, group: Any) -> Any:
        logp, by_mean, by_sigma, by_factor = _compiled(value, mean, sigma, factor, group)
        return np.asarray(logp), by_mean, by_sigma, by_factor

    return low_rank_normal, 3
