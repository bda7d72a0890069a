"""What is asked of limits of cells: do those of one sample last longer than those of another."""

from typing import Any

import xarray as xr

from ...inference.caution.general import variable
from ...inference.caution.limit import tested_groups
from ...inference.revive import model_of
from ...inference.verdict import Verdict
from ...models.limits import Limit
from ...report.number_texts import chance
from ..analysis import Analysis
from .samples import pooling_of_samples


def ratios(tree: xr.DataTree) -> xr.Dataset | None:
    """Return the medians of all groups over that of the first; None where nothing is to compare.

    None too where the checks failed.
    """
    model = model_of(tree)
    groups = tested_groups(tree) if isinstance(model, Limit) else ()
    if len(groups) < 2 or not Verdict.of(tree).passed or not isinstance(model, Limit):
        return None
    first, *others = (
        variable(tree, "posterior", f"{model.median.name}[{g.label}]").reset_coords(drop=True)
        for g in groups
    )
    found = {}
    for group, each in zip(groups[1:], others, strict=True):
        said = f"median of {group.label} over that of {groups[0].label}"
        # Labels come from files; a result takes no slash in a name.
        name = f"{group.label} over {groups[0].label}".replace("/", "∕")
        found[name] = (each / first).assign_attrs(units="", long_name=said)
    return xr.Dataset(found)


def higher(compared: xr.Dataset | None) -> dict[str, float]:
    """Return the probability that each median is above that of the first group."""
    if compared is None:
        return {}
    return {str(name): float((value > 1).mean()) for name, value in compared.items()}


def remarks(tree: xr.DataTree, compared: xr.Dataset | None) -> list[str]:
    """Say how probably each median is above that of the first group."""
    return [
        f"Probability that the median of {name.replace(' over ', ' exceeds that of ')}: "
        f"{chance(value)}"
        for name, value in higher(compared).items()
    ]


def with_chances(
    document: dict[str, Any], tree: xr.DataTree, compared: xr.Dataset | None
) -> dict[str, Any]:
    """Add the same to a JSON document."""
    probable = higher(compared)
    return document | ({"p_higher": probable} if probable else {})


LIMIT = Analysis(
    outputs=("critical_current", "lifetime"),
    pooling=pooling_of_samples,
    answers=ratios,
    remarks=remarks,
    document=with_chances,
)
