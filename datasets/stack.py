"""Many spectra as one data set, with labels that say which point belongs to which."""

import hashlib
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import xarray as xr

from ..errors import PosterionError
from .schema import check_spectrum

SPECTRUM = "spectrum"
TEMPERATURE = "temperature_c"
RESERVED = frozenset({"Z", "frequency", "part", SPECTRUM})


def stack_spectra(
    spectra: Mapping[str, xr.Dataset] | Sequence[xr.Dataset],
    *,
    labels: Mapping[str, Sequence[Hashable]] | None = None,
) -> xr.Dataset:
    """Join spectra into one data set, to be fitted together.

    Parameters
    ----------
    spectra
        Spectra by label, such as the result of `read_spectra`; or a sequence of them, which
        are then called by their source.
    labels
        Further labels by name, one a spectrum in their order: ``{"pellet": ["A", "A", "B"]}``.

    Returns
    -------
    xarray.Dataset
        ``Z`` (part, frequency) in ohm, the frequencies (Hz) of one spectrum after those of
        another. Along them the coordinates ``spectrum`` and those of `labels` say to which
        spectrum a point belongs, and ``temperature_c`` at which temperature it was measured
        where all spectra tell. The attribute ``sha256`` is that of the hashes of the spectra in
        their order, and ``messages`` holds theirs, each once.

    Raises
    ------
    PosterionError
        If there is no spectrum, one cannot be used, a name stands twice, or labels are
        missing, empty, or have a name that is taken.

    Examples
    --------
    >>> import posterion as po
    >>> spectra = po.read_spectra("cycles.csv")  # doctest: +SKIP
    >>> stacked = po.stack_spectra(spectra)  # doctest: +SKIP
    >>> post = po.fit(po.Circuit.parse("R0-p(R1,CPE1)"), stacked, pool="spectrum")  # doctest: +SKIP
    """
    if not spectra:
        raise PosterionError("there are no spectra to stack; give one or more.")
    if isinstance(spectra, Mapping):
        names, each = [str(name) for name in spectra], [*spectra.values()]
    else:
        each = [*spectra]
        names = [
            str(one.attrs.get("source", place)) if isinstance(one, xr.Dataset) else str(place)
            for place, one in enumerate(each)
        ]
    for name in names:
        if names.count(name) > 1:
            raise PosterionError(
                f"{names.count(name)} spectra are called '{name}'; give them as a mapping with a "
                "label of its own for each."
            )
    checked = [check_spectrum(one) for one in each]
    known = {SPECTRUM: names, **{n: [*v] for n, v in (labels or {}).items()}}
    for name, values in (labels or {}).items():
        _check_labels(name, [*values], len(each))
    degrees = [one.attrs.get(TEMPERATURE) for one in checked]
    if TEMPERATURE not in known and None not in degrees:
        known[TEMPERATURE] = degrees
    counts = [one.sizes["frequency"] for one in checked]
    coords = {
        name: ("frequency", np.repeat(np.array(values), counts)) for name, values in known.items()
    }
    Z = np.concatenate([one["Z"].transpose("part", "frequency").values for one in checked], axis=1)
    frequency = np.concatenate([one["frequency"].values for one in checked])
    hashes = [str(one.attrs.get("sha256") or _digest(one)) for one in checked]
    messages = [line for one in checked for line in str(one.attrs.get("messages", "")).splitlines()]
    stacked = xr.Dataset(
        {"Z": (("part", "frequency"), Z, {"units": "ohm", "long_name": "Impedance"})},
        coords={
            "part": ["real", "imag"],
            "frequency": ("frequency", frequency, {"units": "Hz", "long_name": "Frequency"}),
            **coords,
        },
        attrs={
            "source": _source(checked, names),
            "sha256": hashlib.sha256("".join(hashes).encode()).hexdigest(),
            "messages": "\n".join(dict.fromkeys(messages)),
        },
    )
    return stacked


def _check_labels(name: str, values: Sequence[Hashable], count: int) -> None:
    if name in RESERVED:
        raise PosterionError(f"the labels '{name}' have a name that is taken; choose another.")
    if len(values) != count:
        raise PosterionError(
            f"{count} spectra have {len(values)} labels '{name}'; give one a spectrum, in their "
            "order."
        )
    for place, value in enumerate(values):
        if value is None or value != value or str(value).strip() == "":
            raise PosterionError(
                f"the label '{name}' of spectrum {place + 1} is empty; fill it, or leave the "
                "spectrum out."
            )


def _source(spectra: Sequence[xr.Dataset], names: Sequence[str]) -> str:
    """Name the file where all spectra come from one; many by the first and the last."""
    sources = {str(one.attrs["source"]) for one in spectra if "source" in one.attrs}
    count = len(names)
    if len(sources) == 1:
        return f"{sources.pop()}, {count} spectra" if count > 1 else sources.pop()
    return ", ".join(names) if count < 3 else f"{names[0]} to {names[-1]}, {count} spectra"


def _digest(spectrum: xr.Dataset) -> str:
    values = (spectrum["frequency"].values, spectrum["Z"].values)
    return hashlib.sha256(b"".join(np.ascontiguousarray(v).tobytes() for v in values)).hexdigest()
