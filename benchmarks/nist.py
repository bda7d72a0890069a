"""Posteriors of the certified nonlinear fits of NIST, as tables in Markdown.

Run ``uv run python benchmarks/nist.py FOLDER`` where FOLDER holds the .dat files. What it printed
stands in docs/nist.md. With ``--seeds 16`` and names of sets it repeats the fits of those with
other seeds instead, and counts what comes out.
"""

import argparse
import importlib.util
from collections import Counter
from pathlib import Path

import posterion as po

_path = Path(__file__).parents[1] / "tests" / "nist.py"  # the tests assert on the same figures
_spec = importlib.util.spec_from_file_location("nist", _path)
assert _spec is not None and _spec.loader is not None
nist = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(nist)

COLUMNS = (
    "set", "", "certified", "median", "mode", "digits", "pull", "shift", "sd", "width",
    "IS shift", "IS width", "ESS",
)  # fmt: skip


def table(folder: Path, names: list[str]) -> None:
    """Print every parameter of every set, and then a line on each run."""
    print(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}")
    runs = []
    for name in names:
        curve = nist.CURVES[name]
        certified, data = nist.read(folder / f"{name}.dat", curve)
        post = nist.fit(curve, data)
        for row in nist.compare(curve, certified, data, post):
            star = "*" if row.name in nist.BENT.get(name, ()) else ""
            print(
                f"| {name} | {row.name}{star} | {row.certified:.6g} ± {row.certified_sd:.2g} "
                f"| {row.median:.6g} | {row.mode:.11g} | {row.digits:.1f} | {row.pull:+.3f} "
                f"| {row.shift:+.3f} | {row.sd_ratio:.3f} | {row.width_ratio:.3f} "
                f"| {row.exact_shift:+.3f} | {row.exact_ratio:.3f} | {row.ess:.0f} |",
                flush=True,
            )
        verdict = po.Verdict.of(post)
        said = "; ".join((*verdict.messages, *verdict.notes))
        runs.append(
            f"| {name} | {certified.dof} | {'yes' if verdict.passed else 'no'} "
            f"| {verdict.max_r_hat:.3f} | {verdict.min_ess:.0f} | {verdict.divergences} "
            f"| {nist.seconds(post):.1f} | {said} |"
        )
    print("\n| set | ν | trusted | largest R-hat | least ESS | divergences | s | said |")
    print("|" + " --- |" * 8)
    print("\n".join(runs))


def seeds(folder: Path, names: list[str], count: int) -> None:
    """Print how many fits are trusted, and of those how many are about the certified values."""
    print("| set | seeds | trusted | of these within 1 sd of the certified values | refused |")
    print("|" + " --- |" * 5)
    for name in names:
        curve = nist.CURVES[name]
        certified, data = nist.read(folder / f"{name}.dat", curve)
        found: Counter[str] = Counter()
        for seed in range(count):
            post = nist.fit(curve, data, seed)
            if not po.Verdict.of(post).passed:
                found["refused"] += 1
                continue
            found["trusted"] += 1
            medians = {n: float(post["posterior"][n].median()) for n in curve.names}
            near = (
                abs(medians[n] - value) < certified.sds[n] for n, value in certified.values.items()
            )
            found["near"] += all(near)
        print(
            f"| {name} | 0 to {count - 1} | {found['trusted']} | {found['near']} "
            f"| {found['refused']} |",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="holds the .dat files")
    parser.add_argument("sets", nargs="*", help=f"of {', '.join(nist.CURVES)}; all unless named")
    parser.add_argument("--seeds", type=int, help="how many, instead of the tables")
    arguments = parser.parse_args()
    chosen = arguments.sets or list(nist.CURVES)
    if arguments.seeds:
        seeds(arguments.folder, chosen, arguments.seeds)
    else:
        table(arguments.folder, chosen)
