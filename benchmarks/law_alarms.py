"""How often each doubt, check and caution speaks, of right laws and of wrong ones.

    python benchmarks/law_alarms.py --case line --fits 200
    python benchmarks/law_alarms.py --case jump --fits 50

Cases: ``line``, eight points of one Arrhenius law with a scatter of 1 to 15 %; ``jump``, eleven
points of two phases whose conductivity jumps by a factor of 3 to 30, fitted by one line; ``fade``,
a cell of 80 cycles by the power law with its noise; ``doubled``, the same with a first cycle of
twice the capacity. Each is fitted as a user would, and counted is in how many trusted or doubtful
results each sentence stands, by its kind.
"""

import argparse
from collections import Counter
from collections.abc import Iterator

import numpy as np
import xarray as xr

import posterion as po
from posterion.inference.caution.cautions import cautions

K = 8.617333262e-5


def table(temperature: np.ndarray, logs: np.ndarray) -> xr.Dataset:
    """Return conductivities against temperature."""
    return xr.Dataset(
        {"conductivity": ("point", np.exp(logs), {"units": "S/cm"})},
        coords={"temperature": ("point", temperature, {"units": "K"})},
    )


def line(rng: np.random.Generator) -> tuple[object, xr.Dataset]:
    """Return one law and its points."""
    T = np.linspace(298.15, 368.15, 8)
    energy, scatter = rng.uniform(0.2, 0.6), np.exp(rng.uniform(*np.log([0.01, 0.15])))
    return po.Arrhenius("sigma"), table(T, 5 - energy / (K * T) + scatter * rng.normal(size=T.size))


def jump(rng: np.random.Generator) -> tuple[object, xr.Dataset]:
    """Return one law, and the points of two phases."""
    T = np.linspace(298.15, 373.15, 11)
    low, high, at = rng.uniform(0.4, 0.6), rng.uniform(0.2, 0.4), rng.uniform(325, 345)
    step, scatter = np.log(rng.uniform(3, 30)), rng.uniform(0.01, 0.05)
    above = step - low / (K * at) - high / K * (1 / T - 1 / at)
    logs = np.where(at > T, -low / (K * T), above)
    return po.Arrhenius("sigma"), table(T, 5 + logs + scatter * rng.normal(size=T.size))


def fade(rng: np.random.Generator) -> tuple[object, xr.Dataset]:
    """Return a law of fade and a cell of it."""
    cycle = np.arange(1.0, 81.0)
    lost, power = rng.uniform(0.02, 0.3), rng.uniform(0.5, 1.2)
    scatter, rho = np.exp(rng.uniform(*np.log([5e-4, 5e-3]))), rng.uniform(0, 0.9)
    noise = rng.normal(size=cycle.size)
    for place in range(1, cycle.size):
        noise[place] = rho * noise[place - 1] + np.sqrt(1 - rho**2) * noise[place]
    capacity = 150 * (1 - lost * (cycle / 80) ** power + scatter * noise)
    return po.PowerFade(), xr.Dataset(
        {"capacity": ("point", capacity, {"units": "mAh/g"})}, coords={"cycle": ("point", cycle)}
    )


def doubled(rng: np.random.Generator) -> tuple[object, xr.Dataset]:
    """Return the same with a first cycle of twice the capacity."""
    law, data = fade(rng)
    data["capacity"][0] *= 2
    return law, data


CASES = {"line": line, "jump": jump, "fade": fade, "doubled": doubled}


def spoken(tree: xr.DataTree) -> Iterator[str]:
    """Yield what a result is told with, each by kind and once."""
    verdict = po.Verdict.of(tree)
    if not verdict.passed:
        yield "refused"
        return
    yield f"verdict: {verdict.word}"
    yield from {f"doubt: {each.name}" for each in verdict.doubts}
    yield from {f"check: {each.name}" for each in po.check(tree).checks if not each.passed}
    yield from {f"caution: {each.kind}" for each in cautions(tree)}


def main() -> None:
    """Print a row for each kind of sentence."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=CASES, default="line")
    parser.add_argument("--fits", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    counted: Counter[str] = Counter()
    for number in range(given.fits):
        law, data = CASES[given.case](np.random.default_rng([given.seed, number]))
        counted.update(spoken(po.fit(law, data, seed=number, draws=500)))
    print(f"| {given.case}, {given.fits} fits | rate |\n|---|---|")
    for name, count in counted.most_common():
        print(f"| {name} | {100 * count / given.fits:.1f} % |")


if __name__ == "__main__":
    main()
