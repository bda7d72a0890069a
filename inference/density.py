"""The log density of a PyMC model in unconstrained space, compiled once for any data."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import PosterionError

if TYPE_CHECKING:
    import pymc as pm

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Density:
    """Log density and gradient of a PyMC model at unconstrained points.

    Attributes
    ----------
    model
        A PyMC model of continuous variables.
    """

    model: "pm.Model"

    def __post_init__(self) -> None:
        """Refuse a model with discrete variables."""
        discrete = [rv.name for rv in self.model.free_RVs if rv.dtype not in ("float64", "float32")]
        if discrete:
            raise PosterionError(
                f"{', '.join(discrete)}: discrete variables cannot be sampled here; "
                "marginalize them out."
            )

    @cached_property
    def start(self) -> Array:
        """PyMC's initial point, raveled."""
        point = self.model.initial_point()
        return np.concatenate([np.ravel(point[v.name]) for v in self.model.value_vars])

    @property
    def size(self) -> int:
        """Number of unconstrained dimensions."""
        return len(self.start)

    @cached_property
    def _compiled(self) -> Any:
        # PyTensor's numba functions are cached on disk, so a second process starts faster.
        from pytensor.compile.mode import get_mode

        function = self.model.logp_dlogp_function(ravel_inputs=True, mode=get_mode("NUMBA"))
        return function._pytensor_function

    def bind(self) -> Callable[[Array], tuple[float, Array]]:
        """Return the function of a raveled point for the data that the model holds now.

        It goes straight to the compiled code, past PyTensor's checks of every call. Where
        the density is not finite it returns minus infinity and a gradient of zeros.
        """
        run = self._compiled.vm.jit_fn
        data = [storage[0] for storage in self._compiled.vm.inputs[1:]]
        zeros = np.zeros(self.size)
        isfinite = np.isfinite

        def evaluate(x: Array) -> tuple[float, Array]:
            value, gradient = run(x, *data)
            value = float(value)
            if not (isfinite(value) and isfinite(gradient.sum())):
                return -np.inf, zeros
            return value, gradient

        return evaluate

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
        return dict(zip(names, self._log_likelihood(x), strict=True))

    @cached_property
    def _log_likelihood(self) -> Any:
        return self._vectorized(self.model.logp(vars=self.model.observed_RVs, sum=False))

    def _vectorized(self, outputs: list[Any]) -> Any:
        """Compile outputs as a function of many raveled points at once.

        Array operations over all points need no compiled code, and so none is made.
        """
        import pytensor
        import pytensor.tensor as pt
        from pymc.pytensorf import join_nonshared_inputs
        from pytensor.graph.replace import vectorize_graph

        outputs, joined = join_nonshared_inputs(
            self.model.initial_point(), outputs, self.model.value_vars, make_inputs_shared=False
        )
        points = pt.matrix("points")
        return pytensor.function(
            [points], vectorize_graph(outputs, {joined: points}), mode=interpreted()
        )


def interpreted() -> Any:
    """Return PyTensor's mode that runs array operations one by one, compiling nothing."""
    from pytensor.compile.mode import Mode

    return Mode(linker="py", optimizer="fast_compile")
