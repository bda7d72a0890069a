"""What a page and JSON say of the checks of a model."""

from typing import Any

import numpy as np
import xarray as xr

from ...inference.checks.check import Checks
from ...inference.checks.one_check import GRAVE, RARE
from ...inference.deciding import decimals_beside
from ...inference.revive import model_of
from ..figures.check import kramers_kronig, left_out, test_quantities
from ..figures.style import as_svg

_LABELS = {
    "frequency": "Frequency (Hz)",
    "temperature": "Temperature (K)",
    "cycle": "Cycle",
}


def checks_json(checks: Checks) -> dict[str, Any]:
    """Return the checks of a model as a part of a JSON document."""
    relations = checks.kramers_kronig
    return {
        "table": {
            check.name: {
                "value": _plain(check.value),
                "limit": check.limit,
                "p_value": check.p_value,
                "passed": check.passed,
            }
            for check in checks.checks
        },
        "sentences": [*checks.sentences],
        "parameters": {
            str(name): {str(column): _plain(value) for column, value in row.items()}
            for name, row in checks.parameters.iterrows()
        },
        "kramers_kronig": None
        if relations is None
        else {
            "consistent": relations.consistent,
            "verdict": relations.sentence,
            "spectrum": relations.label,
            "z": _plain(relations.z),
            "scatter": relations.scatter,
            "noise": relations.noise,
            "systematic": relations.systematic,
            "elements": relations.elements,
            "frequency_hz": relations.frequency.tolist(),
            "real": relations.residuals[0].tolist(),
            "imag": relations.residuals[1].tolist(),
        },
    }


def check_section(checks: Checks) -> dict[str, Any]:
    """Return the texts of the section on checks of the model."""
    return {
        "relations": checks.kramers_kronig.sentence if checks.kramers_kronig else "",
        "failed": sum(not check.passed for check in checks.checks),
        "rows": [
            {
                "name": check.name,
                "meaning": check.meaning,
                "value": check.found.replace("-", "−"),
                "limit": check.limit.replace("-", "−"),
                "p": "–" if check.p_value is None else _probability(check.p_value),
                "passed": check.passed,
            }
            for check in checks.checks
        ],
        "parameters": [
            {
                "name": str(name),
                "contraction": f"{100 * max(0.0, row['contraction']):.0f} %",
                "prior": f"{row['prior']:.3f}",
                "likelihood": f"{row['likelihood']:.3f}",
            }
            for name, row in checks.parameters.iterrows()
        ],
    }


def check_figures(tree: xr.DataTree, checks: Checks) -> dict[str, str]:
    """Return the figures of the checks as addresses of images, by name."""
    figures = {}
    if checks.kramers_kronig is not None:
        figures["kramers_kronig"] = as_svg(kramers_kronig(checks.kramers_kronig))
    if checks.predictive:
        figures["test_quantities"] = as_svg(test_quantities(checks))
    if checks.leave_one_out is not None:
        figures["left_out"] = as_svg(left_out(checks.leave_one_out, _places(tree)))
    return figures


def _places(tree: xr.DataTree) -> xr.DataArray:
    """Return where the data were measured, named by the input and with a label for an axis."""
    unit = model_of(tree).inputs[0]
    places = tree.children["constant_data"].dataset[f"measured_{unit}"]
    return places.rename(unit).assign_attrs(label=_LABELS.get(unit, unit.capitalize()))


def _probability(p: float) -> str:
    if p <= GRAVE:
        return f"≤ {GRAVE}"
    return f"{p:.{decimals_beside(p, (RARE, GRAVE), 3 if p < 0.1 else 2)}f}"


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
