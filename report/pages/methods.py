"""The paragraph on methods, ready for a paper."""

import json
from collections.abc import Mapping

import xarray as xr

from ...inference.caution.general import enumerated
from ...inference.engine.independence import INDEPENDENT, WALKED
from ...inference.verdict import Verdict
from .subject import subject_of


def methods(tree: xr.DataTree, verdict: Verdict) -> str:
    """Return a paragraph on how the numbers came about, ready for a paper."""
    versions = json.loads(tree.attrs["versions"])
    chains, draws = (tree.children["posterior"].sizes[dim] for dim in ("chain", "draw"))
    priors = "; ".join(f"{name} ~ {prior}" for name, prior in given_first(tree))
    given = json.loads(tree.attrs["priors_given"])
    defaults = "weakly informative defaults scaled to the measured ranges, not to a fit."
    choice = f"They are {defaults}"
    if given:
        others = set(json.loads(tree.attrs["priors"])) - set(given)
        rest = f"; the others are {defaults}" if others else "."
        choice = f"Those of {', '.join(given)} were chosen for this sample{rest}"
    subject = subject_of(tree)
    intervals = (
        "Intervals are central 94 % intervals of the posterior (3rd to 97th percentile)."
        if verdict.passed
        else "The checks failed; no interval is reported."
    )
    if verdict.word == "doubtful":
        failed = enumerated([*dict.fromkeys(each.name for each in verdict.doubts if each.name)])
        intervals += (
            f" The model does not describe the data ({failed or 'see the doubts'}); the "
            "intervals hold only if it does."
        )
    return (
        f"{subject.sentence(tree)} with {tree.attrs['noise_description']}. "
        f"{subject.structure(tree)}"
        f"Priors: {priors}. {choice} "
        f"The posterior was sampled with posterion {versions.get('posterion', '')} (model in PyMC "
        f"{versions.get('pymc', '')}) by {_sampler(tree, versions)}: {chains} chains of {draws} "
        f"draws each, seed {int(tree.attrs['seed'])}. The largest rank-normalized split R-hat was "
        f"{verdict.max_r_hat:.3f}, the least effective sample size (bulk or tail) "
        f"{verdict.min_ess:.0f}{_transitions(tree, verdict)}. {intervals}"
    )


def _sampler(tree: xr.DataTree, versions: Mapping[str, str]) -> str:
    """Name the sampler, with its source."""
    proposals = "proposals fitted to the posterior (population Monte Carlo, Cappé et al. 2008)"
    return {
        INDEPENDENT: f"independence Metropolis-Hastings from {proposals}",
        WALKED: f"Metropolis-Hastings with steps along differences of earlier draws (ter Braak and "
        f"Vrugt 2008) and {proposals}",
    }.get(tree.attrs.get("sampler", ""), f"the No-U-Turn Sampler (nutpie {versions.get('nutpie')})")


def _transitions(tree: xr.DataTree, verdict: Verdict) -> str:
    """Tell what is asked of the No-U-Turn Sampler alone."""
    if tree.attrs.get("sampler") in (INDEPENDENT, WALKED):
        return ""
    return (
        f", with {verdict.divergences} divergent transitions and a least E-BFMI of "
        f"{verdict.min_bfmi:.2f}"
    )


def given_first(tree: xr.DataTree) -> list[tuple[str, str]]:
    """Return the priors by name, those that a user gave first."""
    priors = json.loads(tree.attrs["priors"])
    given = set(json.loads(tree.attrs["priors_given"]))
    return sorted(priors.items(), key=lambda item: item[0] not in given)
