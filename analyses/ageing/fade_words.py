"""What a law of fade says in sentences, and what its cells say of Coulombic efficiency."""

from typing import Any

import numpy as np
import xarray as xr

from ...inference.cycling.ageing import told
from ...inference.cycling.cycle_series import asked_cycles, cycle_series, question_of
from ...inference.revive import model_of
from ...report.cycle_subjects import series_of, subjects
from ...report.number_texts import chance
from ...report.pages.law import formula
from ...report.threshold_answers import extrapolated, percent, reaching, unreached
from .laws import lines_of_laws

SHOWN = 8
"""Cells of which something is said in words."""


def remarks(tree: xr.DataTree, extra: xr.Dataset | None) -> list[str]:
    """Return the law, what is extrapolated, chances, and what else was compared or measured."""
    return [*_of_law(tree, extra), *lines_of_laws(tree), *efficiency(tree)[1]]


def _of_law(tree: xr.DataTree, extra: xr.Dataset | None) -> list[str]:
    series, whom, question = cycle_series(tree), subjects(tree), question_of(tree)
    law = model_of(tree)
    lines = [
        formula(law),
        f"Retention is relative to the {law.output} {told(tree, question.reference)}, by the law.",
    ]
    for cycle in asked_cycles(question, series):
        beyond = [each for each in series if extrapolated(each, cycle)]
        if beyond:
            whose = "" if len(beyond) == len(series) else f" of {len(beyond)} cells"
            lines.append(
                f"Cycle {cycle:g} is extrapolated: the measured cycles{whose} end at "
                f"{max(each.last for each in beyond):g}."
            )
    if extra is None:
        return lines
    for label in (whom.others or whom.measured)[:SHOWN]:
        own = series_of(label, series, whom)
        found = reaching(extra, label, question.cycles, own)
        chances = [
            f"{chance(probability)} at cycle {cycle}"
            for cycle, probability in found["p_reaches_cycle"].items()
            if probability is not None
        ]
        who = label if whom.who(label) == "measured" else f"a {label}"
        whose = f" of {who}" if who else ""
        if chances:
            lines.append(
                f"Probability that {who or 'the cell'} has more than "
                f"{percent(question.threshold)} left: {', '.join(chances)}."
            )
        lines += unreached(label, extra, whose)
    return lines


def _of_cell(cell: str, found: dict[str, float]) -> str:
    """Write efficiencies and retentions of one cell."""
    shown = {name: f"{100 * value:.1f}" for name, value in found.items()}
    line = (
        f"{cell}: average Coulombic efficiency {100 * found['average']:.3f} % (sd between cycles "
        f"{100 * found['sd']:.3f} %)."
    )
    if "implied_retention" not in found:
        return f"{line} Too few of the cycles are there to imply a retention."
    return (
        f"{line} Were every lost charge lost capacity, it would imply a retention of "
        f"{shown['implied_retention']} %, and {shown['implied_low']} to {shown['implied_high']} % "
        f"were the instrument wrong by 0.1 % a cycle; measured is {shown['observed_retention']} %."
    )


def efficiency(tree: xr.DataTree) -> tuple[list[dict[str, Any]] | None, list[str]]:
    """Return Coulombic efficiencies for a JSON document and in words; None where none is known."""
    if "coulombic_efficiency" not in tree.children:
        return None, []
    found = tree.children["coulombic_efficiency"].to_dataset()
    entries: list[dict[str, Any]] = []
    lines: list[str] = []
    for place, cell in enumerate(found["cell"].values.tolist()):
        own = found.isel(cell=place)
        summary = {
            str(name): float(own[name])
            for name in own.data_vars
            if name != "efficiency" and np.isfinite(own[name])
        }
        if not summary:
            continue
        by_cycle = {
            f"{cycle:g}": float(value)
            for cycle, value in zip(found["cycle"].values, own["efficiency"].values, strict=True)
            if np.isfinite(value)
        }
        entries.append({"cell": cell, **summary, "by_cycle": by_cycle})
        if len(lines) < SHOWN:
            lines.append(_of_cell(cell, summary))
    return entries, lines
