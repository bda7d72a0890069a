"""Coverage of retention and of cycles to 80 % over simulated cells, for each law of fade.

    python benchmarks/fade_coverage.py --cells 500 --law PowerFade --law KneeFade
    python benchmarks/fade_coverage.py --cells 500 --noise independent

Cells are drawn from the priors, with noise of 0.05 to 1 % (AR(1) unless told), over 80 cycles,
and fitted by the same law and noise. Printed is how often the 90 % interval holds the truth, with
its Monte Carlo error; the rank of a truth among draws that are censored at the same horizon is
drawn at random. Runs that are refused are counted.
"""

import argparse
import json
import time

import numpy as np
import pandas as pd
import xarray as xr

import posterion as po
from posterion.inference.engine.simulate import simulate_prior
from posterion.inference.fit_each import fit_each
from posterion.inference.noise.correlated import Autocorrelated
from posterion.inference.noise.independent import Gaussian
from posterion.models.ageing import FADE_LAWS

CYCLES = np.arange(1.0, 81.0)
BEYOND = 200.0
PRIORS = {"initial_capacity": "LogNormal(0, 0.1)", "noise": "LogNormal(-6.2, 0.7)"}
NOISES = {"autocorrelated": Autocorrelated(), "independent": Gaussian()}
QUANTITIES = ("retention inside", "retention beyond", "cycles to 80 %")


def cell(capacity: np.ndarray) -> xr.Dataset:
    """Return the data of one cell."""
    return xr.Dataset(
        {"capacity": ("point", capacity, {"units": "Ah"})}, coords={"cycle": ("point", CYCLES)}
    )


def truths(law, parameters: dict[str, float]) -> np.ndarray:
    """Return the three quantities of known parameters, by the formula itself."""

    def share(cycle):
        inside = law.response({"cycle": np.asarray(cycle, dtype=float)}, parameters)
        return inside / law.response({"cycle": 1.0}, parameters)

    grid = np.geomspace(1, 100 * CYCLES[-1], 400_001)
    below = share(grid) <= 0.8
    reached = grid[below.argmax()] if below.any() else grid[-1]
    return np.array([*np.maximum(share([CYCLES[-1] / 2, BEYOND]), 0), reached])


def ranks(tree: xr.DataTree, truth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the share of draws below each truth, ties broken at random."""
    kept = po.retention(tree, [CYCLES[-1] / 2, BEYOND])
    drawn = [*kept.transpose("cycle", ...).values, po.cycles_to(tree, 0.8).values]
    return np.array(
        [
            (np.mean(d < t - 1e-9 * t) + rng.uniform() * np.mean(np.abs(d - t) <= 1e-9 * t))
            for d, t in zip(drawn, truth, strict=True)
        ]
    )


def cover(law, noise, cells: int, seed: int) -> dict[str, object]:
    """Fit simulated cells and count how often the intervals hold the truth."""
    rng = np.random.default_rng(seed)
    template = cell(np.linspace(1.02, 0.98, CYCLES.size))
    model = po.build(law, template, priors=PRIORS, noise=noise)
    prior, _ = simulate_prior(model, 4 * cells, seed)
    usable = np.flatnonzero((prior["capacity"] > 0.05).all(axis=1))[:cells]
    found, refused, start = [], 0, time.process_time()
    data = (cell(capacity) for capacity in prior["capacity"][usable])
    fits = fit_each(law, data, priors=PRIORS, noise=noise, seed=seed)
    for number, tree in zip(usable, fits, strict=True):
        if not po.Verdict.of(tree).passed:
            refused += 1
            continue
        parameters = {p.name: float(prior[p.name][number]) for p in law.parameters}
        found.append(ranks(tree, truths(law, parameters), rng))
    inside = (np.abs(np.array(found) - 0.5) < 0.45).mean(axis=0)
    row = {name: round(100 * share, 1) for name, share in zip(QUANTITIES, inside, strict=True)}
    error = round(100 * float(np.sqrt(0.09 / len(found))), 1)
    cpu = round(time.process_time() - start)
    return {"law": type(law).__name__, **row, "±": error, "refused": refused, "CPU s": cpu}


def main() -> None:
    """Print the table."""
    known = {law.__name__: law for law in FADE_LAWS}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=500)
    parser.add_argument("--law", action="append", choices=known)
    parser.add_argument("--noise", choices=NOISES, default="autocorrelated")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rows = []
    for name in given.law or known:
        rows.append(cover(known[name](), NOISES[given.noise], given.cells, given.seed))
        print(json.dumps(rows[-1]), flush=True)
    print(pd.DataFrame(rows).to_string(index=False))


if __name__ == "__main__":
    main()
