"""How fast a spectrum is fitted, and where the time goes.

Run ``uv run python benchmarks/spectrum.py`` for all of it, or name sections:
``engine``, ``gradient``, ``noises``, ``pymc``, ``process``. CPU seconds are of the process,
compiled code warm; ESS is the least bulk effective sample size over all parameters.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial

import arviz_stats
import numpy as np
import xarray as xr

import posterion as po
from posterion.inference.engine.explore import explore
from posterion.inference.engine.groups import draws_tree
from posterion.inference.engine.native import evaluate
from posterion.inference.engine.plan import TARGET_ACCEPT, run_chains, whitened_plan
from posterion.inference.engine.sample import PRIOR_DRAWS, Sampler
from posterion.inference.engine.simulate import simulate_prior
from posterion.inference.engine.target import Target

CIRCUIT = po.Circuit.parse("R0-p(R1,CPE1)-p(R2,CPE2)-CPE3")
TRUTH = {
    "R0": 40.0,
    "R1": 130.0,
    "CPE1_Q": 2e-9,
    "CPE1_n": 0.92,
    "R2": 300.0,
    "CPE2_Q": 2e-6,
    "CPE2_n": 0.85,
    "CPE3_Q": 5e-5,
    "CPE3_n": 0.88,
}
SEEDS = range(10)


def simulated(seed: int, points: int = 60) -> xr.Dataset:
    """Return the simulated case: 7 MHz to 10 mHz, noise of 0.5 % of |Z|."""
    frequency = np.logspace(np.log10(7e6), -2, points)
    Z = CIRCUIT.response({"frequency": frequency}, TRUTH)
    rng = np.random.default_rng(seed)
    Z = Z + 0.005 * np.hypot(*Z) * rng.normal(size=Z.shape)
    coords = {"frequency": frequency, "part": ["real", "imag"]}
    return xr.Dataset({"Z": (("part", "frequency"), Z)}, coords=coords)


def least_ess(posterior: xr.Dataset) -> float:
    """Return the least bulk ESS of any variable."""
    return min(float(v.min()) for v in arviz_stats.ess(posterior, method="bulk").values())


def row(what: str, value: object, unit: str, section: str) -> None:
    """Print one figure with the command that reproduces it."""
    print(f"{what:<52} {value!s:>12} {unit:<10} python benchmarks/spectrum.py {section}")


def gradient_seconds(target: Target, x: np.ndarray, repeats: int = 3000) -> float:
    """Return CPU seconds of one log density and gradient, past Python."""
    from numba import njit

    @njit
    def loop(function, x, packed, repeats):  # type: ignore[no-untyped-def]
        total = 0.0
        for _ in range(repeats):
            total += evaluate(function, x, packed)[0]
        return total

    loop(target.function, x, target.packed, 1)
    started = time.process_time()
    loop(target.function, x, target.packed, repeats)
    return (time.process_time() - started) / repeats


def engine() -> None:
    """Explore and sample ten simulated spectra, compiled once."""
    sampler = Sampler(po.build(CIRCUIT, simulated(0)))
    results = []
    po.fit(CIRCUIT, simulated(0), seed=0)
    from posterion.inference.build import set_data

    for seed in (0, *SEEDS):  # the first one warms up
        set_data(sampler.model, CIRCUIT, simulated(seed))
        _, points = simulate_prior(sampler.model, PRIOR_DRAWS, seed)
        spread = np.maximum(points.std(axis=0), 1e-3)
        started = time.process_time()
        target = Target.of(sampler.density)
        modes = explore(target.evaluate, partial(target.descend, np.sqrt(spread)), points, seed)
        plan, _ = whitened_plan(target, modes, points, seed, 4)
        explored = time.process_time()
        stats = run_chains(target, plan, seed, 1000, TARGET_ACCEPT)
        tree = draws_tree(sampler.density, stats)
        ended = time.process_time()
        posterior = tree.children["posterior"].to_dataset()
        gradient = gradient_seconds(target, modes[0].x)
        leapfrogs = float(stats["n_steps"].mean())
        warmup = plan.warmup * 4 * leapfrogs
        results.append(
            {
                "explore": explored - started,
                "sample": ended - explored,
                "ess": least_ess(posterior) / (ended - started),
                "swapped": int((posterior["CPE1_tau"] >= posterior["CPE2_tau"]).sum()),
                "divergences": int(stats["diverging"].sum()),
                "gradient": gradient * 1e6,
                "leapfrogs": leapfrogs,
                "outside": 1
                - gradient * (float(stats["n_steps"].sum()) + warmup) / (ended - explored),
            }
        )
    columns = {name: np.array([result[name] for result in results[1:]]) for name in results[0]}
    row("ESS per CPU second, exploration counted in, mean", f"{columns['ess'].mean():.0f}", "1/s",
        "engine")  # fmt: skip
    row("  the least of ten seeds", f"{columns['ess'].min():.0f}", "1/s", "engine")
    row("swapped arcs in 40,000 draws", columns["swapped"].sum(), "", "engine")
    row("divergences in 40,000 draws", columns["divergences"].sum(), "", "engine")
    row("exploring", f"{columns['explore'].mean():.3f}", "CPU s", "engine")
    row("sampling 4 x 1,000 draws", f"{columns['sample'].mean():.3f}", "CPU s", "engine")
    row("one gradient", f"{columns['gradient'].mean():.1f}", "us", "engine")
    row("leapfrogs per draw", f"{columns['leapfrogs'].mean():.1f}", "", "engine")
    row("share of sampling outside the gradient", f"{columns['outside'].mean():.0%}", "", "engine")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row("peak memory of the process", f"{peak:.0f}", "MiB", "engine")


def gradient() -> None:
    """Time a gradient against the number of frequencies: the cost grows linearly."""
    for points in (20, 60, 200, 600, 2000):
        target = Target.of(Sampler(po.build(CIRCUIT, simulated(0, points))).density)
        x = Sampler(po.build(CIRCUIT, simulated(0, points))).density.start
        seconds = gradient_seconds(target, x)
        row(f"one gradient at {points} frequencies", f"{seconds * 1e6:.1f}", "us", "gradient")


def noises() -> None:
    """Time a gradient and a whole fit with white noise and with the default, in one run."""
    for name, noise in (("white", po.Proportional()), ("default", None)):
        sampler = Sampler(po.build(CIRCUIT, simulated(0), noise=noise))
        seconds = gradient_seconds(Target.of(sampler.density), sampler.density.start)
        row(f"{name}: one gradient at 60 frequencies", f"{seconds * 1e6:.1f}", "us", "noises")
        used, passed = [], 0
        for seed in (0, *SEEDS):  # the first one warms up
            started = time.process_time()
            post = po.fit(CIRCUIT, simulated(seed), noise=noise, seed=seed)
            used.append(time.process_time() - started)
            passed += po.Verdict.of(post).passed
        row(f"{name}: a whole fit, mean of ten", f"{np.mean(used[1:]):.2f}", "CPU s", "noises")
        row("  the slowest", f"{max(used[1:]):.2f}", "CPU s", "noises")
        row("  passed, of eleven", passed, "", "noises")


def pymc() -> None:
    """Sample the same model by PyMC's defaults."""
    import pymc as pm

    with po.build(CIRCUIT, simulated(0)):
        started = time.process_time()
        trace = pm.sample(random_seed=0, progressbar=False, cores=1, chains=4)
        seconds = time.process_time() - started
    posterior = trace["posterior"].to_dataset()
    r_hat = max(float(value.max()) for value in arviz_stats.rhat(posterior).values())
    row("pm.sample: ESS per CPU second, compiling counted in",
        f"{least_ess(posterior) / seconds:.0f}", "1/s", "pymc")  # fmt: skip
    row("pm.sample: largest R-hat", f"{r_hat:.2f}", "", "pymc")
    row("pm.sample: divergences", int(trace["sample_stats"]["diverging"].sum()), "", "pymc")


def process() -> None:
    """Time the command as a whole, its second run on this machine."""
    out = tempfile.mkdtemp()
    command = [
        sys.executable, "-m", "posterion", "fit", "eis", "simulated-7uL-55C",
        "--circuit", "p(R1,CPE1)-p(R2,CPE2)-CPE3", "--json", "--out", out,
    ]  # fmt: skip
    for _ in range(2):
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        wall = time.perf_counter() - started
    timing = json.loads(done.stdout)["timing"]
    for name, code in (
        ("import pymc", "import pymc"),
        ("import pymc, nutpie (with arviz and matplotlib)", "import pymc, nutpie"),
    ):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        row(name, f"{time.perf_counter() - started:.1f}", "s wall", "process")
    for name, seconds in timing.items():
        row(f"  {name.removesuffix('_s')}", f"{seconds:.2f}", "s wall", "process")
    row("posterion fit eis with report, as a whole", f"{wall:.1f}", "s wall", "process")
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "posterion", "--help"], check=True, capture_output=True)
    row("posterion --help", f"{time.perf_counter() - started:.2f}", "s wall", "process")


SECTIONS = {
    "engine": engine,
    "gradient": gradient,
    "noises": noises,
    "pymc": pymc,
    "process": process,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", help=f"of {', '.join(SECTIONS)}; all unless named")
    for section in parser.parse_args().sections or SECTIONS:
        SECTIONS[section]()
