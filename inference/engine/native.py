"""Compiled code around a compiled log density: descents, and the function that nutpie calls.

Both run without Python between one gradient and the next, which at some ten microseconds a
gradient would cost more than the gradient itself. They are kept on disk beside PyTensor's
own numba functions, so that only the first process on a machine compiles them.
"""

import hashlib
from functools import cache
from types import FunctionType
from typing import Any

import numba
import numba.core.errors
import numba.extending
import numpy as np
from pytensor.link.numba.cache import CACHED_SRC_FUNCTIONS

_double = numba.types.CPointer(numba.types.double)
_size = numba.types.uint64
_LOGP = numba.types.int64(_size, _double, _double, _double, numba.types.voidptr)
_HEIGHT = numba.types.int64(_size, _double, _double, numba.types.voidptr)
_EXPAND = numba.types.int64(_size, _size, _double, _double, numba.types.voidptr)


_ALONG, _DENSE, _SPARSE = 1.0, 2.0, 3.0
"""How axes are packed; see `whitened_data`."""


@numba.extending.intrinsic
def _pointer(context: Any, address: Any) -> Any:
    """Turn an address into a pointer to doubles."""
    return _double(address), _as_pointer


@numba.extending.intrinsic
def _void_pointer(context: Any, address: Any) -> Any:
    """Turn an address into an untyped pointer."""
    return numba.types.voidptr(address), _as_pointer


def _as_pointer(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))


MAX_STEPS = 4000
MAX_TRIALS = 40
LARGE, HISTORY, ENOUGH = 100, 20, 0.01
"""Above so many dimensions a descent remembers its last steps in place of a matrix, and ends
where these have gained less than a hundredth of a log unit."""


def load_logp(key: str, *, gradient: bool) -> Any | None:
    """Return the C function kept on disk under a key, or None where there is none yet."""
    try:
        return _logp_function(_placeholder, key, gradient)
    except numba.core.errors.TypingError:  # not on disk, and the placeholder is no density
        return None


def compile_logp(run: Any, key: str | None = None, *, gradient: bool) -> Any:
    """Return the C function of points around PyTensor's function of a point and the data.

    Parameters
    ----------
    run
        PyTensor's numba function.
    key
        Under which it is kept on disk; made from PyTensor's own key unless given.
    gradient
        Whether it returns that too. Then the C function is the one that nutpie calls, of whitened
        points; see `whitened_data`. Else it is what `heights` calls.
    """
    return _logp_function(run, key or CACHED_SRC_FUNCTIONS[run.py_func], gradient)


def _logp_function(run: Any, key: str, gradient: bool) -> Any:
    template = _whitened_logp if gradient else _height
    function = FunctionType(
        template.__code__, {**template.__globals__, "run": run}, template.__name__
    )
    own = hashlib.sha256(repr((template.__code__.co_code, template.__code__.co_consts)).encode())
    CACHED_SRC_FUNCTIONS[function] = f"{template.__name__}_{own.hexdigest()[:16]}_{key}"
    return numba.cfunc(_LOGP if gradient else _HEIGHT, cache=True)(function)


@cache
def compile_identity() -> Any:
    """Return the C function by which nutpie keeps the points as they are."""
    return numba.cfunc(_EXPAND, cache=True)(_identity)


def whitened_data(center: Any, axes: Any, data: Any) -> Any:
    """Pack what the C function needs: its length, x = center + axes z, and the model's data.

    Axes along the coordinates are a vector, which costs no product with a matrix. A matrix
    stands there twice, the second time transposed: each of the two products with it then reads
    memory in its order, which in hundreds of dimensions decides on the time. Of one that is
    nearly empty the rows, columns and values of what it holds stand there.
    """
    if np.ndim(axes) == 1:
        kind, parts = _ALONG, [axes]
    elif np.count_nonzero(axes) < axes.size / 8:
        kind, (rows, columns) = _SPARSE, np.nonzero(axes)
        parts = [[len(rows)], rows, columns, axes[rows, columns]]
    else:
        kind, parts = _DENSE, [np.ravel(axes), np.ravel(np.transpose(axes))]
    packed = np.concatenate([[0.0, kind], center, *parts, data])
    packed[0] = len(packed)
    return packed


@numba.njit(cache=True, nogil=True)
def evaluate(function: Any, z: Any, packed: Any) -> Any:
    """Return log density and gradient at a whitened point; minus infinity where undefined."""
    gradient, logp = np.empty(len(z)), np.empty(1)
    status = function(
        np.uint64(len(z)),
        _pointer(z.ctypes.data),
        _pointer(gradient.ctypes.data),
        _pointer(logp.ctypes.data),
        _void_pointer(packed.ctypes.data),
    )
    return (logp[0] if status == 0 else -np.inf), gradient


def sized(data: Any) -> Any:
    """Return data behind the length of the whole, which a pointer does not know."""
    return np.concatenate([[len(data) + 1.0], data])


@numba.njit(cache=True, nogil=True)
def heights(function: Any, points: Any, data: Any) -> Any:
    """Return the log density at each of many points; see `sized`."""
    found = np.empty(len(points))
    for i in range(len(points)):
        function(
            np.uint64(points.shape[1]),
            _pointer(points[i].ctypes.data),
            _pointer(found[i:].ctypes.data),
            _void_pointer(data.ctypes.data),
        )
    return found


@numba.njit(cache=True, nogil=True)
def _limited(g: Any, steps: Any, changes: Any, count: Any) -> Any:
    """Return a gradient times the inverse Hessian that the last steps tell of."""
    direction, kept = g.copy(), min(count, HISTORY)
    along = np.zeros(HISTORY)
    for back in range(kept):
        i = (count - 1 - back) % HISTORY
        along[i] = steps[i].dot(direction) / steps[i].dot(changes[i])
        direction -= along[i] * changes[i]
    if kept:
        i = (count - 1) % HISTORY
        direction *= steps[i].dot(changes[i]) / changes[i].dot(changes[i])
    for back in range(kept - 1, -1, -1):
        i = (count - 1 - back) % HISTORY
        across = changes[i].dot(direction) / steps[i].dot(changes[i])
        direction += (along[i] - across) * steps[i]
    return direction


@numba.njit(cache=True, nogil=True)
def descend(function: Any, start: Any, packed: Any, most: int = MAX_STEPS) -> Any:
    """Descend from a whitened point to a local maximum; return it and its log density.

    Or to where it is after so many steps as `most` allows.

    Follows the BFGS direction, or in many dimensions that of its form with limited memory, with
    a line search to the weak Wolfe conditions.

    Nocedal and Wright, Numerical Optimization (2006), chapters 6 and 7; the bisecting line
    search is that of Lewis and Overton (2013), doi:10.1007/s10107-012-0514-2.
    """
    size = len(start)
    u = start.copy()
    value, gradient = evaluate(function, u, packed)
    f, g = -value, -gradient
    large = size > LARGE
    inverse = np.eye(1 if large else size)
    steps, changes, count = np.zeros((HISTORY, size)), np.zeros((HISTORY, size)), 0
    fresh, past = True, np.full(HISTORY, np.inf)
    for number in range(most):
        if not (np.isfinite(f) and np.all(np.isfinite(g))):
            return u, -np.inf
        direction = -_limited(g, steps, changes, count) if large else -inverse.dot(g)
        slope = direction.dot(g)
        if slope >= 0:
            inverse, direction, count, fresh = np.eye(len(inverse)), -g, 0, True
            slope = -g.dot(g)
        if not slope < 0:  # so far out that the density is flat
            break
        step = min(1.0, 1.0 / np.sqrt(-slope)) if fresh else 1.0
        low, high = 0.0, np.inf
        f_new, g_new, moved = f, g, u
        for _trial in range(MAX_TRIALS):
            moved = u + step * direction
            value, gradient = evaluate(function, moved, packed)
            f_new, g_new = -value, -gradient
            if not (np.isfinite(f_new) and f_new <= f + 1e-4 * step * slope):
                high = step
            elif g_new.dot(direction) < 0.9 * slope:
                low = step
            else:
                break
            step = (low + high) / 2 if np.isfinite(high) else 2 * low
        if not f_new < f:
            break
        s, y = moved - u, g_new - g
        curvature = s.dot(y)
        gain = f - f_new
        u, f, g = moved, f_new, g_new
        if gain < 1e-9 * max(1.0, abs(f)) and np.max(np.abs(g)) < 1e-3:
            break
        if large and past[number % HISTORY] - f < ENOUGH:
            break
        past[number % HISTORY] = f
        if curvature <= 1e-12 * np.sqrt(s.dot(s) * y.dot(y)):
            continue
        if large:
            steps[count % HISTORY], changes[count % HISTORY] = s, y
            count += 1
            fresh = False
            continue
        if fresh:
            inverse *= curvature / y.dot(y)
            fresh = False
        bent = inverse.dot(y)
        inverse += (1 + y.dot(bent) / curvature) / curvature * np.outer(s, s)
        inverse -= (np.outer(bent, s) + np.outer(s, bent)) / curvature
    return u, -f


def _placeholder(x: Any, data: Any) -> Any:
    """Stand where the compiled density belongs; numba cannot compile a call of it."""
    raise NotImplementedError


run = _placeholder


def _whitened_logp(size: Any, z_at: Any, gradient_at: Any, logp_at: Any, packed_at: Any) -> int:
    z = numba.carray(z_at, (size,))
    out = numba.carray(gradient_at, (size,))
    logp = numba.carray(logp_at, (1,))
    length = int(numba.carray(packed_at, (1,), np.float64)[0])
    packed = numba.carray(packed_at, (length,), np.float64)
    axes_at = 2 + size
    kind = packed[1]
    transposed_at = axes_at + size * size
    held = int(packed[axes_at]) if kind == _SPARSE else 0
    row_at, column_at, value_at = axes_at + 1, axes_at + 1 + held, axes_at + 1 + 2 * held
    x = packed[2:axes_at].copy()
    if kind == _SPARSE:
        data_at = value_at + held
        for k in range(held):
            x[int(packed[row_at + k])] += packed[value_at + k] * z[int(packed[column_at + k])]
    elif kind == _DENSE:
        data_at = transposed_at + size * size
        for k in range(size):
            for i in range(size):
                x[i] += packed[transposed_at + k * size + i] * z[k]
    else:
        data_at = axes_at + size
        for i in range(size):
            x[i] += packed[axes_at + i] * z[i]
    value, gradient = run(x, packed[data_at:])
    logp[0] = value.item()
    finite = np.isfinite(logp[0])
    for i in range(size):
        out[i] = 0.0
    if kind == _SPARSE:
        for k in range(held):
            row, column = int(packed[row_at + k]), int(packed[column_at + k])
            out[column] += packed[value_at + k] * gradient[row]
    elif kind == _DENSE:
        for k in range(size):
            for i in range(size):
                out[i] += packed[axes_at + k * size + i] * gradient[k]
    else:
        for i in range(size):
            out[i] = packed[axes_at + i] * gradient[i]
    for i in range(size):
        finite = finite and np.isfinite(out[i])
    return 0 if finite else 4


def _height(size: Any, x_at: Any, logp_at: Any, data_at: Any) -> int:
    length = int(numba.carray(data_at, (1,), np.float64)[0])
    data = numba.carray(data_at, (length,), np.float64)
    numba.carray(logp_at, (1,))[0] = run(numba.carray(x_at, (size,)), data[1:])[0].item()
    return 0


def _identity(size: Any, expanded: Any, x_at: Any, out_at: Any, packed_at: Any) -> int:
    x = numba.carray(x_at, (size,))
    out = numba.carray(out_at, (expanded,))
    for i in range(size):
        out[i] = x[i]
    return 0
