"""Candidates beside each other: what was compared, what was refused, as text and as JSON."""

import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr

from ..datasets.cut import left_out
from ..inference.model_comparison.compare_models import Comparison, compare_models, trusted
from ..inference.model_comparison.same_data import Places
from ..inference.verdict import Verdict, Word
from .tables import doubts_json

_SHOWN = (
    ("elpd_diff", "elpd difference", "{:.1f}"),
    ("dse", "± se", "{:.1f}"),
    ("weight", "weight", "{:.2f}"),
    ("parameters", "parameters", "{:.1f}"),
    ("k_hat", "k̂", "{:.2f}"),
    ("log_odds", "log evidence", "{:.1f}"),
    ("probability", "probability", "{:.3f}"),
)
"""Columns that people see: name, heading, form."""

MEANINGS = {
    "elpd difference": "log predictive density of data left out, summed, relative to the best",
    "± se": "standard error of that difference",
    "weight": "share in the mixture of models that predicts best (stacking)",
    "parameters": "effective number of parameters: how many the data determine",
    "k̂": "the largest; above 0.7 leaving that datum out could not be computed well",
    "log evidence": "relative to the largest; the priors count",
    "probability": "by the evidence, all being equally probable before",
}


@dataclass(frozen=True)
class ComparedModels:
    """What is known of the candidates.

    Attributes
    ----------
    fits
        All results by name.
    refused
        Why a candidate is left out, by name.
    comparison
        Of the others; None where fewer than two are left.
    """

    fits: Mapping[str, xr.DataTree]
    refused: Mapping[str, str]
    comparison: Comparison | None

    @classmethod
    def of(cls, fits: Mapping[str, xr.DataTree]) -> "ComparedModels":
        """Compare the candidates that passed their checks.

        Raises
        ------
        PosterionError
            If these are of data that cannot be compared.
        """
        passed, refused = trusted(fits)
        return cls(fits, refused, compare_models(passed) if len(passed) > 1 else None)

    @property
    def word(self) -> Word:
        """``"trusted"``; ``"doubtful"`` where the preferred model is, ``"refused"`` without one."""
        if self.comparison is None:
            return "refused"
        return Verdict.of(self.fits[str(self.comparison.table.index[0])]).word

    @property
    def doubts(self) -> list[dict[str, Any]]:
        """What is doubted of the models that were compared, by the name of each."""
        if self.comparison is None:
            return []
        verdicts = {str(n): Verdict.of(self.fits[str(n)]) for n in self.comparison.table.index}
        return [
            {**each, "model": name}
            for name, verdict in verdicts.items()
            for each in doubts_json(verdict)
        ]

    @property
    def source(self) -> str:
        """Where the data come from."""
        return ", ".join(dict.fromkeys(str(tree.attrs["source"]) for tree in self.fits.values()))

    @property
    def sentences(self) -> list[str]:
        """What the comparison says."""
        if self.comparison is None:
            passed = [name for name in self.fits if name not in self.refused]
            only = f"Only {passed[0]}" if passed else "None of the candidates"
            return [f"{only} passed its checks, so nothing is compared."]
        return [self.comparison.sentence, *map(str, self.comparison.regions)]

    @property
    def notes(self) -> list[str]:
        """What limits it."""
        messages = "\n".join(str(tree.attrs.get("messages", "")) for tree in self.fits.values())
        refused = [
            f"{name} is refused and not compared: {why.rstrip('.')}"
            for name, why in self.refused.items()
        ]
        limits = [] if self.comparison is None else [*self.comparison.messages]
        return [*dict.fromkeys(left_out(messages)), *refused, *limits]

    def rows(self) -> list[dict[str, str]]:
        """Return the table for people: a row a candidate that was compared, the best first."""
        if self.comparison is None:
            return []
        table = self.comparison.table.copy()
        table["parameters"] = table["p_loo"].fillna(table["p_waic"])
        table["log_odds"] = table["log_evidence"] - table["log_evidence"].max()
        doubtful = {str(n) for n in table.index if Verdict.of(self.fits[str(n)]).word == "doubtful"}
        rows = []
        for name, row in table.iterrows():
            texts = {
                heading: form.format(row[column]).replace("-0.0", "0.0").replace("-", "−")
                for column, heading, form in _SHOWN
                if table[column].notna().any()
            }
            mark = {"": "doubtful" if str(name) in doubtful else ""} if doubtful else {}
            rows.append({"model": str(name), **texts, **mark})
        return rows

    def lines(self, width: int) -> list[str]:
        """Return everything as lines of text, none wider than so many columns."""
        said = [*self.sentences, *(f"Note: {note.rstrip('.')}." for note in self.notes)]
        wrapped = (line for text in said for line in textwrap.wrap(text, width))
        return [*self.table_lines(width), *wrapped]

    def table_lines(self, width: int, columns: Collection[str] = ()) -> list[str]:
        """Return the table as lines of text: these columns, or all of them that fit."""
        rows = self.rows()
        if columns:
            kept = ("model", *columns, "")
            rows = [{key: text for key, text in row.items() if key in kept} for row in rows]
        while rows and sum(_widths(rows)) + 2 * (len(rows[0]) - 1) > width and len(rows[0]) > 2:
            last = [*rows[0]][-1]
            rows = [{key: text for key, text in row.items() if key != last} for row in rows]
        grid = [[*rows[0]], *([*row.values()] for row in rows)] if rows else []
        widths = _widths(rows)
        return [
            "  ".join(
                cell.ljust(width) if not place else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in grid
        ]

    def document(self) -> dict[str, Any]:
        """Return the JSON document."""
        found = self.comparison
        models = []
        order = [*(found.table.index if found else ()), *self.refused]
        for name in dict.fromkeys([*map(str, order), *self.fits]):
            row = found.table.loc[name] if found and name in found.table.index else {}
            measures = {key: _plain(value) for key, value in dict(row).items()}
            models.append(
                {
                    "name": name,
                    "model": str(self.fits[name].attrs["model"]),
                    "noise": str(self.fits[name].attrs["noise"]),
                    "passed": name not in self.refused,
                    "verdict": Verdict.of(self.fits[name]).word,
                    **measures,
                }
            )
        first = next(iter(self.fits.values()))
        return {
            "data": {
                "source": self.source,
                "sha256": str(first.attrs["sha256"]),
                "n": Places.of(first).count,
                "compared": found.pointwise.sizes["place"] if found else 0,
            },
            "models": models,
            "verdict": self.sentences[0],
            "diagnostics": {"verdict": self.word, "doubts": self.doubts},
            "regions": [asdict(each) | {"text": str(each)} for each in found.regions]
            if found
            else [],
            "messages": self.notes,
            "seed": int(first.attrs["seed"]),
            "versions": {"posterion": version("posterion")},
        }


def _widths(rows: Sequence[Mapping[str, str]]) -> list[int]:
    """Return how wide the columns of rows are, their headings included."""
    return [max(len(key), *(len(row[key]) for row in rows)) for key in (rows[0] if rows else ())]


def _plain(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
