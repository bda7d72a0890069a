"""The caution itself, and the cautions that hold for every model."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...errors import Said
from ..diagnose import MAX_R_HAT
from ..pooling import SPREAD
from ..prior import FAMILIES, Prior
from ..scalars import element, scalars, stem
from ..verdict import Verdict

Array = NDArray[np.float64]

Kind = Literal["modes", "window", "prior", "correlation", "misfit", "exponent", "points", "form"]

UNMOVED = 0.7
"""A posterior wider than this share of its prior has gained less than half a bit."""

NOISE = frozenset({"noise", "floor", "nu", "rho", "discrepancy", "lead", "instrument"})
"""Parameters of noises. That the data say little of a floor is the rule, and does no harm."""


def is_of_noise(name: str) -> bool:
    """Tell whether a parameter is one of the noise, the skew of an arc among them."""
    return name in NOISE or name.endswith("_skew")


NAMED = 4
"""More names than these are counted, not listed."""


@dataclass(frozen=True)
class Caution:
    """One warning.

    Attributes
    ----------
    kind
        What it is about.
    parameters
        Names of the quantities it concerns.
    text
        What it means and what to do. It holds no estimate, so that it can be shown with
        a result that failed its checks.
    """

    kind: Kind
    parameters: tuple[str, ...]
    text: str

    def __post_init__(self) -> None:
        """Read the arguments that the text speaks of."""
        object.__setattr__(self, "text", Said.of(self.text))


def variable(tree: xr.DataTree, group: str, name: str) -> xr.DataArray:
    """Return one variable of a group of a result, or one element of it such as ``E_a[bulk]``."""
    return element(tree.children[group].dataset, name)


def contraction(tree: xr.DataTree, name: str) -> float:
    """Return the spread of a posterior over that of its prior, on the scale of sampling.

    That is the logarithm for what is positive. What lies between zero and one, such as an
    exponent of 0.97 ± 0.02, may be known where its logit is not: there it is the lesser of that of
    the logit and of the number itself.
    """
    posterior, prior = (
        variable(tree, group, name).values.ravel() for group in ("posterior", "prior")
    )
    support = support_of(tree, name)
    scales = (support, "real") if support == "unit" else (support,)
    return min(_ratio(on_line(posterior, each), on_line(prior, each)) for each in scales)


def _ratio(posterior: Array, prior: Array) -> float:
    spread = float(np.std(prior))
    return float(np.std(posterior)) / spread if spread > 0 else 0.0


def modes(tree: xr.DataTree) -> Iterator[Caution]:
    """Yield a caution where the posterior has several peaks."""
    verdict = Verdict.of(tree)
    modes = verdict.modes
    if modes > 1 and verdict.max_r_hat <= MAX_R_HAT:
        yield Caution(
            "modes",
            (),
            f"The posterior has {modes} peaks, each a different explanation of the data. All "
            "chains visit all of them, so the intervals cover them; but the median may lie "
            "between two peaks. Look at the distributions before you quote it.",
        )
    elif modes > 1:
        yield Caution(
            "modes",
            (),
            f"The data allow {modes} different explanations with this model. Numbers averaged "
            "over them describe none of them: give a prior that tells them apart, or take a "
            "simpler model.",
        )


def unmoved_priors(tree: xr.DataTree, remedy: str, told: Collection[str] = ()) -> Iterator[Caution]:
    """Yield parameters of the model whose posterior is as wide as the prior.

    Parameters
    ----------
    tree
        A fitted model.
    remedy
        What to do about it, as the end of a sentence.
    told
        Names that another caution has spoken of.
    """
    posterior = tree.children["posterior"].to_dataset()
    for name, prior in json.loads(tree.attrs["priors"]).items():
        if is_of_noise(name) or name not in posterior:
            continue
        elements = scalars(posterior[[name]])
        unmoved = tuple(
            str(each)
            for each in elements
            if each not in told and contraction(tree, str(each)) > UNMOVED
        )
        if unmoved:
            labels = [each[len(name) + 1 : -1] for each in unmoved if each != name]
            whose = f" of {enumerated(labels)}" if labels else ""
            yield Caution(
                "prior",
                unmoved,
                f"The data say little about {name}{whose}: its interval is that of the prior, "
                f"{prior}. Do not quote it as measured. {remedy}",
            )


def open_spreads(tree: xr.DataTree) -> Iterator[Caution]:
    """Yield one caution on all spreads between groups that few groups leave open."""
    names = [name for name in json.loads(tree.attrs["priors"]) if f"_{SPREAD}" in name]
    unmoved = tuple(name for name in names if contraction(tree, name) > UNMOVED)
    if unmoved:
        rest, them = (
            ("rests on its prior", "it") if len(unmoved) == 1 else ("rest on their priors", "them")
        )
        yield Caution(
            "prior",
            unmoved,
            f"There are too few groups to tell how much they differ: {enumerated(unmoved)} {rest}, "
            f"and with {them} what is said of typical values and of the next group. The groups "
            "themselves are not concerned.",
        )


def open_scales(tree: xr.DataTree) -> Iterator[Caution]:
    """Yield one caution on all scales that few specimens and levels leave open."""
    names = [str(name) for name in scalars(tree.children["posterior"].to_dataset())]
    sampled = json.loads(tree.attrs["priors"])
    unmoved = tuple(
        name
        for name in names
        if stem(name) in sampled and stem(name) not in NOISE and contraction(tree, name) > UNMOVED
    )
    if unmoved:
        yield Caution(
            "prior",
            unmoved,
            f"There are too few specimens and levels to tell {enumerated(unmoved)}: the data leave "
            "them as their priors have them, and how sure the answers are rests on these. Quote "
            "the priors with the answers, or measure more specimens.",
        )


def enumerated(names: Sequence[str]) -> str:
    """Write ``a, b and c``, and only the first few of many."""
    shown = [*names[:NAMED]]
    if len(names) > NAMED + 1:
        shown.append(f"{len(names) - NAMED} more")
    else:
        shown = [*names]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def support_of(tree: xr.DataTree, name: str) -> str:
    """Return where a quantity lives: by its prior, or by its draws where it has none."""
    text = json.loads(tree.attrs["priors"]).get(stem(name))
    if text is None:
        return "positive" if float(variable(tree, "prior", name).min()) > 0 else "real"
    prior = Prior.parse(text)
    arguments = dict(prior.arguments)
    if FAMILIES[prior.family][0] != "real":
        return FAMILIES[prior.family][0]
    lower, upper = (arguments.get(end) for end in ("lower", "upper"))
    if not (isinstance(lower, float) and lower >= 0):
        return "real"
    return "unit" if isinstance(upper, float) and upper <= 1 else "positive"


def on_line(draws: Array, support: str) -> Array:
    """Map draws to the real line."""
    tiny = np.finfo(float).tiny
    if support == "positive":
        return np.asarray(np.log(np.maximum(draws, tiny)))
    if support == "unit":
        inside = np.clip(draws, 1e-12, 1 - 1e-12)
        return np.asarray(np.log(inside / (1 - inside)))
    return draws
