"""One sweep as a file holds it, and the sign of its Z''."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from ...errors import PosterionError

Convention = Literal["as_written", "negated"]
Sign = Literal["auto", "as_written", "negated"]

THROUGHOUT = 0.9
"""Share of points with Z' below zero above which a column has the wrong sign."""


MOST = 2000
"""Sweeps that are read from one file."""


def refuse_too_many(name: str, count: int) -> None:
    """Raise a PosterionError if a file holds more sweeps than are read."""
    if count > MOST:
        raise PosterionError(
            f"{name} holds {count} sweeps, more than the limit of {MOST}; split it."
        )


@dataclass(frozen=True, eq=False)
class Sweep:
    """One sweep in Hz and ohm.

    ``Z`` holds the sign that ``convention`` names: of the column as written, or negated.
    ``stated`` says who settled that, or is empty where nobody has. ``column`` names the column
    of Z'' or of the phase; ``doubtful`` a statement that the data may gainsay.
    """

    label: str
    frequency: npt.NDArray[np.float64]
    Z: npt.NDArray[np.complex128]
    lines: tuple[int, ...]
    column: str
    convention: Convention = "as_written"
    stated: str = ""
    doubtful: bool = False
    messages: tuple[str, ...] = ()
    temperature_c: float | None = None


def settle_sign(sweeps: Sequence[Sweep], sign: Sign) -> list[Sweep]:
    """Give the sweeps of one file the sign where a capacitor has a negative Z''.

    Parameters
    ----------
    sweeps
        Sweeps of one column of one file: they share one convention.
    sign
        ``"as_written"`` or ``"negated"`` overrides what the file states; ``"auto"`` keeps to
        it, and where it states nothing decides from the data (see Notes).

    Notes
    -----
    The data decide by majority: passive systems are mostly capacitive. By the Kramers-Kronig
    relations Z'' is near (pi/2) dZ'/d(ln omega), for inductive parts too. Where the slopes of
    Z' clearly contradict the majority, as in a sweep of mostly inductive points, they decide.
    Where Z' is below zero throughout neither says anything.
    """
    column, convention = sweeps[0].column, sweeps[0].convention
    chosen: Convention
    if sign != "auto":
        chosen, why = sign, f"because sign='{sign}' was given"
    elif sweeps[0].stated:
        chosen, why = convention, sweeps[0].stated
        suggested, count = _from_data(sweeps)
        if sweeps[0].doubtful and suggested == "negated":
            why += f"; but then {count}, unusual for a passive system: set sign= if this is wrong"
    else:
        chosen, why = _from_data(sweeps)
    reading = "taken as written" if chosen == "as_written" else "negated"
    message = f"{column} {reading}: {why}"
    return [
        replace(
            sweep,
            Z=sweep.Z if chosen == sweep.convention else sweep.Z.conj(),
            convention=chosen,
            stated=why,
            messages=(*sweep.messages, message),
        )
        for sweep in sweeps
    ]


def _from_data(sweeps: Sequence[Sweep]) -> tuple[Convention, str]:
    real = np.concatenate([sweep.Z.real for sweep in sweeps])
    imag = np.concatenate([sweep.Z.imag for sweep in sweeps])
    if (real < 0).mean() > THROUGHOUT:
        # What is wrong with Z' makes both the majority and the slopes say the contrary.
        return "as_written", "Z' is below zero, so nothing can be told from its sign"
    negative, positive = int(np.sum(imag < 0)), int(np.sum(imag > 0))
    majority: Convention = "negated" if positive > negative else "as_written"
    count = (
        f"{positive} of {imag.size} values are positive"
        if positive > negative
        else f"{negative} of {imag.size} values are negative"
    )
    slopes = _agreement_with_slopes(sweeps)
    if slopes is not None and abs(slopes) >= 0.5:
        physical: Convention = "as_written" if slopes > 0 else "negated"
        if physical != majority:
            return physical, (
                f"ambiguous: {count}, but the slope of Z' over frequency says otherwise, as "
                "where most points are inductive; set sign= if this is wrong"
            )
    elif max(negative, positive) < 0.75 * imag.size:
        count += "; ambiguous, set sign= if this is wrong"
    return majority, count


def _agreement_with_slopes(sweeps: Sequence[Sweep]) -> float | None:
    """Return how far Z'' has the sign of dZ'/d(ln f), from -1 (nowhere) to 1 (everywhere)."""
    total = size = 0.0
    for sweep in sweeps:
        usable = np.isfinite(sweep.Z) & np.isfinite(sweep.frequency) & (sweep.frequency > 0)
        f, index = np.unique(sweep.frequency[usable], return_index=True)
        z = sweep.Z[usable][index]
        if f.size < 5:
            continue
        with np.errstate(all="ignore"):  # zero or huge |Z|: such points have no say
            modulus = np.abs(z[1:-1])
            slope = (z.real[2:] - z.real[:-2]) / np.log(f[2:] / f[:-2])
            products = (slope / modulus) * (z.imag[1:-1] / modulus)
        products = products[np.isfinite(products)]
        total += float(products.sum())
        size += float(np.abs(products).sum())
    return total / size if size else None
