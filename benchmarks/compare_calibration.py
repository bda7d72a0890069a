"""Calibration of probabilities of being best, and differences that are claimed falsely.

    python benchmarks/compare_calibration.py --designs 1000 --rows designs.jsonl --seed 2

Designs of four groups with 1, 2, 5 or 20 specimens each are simulated on the logarithmic scale
and compared with the defaults. Of the differing groups the truth is drawn in two ways: from the
priors of the model (spread between specimens, tails and differences), and with a spread of 10 %,
normal, and differences of 5, 10 or 30 %, which the model does not know. Groups that do not differ
have a spread drawn from its prior. Printed is how often the group that is said to be best with
some probability is best, and how often a difference is claimed where there is none; runs that
failed their checks claim nothing and are counted. With ``--rows`` each design is a line of a file
at once, and the tables are of all that the file holds: a run that is stopped loses nothing, and
another seed adds to it.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import posterion as po
from posterion.inference.comparison.compare_each import compare_each
from posterion.inference.comparison.ranking import p_best
from posterion.inference.comparison.specimen_model import UNEQUAL
from posterion.inference.comparison.specimens import PELLETS
from posterion.inference.comparison.words import CLEAR

SPECIMENS = (1, 2, 5, 20)
GROUPS = 4
EDGES = np.array([0, 0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 1])
MEASURED = ("from the priors", "spread 10 %", "no difference")

Truth = tuple[np.ndarray, xr.Dataset]


def simulated(kind: str, n: int, rng: np.random.Generator, groups: int = GROUPS) -> Truth:
    """Return the true levels of the groups, as logarithms, and numbers of their specimens."""
    prior = dict(PELLETS.arguments)
    spread, unequal, nu = rng.lognormal(prior["mu"], prior["sigma"]), UNEQUAL, np.inf
    between = 0.0
    if kind == "from the priors":
        between, nu = rng.lognormal(np.log(0.2), 1.0), 1 + rng.lognormal(np.log(20), 1.0)
    if kind == "spread 10 %":
        between, spread, unequal = rng.choice([0.05, 0.1, 0.3]), 0.1, 0.0
    levels = between * rng.normal(size=groups)
    place = np.repeat(np.arange(groups), n)
    tails = rng.standard_t(nu, place.size) if np.isfinite(nu) else rng.normal(size=place.size)
    scatter = (spread * np.exp(unequal * rng.normal(size=groups)))[place] * tails
    value = 0.3 * np.exp(levels[place] + scatter)
    return levels, po.replicates(value, [f"group {k}" for k in place], unit="mS/cm")


def answers(kind: str, designs: int, seed: int) -> Iterator[dict[str, object]]:
    """Compare simulated designs, the numbers of specimens in turn."""
    rng = np.random.default_rng(seed)
    truths = [simulated(kind, SPECIMENS[k % len(SPECIMENS)], rng) for k in range(designs)]
    found = compare_each((data for _, data in truths), seed=seed)
    for k, ((levels, _), (tree, verdict)) in enumerate(zip(truths, found, strict=True)):
        drawn = tree["posterior"]["level"]
        values = drawn.values.reshape(-1, GROUPS)
        above = [
            float((values[:, i] > values[:, j]).mean()) for i in range(GROUPS) for j in range(i)
        ]
        yield {
            "kind": kind,
            "n": SPECIMENS[k % len(SPECIMENS)],
            "trusted": verdict.passed,
            "p_best": p_best(drawn).values.tolist(),
            "best": int(np.argmax(levels)),
            "claims": float(np.mean(np.abs(np.array(above) - 0.5) >= CLEAR - 0.5)),
        }


def calibration(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return how often the group said to be best is, by what was said."""
    said = np.concatenate([row["p_best"] for row in rows])
    right = np.concatenate([np.arange(GROUPS) == row["best"] for row in rows])
    bins = pd.cut(said, EDGES, include_lowest=True)
    table = pd.DataFrame({"said": said, "right": right}).groupby(bins, observed=True)
    result = table.agg(cases=("said", "size"), said=("said", "mean"), right=("right", "mean"))
    result["±"] = np.sqrt(result["right"] * (1 - result["right"]) / result["cases"])
    return (100 * result[["said", "right", "±"]]).round(1).assign(cases=result["cases"])


def claimed(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return how often a difference, or a best group, was claimed, by the number of specimens."""
    frame = pd.DataFrame(rows)
    frame["said best"] = [max(row) >= CLEAR for row in frame["p_best"]]
    table = frame.groupby("n").agg(
        designs=("n", "size"),
        pairs=("claims", lambda each: round(100 * each.mean(), 2)),
        any=("claims", lambda each: round(100 * (each > 0).mean(), 2)),
        best=("said best", lambda each: round(100 * each.mean(), 2)),
    )
    names = {"pairs": "% of pairs", "any": "% of designs with any", "best": "% with a best group"}
    return table.rename(columns=names)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--designs", type=int, default=1000, help="of each kind of truth")
    parser.add_argument("--kind", action="append", choices=MEASURED)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=Path, help="a file of designs, one a line")
    given = parser.parse_args()
    rows = []
    if given.rows and given.rows.exists():
        rows = [json.loads(line) for line in given.rows.read_text().splitlines()]
    for kind in given.kind or MEASURED:
        start = time.process_time()
        for row in answers(kind, given.designs, given.seed):
            rows.append(row)
            if given.rows:
                with given.rows.open("a") as file:
                    file.write(json.dumps(row) + "\n")
        cpu = (time.process_time() - start) / max(given.designs, 1)
        own = [row for row in rows if row["kind"] == kind]
        kept = [row for row in own if row["trusted"]]
        said = {"truth": kind, "designs": len(own), "refused": len(own) - len(kept)}
        print(json.dumps(said | {"CPU s each": round(cpu, 2)}), flush=True)
        table = claimed(kept) if kind == "no difference" else calibration(kept)
        print(table.to_string(), flush=True)


if __name__ == "__main__":
    main()
