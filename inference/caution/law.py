"""What a reader of a fitted law of temperature should beware of."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ...models.temperature_law import BOLTZMANN
from ...models.transport import VTF, Arrhenius, TwoRegimes
from ..cells import pooling_kinds
from ..measured import Series, measured_series
from ..noise.independent import Relative
from ..revive import model_of, noise_of, pool_of
from ..scalars import scalars
from ..settings import PRIORS, ROBUST
from .general import (
    UNMOVED,
    Caution,
    contraction,
    enumerated,
    open_spreads,
    unmoved_priors,
    variable,
)

Law = Arrhenius | VTF | TwoRegimes

NARROW = 30.0
"""In K: over less, errors of the temperature and of a contact turn the slope by a lot."""

ROOM = 298.15

BEYOND = 0.5
"""In K: so much may 25 °C lie outside the measured temperatures and count as measured."""

EACH_SIDE = 3
"""Points that a slope needs, with one to show that it is one."""

SCATTERED = 0.5
"""A relative scatter beyond it, a factor of 1.6, is no error of measurement."""

ALIKE = 1.1
"""Differences between forms that are equal within this factor are told as one number."""

_FORMS = {"sigma": ("σ", 0.0), "sqrtT": ("σ√T", 0.5), "sigmaT": ("σT", 1.0)}


def law_cautions(tree: xr.DataTree) -> Iterator[Caution]:
    """Yield cautions on a fitted law of conductivity, the gravest first."""
    law = model_of(tree)
    if not isinstance(law, Law):
        return
    series = measured_series(tree)
    found = [
        *scattered(tree),
        *_few_points(tree, law, series),
        *_single_temperatures(tree, series),
        *_narrow(law, series),
        *_few_each_side(tree, law, series),
        *_vogel(tree, law),
        *open_spreads(tree),
    ]
    told = {name for caution in found for name in caution.parameters}
    if len(series) > 1:
        # At the middle of all temperatures, which is beyond those of some series.
        told |= {*_elements(tree, ["conductivity_ref"])}
    yield from found
    yield from unmoved_priors(
        tree,
        f"Give a prior that you can defend ({PRIORS}), or measure more temperatures or samples.",
        told,
    )
    yield from _room(tree, series)
    yield from _form(law, series)


def energies(law: Law) -> tuple[str, ...]:
    """Return the names of the activation energies among the parameters of a law."""
    return tuple(p.name for p in law.parameters if p.unit == "eV")


def extrapolated(series: Series, temperature: float = ROOM) -> bool:
    """Tell whether a temperature in K lies beyond those of a series."""
    low, high = series.temperature[[0, -1]]
    return not low - BEYOND <= temperature <= high + BEYOND


def form_difference(law: Law, series: Sequence[Series]) -> str:
    """Say how the activation energy changes with the form of a law."""
    own, power = _FORMS[law.form]
    said = []
    for form in ("sigma", "sigmaT"):
        other, other_power = _FORMS[form]
        if form == law.form:
            continue
        shifts = [BOLTZMANN * abs(other_power - power) * s.form_shift for s in series]
        low, high = min(shifts), max(shifts)
        much = f"about {np.mean(shifts):.3f}" if high < ALIKE * low else f"{low:.3f} to {high:.3f}"
        more = "more" if other_power > power else "less"
        said.append(f"{other} would give {much} eV {more}")
    names = energies(law)
    belong = "belongs" if len(names) == 1 else "belong"
    return f"{' and '.join(names)} {belong} to the form {own}: {', and '.join(said)}"


def scattered(tree: xr.DataTree) -> Iterator[Caution]:
    """Yield that points lie off the law by factors."""
    noise: Any = noise_of(tree)
    while getattr(noise, "base", None) is not None:
        noise = noise.base
    if not isinstance(noise, Relative):
        return
    wide = tuple(
        name
        for name in _elements(tree, ["noise"])
        if float(variable(tree, "posterior", name).median()) > SCATTERED
    )
    if wide:
        labels = [name[len("noise[") : -1] for name in wide if name != "noise"]
        yield Caution(
            "misfit",
            wide,
            f"The points{_of(labels)} lie off the law by more than a factor of 1.6, which "
            "measurements do not: some of them do not follow it, several samples are fitted as "
            "one, or a unit is wrong. The intervals are widened by that. Look at the points, "
            f"leave out what does not belong, or take {ROBUST}.",
        )


def _few_points(tree: xr.DataTree, law: Law, series: Sequence[Series]) -> Iterator[Caution]:
    own = len(law.parameters)
    prior = json.loads(tree.attrs["priors"]).get("noise")
    # Scatter that groups have in common shows in the longest of them.
    common = "noise" in _elements(tree, ["noise"])
    few = [s for s in series if s.temperature.size <= own]
    if prior and few and not (common and len(few) < len(series)):
        labels = [s.label for s in few if s.label]
        brackets = [f"[{label}]" for label in labels] or [""]
        noise = ["noise"] if common else [f"noise{bracket}" for bracket in brackets]
        most = max(s.temperature.size for s in few)
        yield Caution(
            "points",
            (*noise, *(f"{name}{bracket}" for name in energies(law) for bracket in brackets)),
            f"{most} points{_of(labels)} leave nothing to tell their scatter by, for a law of "
            f"{own} parameters. The scatter is that of its prior, noise ~ {prior}, and the "
            "intervals rest on it: quote them together with that prior, or give noise one from "
            "repeated measurements.",
        )
    if max(s.temperatures for s in series) <= 2:
        yield Caution(
            "points",
            energies(law),
            "With two temperatures nothing shows whether the law holds, nor which form it has: a "
            "straight line passes through any two points. Measure at more temperatures.",
        )


def _of(labels: Sequence[str]) -> str:
    return f" of {enumerated(labels)}" if labels else ""


def _single_temperatures(tree: xr.DataTree, series: Sequence[Series]) -> Iterator[Caution]:
    single = [s.label for s in series if s.label and s.temperatures == 1]
    if not single:
        return
    law = model_of(tree)
    names = [f"{p.name}[{label}]" for label in single for p in law.parameters if p.name != "A"]
    kinds, _ = pooling_kinds(pool_of(tree))
    shared = "partial" in kinds.values()
    source = (
        f"what is said of {'its' if len(single) == 1 else 'their'} slope comes from the other "
        "groups"
        if shared
        else "the slope is that of the prior"
    )
    yield Caution(
        "points",
        tuple(names),
        f"{enumerated(single)} {'was' if len(single) == 1 else 'were'} measured at one "
        f"temperature only: {source}. Do not quote it as measured.",
    )


def _narrow(law: Law, series: Sequence[Series]) -> Iterator[Caution]:
    narrow = [s for s in series if s.temperatures > 1 and s.span < NARROW]
    if not narrow:
        return
    labels = [s.label for s in narrow if s.label]
    names = [f"{name}[{s.label}]" if s.label else name for s in narrow for name in energies(law)]
    yield Caution(
        "window",
        tuple(names),
        f"The temperatures{_of(labels)} span less than {NARROW:g} K. Over so little an error of "
        "the thermometer or a drift of the cell changes the slope as much as the material does, "
        "and a bent curve looks straight. Measure over a wider range.",
    )


def _few_each_side(tree: xr.DataTree, law: Law, series: Sequence[Series]) -> Iterator[Caution]:
    if not isinstance(law, TwoRegimes):
        return
    few: dict[str, list[str]] = {"E_low": [], "E_high": []}
    for each in series:
        bracket = f"[{each.label}]" if each.label else ""
        place = float(variable(tree, "posterior", f"T_c{bracket}").median())
        below = int((each.temperature < place).sum())
        for energy, count in (("E_low", below), ("E_high", each.temperature.size - below)):
            if count < EACH_SIDE:
                few[energy].append(bracket)
    for (energy, brackets), side in zip(few.items(), ("below", "above"), strict=True):
        if brackets:
            labels = [bracket[1:-1] for bracket in brackets if bracket]
            yield Caution(
                "points",
                tuple(f"{name}{bracket}" for bracket in brackets for name in (energy, "T_c")),
                f"Fewer than {EACH_SIDE} points lie {side} the crossover temperature"
                f"{_of(labels)}, too few to show a regime of "
                f"its own: {energy} rests on its prior and on single points. Compare with one "
                "regime, or measure at more temperatures there.",
            )


def _vogel(tree: xr.DataTree, law: Law) -> Iterator[Caution]:
    if not isinstance(law, VTF):
        return
    sampled = "T_0_fraction" if "T_0_fraction" in tree.children["posterior"].dataset else "T_0"
    for name in _elements(tree, [sampled]):
        if contraction(tree, name) > UNMOVED:
            bracket = name.removeprefix(sampled)
            names = (name, *(f"{p}{bracket}" for p in ("T_0", "B", "E_pseudo", "A")))
            yield Caution(
                "prior",
                tuple(dict.fromkeys(names)),
                f"T_0{bracket} is not determined: it is as uncertain as its prior, because the "
                "data show no bend. B and A hang together with it and are not determined either. "
                "An Arrhenius law says the same with one parameter less; or measure at lower "
                "temperatures, where the bend is strongest.",
            )


def _room(tree: xr.DataTree, series: Sequence[Series]) -> Iterator[Caution]:
    beyond = [s for s in series if extrapolated(s)]
    if not beyond:
        return
    labels = [s.label for s in beyond if s.label]
    names = [f"conductivity_25C[{label}]" for label in labels] or ["conductivity_25C"]
    ranges = {celsius_range(s) for s in beyond}
    measured = f" ({ranges.pop()})" if len(ranges) == 1 else ""
    where = _of(labels) if len(labels) < len(series) else ""
    yield Caution(
        "window",
        tuple(names),
        f"25 °C lies outside the measured temperatures{where}{measured}: the conductivity there "
        "is extrapolated and holds only if the law does. A phase transition, a glass transition "
        "or another path in between would not show.",
    )


def celsius_range(series: Series) -> str:
    """Write the measured temperatures as ``30 to 90 °C``."""
    low, high = series.temperature[[0, -1]] - 273.15
    text = f"{low:.0f} to {high:.0f} °C" if round(high) > round(low) else f"{low:.0f} °C"
    return text.replace("-", "−")


def _form(law: Law, series: Sequence[Series]) -> Iterator[Caution]:
    if energies(law):
        yield Caution(
            "form",
            energies(law),
            f"{form_difference(law, series)}. Compare only activation energies of one form, and "
            "say which it is.",
        )


def _elements(tree: xr.DataTree, names: Sequence[str]) -> list[str]:
    posterior = tree.children["posterior"].to_dataset()
    return [str(name) for name in scalars(posterior[[n for n in names if n in posterior]])]
