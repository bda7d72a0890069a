"""Cost of many spectra in one hierarchical model, and whether it finds what was put in.

``python benchmarks/hierarchical.py`` simulates 6, 12, 24 and 48 spectra of one circuit, whose
parameters scatter by a known spread, and fits each set twice, in processes of their own: the
first compiles, the second is measured. ``--measured FOLDER`` fits measured spectra instead: the
65 spectra of a cell over its cycles (every second of the first 48), and a pellet at seven
temperatures.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import arviz_stats
import numpy as np
import xarray as xr

import posterion as po
from posterion.datasets.schema import spectrum_dataset

CIRCUIT = "R0-p(R1,CPE1)-p(R2,CPE2)-CPE3"
TYPICAL = {
    "R0": 10.0,
    "R1": 100.0,
    "R2": 250.0,
    "CPE1_Q": 4e-8,
    "CPE2_Q": 2e-5,
    "CPE3_Q": 5e-3,
    "CPE1_n": 0.92,
    "CPE2_n": 0.85,
    "CPE3_n": 0.88,
}
SPREAD, SPREAD_N, NOISE, POINTS = 0.3, 0.15, 0.005, 60
SIZES = (6, 12, 24, 48)


def simulate(count: int, seed: int = 0) -> tuple[xr.Dataset, dict[str, list[float]]]:
    """Return spectra whose parameters scatter in logarithm or logit, and the truth."""
    rng = np.random.default_rng(seed)
    f = np.logspace(6, -2, POINTS)
    s = 2j * np.pi * f
    spectra, truth = {}, {name: [] for name in TYPICAL}
    for number in range(count):
        own = {}
        for name, value in TYPICAL.items():
            if name.endswith("_n"):
                logit = np.log(value / (1 - value)) + SPREAD_N * rng.normal()
                own[name] = 1 / (1 + np.exp(-logit))
            else:
                own[name] = value * np.exp(SPREAD * rng.normal())
            truth[name].append(own[name])
        Z = own["R0"] + 1 / (own["CPE3_Q"] * s ** own["CPE3_n"])
        for R, cpe in (("R1", "CPE1"), ("R2", "CPE2")):
            Z = Z + own[R] / (1 + own[R] * own[f"{cpe}_Q"] * s ** own[f"{cpe}_n"])
        Z = Z + NOISE * abs(Z) * (rng.normal(size=POINTS) + 1j * rng.normal(size=POINTS))
        label = f"cell {number:02d}"
        spectra[label] = spectrum_dataset(f, Z, source=label, format="simulated")
    return po.stack_spectra(spectra), truth


def measure(circuit: str, data: xr.Dataset) -> tuple[xr.DataTree, dict]:
    """Fit, and return what it cost."""
    wall, cpu = time.perf_counter(), time.process_time()
    tree = po.fit(po.Circuit.parse(circuit), data, pool="spectrum", seed=1)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    verdict = po.Verdict.of(tree)
    draws = tree["sample_stats"].dataset[["unconstrained"]]
    ess = arviz_stats.ess(draws)["unconstrained"].values
    return tree, {
        "parameters": int(draws["unconstrained"].shape[-1]),
        "trusted": verdict.passed,
        "max_r_hat": verdict.max_r_hat,
        "min_ess": round(float(ess.min())),
        "median_ess": round(float(np.median(ess))),
        "cpu_s": round(cpu, 1),
        "wall_s": round(wall, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "notes": [*verdict.messages, *verdict.notes],
        "timing": json.loads(tree.attrs["timing"]),
    }


def one(what: str, folder: Path | None) -> dict:
    """Fit one set of spectra."""
    if what == "cycles":
        known = po.read_spectra(folder / "autoeis" / "battery_data_even_index.csv")
        data = po.stack_spectra({label: known[label] for label in [*known][:48:2]})
        return measure(CIRCUIT, data)[1]
    if what == "temperatures":
        files = sorted((folder / "eisfitpython").glob("*deg.txt"))
        data = po.stack_spectra({path.stem[-6:]: po.read_spectrum(path) for path in files})
        return measure("p(R1,CPE1)-p(R2,CPE2)-CPE3", data)[1]
    data, truth = simulate(int(what))
    tree, cost = measure(CIRCUIT, data)
    inside = []
    for name, values in truth.items():
        low, high = tree["posterior"][name].quantile([0.03, 0.97], ("chain", "draw")).values
        inside.append((low < values) & (values < high))
    return cost | {"covered": f"{np.sum(inside)} of {np.size(inside)}"}


def main() -> None:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--measured", type=Path)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.one, options.measured)))
        return
    sets = ["temperatures", "cycles"] if options.measured else [*map(str, options.sizes)]
    for what in sets:
        command = [sys.executable, __file__, "--one", what]
        if options.measured:
            command += ["--measured", str(options.measured)]
        for _ in ("compiles", "is measured"):
            run = subprocess.run(command, check=True, capture_output=True, text=True)
        print(what, run.stdout.strip(), flush=True)


if __name__ == "__main__":
    main()
