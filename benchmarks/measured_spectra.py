"""Measured spectra: what is trusted, what was published, whether seeds and replicates agree.

    python benchmarks/measured_spectra.py FOLDER --out FILE.csv
    python benchmarks/measured_spectra.py FOLDER --seeds 1,2,3 --only eisfitpython --out FILE.csv
    python benchmarks/measured_spectra.py OTHER --circuits OTHER/circuits.csv --out FILE.csv
    python benchmarks/measured_spectra.py FOLDER --table FILE.csv

FOLDER holds the public data sets that docs/real_data.md names, a folder each; what is absent is
left out. Other files come by a table of the columns file (within FOLDER) and circuit. Fits go into
the file as they come, and a run that was stopped goes on. Circuits are those of docs/real_data.md
and of the sources; where none is stated, the simplest of what the Nyquist plot shows. Nothing is
set for a single file, but that inductive points of two cells are left out, as in the fits that
were published of one, and that two parameters of one fit are held where its authors held them.
"""

import argparse
import csv
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from real_data import NAMES, PELLET, published
from rows import NORMAL_94, WORDS, Estimate, Key, Line, chosen_noise, fitted, markdown, read, run
from rows import verdicts as shares

NOISES = ("default", "white")
TWO, ONE, TAIL = "R0-p(R1,CPE1)-p(R2,CPE2)-CPE3", "R0-p(R1,CPE1)", "R0-p(R1,CPE1)-CPE2"
CELL = "impedance_py/exampleData.csv"
DUMMIES = tuple(f"impedance_py/Circuit1_EIS_{number}.z" for number in (1, 2))
AGEING = "autoeis/battery_data_even_index.csv"
FARTHEST = 2.2
"""So many of both errors together may a value lie from a published one."""


@dataclass(frozen=True)
class Case:
    """A spectrum of a file, which is the whole file where no label is given, and its circuit."""

    file: str
    circuit: str
    label: str | None = None
    capacitive: bool = False
    held: tuple[tuple[str, float], ...] = ()
    published: tuple[tuple[str, float, float], ...] = ()

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return ", ".join(filter(None, (self.file, self.label, self.circuit)))


# Of the dummy circuit three digits are published: their rounding, sd 0.29 units, adds to the error.
_DUMMY = (("R0", 29.1, math.hypot(0.0363, 0.03)), ("R1", 46.7, math.hypot(0.0469, 0.03)),
          ("C1", 1.04e-5, math.hypot(2.95e-8, 3e-8)))  # fmt: skip
_HELD = (("R0", 0.02), ("Wo1_tau", 200.0))
_TWO_ARCS = (("R2", 6.79e-3, 1.08e-3), ("C2", 5.62, 1.96), ("R1", 3.91e-3, 1.09e-3),
             ("C1", 1.36, 0.261), ("Wo1_Z0", 5.88e-2, 1.25e-3))  # fmt: skip
_SINGLE = (
    *(Case(file, "R0-p(R1,C1)", published=_DUMMY) for file in DUMMIES),
    *(Case(CELL, text, capacitive=True) for text in (
        "R0-p(R1,C1)-p(R2-Wo1,C2)", "R0-p(R1-Wo1,C1)", "R0-p(R1,CPE1)-p(R2,CPE2)-Wo1")),
    Case(CELL, "R0-p(R1,C1)-p(R2,C2)-Wo1", capacitive=True, held=_HELD, published=_TWO_ARCS),
    *(Case(f"impedance_py/exampleData{name}", ONE) for name in (
        "ZPlot.z", "Gamry.DTA", "BioLogic.mpt", "VersaStudio.par", "Powersuite.txt")),
    Case("autoeis/test_data.txt", TAIL),
    Case("bayes_drt/PDAC_COM3_02109_Contact10_2065C_500C.txt", TAIL),
    Case("hybrid_drt/PEIS_LPSCl_IonBlocking_-25C.txt", TAIL),
    Case("impedance_analyzer/calce-data-41.csv", TAIL),
    Case("pydrttools/LIB_data.txt", TWO, capacitive=True),
)  # fmt: skip


def cases(folder: Path, circuits: Path | None) -> Iterator[Case]:
    """Yield the spectra that the folder holds."""
    import posterion as po

    report = folder / "eisfitpython" / "reference_Batch_EISfit_Report.txt"
    for kelvin, values in published(report).items() if report.exists() else ():
        known = tuple((n, *pair) for n, pair in zip(NAMES, values, strict=True))
        yield Case(f"eisfitpython/s04147-{kelvin - 273}deg.txt", PELLET, published=known)
    yield from (case for case in _SINGLE if (folder / case.file).exists())
    for file, circuit in ((AGEING, TWO), ("madap/impedance_spectra.csv", "R0-CPE1")):
        if (folder / file).exists():
            yield from (Case(file, circuit, label) for label in po.read_spectra(folder / file))
    if circuits:
        with circuits.open(encoding="utf-8", newline="") as table:
            for line in csv.DictReader(table):
                labels = po.read_spectra(folder / line["file"])
                for label in labels if len(labels) > 1 else (None,):
                    yield Case(line["file"], line["circuit"], label)


@cache
def _spectra(path: Path) -> dict[str, Any]:
    import posterion as po

    return po.read_spectra(path)


def measure(key: Key, folder: Path, known: dict[str, Case]) -> Line:
    """Read and fit the spectrum of a key."""
    case = known[key.what]
    spectra = _spectra(folder / case.file)
    data = spectra[case.label] if case.label else next(iter(spectra.values()))
    if case.capacitive:
        data = data.isel(frequency=data["Z"].sel(part="imag").values < 0)
    priors = {name: f"LogNormal({math.log(value)}, 1e-4)" for name, value in case.held}
    noise = chosen_noise(key.noise)
    return fitted(key, case.circuit, data, seed=key.seed, noise=noise, priors=priors or None)


# --- Tables --------------------------------------------------------------------------------------


def asked(line: Line) -> tuple[str, Estimate] | None:
    """Return the total resistance, which conductivity follows, or what there is of one."""
    for name in ("R_total", "R0", "R1"):
        if name in line.quantities:
            return name, line.quantities[name]
    return None


def each_table(lines: Sequence[Line]) -> str:
    """Return what came of each fit."""
    rows = []
    for line in lines:
        found = asked(line)
        told = ["–"] * 4
        if found:
            name, e = found
            noise = line.quantities.get("noise")
            share = f"{100 * noise.median:.2f} %" if noise else "–"
            answer = f"{e.median:.4g} ± {e.sd:.2g}" if line.word != "refused" else "–"
            told = [name, answer, "yes" if e.trusted else "no", share]
        rows.append([line.key.what, line.word, *told, f"{line.cpu_s:.1f}", line.why[:150]])
    return markdown(("spectrum", "verdict", "asked", "Ω", "trusted", "noise", "CPU s", "why"), rows)


def shares_table(lines: Sequence[Line]) -> str:
    """Return the shares of verdicts, of each folder and of all."""
    folders = sorted({line.key.what.split("/")[0] for line in lines})
    rows = []
    for folder in (*folders, ""):
        own = [line for line in lines if line.key.what.startswith(folder)]
        sure = sum(bool((found := asked(line)) and found[1].trusted) for line in own)
        cpu = f"{median(line.cpu_s for line in own):.1f}"
        share = f"{sure} ({100 * sure / len(own):.0f} %)"
        rows.append([folder or "all", str(len(own)), share, shares(own), cpu])
    heads = ("folder", "spectra", "asked is trusted", f"{' / '.join(WORDS)}, %", "CPU s, median")
    return markdown(heads, rows)


def published_table(lines: Sequence[Line], known: dict[str, Case]) -> str:
    """Return the distances from published values in units of both errors together."""
    rows, far, told = [], 0, 0
    for line in lines:
        case = known.get(line.key.what)
        for name, value, error in case.published if case else ():
            e = line.quantities.get(name)
            if e is None or line.word == "refused":
                continue
            distance = (e.median - value) / math.hypot(e.sd, error)
            told += e.trusted
            far += e.trusted and abs(distance) > FARTHEST
            rows.append([
                case.name, name, f"{e.median:.4g} ± {e.sd:.2g}", f"{value:.4g} ± {error:.2g}",
                f"{distance:+.2f}", "yes" if e.trusted else "no",
            ])  # fmt: skip
    if not rows:
        return ""
    heads = ("spectrum", "quantity", "posterior", "published", "apart, both errors", "trusted")
    return f"{markdown(heads, rows)}\n\n{far} of {told} trusted values are beyond {FARTHEST}."


def seeds_table(lines: Sequence[Line]) -> str:
    """Return what the seed decides: words, and medians in posterior standard deviations."""
    rows, alike, near = [], 0, 0
    fits = Counter(line.key.what for line in lines)
    names = [name for name in fits if fits[name] > 1]
    for name in names:
        own = [line for line in lines if line.key.what == name]
        words = {word: n for word in WORDS if (n := sum(line.word == word for line in own))}
        worst = {}
        for quantity in own[0].quantities:
            found = [li.quantities[quantity] for li in own if quantity in li.quantities]
            found = [e for e in found if e.trusted]
            if len(found) > 1:
                medians, sd = [e.median for e in found], median(e.sd for e in found)
                worst[quantity] = max(abs(m - median(medians)) for m in medians) / sd
        alike += len(words) == 1
        which = max(worst, key=worst.__getitem__, default=None)
        farthest = f"{worst[which]:.2f} ({which})" if which else "–"
        near += not worst or max(worst.values()) <= 0.2
        told = ", ".join(f"{n} {word}" for word, n in words.items())
        rows.append([name, str(len(own)), told, farthest])
    heads = ("spectrum", "seeds", "verdicts", "farthest median, posterior sd")
    end = f"One verdict: {alike} of {len(names)}; medians within 0.2 sd: {near} of {len(names)}."
    return f"{markdown(heads, rows)}\n\n{end}"


def _agreement(label: str, apart: Sequence[float]) -> list[str]:
    inside = sum(abs(z) <= NORMAL_94 for z in apart)
    spread = math.sqrt(sum(z * z for z in apart) / len(apart))
    return [label, str(len(apart)), f"{100 * inside / len(apart):.0f}", f"{spread:.2f}"]


def replicates_table(lines: Sequence[Line]) -> str:
    """Return how often measurements of the same thing agree within both their intervals.

    Neighbours of the ageing cell are not quite the same thing: so a spectrum is also held against
    the mean of its two neighbours, which a steady change leaves alone. Errors that replicates
    share, such as those of the circuit, are in the intervals and not in the differences: these
    may agree more often than 94 %.
    """
    rows = []
    dummies = [line for line in lines if line.key.what.startswith(DUMMIES)]
    ageing = [line for line in lines if line.key.what.startswith(AGEING)]
    for name in ("R_total", "R0", "R1", "R2"):

        def sure(line: Line, name: str = name) -> Estimate | None:
            e = line.quantities.get(name)
            return e if e and e.trusted else None

        for label, own in (("dummy circuit, twice", dummies), ("neighbours, ageing", ageing)):
            pairs = [(a, b) for a, b in pairwise(map(sure, own)) if a and b]
            apart = [(a.median - b.median) / math.hypot(a.sd, b.sd) for a, b in pairs]
            if apart:
                rows.append(_agreement(f"{label}: {name}", apart))
        threes = zip(map(sure, ageing), map(sure, ageing[1:]), map(sure, ageing[2:]), strict=False)
        apart = [
            (b.median - (a.median + c.median) / 2) / math.hypot(b.sd, a.sd / 2, c.sd / 2)
            for a, b, c in threes
            if a and b and c
        ]
        if apart:
            rows.append(_agreement(f"between neighbours, ageing: {name}", apart))
    heads = ("replicates", "trusted pairs", f"within {NORMAL_94:.2f} combined sd, %", "rms, sd")
    return markdown(heads, rows) if rows else ""


def report(lines: Sequence[Line], known: dict[str, Case]) -> str:
    """Return all tables, of each noise; the first seed answers, the others are held against it."""
    said = []
    order = {name: number for number, name in enumerate(known)}
    for noise in NOISES:
        own = [line for line in lines if line.key.noise == noise and line.key.what in order]
        own.sort(key=lambda line: (order[line.key.what], line.key.seed))
        seeds = sorted({line.key.seed for line in own})
        if not seeds:
            continue
        answers = [line for line in own if line.key.seed == seeds[0]]
        tables: dict[str, Callable[[], str]] = {
            f"Verdicts, noise {noise}, seed {seeds[0]}": lambda a=answers: shares_table(a),
            "Each": lambda a=answers: each_table(a),
            "Published": lambda a=answers: published_table(a, known),
            "Replicates": lambda a=answers: replicates_table(a),
        }
        if len(seeds) > 1:
            tables["Seeds"] = lambda o=own: seeds_table(o)
        made = {title: make() for title, make in tables.items()}
        said += [f"## {title}\n\n{text}" for title, text in made.items() if text]
        if len(codes := {line.code for line in own}) > 1:
            said.append(f"The fits are from {len(codes)} versions of the code.")
    return "\n\n".join(said)


def main() -> None:
    """Run what is missing, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="spectra whose names hold this text")
    parser.add_argument("--every", type=int, default=1, help="every so many spectra of a table")
    parser.add_argument("--circuits", type=Path)
    parser.add_argument("--noise", choices=NOISES, default="default")
    parser.add_argument("--seeds", default="1", help="separated by commas")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("measured.csv"))
    parser.add_argument("--table", type=Path, help="print the tables of this file, and run nothing")
    given = parser.parse_args()
    known = {case.name: case for case in cases(given.folder, given.circuits)}
    if given.table:
        print(report(read(given.table), known))
        return
    labelled = [name for name, case in known.items() if case.label]
    left_out = {name for number, name in enumerate(labelled) if number % given.every}
    names = [name for name in known if given.only in name and name not in left_out]
    seeds = [int(seed) for seed in given.seeds.split(",")]
    keys = [Key(name, given.noise, seed, 0) for seed in seeds for name in names]
    measured = partial(measure, folder=given.folder, known=known)
    print("\n" + report(run(given.out, keys, measured, given.jobs), known))


if __name__ == "__main__":
    main()
