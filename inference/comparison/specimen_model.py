"""The model of a comparison: levels of groups, and the spread between specimens made alike."""

import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from ...errors import PosterionError
from ...models.parameter import OF_DATA, Parameter
from ..engine.sample import Sampler
from ..prior import Prior
from .specimen_table import GROUP, SPECIMEN, Specimens

if TYPE_CHECKING:
    import pymc as pm

Array = NDArray[np.float64]

REPEAT, WINDOW, CONTRAST = "repeat", "window", "contrast"

UNEQUAL = 0.4
"""How much the spreads between specimens differ between groups, as the standard deviation of
their logarithms: 94 % of them lie within a factor of 2.1 of the typical one before the data."""

OUTPUT = "specimen_value"
"""Name of the observed variable: the number of each specimen, on the scale of the model."""


@dataclass(frozen=True)
class Assumptions:
    """What is assumed of levels and spreads.

    Attributes
    ----------
    log
        Whether the scale is logarithmic.
    scatter
        The prior of the typical spread between specimens, relative on a logarithmic scale, or
        None where it is known and a number among the data of the model.
    given
        Priors that a user gave, by name.
    repeated
        Whether specimens were measured repeatedly.
    """

    log: bool
    scatter: Prior | None
    given: tuple[tuple[str, Prior], ...] = ()
    repeated: bool = False

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What is sampled, with its default prior; of dimension group where it is pooled."""
        given = dict(self.given)
        support: Any = "positive" if self.log else "real"
        family = "LogNormal" if self.log else "Normal"
        unit, relative = ("", "relative ") if self.log else (OF_DATA, "")
        if "level" in given:
            found = [Parameter("level", r"\mu", OF_DATA, support, "typical value of a group")]
        else:
            found = [
                Parameter(
                    "level_mean", r"\mu_0", OF_DATA, support,
                    f"{'geometric ' if self.log else ''}mean of the levels of all groups",
                    f"{family}(value_mid, value_width)",
                ),
                Parameter(
                    "level_spread", r"\tau", unit, "positive",
                    f"{relative}spread of levels between groups", "LogNormal(fifth, 1)",
                ),
            ]  # fmt: skip
        said = f"{relative}spread between specimens made alike"
        if "scatter" in given:
            found.append(Parameter("scatter", r"\sigma", unit, "positive", said))
        elif self.scatter is not None:
            found.append(
                Parameter(
                    "scatter_mean", r"\sigma_0", unit, "positive", f"{said}, typical of all groups",
                    str(self.scatter),
                )
            )  # fmt: skip
        found.append(
            Parameter(
                "nu_minus_one", r"\nu-1", "", "positive",
                "degrees of freedom of that spread less one: small is heavy tails",
                f"LogNormal({np.log(20):.4f}, 1)",
            )
        )  # fmt: skip
        if self.repeated:
            found.append(
                Parameter(
                    "repeat_scatter", r"\sigma_r", unit, "positive",
                    f"{relative}scatter of repeated measurements of one specimen",
                    "LogNormal(thirtieth, 1)",
                )
            )  # fmt: skip
        return tuple(found)

    @property
    def priors(self) -> dict[str, Prior]:
        """The prior of everything that is sampled; of windows still by name.

        Raises
        ------
        PosterionError
            If a prior is given for something that is not sampled, or reaches beyond its support.
        """
        given = dict(self.given)
        names = [parameter.name for parameter in self.parameters]
        for name in given:
            if name not in names:
                raise PosterionError(
                    f"a prior is given for '{name}', which this comparison lacks; it has "
                    f"{', '.join(names)}, and level and scatter, one of each group, in place of "
                    "what groups share."
                )
        chosen = {p.name: given.get(p.name) or Prior.parse(p.prior) for p in self.parameters}
        for parameter in self.parameters:
            chosen[parameter.name].check_support(parameter.name, parameter.support)
        return chosen


def sampler_of(
    specimens: Specimens, assumed: Assumptions, scatter: Array | float | None = None
) -> Sampler:
    """Return the compiled model with the data of these specimens in place.

    Parameters
    ----------
    specimens
        What was measured.
    assumed
        Priors and scale.
    scatter
        The spread between specimens, of shape (groups,) or one for all, where it is known.
    """
    from ..digests import code

    shape = (len(specimens.groups), assumed)
    sampler = _samplers.pop(shape, None)
    if sampler is None:
        key = hashlib.sha256(repr((shape, code())).encode()).hexdigest()
        sampler = Sampler(build_specimens(specimens, assumed, scatter), key)
    else:
        _set_data(sampler.model, specimens, scatter)
    _samplers[shape] = sampler
    while len(_samplers) > KEPT:
        _samplers.pop(next(iter(_samplers)))
    return sampler


KEPT = 8
_samplers: dict[Hashable, Sampler] = {}


def build_specimens(
    specimens: Specimens, assumed: Assumptions, scatter: Array | float | None = None
) -> "pm.Model":
    """Return the PyMC model of a comparison.

    The number of specimen s of group g is Student-t around the level of the group::

        value_s ~ StudentT(nu, level_g, sqrt(scatter_g**2/n_s + repeat_scatter**2/m_s + sd_s**2))

    on the scale of the specimens, with its own error sd_s, n_s specimens of which it is the mean
    and m_s measurements of it: unequal variances and heavy tails as in BEST (Kruschke 2013,
    doi:10.1037/a0029146). Levels come from one distribution, and so do logarithms of scatters.

    Parameters
    ----------
    specimens, assumed, scatter
        As in `sampler_of`.
    """
    import pymc as pm
    import pytensor.tensor as pt

    chosen = assumed.priors
    coords: dict[str, Any] = {
        GROUP: list(specimens.groups),
        SPECIMEN: list(specimens.labels),
        WINDOW: list(specimens.window),
        CONTRAST: np.arange(1, len(specimens.groups)),
    }
    if assumed.repeated:
        coords[REPEAT] = np.arange(len(specimens.contrasts))
    with pm.Model(coords=coords, check_bounds=False) as model:
        arrays = _arrays(specimens, scatter)
        data = {name: pm.Data(name, array, dims=dims) for name, (dims, array) in arrays.items()}
        window = {name: data["window_values"][k] for k, name in enumerate(specimens.window)}

        center = _levels(chosen, window, assumed.log, len(specimens.groups))
        spread = data.get("known_scatter")
        if spread is not None:
            pm.Deterministic("scatter", spread + 0 * center, dims=GROUP)  # once in each draw
        elif "scatter" in chosen:
            spread = chosen["scatter"].at(window).variable("scatter", dims=GROUP)
        else:
            typical = chosen["scatter_mean"].at(window).variable("scatter_mean")
            spread = typical * pt.exp(UNEQUAL * pm.Normal("scatter_offset", dims=GROUP))
            pm.Deterministic("scatter", spread, dims=GROUP)
        nu = pm.Deterministic("nu", 1 + chosen["nu_minus_one"].variable("nu_minus_one"))
        place = data["group_of_specimen"]
        variance = spread[place] ** 2 / data["of_how_many"] + data["own_sd"] ** 2
        if assumed.repeated:
            repeat = chosen["repeat_scatter"].at(window).variable("repeat_scatter")
            variance = variance + repeat**2 / data["measured_times"]
            pm.Normal(
                "repeat_difference", 0.0, repeat, observed=data["measured_difference"], dims=REPEAT
            )
        pm.StudentT(
            OUTPUT,
            nu=nu,
            mu=center[place],
            sigma=pt.sqrt(variance),
            observed=data["measured_value"],
            dims=SPECIMEN,
        )
    return model


def _arrays(specimens: Specimens, scatter: Array | float | None) -> dict[str, tuple[str, Array]]:
    """Return everything that changes with the data, by name, with its dimension."""
    arrays: dict[str, tuple[str, Any]] = {
        "group_of_specimen": (SPECIMEN, specimens.group),
        "of_how_many": (SPECIMEN, specimens.n),
        "own_sd": (SPECIMEN, specimens.sd),
        "measured_value": (SPECIMEN, specimens.value),
        "window_values": (WINDOW, np.array(list(specimens.window.values()))),
    }
    if len(specimens.contrasts):
        arrays["measured_times"] = (SPECIMEN, specimens.measured)
        arrays["measured_difference"] = (REPEAT, specimens.contrasts)
    if scatter is not None:
        known = np.broadcast_to(np.asarray(scatter, dtype=float), len(specimens.groups))
        arrays["known_scatter"] = (GROUP, known.copy())
    return arrays


def _set_data(model: "pm.Model", specimens: Specimens, scatter: Array | float | None) -> None:
    import pymc as pm

    coords: dict[str, Any] = {SPECIMEN: list(specimens.labels)}
    if len(specimens.contrasts):
        coords[REPEAT] = np.arange(len(specimens.contrasts))
    model.set_dim(GROUP, len(specimens.groups), coord_values=specimens.groups)
    new = {name: array for name, (_, array) in _arrays(specimens, scatter).items()}
    pm.set_data(new, model=model, coords=coords)


def _levels(chosen: Mapping[str, Prior], window: Mapping[str, Any], log: bool, count: int) -> Any:
    """Create the levels of the groups, and return them on the scale of the model.

    They are their mean and orthonormal contrasts, which have the distribution that differences
    of levels scattered normally around a common mean have. So nothing is sampled twice.
    """
    import pymc as pm
    import pytensor.tensor as pt

    if "level" in chosen:
        level = chosen["level"].at(window).variable("level", dims=GROUP)
        return pt.log(level) if log else level
    typical = chosen["level_mean"].at(window).variable("level_mean")
    spread = chosen["level_spread"].at(window).variable("level_spread")
    weight, scale = window["centring"], pt.exp(window["fifth"])
    offset = pm.Normal("level_offset", 0.0, (spread / scale) ** weight, dims=CONTRAST)
    contrast = linalg.helmert(count).T @ offset
    level = (pt.log(typical) if log else typical) + (
        scale * (spread / scale) ** (1 - weight) * contrast
    )
    pm.Deterministic("level", pt.exp(level) if log else level, dims=GROUP)
    return level
