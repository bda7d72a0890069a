"""How often intervals of curves over doses and of two factors hold what specimens were made of.

    python benchmarks/factors_calibration.py --n 200

Truths are drawn by NumPy from the priors that the models state, and fitted by `dose_response`
(a Gaussian process; 3 specimens each of 5 doses) and by `factorial` (2 specimens of each of 3
coatings, each measured at 3 temperatures). Prints docs/comparison.md's table.
"""

import argparse

import numpy as np
import xarray as xr

import posterion as po

DOSES = np.array([2.0, 4.0, 7.0, 12.0, 20.0])
GROUPS, CELSIUS = ("bare", "7 uL", "10 uL"), ("25", "55", "85")
PERCENT = (50, 80, 94)
Pairs = dict[str, tuple[np.ndarray, float]]


def lognormal(rng: np.random.Generator, middle: float, sd: float) -> float:
    return float(np.exp(rng.normal(np.log(middle), sd)))


def points(values: np.ndarray, specimen: np.ndarray, **labels: np.ndarray) -> xr.Dataset:
    return xr.Dataset(
        {"value": ("point", values, {"units": "mS/cm"})},
        coords={
            "specimen": ("point", [f"s{number}" for number in specimen]),
            **{name: ("point", each) for name, each in labels.items()},
        },
    )


def of_doses(seed: int) -> Pairs:
    """Return draws beside the truth by what they are of; none where the run was refused."""
    rng = np.random.default_rng(seed)
    x = np.log(DOSES)
    scales = {
        "amplitude": lognormal(rng, 0.3, 0.7),
        "length_scale": lognormal(rng, np.ptp(x) / 2, 0.5),
        "specimen_spread": lognormal(rng, 0.1, 0.7),
    }
    away = (x[:, None] - x) / scales["length_scale"]
    covariance = scales["amplitude"] ** 2 * np.exp(-(away**2) / 2) + 1e-12 * np.eye(x.size)
    curve = rng.multivariate_normal(np.zeros(x.size), covariance)
    dose = np.repeat(DOSES, 3)
    logs = np.repeat(curve, 3) + scales["specimen_spread"] * rng.normal(size=dose.size)
    data = points(np.exp(logs), np.arange(dose.size), volume=dose)
    tree = po.dose_response(data, seed=seed, draws=500)
    if not po.Verdict.of(tree).passed:
        return {}
    post, found = tree["posterior"], tree["dose"]
    pairs = {name: (post[name].values.ravel(), value) for name, value in scales.items()}
    response = found["at_dose"].squeeze(drop=True)
    for place, value in enumerate(curve):
        pairs[f"response at dose {place}"] = (
            response.isel(tested=place).values.ravel(),
            float(np.exp(value)),
        )
    return pairs


def of_factors(seed: int) -> Pairs:
    """Return draws beside the truth by what they are of; none where the run was refused."""
    rng = np.random.default_rng(seed)
    scales = {
        "first_spread": lognormal(rng, 0.3, 1.0),
        "second_spread": lognormal(rng, 0.3, 1.0),
        "interaction_spread": lognormal(rng, 0.15, 1.0),
        "specimen_spread": lognormal(rng, 0.1, 0.7),
        "noise": lognormal(rng, 0.03, 1.0),
    }
    a, b = (scales[name] * rng.normal(size=3) for name in ("first_spread", "second_spread"))
    table = a[:, None] + b + scales["interaction_spread"] * rng.normal(size=(3, 3))
    specimen, column = np.repeat(np.arange(6), 3), np.tile(np.arange(3), 6)
    row = specimen // 2
    own = scales["specimen_spread"] * rng.normal(size=6)
    logs = table[row, column] + own[specimen] + scales["noise"] * rng.normal(size=18)
    group, at = np.array(GROUPS)[row], np.array(CELSIUS)[column]
    tree = po.factorial(
        points(np.exp(logs), specimen, group=group, temperature=at),
        "group", "temperature", seed=seed, draws=500,
    )  # fmt: skip
    if not po.Verdict.of(tree).passed:
        return {}
    pairs = {name: (tree["posterior"][name].values.ravel(), v) for name, v in scales.items()}
    cells = tree["cells"]["response"].sel(first=[*GROUPS], second=[*CELSIUS])
    drawn = cells.values.reshape(-1, 3, 3)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        for place in range(3):
            pairs[f"ratio {one}/{other} at {place}"] = (
                drawn[:, one, place] / drawn[:, other, place],
                float(np.exp(table[one, place] - table[other, place])),
            )
    return pairs


def main() -> None:
    """Run the designs and print coverage of each kind of quantity."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(f"| model | quantity | intervals | 50 % | 80 % | 94 % |\n|{' --- |' * 6}")
    for name, design in (("dose, Gaussian process", of_doses), ("two factors", of_factors)):
        held: dict[str, list[list[bool]]] = {}
        refused = 0
        for seed in range(given.seed, given.seed + given.n):
            pairs = design(seed)
            refused += not pairs
            for what, (draws, truth) in pairs.items():
                below = float((draws < truth).mean())
                kind = what.split(" ")[0]
                held.setdefault(kind, []).append([abs(below - 0.5) < p / 200 for p in PERCENT])
        for kind, each in held.items():
            share = 100 * np.mean(each, axis=0)
            print(f"| {name} | {kind} | {len(each)} | {' | '.join(f'{s:.1f}' for s in share)} |")
        print(f"| {name} | refused | {refused} of {given.n} | | | |", flush=True)


if __name__ == "__main__":
    main()
