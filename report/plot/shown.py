"""What a figure is asked to show: results, data or files, one or several of them, by label."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from ...errors import PosterionError
from ...inference.store import load
from ...inference.unstack import unstack

Item = xr.DataTree | xr.Dataset


@dataclass(frozen=True)
class Kind:
    """A kind of data.

    Attributes
    ----------
    names
        Of what is measured, as variables of data or of a result.
    words
        What the data are called in a sentence.
    figures
        Names of the figures that can be drawn of them.
    """

    names: tuple[str, ...]
    words: str
    figures: tuple[str, ...]


OF_DRAWS = ("forest", "corner")
SPECTRA = Kind(("Z",), "impedance spectra", ("nyquist", "bode", "residuals", "drt"))
LAW = Kind(("conductivity",), "conductivity against temperature", ("arrhenius",))
FADE = Kind(("capacity",), "capacity against cycle", ("fade", "efficiency"))
GROWTH = Kind(("resistance", "overpotential"), "what grows over cycles", ("fade",))
LIMITS = Kind(("lifetime", "critical_current"), "limits of cells", ("survival",))
SPECIMENS = Kind(("specimen_value", "value"), "numbers of specimens", ("compare",))
KINDS = (SPECTRA, LAW, FADE, GROWTH, LIMITS, SPECIMENS)


def kind_of(item: Item) -> Kind | None:
    """Return the kind of data that a result is of, or that data are."""
    held = item.children["observed_data"].dataset if isinstance(item, xr.DataTree) else item
    return next((kind for kind in KINDS if any(name in held for name in kind.names)), None)


def shown_items(what: Any, figure: str, *kinds: Kind) -> dict[str, Item]:
    """Return what a figure shows, by label; a single one has none.

    Spectra that were fitted together, or are read from one file, count one by one.

    Raises
    ------
    PosterionError
        If there is nothing, or something of another kind.
    """
    found: dict[str, Item] = {}
    for label, given in _labelled(what, figure):
        item = opened(given, figure, kinds) if isinstance(given, str | Path) else given
        if isinstance(item, Mapping) and not isinstance(item, xr.DataTree | xr.Dataset):
            parts: Mapping[str, Any] = item
        elif not isinstance(item, xr.DataTree | xr.Dataset):
            raise _unknown(item, figure)
        elif isinstance(item, xr.DataTree) and "observed_data" not in item.children:
            raise PosterionError(
                f"{figure} draws results of fits, and this DataTree holds no observed data; give "
                "what po.fit or po.load returns."
            )
        else:
            parts = {}
            if isinstance(item, xr.DataTree) and kind_of(item) == SPECTRA:
                parts = unstack(item)
        for name, each in (parts or {"": item}).items():
            _refuse_other(each, figure, kinds)
            found[" ".join(filter(None, (label, str(name))))] = each
    if not found:
        raise PosterionError(f"{figure} was given nothing to draw; give a result or data.")
    return {"": next(iter(found.values()))} if len(found) == 1 and not label else found


def _labelled(what: Any, figure: str) -> list[tuple[str, Any]]:
    """Return what was given with labels: those of a mapping, or else where each comes from."""
    if isinstance(what, xr.DataTree | xr.Dataset | str | Path):
        return [("", what)]
    if isinstance(what, Mapping):
        return [(str(label), each) for label, each in what.items()]
    if not isinstance(what, list | tuple):
        raise _unknown(what, figure)
    each_of = [*what]
    names = [
        Path(each).stem if isinstance(each, str | Path)
        else str(getattr(each, "attrs", {}).get("source", ""))
        for each in each_of
    ]  # fmt: skip
    if len(set(names)) < len(names) or not all(names):
        names = [f"{place + 1}" for place in range(len(each_of))]
    return [*zip(names, each_of, strict=True)] if len(each_of) != 1 else [("", *each_of)]


def opened(path: str | Path, figure: str, kinds: tuple[Kind, ...]) -> Any:
    """Read a result by its folder or file, or else data of the first of the kinds.

    Raises
    ------
    PosterionError
        If there is no such file, or it cannot be read.
    """
    from ...datasets.simulate import EXAMPLES, simulated_pellet

    given = Path(path)
    if str(path) in EXAMPLES and not given.exists():
        return simulated_pellet(str(path))
    if given.is_dir():
        if not (given / "posterior.nc").exists():
            raise PosterionError(
                f"the folder {given} holds no posterior.nc; give a folder that a fit wrote."
            )
        return load(given / "posterior.nc")
    if given.suffix == ".nc":
        return load(given)
    if not kinds:
        raise PosterionError(f"{figure} draws results of fits; {given} is none. Fit it first.")
    if kinds[0] == SPECIMENS:
        raise PosterionError(
            f"{given} does not say what its columns are; give {figure} the data of "
            "po.read_replicates(path, group=..., value=...)."
        )
    found = _reader(kinds[0])(given)
    return next(iter(found.values())) if isinstance(found, dict) and len(found) == 1 else found


def _reader(kind: Kind) -> Callable[[Path], Any]:
    """Return what reads a file of data of a kind."""
    from ...datasets.schemas.conductivity import read_table
    from ...datasets.schemas.cycling import read_cycling
    from ...datasets.schemas.growth import read_growth
    from ...datasets.schemas.limits import read_limits
    from ...datasets.schemas.spectrum import read_spectra

    readers: tuple[Callable[[Path], Any], ...] = (
        read_spectra,
        read_table,
        read_cycling,
        read_growth,
        read_limits,
    )
    return readers[KINDS.index(kind)]


def _refuse_other(item: Item, figure: str, kinds: tuple[Kind, ...]) -> None:
    """Refuse data of which a figure says nothing."""
    kind = kind_of(item)
    if not kinds or kind in kinds:
        return
    wanted = " or ".join(each.words for each in kinds)
    known = (*(kind.figures if kind else ()), *(OF_DRAWS if isinstance(item, xr.DataTree) else ()))
    told = kind.words if kind else "something else"
    remedy = f"; draw these by {', '.join(known)}" if known else ""
    raise PosterionError(f"{figure} draws {wanted}, and was given {told}{remedy}.")


def _unknown(given: Any, figure: str) -> PosterionError:
    return PosterionError(
        f"{figure} cannot draw {type(given).__name__}; give a result of po.fit, data of a "
        "po.read_… function, a path, or several of these in a list or a dict by label."
    )


def groups_of(data: xr.Dataset, leave: tuple[str, ...] = ()) -> list[tuple[str, xr.Dataset]]:
    """Return the points of data by their labels, in order; one group without a name if none."""
    labels = [
        value.values.astype(str)
        for name, value in data.coords.items()
        if value.dims == ("point",) and value.dtype.kind in "UO" and name not in leave
        and len(set(value.values.tolist())) > 1
    ]  # fmt: skip
    # A label that every point has of its own groups nothing.
    labels = [each for each in labels if len(set(each.tolist())) < each.size]
    if not labels:
        return [("", data)]
    names = [" / ".join(each) for each in zip(*labels, strict=True)]
    return [
        (name, data.isel(point=[each == name for each in names])) for name in dict.fromkeys(names)
    ]


def joined(label: str, own: str) -> str:
    """Return the label of a group of one of several."""
    return " / ".join(filter(None, (label, own)))
