"""Calibrate every model and noise that ships, and print the table of docs/calibration.md.

    python benchmarks/calibration.py FOLDER --n 1000

Ranks are kept in FOLDER, a file each; a run that was stopped goes on, and a larger --n adds to what
is there. With names (such as ``eis`` or ``arrhenius:rounded``) those alone are run; with
``--print`` nothing is, and what FOLDER holds is printed.
"""

import argparse
from pathlib import Path

import numpy as np
import xarray as xr

import posterion as po
from posterion.inference.calibration.designs import MODELS, design_of
from posterion.inference.calibration.ranks import calibration_verdict
from posterion.report.pages.calibration import reasons

NOISES = (
    "eis:student-t",
    "eis:gaussian",
    "arrhenius:stated",
    "arrhenius:correlated",
    "arrhenius:rounded",
    "arrhenius:student-t",
    "growth-linear:autocorrelated",
    "lifetime:weibull",
)
CASES = (*MODELS, *NOISES)
COLUMNS = (
    "model", "noise", "n", "refused", "50 %", "80 %", "94 %", "least and most at 94 %",
    "ranks outside", "CPU s", "date",
)  # fmt: skip


def path_of(folder: Path, case: str) -> Path:
    return folder / f"{case.replace(':', '-')}.nc"


def run(folder: Path, case: str, n: int, seed: int, workers: int | None) -> None:
    """Calibrate one case, or go on with it."""
    name, _, noise = case.partition(":")
    design = design_of(name, noise=noise or None)
    po.calibrate(
        design.model, design.data, priors=design.priors, noise=design.noise, pool=design.pool,
        record=design.record,
        n=n, seed=seed, workers=workers, resume=path_of(folder, case),
        progress=lambda line: print(f"{case}: {line}", flush=True),
    )  # fmt: skip


def row(case: str, result: xr.Dataset) -> list[str]:
    """Return a row of the table: coverage of all parameters together, and of the worst."""
    table = po.calibration_table(result).drop(index="log_likelihood")
    refused = int(result["refused"].sum())
    count = result.sizes["simulation"]
    if refused == count:
        return [f"`{case}`", result.attrs["noise"], str(count), str(refused), *["–"] * 7]
    mean = [f"{100 * table[f'coverage_{p}'].mean():.1f}" for p in (50, 80, 94)]
    low, high = table["coverage_94"].idxmin(), table["coverage_94"].idxmax()
    ends = (
        f"{low} {100 * table.loc[low, 'coverage_94']:.1f}, "
        f"{high} {100 * table.loc[high, 'coverage_94']:.1f} "
        f"(± {100 * table['error_94'].iloc[0]:.1f})"
    )
    whole = po.calibration_table(result)
    outside = ", ".join(map(str, whole.index[~whole["uniform"]])) or "none"
    return [
        f"`{case}`", f"`{result.attrs['noise']}`", str(count), str(refused), *mean, ends, outside,
        f"{float(result['seconds'].sum()):.0f}", result.attrs["date"],
    ]  # fmt: skip


def main() -> None:
    """Run what is asked for, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("cases", nargs="*", help=f"of {', '.join(CASES)}; all unless named")
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--print", action="store_true", dest="only_print")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if not given.only_print:
        for case in given.cases or CASES:
            run(given.folder, case, given.n, given.seed, given.workers)
    print(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}")
    absent, said = [], []
    for case in CASES:
        path = path_of(given.folder, case)
        if not path.exists():
            absent.append(f"`{case}`")
            continue
        result = xr.load_dataset(path, engine="h5netcdf")
        print(f"| {' | '.join(row(case, result))} |")
        counted = ", ".join(f"{count} × {reason}" for reason, count in reasons(result))
        said.append(f"- `{case}`: {calibration_verdict(result)[1]} {counted}".rstrip())
    print("\n" + "\n".join(said))
    print(f"\nNot run: {', '.join(absent) or 'none'}.")
    cpu = sum(
        float(xr.load_dataset(p, engine="h5netcdf")["seconds"].sum())
        for p in map(lambda c: path_of(given.folder, c), CASES)
        if p.exists()
    )
    print(f"\n{np.round(cpu):.0f} s of CPU in all.")


if __name__ == "__main__":
    main()
