"""The report of all claims: a page that needs nothing else, and the rows as CSV and JSON."""

import csv
import io
import json
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from ...inference.store import replacing
from ...report.number_texts import chance, span
from .inputs import PRIORS, typical
from .judge import Claim
from .paper import seed_paper
from .published import missing_for, specific_current
from .rows import Case, Row
from .run import Audit
from .verdict import RULES, VERDICTS

SIGNS = {"supported": "✓", "not supported": "✗", "cannot be checked": "?"}
_PRIORS = {
    "scatter": "scatter of one pellet's conductivity around a law of temperature",
    "pellets": "how much conductivities of pellets, or capacities of cells, made alike differ",
    "barriers": "how much activation energies of pellets made alike differ",
    "cells": "how much resistances, lifetimes and thresholds of cells made alike differ",
}


def write(done: Audit, folder: Path) -> None:
    """Write ``report.html``, ``claims.csv``, ``claims.json`` and a picture into a folder.

    Raises
    ------
    PosterionError
        If the folder is not there or cannot be written to.
    """
    from .figures import summary_figure

    texts = {
        "report.html": render(done),
        "claims.csv": csv_text(done.rows),
        "claims.json": json_text(done.rows),
    }
    for name, text in texts.items():
        with replacing(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    figure = summary_figure(done)
    if figure is not None:
        figure.draw_without_rendering()  # the layout settles in the second pass
        with replacing(folder / "summary.png") as temporary:
            figure.savefig(temporary, format="png", dpi=130, metadata={"Software": None})


def json_text(rows: Sequence[Row]) -> str:
    """Return the JSON document of all rows."""
    return json.dumps([row.document() for row in rows], ensure_ascii=False, indent=1)


def csv_text(rows: Sequence[Row]) -> str:
    """Return the rows as CSV, without what holds under other assumptions."""
    documents = [row.document() for row in rows]
    names = [name for name in documents[0] if name != "sensitivity"] if documents else []
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for document in documents:
        writer.writerow({**document, "inputs": " ".join(document["inputs"])})
    return buffer.getvalue()


def span_of(item: Row | Case, unit: str) -> str:
    """Write median and interval of a row or of one of its cases; nothing where there is none."""
    if item.median is None or item.q03 is None or item.q97 is None:
        return ""
    return span(item.median, item.q03, item.q97, unit)


def render(done: Audit) -> str:
    """Return the page as HTML."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = files(__package__).joinpath("page.html.jinja").read_text(encoding="utf-8")
    return environment.from_string(source).render(_content(done))


def _content(done: Audit) -> dict[str, Any]:
    from .figures import drawn_figures

    paper = done.paper
    seed = paper is seed_paper()
    return {
        "citation": paper.citation,
        "doi": paper.doi,
        "licence": paper.licence,
        "rules": RULES,
        "verdicts": VERDICTS,
        "priors": [
            {"what": what, "prior": str(prior), "range": typical(prior).partition("(")[2][:-1]}
            for name, what in _PRIORS.items()
            if any(_uses(claim, name) for claim in paper.claims)
            for prior in [PRIORS[name]]
        ],
        "total": len(done.rows),
        "counts": count(done.rows),
        "topics": [_topic(name, done.rows) for name in dict.fromkeys(r.topic for r in done.rows)],
        "figures": drawn_figures(done),
        "currents": _currents(done),
        "command": "posterion reproduce" if seed else "posterion audit CLAIMS",
        "seed": done.seed,
        "version": version("posterion"),
        "signs": SIGNS,
        "span_of": span_of,
        "chance": chance,
    }


def _uses(claim: Claim, prior: str) -> bool:
    """Tell whether a claim rests on one of the priors, by its fields."""
    text = str(claim.fields)
    return f"'{prior}'" in text or f"{{{prior}:typical}}" in text


def _currents(done: Audit) -> list[dict[str, str]]:
    """Return currents as printed and in A/g, or what is missing for that."""
    found = []
    for key in done.paper.shared.series.get(done.paper.currents, ()):
        printed = done.numbers[key]
        missing = missing_for(printed)
        found.append(
            {
                "system": printed.sample,
                "printed": f"{printed.printed} {'C' if printed.unit == '1/hour' else printed.unit}",
                "shown": "" if missing else f"{specific_current(printed).value:g}",
                "missing": missing,
            }
        )
    return found


def count(rows: Sequence[Row]) -> list[int]:
    """Return how many rows have each of the verdicts, in their order."""
    return [sum(row.verdict == verdict for row in rows) for verdict in VERDICTS]


def _topic(name: str, rows: Sequence[Row]) -> dict[str, Any]:
    own = [row for row in rows if row.topic == name]
    anchor = "topic-" + "-".join(name.lower().replace(":", "").split())
    return {
        "name": name,
        "anchor": anchor,
        "counts": count(own),
        "rows": own,
    }
