"""Doubts that data raise which a fitted model would hardly ever make."""

from collections.abc import Iterator, Sequence

import xarray as xr

from ..caution.general import enumerated
from ..checks.one_check import GRAVE
from ..checks.posterior_checks import PredictiveCheck, posterior_checks
from ..unstack import unstack
from ..verdict import Doubt
from .labels import about_label


def failed_checks(checks: Sequence[PredictiveCheck]) -> Iterator[Doubt]:
    """Yield a doubt for each predictive check that fails at the level of doubts, least p first."""
    found = [each.check for each in checks if each.check.grave]
    for check in sorted(found, key=lambda check: check.p_value or 0.0):
        yield Doubt(check.sentence, name=check.name)


def failed_of_each(tree: xr.DataTree) -> Iterator[Doubt]:
    """Yield the same of single spectra of a result of many, each about that spectrum.

    All of them together share the level of one.
    """
    spectra = unstack(tree)
    found: dict[str, list[str]] = {}
    level = max(GRAVE / max(len(spectra), 1), LEAST)
    for label, one in spectra.items():
        for each in posterior_checks(one):
            check = each.check
            if check.matters and check.p_value is not None and check.p_value <= level:
                found.setdefault(check.name, []).append(label)
    for name, labels in found.items():
        yield Doubt(
            f"The circuit does not describe the spectra {enumerated(labels)} ({name}). Look at "
            "their residuals; take another circuit, or fit these spectra by themselves.",
            tuple(about for label in labels for about in about_label(tree, label)),
            name,
        )


LEAST = 0.001
"""No p-value of a thousand simulated data sets is smaller."""
