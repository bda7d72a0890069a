"""The paragraph on methods, ready for a paper."""

import json

import xarray as xr

from ...inference.caution.general import enumerated
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
        f"The posterior was sampled with posterion {versions.get('posterion', '')} by the "
        f"No-U-Turn Sampler (nutpie {versions.get('nutpie', '')}, model in PyMC "
        f"{versions.get('pymc', '')}): {chains} chains of {draws} draws each after warm-up, "
        f"seed {int(tree.attrs['seed'])}. The largest rank-normalized split R-hat was "
        f"{verdict.max_r_hat:.3f}, the least effective sample size (bulk or tail) "
        f"{verdict.min_ess:.0f}, with {verdict.divergences} divergent transitions and a least "
        f"E-BFMI of {verdict.min_bfmi:.2f}. {intervals}"
    )


def given_first(tree: xr.DataTree) -> list[tuple[str, str]]:
    """Return the priors by name, those that a user gave first."""
    priors = json.loads(tree.attrs["priors"])
    given = set(json.loads(tree.attrs["priors_given"]))
    return sorted(priors.items(), key=lambda item: item[0] not in given)
