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
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.link.numba.dispatch.basic import register_funcify_default_op_cache_key
from pytensor.tensor.rewriting.basic import register_specialize

Array = NDArray[np.float64]


def _root(matrix: Any) -> Any:
    """Return the upper triangle U of a positive matrix UᵀU; the last entry is NaN if it is none.

    Inner loops are over whole rows, which take less time than the halves that count.
    """
    size = len(matrix)
    root, row = np.empty((size, size)), np.empty(size)
    for i in range(size):
        row[:] = matrix[i]
        for k in range(i):
            along = root[k, i]
            for j in range(size):
                row[j] -= along * root[k, j]
        if not row[i] > 0:
            root[size - 1, size - 1] = np.nan
            return root
        scale = 1 / np.sqrt(row[i])
        for j in range(size):
            root[i, j] = row[j] * scale
    return root


def _inverse(root: Any) -> Any:
    """Return the inverse of the transpose of an upper triangle."""
    size = len(root)
    back = np.zeros((size, size))
    for i in range(size):
        back[i, i] = 1.0
        for k in range(i):
            along = root[k, i]
            for j in range(k + 1):
                back[i, j] -= along * back[k, j]
        for j in range(i + 1):
            back[i, j] /= root[i, i]
    return back


def _solved(root: Any, right: Any) -> Any:
    """Return the solution x of UᵀU x = right."""
    size, x = len(root), right.copy()
    for i in range(size):
        x[i] /= root[i, i]
        for j in range(i + 1, size):
            x[j] -= root[i, j] * x[i]
    for i in range(size - 1, -1, -1):
        for j in range(i + 1, size):
            x[i] -= root[i, j] * x[j]
        x[i] /= root[i, i]
    return x


def _low_rank(value: Any, mean: Any, sigma: Any, factor: Any, group: Any, derivatives: bool) -> Any:
    """Return the log density and, where asked, its derivatives by mean, sigma and factor.

    With z = (y - mean)/σ and G = F/σ: S = 1 + GᵀG, b = S⁻¹Gᵀz the posterior mean of the
    amplitudes, e = z - Gb what they leave. Then log p = -(zᵀe + log det S)/2 - Σ log σ + const,
    of which the derivatives are -e by z, and ebᵀ - GS⁻¹ by G.
    """
    parts, points, rank = factor.shape
    shape = (parts, points) if derivatives else (0, 0)
    by_mean, by_sigma, by_factor = np.empty(shape), np.empty(shape), np.empty((*shape, rank))
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
        root = _root(shared)
        if not root[rank - 1, rank - 1] > 0:
            by_mean[:], by_sigma[:], by_factor[:] = np.nan, np.nan, np.nan
            return np.nan, by_mean, by_sigma, by_factor
        amplitude = _solved(root, scaled.T @ z)
        left = z - scaled @ amplitude
        # Which is zᵀe, as a sum of squares: of large numbers the product would lose its sign.
        logp -= 0.5 * (left.dot(left) + amplitude.dot(amplitude))
        for k in range(rank):
            logp -= np.log(root[k, k])
        if not derivatives:
            continue
        back = _inverse(root)
        turned = scaled @ (back.T @ back)
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
    derivatives by mean, sigma and factor, which are empty where they are not asked for.
    """

    __props__ = ("derivatives",)
    gufunc_signature = "(p,n),(p,n),(p,n),(p,n,k),(n)->(),(p,n),(p,n),(p,n,k)"

    def __init__(self, derivatives: bool = True) -> None:
        self.derivatives = derivatives

    def make_node(self, *inputs: Any) -> Apply:
        """Take the inputs as tensors."""
        given = [pt.as_tensor(each) for each in inputs]
        given[:4] = [pt.cast(each, "float64") for each in given[:4]]
        outputs = [pt.scalar(), pt.matrix(), pt.matrix(), pt.tensor3()]
        outputs = [each.astype("float64").type() for each in outputs]
        return Apply(self, given, outputs)

    def perform(self, node: Apply, inputs: list[Array], outputs: list[list[Array]]) -> None:
        """Run the compiled function."""
        given = map(np.ascontiguousarray, inputs)
        for place, value in zip(outputs, _compiled(*given, self.derivatives), strict=True):
            place[0] = np.asarray(value)

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


_root, _inverse, _solved = (
    numba.njit(cache=True, error_model="numpy")(each) for each in (_root, _inverse, _solved)
)
_compiled = numba.njit(cache=True, error_model="numpy")(_low_rank)
low_rank = LowRank()


@register_funcify_default_op_cache_key(LowRank)
def _funcify(op: LowRank, node: Apply, **options: Any) -> Any:
    from pytensor.link.numba.dispatch.basic import numba_njit

    derivatives = op.derivatives

    @numba_njit
    def low_rank_normal(value: Any, mean: Any, sigma: Any, factor: Any, group: Any) -> Any:
        logp, by_mean, by_sigma, by_factor = _compiled(
            value, mean, sigma, factor, group, derivatives
        )
        return np.asarray(logp), by_mean, by_sigma, by_factor

    return low_rank_normal, 4


@register_specialize
@node_rewriter([LowRank])
def _underived(graph: Any, node: Apply) -> Any:
    """Leave out the derivatives of a density that is not differentiated."""
    if not node.op.derivatives or any(graph.clients[each] for each in node.outputs[1:]):
        return None
    return LowRank(derivatives=False)(*node.inputs, return_list=True)
