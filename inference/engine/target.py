"""The compiled log density at one data set: evaluated, descended, and sampled by nutpie."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...errors import PosterionError
from .density import Density
from .precondition import Whitening

Array = NDArray[np.float64]


STATS = {
    "diverging": "diverging",
    "energy": "energy",
    "logp": "lp",
    "n_steps": "n_steps",
    "depth": "tree_depth",
    "step_size": "step_size",
    "mean_tree_accept": "acceptance_rate",
}
"""Statistics of the sampler by nutpie's names and by ArviZ's."""


@dataclass(frozen=True)
class Target:
    """The compiled density at the data of one run."""

    density: Density
    data: Array

    @classmethod
    def of(cls, density: Density) -> "Target":
        """Take the data that the model of a density holds now."""
        return cls(density, density.data())

    @cached_property
    def _packed(self) -> Array:
        from .native import whitened_data

        size = self.density.size
        return np.asarray(whitened_data(np.zeros(size), np.ones(size), self.data))

    @cached_property
    def _sized(self) -> Array:
        from .native import sized

        return np.asarray(sized(self.data))

    def evaluate(self, x: Array) -> tuple[float, Array]:
        """Return log density and gradient at an unconstrained point."""
        from .native import evaluate

        logp, gradient = evaluate(self.density.function, x, self._packed)
        return logp, gradient

    def heights(self, points: Array) -> Array:
        """Return the log density at many points, of shape (n, size)."""
        from .native import heights

        found = heights(self.density.height, np.ascontiguousarray(points), self._sized)
        return np.asarray(found)

    def descend(self, scale: Array, start: Array) -> tuple[Array, float]:
        """Return the local maximum below a start and its log density."""
        from .native import MAX_STEPS

        return self.step_down(scale, MAX_STEPS, start)

    def step_down(self, scale: Array, most: int, start: Array) -> tuple[Array, float]:
        """Return where a descent is after at most so many steps, and its log density."""
        from .native import descend, whitened_data

        packed = whitened_data(np.zeros(len(scale)), scale, self.data)
        u, logp = descend(self.density.function, start / scale, packed, most)
        return u * scale, logp

    def chain(
        self,
        whitening: Whitening,
        start: Array,
        *,
        adaptation: str,
        warmup: int,
        draws: int,
        target_accept: float,
        seed: int,
    ) -> dict[str, Array]:
        """Run one chain of nutpie's NUTS in whitened coordinates.

        Returns
        -------
        dict
            The draws ``z`` of shape (draws, size), and statistics of shape (draws,) by nutpie's
            names. Taken from the trace as it is: ArviZ's container for each chain of a short fit
            takes longer than the chain.
        """
        import nutpie
        import pyarrow
        from nutpie.compile_pymc import CompiledPyMCModel

        from .native import compile_identity, whitened_data

        size = len(start)
        z = whitening.to_z(start)
        compiled = CompiledPyMCModel(
            dims={},
            compiled_logp_func=self.density.function,
            compiled_expand_func=compile_identity(),
            initial_point_func=lambda seed: z,
            shared_data={},
            shared_var_keys={},
            user_data=whitened_data(whitening.center, whitening.axes, self.data),
            n_expanded=size,
            shape_info=(["z"], [slice(0, size)], [(size,)]),
            logp_func=None,
            expand_func=None,
            _n_dim=size,
            _shapes={"z": (size,)},
            _coords={},
            reparameterized_names=None,
        )
        try:
            sampler = nutpie.sample(
                compiled,
                draws=draws,
                tune=warmup,
                chains=1,
                cores=1,
                seed=seed,
                adaptation=adaptation,
                target_accept=target_accept,
                progress_bar=False,
                save_warmup=False,
                blocking=False,
                return_raw_trace=True,
            )
            try:
                trace = sampler.wait()
            except KeyboardInterrupt:  # nutpie by itself would return the draws so far
                sampler.cancel()
                raise
        except RuntimeError as error:
            reason = str(error).splitlines()[0]  # what follows is a trace of nutpie's own code
            raise PosterionError(
                f"the sampler could not start ({reason}); look at the priors, or take a simpler "
                "model."
            ) from error
        (drawn,), (stats,) = trace.get_arrow_trace()
        flat = pyarrow.array(drawn.column("z")).flatten().to_numpy()
        columns = {name: np.asarray(stats.column(name))[-draws:] for name in STATS}
        return {"z": flat.reshape(-1, size)[-draws:], **columns}
