"""The report of a result: one page that needs nothing else, to read, keep and print."""

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from ...errors import Spell, spelled
from ...inference.caution.cautions import cautions
from ...inference.checks.check import Checks, checks_of
from ...inference.checks.one_check import GRAVE
from ...inference.doubts.labels import label_of
from ...inference.store import replacing
from ...inference.verdict import Verdict, enumerated_quantities
from ..concerns import concerns
from ..figures.style import as_png, as_svg
from ..tables import summary
from .check_section import check_figures, check_section
from .methods import methods
from .rows import Row, check_rows, headline_names, mark, prior_rows, quantity_rows
from .subject import Drawing, GroupTable, Subject, subject_of


def write_report(
    tree: xr.DataTree,
    path: str | Path,
    *,
    extra: xr.Dataset | None = None,
    checks: Checks | None = None,
    spell: Spell = str,
) -> None:
    """Write the page of a result to a file; see `posterion.write_report`."""
    page = render(tree, extra, checks, spell)
    with replacing(Path(path)) as temporary:
        temporary.write_text(page, encoding="utf-8")


def render(
    tree: xr.DataTree,
    extra: xr.Dataset | None = None,
    checks: Checks | None = None,
    spell: Spell = str,
) -> str:
    """Return the report of a result as HTML."""
    from jinja2 import Environment, StrictUndefined

    # Names come from files of strangers: everything is escaped.
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: spelled(value, spell),
    )
    source = files(__package__).joinpath("page.html.jinja").read_text(encoding="utf-8")
    return environment.from_string(source).render(content(tree, extra, checks))


def content(
    tree: xr.DataTree, extra: xr.Dataset | None = None, checks: Checks | None = None
) -> dict[str, Any]:
    """Return everything that the page says."""
    verdict = Verdict.of(tree)
    passed = verdict.passed
    checks = checks or checks_of(tree)
    subject = subject_of(tree)
    table = summary(tree, extra)
    found = cautions(tree)
    told = concerns(verdict, found, checks)
    rows = quantity_rows(tree, table, extra, subject)
    mark(rows, {name for caution in found for name in caution.parameters})
    drawings, section = subject.drawings(tree, passed), subject.section(tree)
    further = (section.drawing,) if section and section.drawing else ()
    said = (str(tree.attrs.get(name, "")).splitlines() for name in ("messages", "left_out"))
    messages = [line for lines in said for line in lines if line]
    messages += [
        f"{what} {extra.attrs[what]}"
        for what in ("thickness", "diameter")
        if extra is not None and what in extra.attrs
    ]
    source, noise = str(tree.attrs["source"]), str(tree.attrs["noise_description"])
    return {
        "source": source,
        "model": str(tree.attrs["model"]),
        "simulated": source.startswith("simulated") or any("simulated" in m for m in messages),
        "computed": subject.computed,
        "statement": subject.statement(tree),
        "passed": passed,
        "word": verdict.word,
        "verdict": verdict,
        "doubted": enumerated_quantities(verdict.doubts),
        "headline": _headline(rows, table, subject) if passed else [],
        "groups": _marked(subject.group_table(tree, table, extra), table) if passed else None,
        "answers": subject.answers(tree) if passed else (),
        "cautions": found,
        "concerns": [each for each in told if each.kind != "Failed"],
        "clean": subject.clean,
        "rows": rows,
        "drawings": drawings,
        "section": section,
        "figures": _figures(tree, passed, (*drawings, further))
        | (check_figures(tree, checks) if checks else {}),
        "grave": GRAVE,
        "model_checks": check_section(checks) if checks else None,
        "measured": subject.measured(tree),
        "messages": messages,
        "priors": prior_rows(tree),
        "ranges": subject.ranges,
        "noise": noise[:1].upper() + noise[1:],
        "checks": check_rows(tree, verdict, subject),
        "methods": methods(tree, verdict),
        "versions": json.loads(tree.attrs["versions"]),
        "seed": int(tree.attrs["seed"]),
        "sha256": str(tree.attrs["sha256"]),
    }


def _headline(rows: list[Row], table: pd.DataFrame, subject: Subject) -> list[Row]:
    """Return the rows that stand at the top, in their order."""
    by_name = {row["name"]: row for row in rows}
    return [by_name[name] for name in headline_names(table, subject)]


def _marked(groups: GroupTable | None, table: pd.DataFrame) -> GroupTable | None:
    """Mark the groups of which something is doubtful."""
    if groups is None:
        return None
    doubtful = {label_of(str(name)) for name in table.index[table["doubtful"]]}
    rows = ((f"{k} (doubtful)" if k in doubtful else k, cells) for k, cells in groups.rows)
    return replace(groups, rows=tuple(rows))


def _figures(
    tree: xr.DataTree, passed: bool, drawings: tuple[tuple[Drawing, ...], ...]
) -> dict[str, str]:
    """Return the figures as addresses of images, by name."""
    from ..figures import posterior as figures

    drawn = {each.name: (each.draw, each.encode) for row in drawings for each in row}
    if passed:
        if figures.own_quantities(tree):
            drawn["marginals"] = (figures.marginals, as_svg)
        if len(figures.paired(tree)) > 1:
            drawn["pairs"] = (figures.pairs, as_png)
    drawn["ranks"] = (figures.ranks, as_svg)
    if not passed:
        drawn["traces"] = (figures.traces, as_png)
    return {name: encode(draw(tree)) for name, (draw, encode) in drawn.items()}
