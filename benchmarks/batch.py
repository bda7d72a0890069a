"""What a batch takes: CPU seconds a spectrum, wall time and memory, as a process.

Run ``uv run python benchmarks/batch.py --n 40 --noise white``. The spectra are those of
benchmarks/spectrum.py; a first batch of two compiles, and is not counted. Memory is that of all
processes together, by /proc (Linux), and is told at the start and at the end too: it must not
grow with the number of spectra.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import xarray as xr
from spectrum import CIRCUIT, simulated

KB = 1024


def write(spectrum: xr.Dataset, path: Path) -> None:
    real, imag = spectrum["Z"].values.tolist()
    rows = zip(spectrum["frequency"].values.tolist(), real, imag, strict=True)
    lines = (",".join(map(repr, row)) for row in rows)
    path.write_text("frequency_Hz,Zre_ohm,Zim_ohm\n" + "\n".join(lines) + "\n", encoding="utf-8")


def memory(process: int) -> dict[int, float]:
    """Return the resident memory in MB of a process and of those that it started."""
    found: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            own, parent = int(stat.parent.name), int(fields[1])
            if process in (own, parent):
                status = (stat.parent / "status").read_text()
                kb = next(line for line in status.splitlines() if line.startswith("VmRSS"))
                found[own] = int(kb.split()[1]) / KB
        except (OSError, StopIteration):
            continue
    return found


def batch(folder: Path, out: Path, options: list[str]) -> dict[str, float]:
    """Run a batch, and return its counts with what it took."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "posterion", "batch", str(folder), "--circuit", str(CIRCUIT)]
    process = subprocess.Popen(
        [*command, "--out", str(out), "--json", *options], stdout=subprocess.PIPE, text=True
    )
    peak, each = 0.0, []
    while process.poll() is None:
        now = memory(process.pid)
        peak = max(peak, sum(now.values()))
        done = len([*(out / "parts").glob("[!.]*")]) if out.exists() else 0
        each.append((done, max(now.values(), default=0.0)))
        time.sleep(0.5)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert process.stdout is not None
    counts: dict[str, float] = json.loads(process.stdout.read())
    total = max(done for done, _ in each)
    early = [size for done, size in each if total / 4 <= done <= total / 2]
    late = [size for done, size in each if done > 3 * total / 4]
    return counts | {
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "wall_s": time.monotonic() - started,
        "peak_mb": peak,
        "early_mb": max(early, default=0.0),
        "late_mb": max(late, default=0.0),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=40)
    parser.add_argument("--noise", default="discrepant")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    options = ["--noise", given.noise, "--jobs", str(given.jobs)]
    with tempfile.TemporaryDirectory() as place:
        first, rest = Path(place, "first"), Path(place, "rest")
        for folder, seeds in ((first, range(2)), (rest, range(2, 2 + given.n))):
            folder.mkdir()
            for seed in seeds:
                write(simulated(seed), folder / f"spectrum_{seed:05d}.csv")
        batch(first, Path(place, "compiled"), options)
        found = batch(rest, Path(place, "out"), options)
        size = sum(path.stat().st_size for path in Path(place, "out").rglob("*.parquet"))
    print(f"n {given.n}, noise {given.noise}, jobs {given.jobs}")
    for name, value in found.items():
        print(f"{name:<10} {value:10.1f}")
    print(f"{'cpu_s each':<10} {found['cpu_s'] / given.n:10.2f}")
    print(f"{'kB each':<10} {size / KB / given.n:10.1f}")


if __name__ == "__main__":
    main()
