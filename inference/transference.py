"""The transference number of a measured cell, and what its error comes from."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import PosterionError
from ..models.transference import READINGS, BruceVincent, elasticities, transference_number
from ..units import Measured
from .build import Priors
from .noise.independent import Stated
from .noise.rounded import Rounded

if TYPE_CHECKING:
    from .engine.sample import Progress


def transference(
    *,
    I_0: str,
    I_ss: str,
    R_0: str,
    R_ss: str,
    dV: str,
    priors: Priors | None = None,
    seed: int = 0,
    draws: int = 1000,
    chains: int = 4,
    progress: "Progress | None" = None,
) -> xr.DataTree:
    """Infer the transference number by Bruce and Vincent from what was measured.

    Parameters
    ----------
    I_0, I_ss
        Current at once after the step of the bias, and in the steady state.
    R_0, R_ss
        Resistance of the interfaces before the step, and in the steady state.
    dV
        Bias.

        Each is text such as ``"47.8 uA ± 0.5 uA"`` (one standard deviation, normal, all of the
        error). One without ± is rounded: ``"47.80 uA"`` is anything within 0.005 uA of it,
        evenly (`Rounded`). The attribute ``messages`` of the result says so.
    priors
        Of the parameters of `BruceVincent`; the others keep their defaults, uniform for t.
    seed, draws, chains, progress
        See `fit`.

    Returns
    -------
    xarray.DataTree
        As of `fit`, the transference number under the name ``t``. See `variance_shares`.

    Raises
    ------
    PosterionError
        If a value cannot be read, is not positive, or its error is not below it; if the
        interfaces alone would take the whole bias; or as `fit` does.

    Examples
    --------
    >>> import posterion as po
    >>> post = po.transference(  # doctest: +SKIP
    ...     I_0="47.80 uA", I_ss="36 uA", R_0="1342 ohm", R_ss="1041 ohm", dV="500 mV"
    ... )
    """
    from .fit import fit  # loads the sampler, which reading the values does without

    data = readings({"I_0": I_0, "I_ss": I_ss, "R_0": R_0, "R_ss": R_ss, "dV": dV})
    rounded = bool((data["reading_step"] > data["reading_sd"]).any())
    return fit(
        BruceVincent(),
        data,
        priors=priors,
        noise=Rounded(Stated()) if rounded else Stated(),
        seed=seed,
        draws=draws,
        chains=chains,
        progress=progress,
    )


def readings(texts: Mapping[str, str], called: Mapping[str, str] | None = None) -> xr.Dataset:
    """Read what was measured, as `BruceVincent` takes it.

    Parameters
    ----------
    texts
        Values with units by the names of `READINGS`; see `transference`.
    called
        What the user knows them as, for messages; their names unless given.

    Returns
    -------
    xarray.Dataset
        ``reading``, the standard deviation ``reading_sd`` of its normal error and the unit of
        its last digit ``reading_step`` over ``quantity``, in SI units. A rounded reading has a
        normal error of `SHARP` times its half step, and one with a stated error a step of
        `STEPLESS` times that.
        The attribute ``formula`` is the transference number that the readings themselves
        give, ``messages`` what was assumed, one line each.

    Raises
    ------
    PosterionError
        See `transference`.
    """
    called = called or {name: name for name in READINGS}
    measured, steps, messages = {}, {}, []
    for name, unit in READINGS.items():
        text = texts[name].strip()
        measured[name], steps[name], assumed = _read(text, unit, called[name])
        if assumed:
            messages.append(f"{name} {text} {assumed}")
    values = {name: each.value for name, each in measured.items()}
    _check_bias(values, called)
    t = transference_number(values)
    messages.append(f"at the measured values the formula gives t = {t:.4g}")
    units = ("quantity", list(READINGS.values()))
    return xr.Dataset(
        {
            "reading": ("quantity", list(values.values())),
            "reading_sd": ("quantity", [each.sd for each in measured.values()]),
            "reading_step": ("quantity", [steps[name] for name in READINGS]),
        },
        coords={"quantity": list(READINGS), "unit": units},
        attrs={
            "source": ", ".join(f"{name} {texts[name].strip()}" for name in READINGS),
            "messages": "\n".join(messages),
            "formula": t,
        },
    )


def readings_formula(tree: xr.DataTree) -> float:
    """Return the transference number that the readings themselves give."""
    values = tree.children["observed_data"].dataset["reading"].values
    return float(transference_number(dict(zip(READINGS, values, strict=True))))


def variance_shares(tree: xr.DataTree) -> xr.DataArray:
    """Return the share that the error of each reading has in the variance of t.

    First order: the squared derivative of the formula by a reading, at the posterior mean,
    times the squared error of that reading, over the sum of all five. This is the uncertainty
    budget of the GUM (JCGM 100:2008, section 5.1); where the formula is nearly linear within
    the errors these are the sensitivity indices of Saltelli et al. (2008, section 1.2),
    doi:10.1002/9780470725184. They tell which reading to improve, save where the posterior
    is squeezed at one.

    Parameters
    ----------
    tree
        The result of `transference`.

    Returns
    -------
    xarray.DataArray
        Of the dimension ``input``, summing to one.

    Raises
    ------
    PosterionError
        If the result is of another model.
    """
    posterior = tree.children["posterior"].dataset
    constant = tree.children["constant_data"].dataset
    if not {"t", *READINGS} <= set(posterior) or "reading_sd" not in constant:
        raise PosterionError(
            f"the result is of the model {tree.attrs['model']}; shares of the variance need one "
            "of transference()."
        )
    means = {name: float(posterior[name].mean()) for name in READINGS}
    by_reading = elasticities(means)
    errors = total_sd(constant)  # in the order of READINGS, which `fit` puts them in
    parts = np.array([by_reading[name] / means[name] for name in READINGS]) * errors
    return xr.DataArray(
        parts**2 / (parts**2).sum(),
        dims="input",
        coords={"input": list(READINGS)},
        attrs={"long_name": "share of the variance of t", "units": ""},
    )


def total_sd(data: xr.Dataset) -> NDArray[np.float64]:
    """Return the standard deviation of each reading, of normal error and rounding together."""
    step = np.asarray(data.get("reading_step", 0.0))
    return np.asarray(np.sqrt(np.asarray(data["reading_sd"]) ** 2 + step**2 / 12))


def _read(text: str, unit: str, what: str) -> tuple[Measured, float, str]:
    """Return a value with its error, its last digit, and what was assumed of it, if anything."""
    measured = Measured.parse(text, unit, what)
    if not measured.value > 0:
        raise PosterionError(f"{what} '{text}' is not above zero; give its size without a sign.")
    if "±" not in text.replace("+/-", "±"):
        return _rounded(text, measured, what)
    if not 0 < measured.sd < measured.value:
        raise PosterionError(
            f"{what} '{text}': the uncertainty must be above zero and below the value; without ± "
            "it is taken from the printed digits."
        )
    return measured, STEPLESS * measured.sd, ""


def _rounded(text: str, measured: Measured, what: str) -> tuple[Measured, float, str]:
    """Take the error of a value without one from its digits, and say so."""
    number = _NUMBER.findall(text)[0]
    written = text.removeprefix(number).strip()
    digits = Decimal(number)
    exponent = int(digits.as_tuple().exponent)
    half = Measured.parse(f"5e{exponent - 1} {written}", measured.unit, what).value
    margin = f"{Decimal(5).scaleb(exponent - 1):f} {written}"
    assumed = f"has no ±: taken as rounded, right to within {margin}"
    if exponent == 0 and digits % 10 == 0:
        assumed += ", zeros at its end counted as digits"
    return Measured(measured.value, SHARP * half, measured.unit), 2 * half, assumed


def _check_bias(values: Mapping[str, float], called: Mapping[str, str]) -> None:
    bias = values["dV"]
    for current, resistance, when in (("I_0", "R_0", "at first"), ("I_ss", "R_ss", "at the end")):
        drop = values[current] * values[resistance]
        if not bias > drop:
            raise PosterionError(
                f"{called[current]} times {called[resistance]} is {drop:.4g} V, which the "
                f"interfaces would take {when}, but {called['dV']} is only {bias:.4g} V: nothing "
                "is left for the electrolyte. Look at the units, and that the resistance is that "
                "of the interfaces alone."
            )


SHARP = 0.1
"""An error of this share of another changes an interval by less than a hundredth of it."""

STEPLESS = 1e-3
"""A step of this share of a normal error is none."""

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
