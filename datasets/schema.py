"""The one representation of an impedance spectrum, and the checks that hold it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from ..errors import PosterionError
from ..units import registry
from .tables.points import numbers_of, sha256_of, told

PARTS = ("real", "imag")


def spectrum_dataset(
    frequency: npt.ArrayLike,
    Z: npt.ArrayLike,
    *,
    source: str = "data in memory",
    sha256: str | None = None,
    format: str = "memory",
    messages: Sequence[str] = (),
    temperature_c: float | None = None,
    lines: Sequence[int] | None = None,
) -> xr.Dataset:
    """Build and validate one impedance spectrum.

    Parameters
    ----------
    frequency
        Shape (n,), in Hz, in any order.
    Z
        Shape (n,), complex, in ohm. A capacitor has a negative imaginary part.
    source
        File name without its directory, or a name for a spectrum made in memory.
    sha256
        Hash of the file's bytes, in hex; None hashes the bytes of `frequency` and `Z`.
    format
        How the spectrum was stored, such as ``"text"`` or ``"Gamry"``.
    messages
        Decisions taken on the way here, one each.
    temperature_c
        Temperature of the measurement in degrees Celsius, where known.
    lines
        Line of the file that each point comes from, for error messages.

    Returns
    -------
    xr.Dataset
        ``Z`` (frequency, part) in ohm, frequencies from high to low; the other arguments are
        attributes, the messages joined by newlines.

    Raises
    ------
    PosterionError
        If shapes differ, there are fewer than two points, a value is NaN or infinite, a
        frequency is not positive, or one frequency has two impedances.
    """
    f = numbers_of(frequency, np.dtype(np.float64), f"{source}: frequency")
    z = numbers_of(Z, np.dtype(np.complex128), f"{source}: impedance")
    if f.ndim != 1 or f.shape != z.shape:
        raise PosterionError(
            f"{source}: frequency has shape {f.shape} and impedance {z.shape}; "
            "give one complex impedance for each frequency, both of shape (n,)."
        )
    if sha256 is None:
        sha256 = sha256_of(f, z)
    keep, dropped = _valid_points(f, z, source, lines)
    dataset = xr.Dataset(
        {"Z": (("frequency", "part"), np.stack([z.real, z.imag], axis=-1)[keep])},
        coords={"frequency": f[keep], "part": list(PARTS)},
        attrs={
            "source": source,
            "format": format,
            "sha256": sha256,
            "messages": "\n".join([*messages, *dropped]),
        },
    )
    _describe(dataset)
    if temperature_c is not None:
        dataset.attrs["temperature_c"] = float(temperature_c)
    return dataset


def check_spectrum(dataset: xr.Dataset) -> xr.Dataset:
    """Check a spectrum that may have been built by hand, and bring it to Hz and ohm.

    Parameters
    ----------
    dataset
        Variable ``Z`` with dimensions (frequency, part) and the attribute ``units``;
        coordinates ``frequency`` (attribute ``units``) and ``part`` = real, imag.

    Returns
    -------
    xr.Dataset
        A new dataset in Hz and ohm, frequencies from high to low; its other variables and
        attributes are kept.

    Raises
    ------
    PosterionError
        If a name, dimension or unit is missing or wrong, or a value cannot be used.
    """
    if not isinstance(dataset, xr.Dataset):
        raise PosterionError(
            f"A spectrum is an xarray.Dataset, not {type(dataset).__name__}; read a file with "
            "read_spectrum, or build one with spectrum_dataset(frequency, Z, ...)."
        )
    name = str(dataset.attrs.get("source", "spectrum"))
    for wanted in ("Z", "frequency", "part"):
        if wanted not in dataset.variables:
            raise PosterionError(
                f"{name}: '{wanted}' is missing; a spectrum has the variable Z (frequency, part) "
                f"and the coordinates frequency and part = {list(PARTS)}."
            )
    dims = dataset["Z"].dims
    if set(dims) != {"frequency", "part"}:
        raise PosterionError(
            f"{name}: Z has the dimensions {dims}; expected ('frequency', 'part'), with the "
            "real and imaginary part along 'part'."
        )
    parts = [str(part) for part in dataset["part"].values]
    if sorted(parts) != sorted(PARTS):
        raise PosterionError(f"{name}: 'part' is {parts}; expected {list(PARTS)}.")
    per_hz = _factor(dataset["frequency"], "Hz", name)
    per_ohm = _factor(dataset["Z"], "ohm", name)
    ordered = dataset.transpose("frequency", "part", ...).sel(part=list(PARTS))
    f = per_hz * numbers_of(
        ordered["frequency"].values, np.dtype(np.float64), f"{name}: the coordinate frequency"
    )
    pair = per_ohm * numbers_of(
        ordered["Z"].values, np.dtype(np.float64), f"{name}: Z, as real and imaginary part,"
    )
    keep, dropped = _valid_points(f, complex_of(pair[:, 0], pair[:, 1]), name, None)
    result = ordered.isel(frequency=keep).assign_coords(
        frequency=("frequency", f[keep], dict(dataset["frequency"].attrs))
    )
    result = result.assign(Z=(("frequency", "part"), pair[keep], dict(dataset["Z"].attrs)))
    result.attrs = dict(dataset.attrs)
    _describe(result)
    return told(result, *dropped) if dropped else result


def complex_of(
    real: npt.NDArray[np.float64], imag: npt.NDArray[np.float64]
) -> npt.NDArray[np.complex128]:
    """Join two parts; ``real + 1j * imag`` would turn an infinite part into NaN."""
    joined = np.empty(real.shape, dtype=np.complex128)
    joined.real, joined.imag = real, imag
    return joined


def _valid_points(
    f: npt.NDArray[np.float64],
    z: npt.NDArray[np.complex128],
    name: str,
    lines: Sequence[int] | None,
) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Return the points to keep, from high to low frequency, and what was dropped."""

    def where(*points: int) -> str:
        if lines is None:
            return f"{name}, point " + " and ".join(str(point + 1) for point in points)
        return f"{name}, line " + " and ".join(str(lines[point]) for point in points)

    for column, values in (("frequency", f), ("Z'", z.real), ("Z''", z.imag)):
        for point in np.flatnonzero(~np.isfinite(values))[:1]:
            raise PosterionError(
                f"{where(point)}: {column} is {values[point]}; expected a finite number, so "
                "remove or correct this point."
            )
    for point in np.flatnonzero(f <= 0)[:1]:
        raise PosterionError(
            f"{where(point)}: the frequency is {f[point]:g} Hz; expected a positive one, so "
            "remove or correct this point."
        )
    # A stable sort keeps the first of two equal points.
    order = np.argsort(-f, kind="stable")
    same = np.flatnonzero(np.diff(f[order]) == 0)
    for k in same:
        first, second = sorted((int(order[k]), int(order[k + 1])))
        if z[first] != z[second]:
            raise PosterionError(
                f"{where(first, second)}: the frequency {f[first]:g} Hz has two different "
                "impedances; keep one of them, or name the sweeps in a column 'spectrum'."
            )
    keep = np.delete(order, same + 1)
    if keep.size < 2:
        raise PosterionError(
            f"{name}: the spectrum has {keep.size} point(s); expected at least 2 frequencies."
        )
    dropped = [f"exact duplicates dropped: {same.size} point(s)"] if same.size else []
    return keep, dropped


def _describe(dataset: xr.Dataset) -> None:
    dataset["frequency"].attrs.update(units="Hz", long_name="Frequency")
    dataset["Z"].attrs.update(units="ohm", long_name="Impedance")


def _factor(variable: xr.DataArray, unit: str, name: str) -> float:
    """Return what to multiply a variable by to have it in `unit`."""
    written = variable.attrs.get("units")
    if written is None:
        raise PosterionError(
            f"{name}: the attribute 'units' of '{variable.name}' is missing; set it, for "
            f"example dataset['{variable.name}'].attrs['units'] = '{unit}'."
        )
    if written == unit:
        return 1.0
    try:
        return float(registry().Quantity(1.0, str(written)).to(unit).magnitude)
    except Exception as error:  # pint raises many kinds on text it cannot read
        raise PosterionError(
            f"{name}: the attribute units='{written}' of '{variable.name}' cannot be converted "
            f"to {unit}; convert the values and set it to '{unit}'."
        ) from error
