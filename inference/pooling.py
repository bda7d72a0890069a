"""Parameters of groups that share a distribution, as variables of a PyMC model."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from ..models.complexpair import namespace
from ..models.parameter import Parameter, Support
from .cells import Cells
from .prior import Prior

DISTANCE_SPREAD = "HalfNormal(0.3)"
"""Default prior of the spread of the logarithm of a distance between logarithms: a few tenths of
several decades, as one of a logarithm itself is by a factor of a few."""

MEAN, SPREAD, OFFSET, CENTRING = "mean", "spread", "offset", "centring"


def pooled_parameters(
    parameter: Parameter, groups: Cells, below: str | None = None
) -> tuple[Parameter, ...]:
    """Return the spreads of a pooled parameter between groups, with their default priors.

    Parameters
    ----------
    parameter
        What is pooled.
    groups
        The cells as it sees them; see `Cells.of`.
    below
        The parameter above which it is kept in all groups: what scatters is the logarithm of
        its distance from there, in logarithms.
    """
    scale = {
        "positive": f"of the logarithm of {parameter.name}",
        "unit": f"of the logit of {parameter.name}",
        "real": f"of {parameter.name}",
    }[parameter.support]
    if below is not None:
        scale = f"of the logarithm of ln({parameter.name}/{below})"
    return tuple(
        Parameter(
            spread_name(parameter.name, name, groups.partial),
            rf"\tau_{{{parameter.symbol}}}",
            parameter.unit if parameter.support == "real" else "",
            "positive",
            f"standard deviation {scale} between one {name} and another",
            parameter.spread if below is None else DISTANCE_SPREAD,
        )
        for name in groups.partial
    )


def spread_name(parameter: str, group: str, partial: Collection[str]) -> str:
    """Return the name of a spread: ``E_a_spread``, of several ``E_a_spread_pellet``."""
    return f"{parameter}_{SPREAD}" if len(partial) == 1 else f"{parameter}_{SPREAD}_{group}"


def pooled_variable(
    parameter: Parameter,
    prior: Prior,
    spreads: Mapping[str, Prior],
    groups: Cells,
    indices: Mapping[str, Any],
    center: Any = None,
    below: tuple[Any, Any] | None = None,
) -> Any:
    """Create the values of a parameter in all cells, in the PyMC model of the context.

    Values scatter normally after a link: the logarithm of positive parameters, the logit
    between zero and one. They are sampled as x ~ N(w·m, s^w), of which the value is
    m + s^(1-w)·(x - w·m), with mean m, spread s and a weight w that is data of the model: 0 is
    the non-centred form, which suits groups that are measured poorly, 1 the centred one
    (Papaspiliopoulos, Roberts and Sköld 2007, doi:10.1214/088342307000000014; weights in
    between: Gorinova, Moore and Hoffman 2020, arXiv:1906.03028). The mean of a cell is the
    typical value of its sample, and so on up; effects of crossed coordinates add up.

    A parameter that stays above another in every group scatters in the logarithm of its
    distance from it, ln ln(this/that): groups cannot exchange what is kept in order.

    Parameters
    ----------
    parameter
        What is pooled.
    prior
        Of its value in each cell, or of its typical value where groups share a distribution.
    spreads
        Priors of `pooled_parameters` by name.
    groups, indices
        The cells as the parameter sees them, and their index arrays as data of the model.
    center
        The typical value where it exists already.
    below
        Typical value, and values in all cells, of what it is kept above.
    """
    import pymc as pm
    import pytensor.tensor as pt

    name, separate = parameter.name, groups.separate
    mean = center
    if mean is None:
        mean = prior.variable(f"{name}_{MEAN}" if groups.partial else name, dims=separate)
    if not groups.partial:
        coarse = separate is not None and separate != groups.dim
        return mean[indices[f"{separate}_of_{groups.dim}"]] if coarse else mean
    scales = {spread: prior.variable(spread) for spread, prior in spreads.items()}
    center = link(parameter.support, mean)
    effects: dict[str, Any] = {}
    if below is not None:
        center = pt.log(center - pt.log(below[0]))

    def mean_of(group: str) -> Any:
        """Return what the coordinates above it make of each of its groups."""
        start = center
        if separate is not None and separate != group:
            inside = separate in groups.above(group)
            start = center[indices[f"{separate}_of_{group}"]] if inside else 0.0
        above = [other for other in groups.above(group) if other in effects]
        return start + sum(effects[other][indices[f"{other}_of_{group}"]] for other in above)

    for group in groups.levels:
        suffix = "" if len(groups.partial) == 1 else f"_{group}"
        scale = scales[spread_name(name, group, groups.partial)]
        middle, count = mean_of(group), len(groups.groups[group])
        weight = pm.Data(f"{name}_{CENTRING}{suffix}", np.zeros(count), dims=group)
        offset = pm.Normal(f"{name}_{OFFSET}{suffix}", weight * middle, scale**weight, dims=group)
        effects[group] = scale ** (1 - weight) * (offset - weight * middle)
        inside = separate is None or separate in groups.above(group)
        if group != groups.dim and inside and below is None:
            typical = unlink(parameter.support, middle + effects[group])
            pm.Deterministic(f"{name}_{MEAN}_{group}", typical, dims=group)
    value = mean_of(groups.dim) + effects.get(groups.dim, 0.0)
    value = unlink(parameter.support, value) if below is None else below[1] * pt.exp(pt.exp(value))
    return pm.Deterministic(name, value, dims=groups.dim)


def link(support: Support, value: Any) -> Any:
    """Return a value on the scale on which groups scatter normally."""
    xp = namespace(value)
    if support == "positive":
        return xp.log(value)
    return xp.log(value) - xp.log1p(-value) if support == "unit" else value


def unlink(support: Support, value: Any) -> Any:
    """Return the inverse of `link`."""
    xp = namespace(value)
    if support == "positive":
        return xp.exp(value)
    return 1 / (1 + xp.exp(-value)) if support == "unit" else value
