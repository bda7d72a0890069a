"""``posterion compare --dose``: which dose is best, from parsed options and a data set."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .terminal import check_writable, finish, progress

if TYPE_CHECKING:
    import xarray as xr


def compare_doses(
    data: "xr.Dataset",
    dose: str,
    *,
    curve: str = "gp",
    better: str = "larger",
    temperature: str | None = None,
    spread: str | None = None,
    priors: dict[str, Any] | None = None,
    draws: int = 1000,
    chains: int = 4,
    seed: int = 0,
    out: Path | None = None,
    as_json: bool = False,
    whole: bool = False,
) -> None:
    """Infer the best dose, print and write the result, and leave with its exit status.

    The options are those of `dose_response`.
    """
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from ...inference.factors.dose import dose_response
        from ..pages.dose import dose_extra
        from ..words.dose import dose_document, dose_sentences

        tree = dose_response(
            data,
            dose=dose,
            curve=curve,  # type: ignore[arg-type]
            better=better,  # type: ignore[arg-type]
            temperature=temperature,
            spread=spread,
            priors=priors,
            draws=draws,
            chains=chains,
            seed=seed,
            progress=say,
        )
        remarks = [*dose_sentences(tree)]
        finish(
            tree,
            dose_extra(tree),
            out,
            as_json,
            say,
            whole=whole,
            extra_group="best",
            remarks=remarks,
            more=dose_document(tree),
        )
