"""What a further measurement would teach, before it is made."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ...errors import PosterionError
from ..caution.general import on_line, support_of, variable
from ..predict import predict, shared_labels
from ..residuals import is_logarithmic
from ..revive import model_of
from ..scalars import scalars

Array = NDArray[np.float64]
Candidate = Mapping[str, npt.ArrayLike]


def expected_reduction(
    tree: xr.DataTree, parameter: str, candidates: Mapping[str, Candidate], *, seed: int = 0
) -> pd.DataFrame:
    """Return by how much further measurements are expected to narrow a parameter.

    The posterior draws are taken as many possible worlds, in each of which the candidate is
    measured. The sd that a linear estimate from these new data leaves on average is

        Var(φ | new) = Var(φ) - Cov(φ, μ) (Cov(μ) + E[Σ])⁻¹ Cov(μ, φ),

    with φ the parameter on the scale of sampling (its logarithm where positive), μ what the
    model predicts, over the draws, and Σ the scatter of new data. It is exact where all is
    normal, and elsewhere an upper bound on the variance expected after the best use of the data
    (linear Bayes: Goldstein and Wooff 2007, doi:10.1002/9780470065662). That new data also tell
    of the noise is left out.

    Parameters
    ----------
    tree
        A fitted model.
    parameter
        Any scalar of the posterior, such as ``"E_a"``, ``"R_total"`` or ``"E_a[bulk]"``.
    candidates
        Inputs of new measurements by the name of each candidate, as in `predict`:
        ``{"one more at 100 °C": {"temperature": "100 C"}, "a decade lower": {"frequency":
        [0.005, 0.002, 0.001]}}``. A replicate is a candidate at the measured inputs. Where the
        model is pooled the dimension of the groups names one of them, ``"pellet": "A"``, or a
        new one.
    seed
        Of new groups and of the scatter.

    Returns
    -------
    pandas.DataFrame
        A row a candidate, the most telling first: ``points`` (new measurements), ``sd_now`` and
        ``sd_expected`` (on the scale of sampling: relative where the parameter is positive),
        and ``reduction``, 1 - sd_expected/sd_now.

    Raises
    ------
    PosterionError
        If the run failed its checks, there is no such parameter, or the inputs are wrong.

    Examples
    --------
    >>> import posterion as po
    >>> warm = {"80 °C": {"temperature": "80 C"}, "100 °C": {"temperature": "100 C"}}
    >>> po.expected_reduction(po.load("ea.nc"), "E_a", warm)  # doctest: +SKIP
    """
    if parameter not in scalars(tree.children["posterior"].to_dataset()):
        known = ", ".join(map(str, scalars(tree.children["posterior"].to_dataset())))
        raise PosterionError(f"the result has no '{parameter}'; it has {known}.")
    phi = on_line(
        variable(tree, "posterior", parameter).values.ravel(), support_of(tree, parameter)
    )
    rows = {}
    for name, candidate in candidates.items():
        mean, scatter = _worlds(tree, candidate, seed)
        now, then = float(phi.var()), _left(phi, mean, scatter)
        rows[name] = {
            "points": mean.shape[1],
            "sd_now": np.sqrt(now),
            "sd_expected": np.sqrt(then),
            "reduction": 1 - np.sqrt(then / now) if now > 0 else 0.0,
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("candidate")
    return table.astype({"points": int}).sort_values("reduction", ascending=False)


def _left(phi: Array, mean: Array, scatter: Array) -> float:
    """Return the variance of φ, shape (draws,), after data of mean (draws, n) and variance (n,)."""
    centered = phi - phi.mean()
    mean = (mean - mean.mean(0)) / np.sqrt(scatter)
    covariance = mean.T @ mean / len(phi) + np.eye(mean.shape[1])
    shared = mean.T @ centered / len(phi)
    explained = float(shared @ np.linalg.solve(covariance, shared))
    return max(0.0, float(phi.var()) - explained)


def _worlds(tree: xr.DataTree, candidate: Candidate, seed: int) -> tuple[Array, Array]:
    """Return what is predicted in each draw, (draws, n), and the variance of its scatter, (n,)."""
    model = model_of(tree)
    inputs = {name: value for name, value in candidate.items() if name in model.inputs}
    predicted = predict(tree, seed=seed, **inputs)
    if is_logarithmic(tree):
        predicted = predicted.map(np.log)
    mean, new = predicted[model.output], predicted[f"{model.output}_new"]
    variance = ((new - mean) ** 2).mean(("chain", "draw"))
    own = set(map(str, mean.dims)) - {"chain", "draw", *model.output_dims}
    labels = {name: str(value) for name, value in candidate.items() if name not in model.inputs}
    if set(labels) != own:
        raise PosterionError(
            f"a candidate names {', '.join(labels) or 'no group'}; of this result it must name "
            f"{', '.join(own) or 'none but inputs'}."
        )
    for dim, label in labels.items():
        if label in mean[dim].values.astype(str):
            place = mean[dim].values.astype(str).tolist().index(label)
            mean, variance = mean.isel({dim: place}), variance.isel({dim: place})
        elif dim in shared_labels(tree):
            mean = predicted[f"{model.output}_new_{dim}"]
            variance = variance.mean(dim)
        else:
            known = ", ".join(mean[dim].values.astype(str))
            raise PosterionError(f"there is no {dim} '{label}'; there are {known}.")
    drawn = mean.transpose("chain", "draw", *model.output_dims).values
    return drawn.reshape(drawn.shape[0] * drawn.shape[1], -1), variance.transpose(
        *model.output_dims
    ).values.ravel()
