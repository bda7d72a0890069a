"""Doubts that pass from fits to what is computed from them."""

import json
from collections.abc import Iterator, Mapping, Sequence

import xarray as xr

from ..caution.general import enumerated
from ..measured import group_dim
from ..verdict import ALL, Doubt, Verdict, as_text
from .labels import about_label

DOUBTS = "doubts"
"""Attribute of a data set: doubts in JSON that its numbers bring along, about its labels."""


def of_fits(fits: Sequence[xr.DataTree], paths: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the attribute by which data that were made of fits carry what is doubted of those.

    Parameters
    ----------
    fits
        Of single spectra.
    paths
        The quantities of a fit that each label of the data stands for: ``{"bulk": ["R1"]}``.

    Returns
    -------
    dict
        Empty where nothing is in doubt. Doubts are about the labels.
    """
    found: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for tree in fits:
        for doubt in Verdict.of(tree).doubts:
            about = tuple(
                label for label, names in paths.items() if any(map(doubt.concerns, names))
            )
            if about:
                sources = found.setdefault(about, {}).setdefault(doubt.name or "a doubt", [])
                sources.append(str(tree.attrs["source"]))
    doubts = [_told(fits, about, named) for about, named in found.items()]
    return {DOUBTS: as_text(doubts)} if doubts else {}


def brought(data: xr.Dataset, tree: xr.DataTree) -> Iterator[Doubt]:
    """Yield the doubts that data bring along, about the quantities of what is fitted to them."""
    given = [Doubt.of(each) for each in json.loads(data.attrs.get(DOUBTS, "[]"))]
    if not given:
        return
    dim = group_dim(tree)
    groups = () if dim is None else map(str, tree.children["posterior"].dataset[dim].values)
    labels = tuple(groups)
    for doubt in given:
        concerned = (
            labels if doubt.about == ALL else [each for each in labels if each in doubt.about]
        )
        whole = len(concerned) == len(labels)
        about = tuple(name for label in concerned for name in about_label(tree, label))
        yield Doubt(doubt.text, ALL if whole else about, doubt.name)


def _told(
    fits: Sequence[xr.DataTree], about: Sequence[str], named: Mapping[str, Sequence[str]]
) -> Doubt:
    """Say which spectra fail which check."""
    sources = dict.fromkeys(source for each in named.values() for source in each)

    def written(own: Sequence[str]) -> str:
        once = [*dict.fromkeys(own)]
        return f"all {len(once)}" if len(once) == len(fits) > 1 else enumerated(once)

    each = "; ".join(f"{name}: {written(own)}" for name, own in named.items())
    circuits = enumerated([*dict.fromkeys(str(tree.attrs["model"]) for tree in fits)])
    few = len(sources) == 1
    return Doubt(
        f"{len(sources)} of {len(fits)} spectra {'is' if few else 'are'} not described by "
        f"{circuits} ({each}), so what follows from {'its' if few else 'their'} resistances "
        f"({enumerated([*about])}) is doubtful. Look at the fits of these spectra, and take a "
        "circuit that describes them.",
        tuple(about),
        "doubtful spectra",
    )
