"""``posterion compare --by``: two factors with interaction, from parsed options and a data set."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .terminal import check_writable, finish, progress

if TYPE_CHECKING:
    import xarray as xr


def compare_factors(
    data: "xr.Dataset",
    first: str,
    second: str,
    *,
    spread: str | None = None,
    priors: dict[str, Any] | None = None,
    draws: int = 1000,
    chains: int = 4,
    seed: int = 0,
    out: Path | None = None,
    as_json: bool = False,
    whole: bool = False,
) -> None:
    """Infer what two factors do, print and write the result, and leave with its exit status.

    The options are those of `factorial`.
    """
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from ...inference.factors.factorial import factorial
        from ..pages.factorial import factorial_extra
        from ..words.factorial import factorial_document, factorial_sentences

        tree = factorial(
            data,
            first,
            second,
            spread=spread,
            priors=priors,
            draws=draws,
            chains=chains,
            seed=seed,
            progress=say,
        )
        finish(
            tree,
            factorial_extra(tree),
            out,
            as_json,
            say,
            whole=whole,
            extra_group="ratios",
            remarks=factorial_sentences(tree),
            more=factorial_document(tree),
        )
