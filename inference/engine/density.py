"""The log density of a PyMC model in unconstrained space, compiled once for any data."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import PosterionError
from ..scalars import is_offset
from .portions import in_portions

if TYPE_CHECKING:
    import pymc as pm

Array = NDArray[np.float64]

AT_ONCE = 5_000_000
"""Numbers in an array of all data for many points at once; more points are taken in turn."""


@dataclass(frozen=True)
class Density:
    """Log density and gradient of a PyMC model at unconstrained points.

    Attributes
    ----------
    model
        A PyMC model of continuous variables.
    key
        Names everything that the log density is made of but the data, so that its compiled
        form can be kept on disk. None where that is not known.
    """

    model: "pm.Model"
    key: str | None = None

    def __post_init__(self) -> None:
        """Refuse a model with discrete variables."""
        discrete = [rv.name for rv in self.model.free_RVs if rv.dtype not in ("float64", "float32")]
        if discrete:
            raise PosterionError(
                f"{', '.join(discrete)}: discrete variables cannot be sampled here; "
                "marginalize them out."
            )

    @cached_property
    def _initial(self) -> dict[str, Any]:
        """PyMC's initial point, for which it compiles a function each time."""
        return dict(self.model.initial_point())

    @cached_property
    def start(self) -> Array:
        """PyMC's initial point, raveled."""
        return np.concatenate([np.ravel(self._initial[v.name]) for v in self.model.value_vars])

    @property
    def size(self) -> int:
        """Number of unconstrained dimensions."""
        return len(self.start)

    def places(self, names: Sequence[str]) -> list[int]:
        """Return the unconstrained dimensions of free variables."""
        owners = [
            rv.name
            for rv in self.model.free_RVs
            for _ in range(np.size(self._initial[self.model.rvs_to_values[rv].name]))
        ]
        return [place for place, owner in enumerate(owners) if owner in names]

    @cached_property
    def _shared(self) -> list[Any]:
        """The data that the log density depends on."""
        from pytensor.compile.sharedvalue import SharedVariable
        from pytensor.graph.traversal import graph_inputs

        inputs = graph_inputs([self.model.logp()])
        return [variable for variable in inputs if isinstance(variable, SharedVariable)]

    def data(self) -> Array:
        """Return all data that the model holds now as one vector: shapes first, then values."""
        values = [np.asarray(variable.get_value(), dtype=float) for variable in self._shared]
        shapes = [float(length) for value in values for length in value.shape]
        return np.concatenate([shapes, *(np.ravel(value) for value in values)])

    def _compiled(self, *, gradient: bool) -> Any:
        """Return the numba function of a raveled point and `data`: log density, and gradient.

        Taking all data as one vector, it needs no compilation for data of another length.
        PyTensor keeps its numba functions on disk, so a second process starts faster.
        """
        import pymc as pm
        import pytensor
        import pytensor.tensor as pt
        from pymc.pytensorf import join_nonshared_inputs, rewrite_pregrad
        from pytensor.compile.mode import get_mode
        from pytensor.graph.replace import clone_replace

        logp = rewrite_pregrad(self.model.logp())
        outputs = [logp]
        if gradient:
            parts = pytensor.grad(logp, self.model.value_vars, disconnected_inputs="ignore")
            outputs.append(pt.join(0, *[part.ravel() for part in parts]))
        outputs, x = join_nonshared_inputs(
            self._initial, outputs, self.model.value_vars, make_inputs_shared=False
        )
        data = pt.vector("data", dtype="float64")
        with self.model:
            function = pm.compile(
                [x, data],
                clone_replace(outputs, self._split(data)),
                mode=get_mode("NUMBA"),
                on_unused_input="ignore",
            )
        return function.vm.jit_fn

    def _split(self, data: Any) -> dict[Any, Any]:
        """Return the piece of the data vector that stands for each shared variable."""
        import pytensor.tensor as pt

        pieces = {}
        shape_at = 0
        at: Any = sum(variable.ndim for variable in self._shared)
        for variable in self._shared:
            shape = [pt.cast(data[shape_at + i], "int64") for i in range(variable.ndim)]
            size = pt.prod(pt.stack(shape)) if len(shape) > 1 else shape[0] if shape else 1
            piece = data[at : at + size].reshape(shape)
            pieces[variable] = pt.specify_shape(piece, variable.type.shape).astype(variable.dtype)
            shape_at, at = shape_at + variable.ndim, at + size
        return pieces

    @cached_property
    def function(self) -> Any:
        """The C function of a whitened point and `native.whitened_data`, with the gradient."""
        return self._kept(gradient=True)

    @cached_property
    def height(self) -> Any:
        """The C function of a point and `native.sized`, which takes half the time of both."""
        return self._kept(gradient=False)

    def _kept(self, *, gradient: bool) -> Any:
        """Return a C function, compiled or from disk.

        With a `key`, a function that an earlier process left on disk is taken as it is,
        without the seconds that PyTensor takes to rewrite the graph.
        """
        import pytensor

        from .native import compile_logp, load_logp

        # PyTensor lets LLVM reorder sums and products, which then round as the functions around
        # them happen to be inlined and linked: otherwise where code is compiled than where it
        # comes from disk. A seed would repeat from the second run of a model on only.
        with pytensor.config.change_flags(numba__fastmath=False):
            loaded = load_logp(self.key, gradient=gradient) if self.key else None
            return loaded or compile_logp(
                self._compiled(gradient=gradient), self.key, gradient=gradient
            )

    def expand(self, x: Array) -> dict[str, Array]:
        """Return all variables of the model, on their own scales, at raveled points.

        Parameters
        ----------
        x
            Points of shape (n, size).

        Returns
        -------
        dict
            Arrays of shape (n, ...) by name: free variables and deterministics.
        """
        names = [variable.name for variable in self.model.unobserved_RVs]
        return dict(zip(names, self._expand(x), strict=True))

    @cached_property
    def _expand(self) -> Any:
        return self._vectorized(self.model.replace_rvs_by_values(self.model.unobserved_RVs))

    def log_likelihood(self, x: Array) -> dict[str, Array]:
        """Return the pointwise log likelihood at raveled points of shape (n, size)."""
        names = [variable.name for variable in self.model.observed_RVs]
        found = in_portions(
            points_of(self.model), len(x), lambda part, _: self._log_likelihood(x[part])
        )
        return dict(zip(names, found, strict=True))

    @cached_property
    def _log_likelihood(self) -> Any:
        return self._vectorized(self.model.logp(vars=self.model.observed_RVs, sum=False))

    def log_prior(self, x: Array) -> dict[str, Array]:
        """Return the log prior density at raveled points of shape (n, size).

        Of the variables that depend on no other one, and on their own scales. What groups
        deviate by belongs to the model, and is left out with all other offsets.
        """
        names = [variable.name for variable in self._priors]
        return dict(zip(names, self._log_prior(x), strict=True))

    @cached_property
    def _priors(self) -> list[Any]:
        from pytensor.graph.traversal import ancestors

        free = self.model.free_RVs
        top = [rv for rv in free if not set(ancestors([rv])) & (set(free) - {rv})]
        return [rv for rv in top if not is_offset(rv.name)]

    @cached_property
    def _log_prior(self) -> Any:
        logp = self.model.logp(vars=self._priors, jacobian=False, sum=False)
        return self._vectorized(logp)

    def _vectorized(self, outputs: list[Any]) -> Any:
        """Compile outputs as a function of many raveled points at once.

        Array operations over all points need no compiled code, and so none is made.
        """
        import pytensor
        import pytensor.tensor as pt
        from pymc.pytensorf import join_nonshared_inputs
        from pytensor.graph.replace import vectorize_graph

        outputs, joined = join_nonshared_inputs(
            self._initial, outputs, self.model.value_vars, make_inputs_shared=False
        )
        points = pt.matrix("points")
        function = pytensor.function(
            [points],
            vectorize_graph(outputs, {joined: points}),
            mode=interpreted(),
            on_unused_input="ignore",  # a model without observed variables has no likelihood
        )

        def in_turn(x: Array) -> list[Array]:
            rows = max(1, AT_ONCE // max(1, len(self.data())))
            parts = [function(x[start : start + rows]) for start in range(0, len(x), rows)]
            return [np.concatenate(each) for each in zip(*parts, strict=True)]

        return in_turn


def interpreted() -> Any:
    """Return PyTensor's mode that runs array operations one by one, compiling nothing."""
    from pytensor.compile.mode import Mode

    return Mode(linker="py", optimizer="fast_compile")


def points_of(model: "pm.Model") -> int:
    """Return how many values were observed, real and imaginary parts counted by themselves."""
    import pytensor

    values = [model.rvs_to_values[rv] for rv in model.observed_RVs]
    found = pytensor.function([], values, mode=interpreted())()
    return sum(int(np.size(value)) for value in found)
