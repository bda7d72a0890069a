"""The command ``posterion reproduce``: the seed paper's claims, one row each."""

from .audit import publish
from .options import Output, Seed


def reproduce(
    *,
    seed: Seed = Seed(),
    output: Output = Output(),
) -> int:
    """Hold the claims of a paper on coated Na3SbS4 against what its own numbers support.

    Needs no file and no network. A claim that is not supported is no error: exit status 0.
    --out writes report.html, claims.csv, claims.json and a picture.

    Example: posterion reproduce --out claims
    """
    from ..analyses.audit import audited, seed_paper

    return publish(output, lambda say: audited(seed_paper(), seed.seed, say))
