"""From spectra taken over cycles to resistances, for ``posterion fit growth``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import PosterionError
from .options import Reading, Sign
from .run import Say
from .spectra import Window, spectra_in

if TYPE_CHECKING:
    import xarray as xr


def spectra_of(
    files: Sequence[Path], sign: Sign, window: Window, reading: Reading
) -> dict[str, "xr.Dataset"]:
    """Read all spectra of all files, in their order; of each the points within a window."""
    found: dict[str, xr.Dataset] = {}
    for file in files:
        for label, spectrum in spectra_in(str(file), sign, reading).items():
            name = f"{file.stem}, {label}" if label != file.stem else label
            found[name] = window.take(spectrum, name)
    return found


def numbered(count: int, cycles: Sequence[float], every: float | None) -> list[float]:
    """Return the number of cycles of each spectrum."""
    if bool(cycles) == (every is not None):
        raise PosterionError(
            f"the cycles of {count} spectra are not given; take --cycle once each in their order, "
            "or --every."
            if not cycles
            else "--cycle and --every cannot be combined; leave one of them out."
        )
    if every is not None:
        if not every > 0:
            raise PosterionError(f"--every is {every:g}; it must be above zero.")
        return [every * place for place in range(count)]
    if len(cycles) != count:
        raise PosterionError(
            f"{count} spectra have {len(cycles)} --cycle; give one each, in their order."
        )
    if len(set(cycles)) < len(cycles):
        raise PosterionError("--cycle names a cycle twice; give each spectrum its own.")
    return [*cycles]


def series_of_spectra(
    model: Any,
    spectra: Mapping[str, "xr.Dataset"],
    cycles: Sequence[float],
    paths: Mapping[str, str],
    options: Mapping[str, Any],
    out: Path | None,
    say: Say,
) -> "xr.Dataset":
    """Fit each spectrum, and return the resistances, which say what was left out.

    The options are those of `fit`.
    """
    from ..datasets.cut import left_out
    from ..inference.cycling.growth_series import resistance_series
    from ..inference.fit import fit
    from ..inference.store import save
    from ..inference.verdict import Verdict

    fits, at, said = [], [], []
    for (label, spectrum), cycle in zip(spectra.items(), cycles, strict=True):
        say(f"Fitting {label} at cycle {cycle:g}")
        tree = fit(model, spectrum, **options)
        if out is not None:
            save(tree, out / f"cycle-{cycle:g}.nc")
        verdict = Verdict.of(tree)
        if verdict.passed:
            fits.append(tree)
            at.append(cycle)
        else:
            said.append(f"{label} at cycle {cycle:g} is left out: {verdict.messages[0]}")
    if len(fits) < 2:
        raise PosterionError("fewer than two spectra could be fitted: " + " ".join(said))
    series = resistance_series(fits, cycles=at, paths=paths)
    points = [line for each in spectra.values() for line in left_out(str(each.attrs["messages"]))]
    series.attrs |= {"messages": "\n".join(points), "left_out": "\n".join(said)}
    return series
