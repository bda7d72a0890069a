"""Ageing on measured cells, and its cost against the number of cells, as tables in Markdown.

    python benchmarks/ageing.py cost
    python benchmarks/ageing.py lives FOLDER     # of severson_mattia: 41 cells with known lives
    python benchmarks/ageing.py growth FOLDER    # of autoeis: 65 spectra of one cell

What they printed stands in docs/ageing.md.
"""

import argparse
import multiprocessing
import resource
import time
from pathlib import Path

import numpy as np
import xarray as xr

import posterion as po
from posterion.inference.arrange import arrange
from posterion.inference.fit import compiled_sampler
from posterion.inference.noise.independent import usual_noise

CELLS = (1, 10, 41, 400)
LAWS = ("LinearFade", "SquareRootFade", "PowerFade", "TwoProcessFade", "KneeFade")
CIRCUIT = "R0-p(R1,CPE1)-p(R2,CPE2)-CPE3"


def simulated(cells: int) -> xr.Dataset:
    """Return cells of 99 cycles whose losses differ by a factor."""
    rng = np.random.default_rng(1)
    cycle = np.arange(2.0, 101.0)
    loss = 0.05 * np.exp(0.4 * rng.normal(size=(cells, 1)))
    residual = rng.normal(0, 2e-3, (cells, cycle.size))
    for place in range(1, cycle.size):
        residual[:, place] = 0.7 * residual[:, place - 1] + 0.714 * residual[:, place]
    capacity = 1.1 * np.exp(0.01 * rng.normal(size=(cells, 1)))
    capacity = capacity * (1 - loss * np.sqrt(cycle / 100)) + residual
    labels = np.repeat([f"cell {number}" for number in range(cells)], cycle.size)
    return xr.Dataset(
        {"capacity": ("point", capacity.ravel(), {"units": "Ah"})},
        coords={"cycle": ("point", np.tile(cycle, cells)), "cell": ("point", labels)},
    )


def cost_of(cells: int) -> str:
    """Compile, then fit; return a row of the table."""
    law, data = po.SquareRootFade(), simulated(cells)
    pool = "cell" if cells > 1 else None
    compiled_sampler(law, {}, usual_noise(law, data), arrange(law, data), pool).density.function  # noqa: B018
    wall, cpu = time.perf_counter(), time.process_time()
    tree = po.fit(law, data, pool=pool, seed=1)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    verdict = po.Verdict.of(tree)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return (
        f"| {cells} | {cells * 99} | {'yes' if verdict.passed else 'no'} | {verdict.min_ess:.0f} "
        f"| {wall:.0f} | {cpu:.0f} | {cpu / cells:.2f} | {memory:.1f} |"
    )


def cost(counts: list[int]) -> None:
    """Print time and memory against the number of cells, each in a process of its own."""
    print("| cells | points | trusted | least ESS | wall s | CPU s | CPU s per cell | GiB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    context = multiprocessing.get_context("spawn")
    for count in counts:
        with context.Pool(1) as pool:
            print(pool.apply(cost_of, (count,)), flush=True)


def lives(folder: Path, laws: list[str]) -> None:
    """Print how often forecasts from 99 cycles hold the known cycle life of 41 cells."""
    data = po.read_cycling(folder / "train_discharge_capacity_Ah.csv", capacity_unit="Ah")
    data = data.isel(point=data["capacity"].values < 2)  # two readings of 31 Ah
    known = np.loadtxt(folder / "train_cycle_lives.csv")
    end = 0.88  # Ah, at which the lives were counted
    print("| law | trusted | CPU s | median forecast / life | 90 % holds | new cell, 5 to 95 % |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in laws:
        start = time.process_time()
        tree = po.fit(getattr(po, name)(), data, pool="cell", seed=1)
        row = f"| {name} | {po.Verdict.of(tree).passed} | {time.process_time() - start:.0f} "
        if po.Verdict.of(tree).passed:
            level = end / tree["posterior"]["initial_capacity"].mean(("chain", "draw"))
            drawn = xr.concat(
                [
                    po.cycles_to(tree, float(share), reference="initial").isel(cell=[place])
                    for place, share in enumerate(level)
                ],
                "cell",
            )
            low, middle, high = np.quantile(
                drawn.transpose("chain", "draw", "cell"), [0.05, 0.5, 0.95], axis=(0, 1)
            )
            horizon = drawn.attrs.get("censored_at", 1e4)
            inside = (low <= known) & ((known <= high) | (high >= horizon))
            new = np.quantile(po.cycles_to(tree, 0.8, who="new"), [0.05, 0.95])
            row += (
                f"| {np.median(middle / known):.1f} | {inside.sum()} of {known.size} "
                f"| {new[0]:.0f} to {new[1]:.0f} |"
            )
        else:
            row += f"| {po.Verdict.of(tree).messages[0]} | | |"
        print(row, flush=True)


def growth(folder: Path, count: int) -> None:
    """Print how the resistances of one cell change over its spectra."""
    spectra = po.read_spectra(folder / "battery_data_even_index.csv")
    circuit = po.Circuit.parse(CIRCUIT)
    fits, numbers, start = [], [], time.process_time()
    for name, spectrum in [*spectra.items()][:count]:
        tree = po.fit(circuit, spectrum, seed=1)
        if po.Verdict.of(tree).passed:
            fits.append(tree)
            numbers.append(float(name))
    cpu = time.process_time() - start
    print(f"{len(fits)} of {min(count, len(spectra))} spectra trusted, {cpu:.0f} s CPU")
    paths = {"R0": "R0", "R1": "R1", "R2": "R2"}
    series = [
        *(po.resistance_series(fits, cycles=numbers, paths={n: n}) for n in paths),
        po.resistance_series(fits, cycles=numbers, paths=paths, total=True),
    ]
    print("| resistance | last over first, 94 % | P(grows) | scatter | law by evidence |")
    print("| --- | --- | --- | --- | --- |")
    for data in series:
        laws = {
            law.__name__: po.fit(law(), data, pool={}, seed=1)
            for law in (po.LinearGrowth, po.ParabolicGrowth, po.ExponentialGrowth)
        }
        kept = {name: tree for name, tree in laws.items() if po.Verdict.of(tree).passed}
        best = str(po.compare_models(kept).table["log_evidence"].idxmax())
        drawn = kept[best]["posterior"]
        low, middle, high = np.quantile(drawn["growth_factor"], [0.03, 0.5, 0.97])
        up = float((drawn["growth_factor"] > 1).mean())
        print(
            f"| {data['path'].values[0]} | {middle:.2f} ({low:.2f} to {high:.2f}) | {up:.3f} "
            f"| {float(drawn['noise'].median()):.2f} | {best} |",
            flush=True,
        )


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("cost", "lives", "growth"))
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--cells", type=int, nargs="*", default=CELLS)
    parser.add_argument("--laws", nargs="*", default=LAWS)
    parser.add_argument("--spectra", type=int, default=65)
    given = parser.parse_args()
    if given.what == "cost":
        cost(given.cells)
    elif given.what == "lives":
        lives(given.folder, given.laws)
    else:
        growth(given.folder, given.spectra)


if __name__ == "__main__":
    main()
