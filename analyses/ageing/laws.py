"""Several laws of cycles beside each other: which do the data prefer, and what does each say."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ...errors import marked, with_arguments
from ...inference.cycling.cycle_series import Question
from ...inference.model_comparison.compare_models import compare_models, trusted
from ...inference.verdict import Verdict
from ...report.censored import ends_at
from ...report.cycle_subjects import subjects
from ...report.figures.cycle_curves import curves, reach, references
from ...report.numbers import number
from ...report.tables import doubts_json
from ...report.threshold_answers import THRESHOLD, percent, reached

if TYPE_CHECKING:
    import pandas as pd

MEASURES = (
    "probability", "log_evidence", "evidence_se", "evidence_k_hat", "elpd", "se", "weight", "k_hat",
    "p_loo", "p_waic",
)  # fmt: skip


@dataclass(frozen=True)
class Laws:
    """What was fitted, and what the comparison says.

    Attributes
    ----------
    fits
        All results by the name of the law.
    best
        Name of the most probable law whose run passed; of the first where none did.
    table
        As of `compare_models`; None where fewer than two runs passed.
    sentence, messages
        What it says, and what limits it.
    """

    fits: Mapping[str, xr.DataTree]
    best: str
    table: "pd.DataFrame | None"
    sentence: str
    messages: tuple[str, ...]


def knows(law: Any, name: str) -> bool:
    """Tell whether a law or its noise has what a prior is given for."""
    own = {p.name for p in (*law.parameters, *law.coordinates().parameters)}
    return name.partition("_mean")[0].partition("_spread")[0] in own | {"noise", "rho", "nu"}


def compared(fits: Mapping[str, xr.DataTree]) -> Laws:
    """Compare the laws whose runs passed their checks."""
    passed, failed = trusted(fits)
    refused = tuple(f"{name} is refused: {marked(reason)}" for name, reason in failed.items())
    if len(passed) < 2:
        best = next(iter(passed or fits))
        sentence = f"Only {best} passed its checks, so no laws are compared." if passed else ""
        return Laws(fits, best, None, sentence if len(fits) > 1 else "", refused)
    found = compare_models(passed)
    best = str(found.table["probability"].idxmax())
    sentence = " ".join([found.sentence, *map(str, found.regions)])
    return Laws(fits, best, found.table, sentence, (*refused, *found.messages))


def law_entries(laws: Laws, question: Question) -> list[dict[str, Any]]:
    """Return the laws for a JSON document, the best first and the refused last."""
    entries = []
    for name in _in_order(laws):
        tree = laws.fits[name]
        verdict = Verdict.of(tree)
        entry: dict[str, Any] = {
            "law": name,
            "model": str(tree.attrs["model"]),
            "passed": verdict.passed,
            "verdict": verdict.word,
            "doubts": doubts_json(verdict),
            "messages": [*verdict.messages],
        }
        row = None if laws.table is None or name not in laws.table.index else laws.table.loc[name]
        for measure in MEASURES:
            value = np.nan if row is None else float(row[measure])
            entry[measure] = value if np.isfinite(value) else None
        entry[THRESHOLD] = _threshold(tree, question) if verdict.passed else None
        entries.append(entry)
    return entries


def law_rows(entries: Sequence[Mapping[str, Any]], question: Question) -> list[str]:
    """Return the table of laws as lines of text."""
    heading = f"cycles to {percent(question.threshold)}"
    rows = [("law", "probability", "log evidence", "elpd", "weight", heading, "")]
    for entry in entries:
        if not entry["passed"]:
            rows.append((entry["law"], "refused", "", "", "", "", ""))
            continue
        shown = [
            "" if entry[name] is None else form.format(entry[name])
            for name, form in (
                ("probability", "{:.3f}"),
                ("log_evidence", "{:.1f}"),
                ("elpd", "{:.1f}"),
                ("weight", "{:.2f}"),
            )
        ]
        waited = _in_words(entry[THRESHOLD])
        mark = "doubtful" if entry["verdict"] == "doubtful" else ""
        rows.append((entry["law"], *shown, waited, mark))
    used = [k for k in range(len(rows[0])) if any(row[k] for row in rows[1:])]
    widths = {k: max(len(row[k]) for row in rows) for k in used}
    return ["  ".join(row[k].ljust(widths[k]) for k in used).rstrip() for row in rows]


def keep_laws(laws: Laws, question: Question) -> None:
    """Keep with the best of several laws what they say; nothing of a single one."""
    if len(laws.fits) == 1:
        return
    best = laws.fits[laws.best]
    entries, beside = law_entries(laws, question), side_by_side(laws, question)
    if beside is not None:
        best["laws"] = xr.DataTree(beside)
    lines = [*law_rows(entries, question), *([laws.sentence] if laws.sentence else [])]
    lines += [f"Note: {message.rstrip('.')}." for message in laws.messages]
    compared = {"laws": entries, "comparison": laws.sentence, "lines": lines}
    best.attrs["compared"] = json.dumps(marked(compared))


def lines_of_laws(tree: xr.DataTree) -> list[str]:
    """Return what several laws say as lines of text; none of a single one."""
    return [*_kept(tree).get("lines", ())]


def with_laws(document: dict[str, Any], tree: xr.DataTree) -> dict[str, Any]:
    """Add to a JSON document what several laws say."""
    return document | {k: each for k, each in _kept(tree).items() if k in ("laws", "comparison")}


def _kept(tree: xr.DataTree) -> dict[str, Any]:
    found: dict[str, Any] = with_arguments(json.loads(str(tree.attrs.get("compared", "{}"))))
    return found


def side_by_side(laws: Laws, question: Question) -> xr.Dataset | None:
    """Return what each trusted law says along the cycles, for the page of the best one."""
    names = [name for name in _in_order(laws) if Verdict.of(laws.fits[name]).passed]
    if len(names) < 2 or laws.table is None:
        return None
    end = max(reach(laws.fits[name], question) for name in names)
    drawn = [curves(laws.fits[name], question, end) for name in names]
    result = xr.concat(drawn, dim="law").assign_coords(law=names)
    groups = [[*references(laws.fits[name], question).values()] for name in names]
    result["reference"] = (("law", "group"), np.array(groups))
    result["probability"] = ("law", laws.table.loc[names, "probability"].to_numpy())
    if laws.table["weight"].notna().all():
        result["weight"] = ("law", laws.table.loc[names, "weight"].to_numpy())
    return result


def _in_order(laws: Laws) -> list[str]:
    if laws.table is None:
        return sorted(laws.fits, key=lambda name: (name != laws.best, [*laws.fits].index(name)))
    ranked = [str(name) for name in laws.table.sort_values("probability", ascending=False).index]
    return [*ranked, *(name for name in laws.fits if name not in ranked)]


def _threshold(tree: xr.DataTree, question: Question) -> dict[str, Any] | None:
    """Return when a law reaches the threshold: of the single or of the typical cell of all."""
    whom = subjects(tree)
    if whom.pairs and whom.pairs[-1].group is None:
        who = whom.typical[-1]
    elif whom.pairs or len(whom.measured) > 1:
        return None
    else:
        who = "measured"
    draws = reached(tree, question)
    horizon = float(draws.attrs["censored_at"])
    draws = draws.sel({whom.dim: who}) if whom.pairs else draws
    low, middle, high = (float(q) for q in np.quantile(draws.values, [0.03, 0.5, 0.97]))
    return {
        "who": who,
        "q03": low,
        "median": middle,
        "q97": high,
        "censored_at": horizon,
        "p_not_reached": float((draws >= horizon).mean()),
    }


def _in_words(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    import pandas as pd

    beyond = ends_at(pd.Series(row), row["censored_at"])
    low, middle, high = (beyond.get(k, number(row[k], 3)) for k in ("q03", "median", "q97"))
    return middle if low == high else f"{middle} ({low} to {high})"
