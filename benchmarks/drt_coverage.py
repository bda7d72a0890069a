"""How often a distribution of relaxation times holds the analytic one, and its peaks are real.

    python benchmarks/drt_coverage.py --n 40 --out FILE.jsonl
    python benchmarks/drt_coverage.py --table FILE.jsonl

Truths are a resistor and one to three arcs R/(1 + (jωτ)^α)^β, a decade or more apart, half of them
with β = 1, over 71 frequencies from 1 MHz to 0.1 Hz with normal noise of 0.1 to 1 % of |Z|. Their
distribution follows from the jump of Z across its branch cut, γ(ln τ) = -Im Z(s = e^(jπ)/τ)/π, and
its maxima are the true peaks: nothing here comes from the package that is tested. A spectrum
depends on its number alone; a line goes into the file as it comes, and a run that was stopped goes
on.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

FREQUENCY = np.logspace(6, -1, 71)
NEAR = 0.3
"""Decades within which a peak is that of the truth."""
SURE, MORE_LIKELY = 0.9, 0.5


@dataclass(frozen=True)
class Arc:
    """The impedance R/(1 + (jωτ)^α)^β."""

    R: float
    tau: float
    alpha: float
    beta: float

    def impedance(self, size: Reals, angle: float) -> npt.NDArray[np.complex128]:
        """Return it at s = size·exp(j angle)."""
        power = (size * self.tau) ** self.alpha * np.exp(1j * self.alpha * angle)
        return np.asarray(self.R / (1 + power) ** self.beta)


@dataclass(frozen=True)
class Truth:
    """A resistor, arcs in series, and noise relative to |Z|."""

    R0: float
    arcs: tuple[Arc, ...]
    noise: float

    @classmethod
    def numbered(cls, number: int) -> "Truth":
        """Return the truth of a number."""
        rng = np.random.default_rng([number, 16])
        count = 1 + number % 3
        while True:
            places = np.sort(rng.uniform(-6, 0, count))
            if (np.diff(places) >= 1).all():
                break
        arcs = tuple(
            Arc(
                10 ** rng.uniform(1.5, 2.5),
                10**place,
                rng.uniform(0.7, 0.95),
                1.0 if rng.random() < 0.5 else rng.uniform(0.6, 1.0),
            )
            for place in places
        )
        return cls(10 ** rng.uniform(1, 2), arcs, 10 ** rng.uniform(-3, -2))

    @property
    def R_total(self) -> float:
        """Resistance to direct current."""
        return self.R0 + sum(arc.R for arc in self.arcs)

    def measured(self, number: int) -> npt.NDArray[np.complex128]:
        """Return a measurement of it."""
        omega = 2 * np.pi * FREQUENCY
        Z = self.R0 + sum(arc.impedance(omega, np.pi / 2) for arc in self.arcs)
        scatter = np.random.default_rng([number, 17]).normal(size=(2, omega.size))
        return np.asarray(Z + self.noise * np.abs(Z) * (scatter[0] + 1j * scatter[1]))

    def gamma(self, tau: Reals) -> Reals:
        """Return γ(ln τ) in ohm."""
        return np.asarray(-sum(arc.impedance(1 / tau, np.pi) for arc in self.arcs).imag / np.pi)  # type: ignore[union-attr]

    def peaks(self) -> Reals:
        """Return log10 τ of the maxima of γ."""
        places = np.linspace(-9, 3, 6001)
        gamma = self.gamma(10**places)
        return np.asarray(places[1:-1][(gamma[1:-1] > gamma[:-2]) & (gamma[1:-1] > gamma[2:])])


def measure(number: int, fit: Callable[[Any, int], Any]) -> dict[str, Any]:
    """Fit the spectrum of a number, and hold the result against the truth."""
    from rows import spectrum

    import posterion as po
    from posterion.inference.relaxation_times import relaxation_times

    truth = Truth.numbered(number)
    started = time.process_time()
    tree = fit(spectrum(FREQUENCY, truth.measured(number)), number)
    cpu_s = time.process_time() - started
    verdict = po.Verdict.of(tree)
    line: dict[str, Any] = {"number": number, "word": verdict.word, "cpu_s": cpu_s}
    if not verdict.passed:
        return line
    times = relaxation_times(tree)
    window = (times.tau * 2 * np.pi * FREQUENCY.min() < 1) & (
        times.tau * 2 * np.pi * FREQUENCY.max() > 1
    )
    low, high = np.quantile(times.left_out, [0.03, 0.97], axis=0)
    gamma = truth.gamma(times.tau)
    inside = float(((low < gamma) & (gamma < high))[window].mean())
    ends = [float(q) for q in np.quantile(tree["posterior"]["R_total"], [0.03, 0.5, 0.97])]
    found = [
        (float(np.log10(np.median(peak.tau))), peak.probability)
        for peak in po.relaxation_peaks(tree)
    ]
    return {
        **line,
        "true": truth.R_total,
        "R_total": ends,
        "true_peaks": truth.peaks().tolist(),
        "peaks": found,
        "inside": inside,
    }


def table(lines: Sequence[dict[str, Any]]) -> str:
    """Return the judged shares as Markdown."""
    kept = [line for line in lines if "peaks" in line]

    def is_true(place: float, line: dict[str, Any]) -> bool:
        return min(abs(place - true) for true in line["true_peaks"]) <= NEAR

    held = sum(line["R_total"][0] < line["true"] < line["R_total"][2] for line in kept)
    width = np.median([np.ptp(line["R_total"]) / 2 / line["true"] for line in kept])
    listed = [(place, p, line) for line in kept for place, p in line["peaks"]]
    sure = [is_true(place, line) for place, p, line in listed if p > SURE]
    spurious = {
        line["number"] for place, p, line in listed if p > MORE_LIKELY and not is_true(place, line)
    }
    true = [(place, line) for line in kept for place in line["true_peaks"]]
    seen = sum(
        any(abs(place - found) <= NEAR and p > MORE_LIKELY for found, p in line["peaks"])
        for place, line in true
    )
    bands = np.mean([line["inside"] for line in kept])
    words = ", ".join(
        f"{sum(line['word'] == word for line in lines)} {word}"
        for word in ("trusted", "doubtful", "refused")
    )
    rows = (
        ("spectra", f"{len(lines)}: {words}"),
        ("R_total held by its 94 % interval", f"{held} of {len(kept)}"),
        ("half width of that interval, median", f"{100 * width:.1f} %"),
        ("peaks of probability > 0.9 within 0.3 decades of one", f"{sum(sure)} of {len(sure)}"),
        ("spectra with a peak > 0.5 that is not there", f"{len(spurious)} of {len(kept)}"),
        ("true peaks found with > 0.5", f"{seen} of {len(true)}"),
        ("pointwise coverage of the 94 % band of γ", f"{100 * bands:.0f} %"),
        ("CPU time of a fit, median", f"{np.median([line['cpu_s'] for line in lines]):.0f} s"),
    )
    return "\n".join(["| | |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows)])


def main() -> None:
    """Measure, or print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--n", type=int, default=40)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--table", type=Path)
    given = parser.parse_args()
    path: Path = given.table or given.out
    lines = [json.loads(text) for text in path.read_text().splitlines()] if path.exists() else []
    if given.out:
        import posterion as po

        done = {line["number"] for line in lines}
        for number in (number for number in range(given.n) if number not in done):
            line = measure(number, lambda data, seed: po.fit(po.DRT(), data, seed=seed))
            with path.open("a") as file:
                file.write(json.dumps(line) + "\n")
            lines.append(line)
            print(json.dumps(line), flush=True)
    print(table(lines))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
