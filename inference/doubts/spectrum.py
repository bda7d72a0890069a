"""Doubts about a fitted circuit beyond those of the predictive checks.

Each is a function from a result to doubts, so that one more is one function and one line below.
"""

from collections.abc import Callable, Iterator

import numpy as np
import xarray as xr

from ...errors import Setting, marked
from ...models.circuit import Circuit, Series
from ...units import hertz
from ..caution.general import enumerated
from ..checks.kramers_kronig import relations_of
from ..drift import drifts
from ..hidden import hidden
from ..measured import group_dim
from ..revive import model_of
from ..scalars import element, scalars, stem
from ..settings import CIRCUIT, SIGN, SLOWEST
from ..verdict import ALL, Doubt, Verdict
from .labels import about_label, label_of

LOUD = 0.1
"""Of |Z|. No instrument scatters so much: what looks like noise is what the circuit misses."""

LEFT_OUT = 0.1
"""Of the total resistance. A circuit that leaves out more is not the circuit of the cell; R_total
counts it in and holds still (of 21 simulated spectra with 10 to 20 % in 21)."""

MUCH_LEFT_OUT = 0.3
"""Of the total resistance. Where the discrepancy carries so much, R_total is in doubt as well."""


def broken_relations(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt what no linear, stable system can show: the Kramers-Kronig relations are broken."""
    broken = [each for each in relations_of(tree) if not each.consistent]
    for each in broken:
        about = about_label(tree, each.label) if each.label else ALL
        yield Doubt(each.sentence, about, "Kramers-Kronig")


def left_out(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt a circuit whose own elements leave out much of the total resistance.

    Only of results whose noise holds a discrepancy, which says how much that is: ``R_left_out``.
    """
    posterior = tree.children["posterior"].dataset
    if not {"R_left_out", "R_total"} <= set(posterior):
        return
    each = tuple(map(str, scalars(tree.children["posterior"].to_dataset())))
    for name in (name for name in each if stem(name) == "R_left_out"):
        label = label_of(name)
        total = f"R_total[{label}]" if label else "R_total"
        shares = element(posterior, name).values / element(posterior, total).values
        share = float(np.median(np.abs(shares)))
        if share > LEFT_OUT:
            whose = f" of {label}" if label else ""
            about, counted = about_label(tree, label) if label else ALL, ""
            if share <= MUCH_LEFT_OUT:
                counted = " R_total counts it in, but the resistances of the arcs need not."
                others = about_label(tree, label) if label else each
                about = tuple(own for own in others if own not in (name, total))
            yield Doubt(
                f"The circuit leaves out {100 * share:.0f} % of R_total{whose}: a process is "
                f"missing in it.{counted} Look where, and add an element there.",
                about,
                "left out",
                grave=True,
            )


def partly_sampled(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt all but what was sampled well, where that is not everything; see `accept_total`."""
    verdict = Verdict.of(tree)
    if not verdict.partly:
        return
    names = map(str, scalars(tree.children["posterior"].to_dataset()))
    about = tuple(name for name in names if name not in verdict.partly)
    yield Doubt(
        f"The data allow several ways in which the resistance parts, and how probable each is was "
        f"found only roughly ({marked(verdict.notes[-1]).rstrip('.')}). All of them agree on "
        f"{enumerated(verdict.partly)}; the other intervals span them. Take a circuit with fewer "
        "elements, or measure at another temperature.",
        about,
        "sampling",
    )


NEEDED = 0.02
"""Of the total resistance. An arc that carries less could be any small process."""

VAGUE = np.log(1.5)
"""Standard deviation of the logarithm of a resistance of which data say little."""


def needless(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt the arcs of a circuit that has one more than its data need.

    The prior of a resistance is wide over decades, so that nearly no arc and one that matters are
    about as probable before; what the posterior says of them is the answer. Which of the arcs is
    the small one may differ from draw to draw.
    """
    posterior, circuit = tree.children["posterior"].dataset, model_of(tree)
    if not isinstance(circuit, Circuit) or "R_total" not in posterior:
        return
    arcs = tuple(circuit.arc_resistances())
    if len(arcs) < 2 or any(posterior[name].ndim > 2 for name in arcs):
        return
    shares = np.stack([(posterior[name] / posterior["R_total"]).values.ravel() for name in arcs])
    least = shares.min(axis=0)
    probability = float((least > NEEDED).mean())
    if probability >= 0.5 or np.log(np.maximum(least, 1e-12)).std() < VAGUE:
        return
    small = arcs[int(np.bincount(shares.argmin(axis=0), minlength=len(arcs)).argmax())]
    parts = circuit.children if isinstance(circuit, Series) else ()
    others = [str(part) for part in parts if small not in part.arc_resistances()]
    simpler = Setting("circuit", "-".join(others)).mark if len(others) < len(parts) else CIRCUIT
    which = {2: "second", 3: "third"}.get(len(arcs), f"{len(arcs)}th")
    likely = f"{probability:.2f}" if probability >= 0.005 else "less than 0.01"
    yield Doubt(
        f"The data need no {which} arc: that it carries {100 * NEEDED:.0f} % of R_total or more "
        f"has the probability {likely}. R_total does not depend on it. Take {simpler}.",
        arcs,
        "needless arc",
    )


SURELY = 0.01
"""Probability of no skew, or of a skew to the other side, below which an arc is said to be skewed;
and of a discrepancy no larger than its prior expects, below which a process is said to be there."""

UNSURE = 0.2
"""Of a resistance. So much may a process that the data cannot show not change it."""


def unparted(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt how resistance parts between arcs of which one is not the arc of the circuit.

    Skewed arcs and a small process between two plain ones draw the same spectrum. Their sum is
    the same, and the share of each is not.
    """
    posterior, circuit = tree.children["posterior"].dataset, model_of(tree)
    if not isinstance(circuit, Circuit):
        return
    skews = {str(arc): arc.skew for arc in circuit.skewed_arcs()}
    if len(skews) < 2 or not set(skews.values()) <= set(posterior):
        return
    arcs = tuple(circuit.arc_resistances())
    skewed = []
    for arc, name in skews.items():
        above = float((posterior[name] > 0).mean())
        if min(above, 1 - above) < SURELY:
            skewed.append(arc)
    if skewed:
        one = "arc of" if len(skewed) == 1 else "arcs of"
        verb = "is" if len(skewed) == 1 else "are"
        yield Doubt(
            f"The {one} {enumerated(skewed)} {verb} skewed, or a small process lies beside: the "
            f"data do not say which, and so how the resistance parts between {enumerated(arcs)} "
            "holds only if each arc is one process. Their sum does not depend on it. To tell "
            "them apart, measure at another temperature.",
            arcs,
            "parting of arcs",
        )
    elif _is_left_out(tree):
        yield Doubt(
            f"The arcs leave out a process, and how the resistance parts between "
            f"{enumerated(arcs)} depends on what it is. Their sum hardly does. The figure of what "
            "the circuit leaves out shows where it is; an element there may tell.",
            arcs,
            "parting of arcs",
        )


def _is_left_out(tree: xr.DataTree) -> bool:
    """Tell whether the discrepancy is surely larger than its prior expects."""
    if "discrepancy" not in tree.children["posterior"].dataset:
        return False
    drawn, expected = (tree.children[of].dataset["discrepancy"] for of in ("posterior", "prior"))
    return float((drawn <= float(expected.median())).mean()) < SURELY


def overlooked(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt resistances of arcs that a process too small to be seen would change much."""
    for each in hidden(tree):
        if each.change > UNSURE:
            yield Doubt(
                f"A process of {100 * each.share:.2g} % of R_total near "
                f"{hertz(each.frequency)} would not be seen in these data, and would change "
                f"{each.name} by {100 * min(each.change, 1):.0f} %: {each.name} holds only if "
                "there is none. R_total does not depend on it.",
                (each.name,),
                "hidden process",
            )


DRIFT = np.log(10)
"""Logarithm of the Bayes factor above which only time explains a misfit. Of spectra without drift
that both clocks of `drifts` look at about 1 in 100 is above it, whatever the noise."""


def drifted(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt spectra during whose sweep the resistances changed."""
    found = [each for each in drifts(tree) if each.log_factor > DRIFT]
    for each in found:
        label = ""
        if each.group is not None:
            dim = group_dim(tree)
            label = str(tree.children["posterior"].dataset[dim].values[each.group])
        grew = "grew" if each.change > 0 else "fell"
        whose = f" of {label}" if label else ""
        yield Doubt(
            f"The resistances{whose} {grew} by about {100 * abs(each.change):.2g} % during the "
            "sweep, if points were measured from high to low frequency: only time explains what "
            "the circuit misses. They belong to no single time. Measure after a longer rest and "
            f"at a steady temperature, or leave out the slowest points ({SLOWEST}).",
            about_label(tree, label) if label else ALL,
            "drift",
        )


def loud_noise(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt a fit whose noise is a tenth of |Z| or more."""
    posterior = tree.children["posterior"].to_dataset()
    if "noise" not in posterior:
        return
    medians = {
        str(name): float(value.median()) for name, value in scalars(posterior[["noise"]]).items()
    }
    loud = {name: median for name, median in medians.items() if median >= LOUD}
    if not loud:
        return
    labels = [label_of(name) for name in loud if name != stem(name)]
    whose = f" of {enumerated(labels)}" if labels else ""
    about = tuple(each for label in labels for each in about_label(tree, label))
    yield Doubt(
        f"The noise{whose} is {100 * max(loud.values()):.0f} % of |Z|, which no instrument "
        f"scatters: the circuit does not follow the data ({CIRCUIT}), or a sign ({SIGN}) or a "
        "column is wrong. Look at the data beside the fit.",
        about or ALL,
        "noise",
    )


DOUBTS_OF_SPECTRA: tuple[Callable[[xr.DataTree], Iterator[Doubt]], ...] = (
    broken_relations,
    drifted,
    left_out,
    partly_sampled,
    needless,
    unparted,
    overlooked,
    loud_noise,
)
"""What is asked of every fitted spectrum, the gravest first."""
