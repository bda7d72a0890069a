"""Telling what a result says: its page and its JSON document, by a command and in Python."""

from pathlib import Path
from typing import Any

import xarray as xr

from ..errors import Said, Spell, all_spelled, marked
from ..inference.caution.cautions import cautions
from ..inference.checks.check import Checks, checks_of
from ..report.asides import asides
from ..report.pages import page
from ..report.pages.check_section import checks_json
from ..report.tables import as_json, summary
from .asking import answers_of
from .known import analysis_of


def write_report(
    tree: xr.DataTree,
    path: str | Path,
    *,
    extra: xr.Dataset | None = None,
    checks: Checks | None = None,
    spell: Spell = str,
) -> None:
    """Write the report of a result as one self-contained HTML file.

    Where the checks failed, no interval, band or distribution is shown: only the data,
    what failed, and the draws' ranks and traces.

    Parameters
    ----------
    tree
        A fitted model.
    path
        The file to write. It is replaced as a whole: a run that is killed leaves the old
        file or the new one.
    extra
        Further draws of dims (chain, draw), such as the result of `conductivity`; the answers
        of the result unless given, see `ask`.
    checks
        Of the model, where they were made already; see `check`.
    spell
        How arguments are written that a remedy speaks of; as in Python unless given.

    Raises
    ------
    PosterionError
        If the folder cannot be written to.

    Examples
    --------
    >>> import posterion as po
    >>> po.write_report(po.load("pellet.nc"), "pellet.html")  # doctest: +SKIP
    """
    extra = answers_of(tree) if extra is None else extra
    page.write_report(tree, path, extra=extra, checks=checks, spell=spell)


def document(
    tree: xr.DataTree,
    *,
    extra: xr.Dataset | None = None,
    checks: Checks | None = None,
    spell: Spell = str,
) -> dict[str, Any]:
    """Return a result as the document that a command prints with ``--json``.

    Parameters
    ----------
    tree, extra, checks, spell
        As of `write_report`.

    Returns
    -------
    dict
        Of texts, finite numbers, None, lists and dictionaries: what was read, parameters and
        derived quantities with units, the verdict and its doubts, checks, remarks, priors,
        seed and versions, and what such data are asked.

    Examples
    --------
    >>> import json, posterion as po
    >>> json.dumps(po.document(po.load("pellet.nc")))  # doctest: +SKIP
    """
    extra = answers_of(tree) if extra is None else extra
    checks = checks or checks_of(tree)
    warned = (Said.of(f"Caution: {marked(each.text)}") for each in cautions(tree))
    told = [*remarks_of(tree, extra), *warned]
    written = as_json(tree, summary(tree, extra)) | {
        "checks": checks_json(checks) if checks else None,
        **({"remarks": told} if told else {}),
    }
    found: dict[str, Any] = all_spelled(analysis_of(tree).document(written, tree, extra), spell)
    return found


def remarks_of(tree: xr.DataTree, answers: xr.Dataset | None) -> list[str]:
    """Return what a result says in sentences, and what was left out of its data."""
    said = [*analysis_of(tree).remarks(tree, answers), *asides(tree)]
    return [*dict.fromkeys(said)]
