"""The command ``posterion plot``: one figure of results or data as a file for a paper."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from ..errors import PosterionError
from .compiled import ensure_place_for_compiled_code
from .options import DATA, OUTPUT, Flag, Many


def plot(
    *results: Annotated[str, Parameter(name="RESULT... FIGURE", required=True)],
    out: Annotated[Path, Parameter(group=OUTPUT)],
    width: Annotated[str, Parameter(group=OUTPUT)] = "84mm",
    csv: Annotated[Flag, Parameter(group=OUTPUT)] = False,
    label: Annotated[Many, Parameter(group=DATA)] = (),
    quantity: Annotated[Many, Parameter(group=DATA)] = (),
    whole: Annotated[Flag, Parameter(group=DATA)] = False,
) -> int:
    """Draw a figure for a paper: of results, or of data before any fit; several over each other.

    Example: posterion plot simulated-7uL-55C nyquist --out nyquist.pdf --width 84mm

    Figures are nyquist, bode, residuals, drt, arrhenius, fade, efficiency, compare, survival,
    forest and corner.

    Parameters
    ----------
    results
        Folders of --out, result files (.nc), data files or an example; then the figure.
    out
        File to write: .pdf, .svg, .png or .eps.
    width
        A length, or 'one' or 'two' columns (84 and 174 mm).
    csv
        Write the numbers that are drawn beside it.
    label
        What a result is called, once for each in their order.
    quantity
        Quantity of a forest or corner, such as R1; several times.
    whole
        Show the blocking tail in a nyquist too, where it dwarfs the arcs.
    """
    from ..report.plot.frame import millimetres
    from ..report.plot.named import drawn, refuse_unknown
    from ..report.plot.written import form_of, save

    *paths, figure = results
    if not paths:
        raise PosterionError(
            f"plot needs a result and a figure. Type: posterion plot RESULT nyquist --out {out}"
        )
    refuse_unknown(figure)
    options: dict[str, Any] = {"width": millimetres(width)}
    if quantity:
        _refuse(figure in ("forest", "corner"), "--quantity", "forest and corner")
        options["quantities"] = [*quantity]
    if whole:
        _refuse(figure == "nyquist", "--whole", "nyquist")
        options["whole"] = True
    if label and len(label) != len(paths):
        raise PosterionError(
            f"{len(paths)} results have {len(label)} --label; give one each, in their order."
        )
    form_of(out)
    ensure_place_for_compiled_code()
    shown = dict(zip(label, paths, strict=True)) if label else paths
    save(drawn(figure, shown, **options), out, csv=csv)
    print(f"wrote {out}" + (f" and {out.with_suffix('.csv')}" if csv else ""))
    return 0


def _refuse(fits: bool, flag: str, figures: str) -> None:
    if not fits:
        raise PosterionError(f"{flag} is an option of {figures}; leave it out.")
