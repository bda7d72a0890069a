"""The report of a result: one page that needs nothing else, to read, keep and print."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from ..inference.caution import NORMAL_94, cautions, is_spectrum, standardized_residuals, variable
from ..inference.diagnose import MAX_R_HAT, MIN_BFMI, MIN_ESS, Verdict
from ..inference.store import replacing
from .figures import as_png, as_svg
from .numbers import interval, quantity, scale_of
from .tables import summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = dict[str, Any]

SHOWN_FIRST = ("ohm", "S/cm")
"""Units of the quantities that stand at the top."""


def write_report(tree: xr.DataTree, path: str | Path, *, extra: xr.Dataset | None = None) -> None:
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
        Further draws of dims (chain, draw), such as the result of `conductivity`.

    Raises
    ------
    PosterionError
        If the folder cannot be written to.

    Examples
    --------
    >>> import posterion as po
    >>> po.write_report(po.load("pellet.nc"), "pellet.html")  # doctest: +SKIP
    """
    page = render(tree, extra)
    with replacing(Path(path)) as temporary:
        temporary.write_text(page, encoding="utf-8")


def render(tree: xr.DataTree, extra: xr.Dataset | None = None) -> str:
    """Return the report of a result as HTML."""
    from jinja2 import Environment, StrictUndefined

    # Names come from files of strangers: everything is escaped.
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = files(__package__).joinpath("page.html.jinja").read_text(encoding="utf-8")
    return environment.from_string(source).render(content(tree, extra))


def content(tree: xr.DataTree, extra: xr.Dataset | None = None) -> dict[str, Any]:
    """Return everything that the page says."""
    verdict = Verdict.of(tree)
    table = summary(tree, extra)
    found = cautions(tree)
    cautioned = {name for caution in found for name in caution.parameters}
    rows = [_row(str(name), row, verdict.passed) for name, row in table.iterrows()]
    for row in rows:
        row["cautioned"] = row["name"].removeprefix("conductivity_") in cautioned
    messages = [line for line in str(tree.attrs["messages"]).splitlines() if line]
    source, noise = str(tree.attrs["source"]), str(tree.attrs["noise_description"])
    return {
        "source": source,
        "model": str(tree.attrs["model"]),
        "simulated": source.startswith("simulated") or any("simulated" in m for m in messages),
        "passed": verdict.passed,
        "verdict": verdict,
        "headline": [row for row in rows if row["headline"]] if verdict.passed else [],
        "cautions": found,
        "rows": rows,
        "figures": _figures(tree, verdict.passed),
        "measured": _measured(tree),
        "messages": messages,
        "priors": _priors(tree),
        "noise": noise[:1].upper() + noise[1:],
        "checks": _checks(tree, verdict),
        "methods": methods(tree, verdict),
        "versions": json.loads(tree.attrs["versions"]),
        "seed": int(tree.attrs["seed"]),
        "sha256": str(tree.attrs["sha256"]),
    }


def methods(tree: xr.DataTree, verdict: Verdict) -> str:
    """Return a paragraph on how the numbers came about, ready for a paper."""
    versions = json.loads(tree.attrs["versions"])
    chains, draws = (tree.children["posterior"].sizes[dim] for dim in ("chain", "draw"))
    priors = "; ".join(f"{name} ~ {prior}" for name, prior in _given_first(tree))
    given = json.loads(tree.attrs["priors_given"])
    defaults = "weakly informative defaults scaled to the measured ranges, not to a fit."
    choice = f"They are {defaults}"
    if given:
        others = set(json.loads(tree.attrs["priors"])) - set(given)
        rest = f"; the others are {defaults}" if others else "."
        choice = f"Those of {', '.join(given)} were chosen for this sample{rest}"
    data = "The data were"
    if is_spectrum(tree):
        data = f"The impedance spectrum ({_measured(tree)}) was"
    intervals = (
        "Intervals are central 94 % intervals of the posterior (3rd to 97th percentile)."
        if verdict.passed
        else "The checks failed; no interval is reported."
    )
    return (
        f"{data} described by the model {tree.attrs['model']} with "
        f"{tree.attrs['noise_description']}. "
        f"Priors: {priors}. {choice} "
        f"The posterior was sampled with posterion {versions.get('posterion', '')} by the "
        f"No-U-Turn Sampler (nutpie {versions.get('nutpie', '')}, model in PyMC "
        f"{versions.get('pymc', '')}): {chains} chains of {draws} draws each after warm-up, "
        f"seed {int(tree.attrs['seed'])}. The largest rank-normalized split R-hat was "
        f"{verdict.max_r_hat:.3f}, the least effective sample size (bulk or tail) "
        f"{verdict.min_ess:.0f}, with {verdict.divergences} divergent transitions and a least "
        f"E-BFMI of {verdict.min_bfmi:.2f}. {intervals}"
    )


def _row(name: str, row: "pd.Series[Any]", passed: bool) -> Row:
    unit = str(row["unit"])
    texts = {"median": "", "interval": "", "unit": scale_of(1.0, unit).unit}
    if passed:
        median, low, high, shown = interval(row["median"], row["q03"], row["q97"], unit)
        ends = "taken as exact" if row["q03"] == row["q97"] else f"{low} to {high}"
        texts = {"median": median, "interval": ends, "unit": shown}
    return {
        "name": name,
        "description": str(row["description"]),
        "ess": "–" if np.isnan(row["ess_bulk"]) else f"{min(row['ess_bulk'], row['ess_tail']):.0f}",
        "r_hat": "–" if np.isnan(row["r_hat"]) else f"{row['r_hat']:.3f}",
        "headline": unit in SHOWN_FIRST and not name.endswith("_Z"),
        **texts,
    }


def _figures(tree: xr.DataTree, passed: bool) -> dict[str, str]:
    """Return the figures as addresses of images, by name."""
    from . import posterior_figures, spectrum_figures

    drawn: dict[str, tuple[Callable[[xr.DataTree], Figure], Callable[[Figure], str]]] = {}
    if is_spectrum(tree):
        drawn |= {
            "nyquist": (spectrum_figures.nyquist, as_svg),
            "bode": (spectrum_figures.bode, as_svg),
        }
        if passed:
            drawn["residuals"] = (spectrum_figures.residuals, as_svg)
    if passed:
        drawn["marginals"] = (posterior_figures.marginals, as_svg)
        if len(posterior_figures.sampled(tree)) > 1:
            drawn["pairs"] = (posterior_figures.pairs, as_png)
    drawn["ranks"] = (posterior_figures.ranks, as_svg)
    if not passed:
        drawn["traces"] = (posterior_figures.traces, as_png)
    return {name: encode(draw(tree)) for name, (draw, encode) in drawn.items()}


def _measured(tree: xr.DataTree) -> str:
    """Say how much was measured, and over which range."""
    count = int(tree.attrs["n"])
    if not is_spectrum(tree):
        return f"{count} points"
    frequency = variable(tree, "constant_data", "measured_frequency").values
    low, high = (quantity(float(edge), "Hz") for edge in (frequency.min(), frequency.max()))
    return f"{count} frequencies from {high} to {low}"


def _given_first(tree: xr.DataTree) -> list[tuple[str, str]]:
    priors = json.loads(tree.attrs["priors"])
    given = set(json.loads(tree.attrs["priors_given"]))
    return sorted(priors.items(), key=lambda item: item[0] not in given)


def _priors(tree: xr.DataTree) -> list[Row]:
    """Return each prior with its range in plain numbers."""
    given = set(json.loads(tree.attrs["priors_given"]))
    rows = []
    for name, prior in _given_first(tree):
        drawn = tree.children["prior"].dataset.data_vars.get(name)
        row: Row = {"name": name, "prior": prior, "given": name in given, "range": ""}
        if drawn is not None:
            unit = variable(tree, "posterior", name).attrs.get("units", "")
            low, high = np.quantile(drawn.values, [0.03, 0.97])
            row["range"] = f"{quantity(low, unit, 2)} to {quantity(high, unit, 2)}"
        rows.append(row)
    return rows


def _checks(tree: xr.DataTree, verdict: Verdict) -> list[Row]:
    """Return what was checked: name, meaning, limit, value, and whether it passed."""
    draws = variable(tree, "sample_stats", "energy").size
    rows: list[Row] = [
        {
            "name": "R-hat, largest",
            "meaning": "the chains agree with each other",
            "limit": f"at most {MAX_R_HAT}",
            "value": f"{verdict.max_r_hat:.3f}",
            "passed": verdict.max_r_hat <= MAX_R_HAT,
        },
        {
            "name": "ESS, least",
            "meaning": "enough independent draws, also for the ends of the intervals",
            "limit": f"at least {MIN_ESS}",
            "value": f"{verdict.min_ess:.0f}",
            "passed": verdict.min_ess >= MIN_ESS,
        },
        {
            "name": "Divergences",
            "meaning": "no part of the posterior was out of reach",
            "limit": "none; in a repeated run 1 in 1000",
            "value": f"{verdict.divergences} of {draws}",
            "passed": not any("diverged" in message for message in verdict.messages),
        },
        {
            "name": "E-BFMI, least",
            "meaning": "the chains moved freely between the middle and the tails",
            "limit": f"at least {MIN_BFMI}",
            "value": f"{verdict.min_bfmi:.2f}",
            "passed": verdict.min_bfmi >= MIN_BFMI,
        },
        {
            "name": "Modes",
            "meaning": "one explanation of the data, or several that all chains move between",
            "limit": "1, or R-hat as above",
            "value": str(verdict.modes),
            "passed": verdict.modes <= 1 or verdict.max_r_hat <= MAX_R_HAT,
        },
    ]
    if verdict.passed and is_spectrum(tree):
        _, residuals = standardized_residuals(tree)
        inside = float(np.mean(np.abs(residuals) <= NORMAL_94))
        rows.append(
            {
                "name": "Data inside the band",
                "meaning": "share of the points in the 94 % band of the model (for information)",
                "limit": "about 94 %",
                "value": f"{100 * inside:.0f} %",
                "passed": None,
            }
        )
    return rows
