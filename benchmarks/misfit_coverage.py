"""How often intervals hold the truth where the fitted circuit is not quite the truth.

    python benchmarks/misfit_coverage.py --n 100 --jobs 2 --out FILE.csv
    python benchmarks/misfit_coverage.py exact hidden-arc --n 100 --noise white --out FILE.csv
    python benchmarks/misfit_coverage.py --table FILE.csv

Truths are those of ``misfit_truths.py``, fitted by `posterion.fit` and nothing else. Spectra go
into the file as they come; a run that was stopped goes on, and a larger --n adds to what is there.
A spectrum depends on its row, seed and number alone, so that noises are compared on the same data.

Counted are the fits in which a quantity is trusted: how often its 94 % interval holds the truth,
with the Monte Carlo error of that share where intervals are right. "sd" and "error" are medians
over these fits, in % of the truth. Of the drift, the truth is the resistance half way.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from misfit_truths import ROWS
from rows import Estimate, Key, Line, chosen_noise, fitted, markdown, read, run, spectrum, verdicts

NOISES = ("default", "white")
ASKED = ("R_total", "R0", "R1", "R2")
LEAST, MOST = 0.91, 0.99
COLUMNS = (
    "truth", "noise", "n", "trusted / doubtful / refused / failed, %", "quantity", "trusted",
    "holds, %", "sd, %", "sd / white", "error, %", "CPU s",
)  # fmt: skip


def measure(key: Key) -> Line:
    """Simulate and fit the spectrum of a key."""
    row = ROWS[key.what]
    frequency, Z, true = row.numbered(key.seed, key.number)
    return fitted(
        key,
        row.circuit,
        spectrum(frequency, Z),
        seed=key.number,
        noise=chosen_noise(key.noise, row.accuracy),
        true=true,
    )


def trusted(lines: Sequence[Line], name: str) -> list[Estimate]:
    """Return the estimates of a quantity that are trusted."""
    found = [line.quantities[name] for line in lines if name in line.quantities]
    return [estimate for estimate in found if estimate.trusted]


def relative_sd(estimates: Sequence[Estimate]) -> float:
    """Return the median standard deviation in % of the truth."""
    return median(100 * e.sd / e.true for e in estimates if e.true)


def cells(estimates: Sequence[Estimate], fits: int, plain: Sequence[Estimate]) -> list[str]:
    """Return the columns of one quantity; shares outside the limits are bold."""
    share = f"{len(estimates)} of {fits}"
    if not estimates:
        return [share, "–", "–", "–", "–"]
    holds = sum(estimate.holds for estimate in estimates) / len(estimates)
    chance = 100 * (0.94 * 0.06 / len(estimates)) ** 0.5
    text = f"{100 * holds:.0f}" if LEAST <= holds <= MOST else f"**{100 * holds:.0f}**"
    error = median(100 * abs(e.median / e.true - 1) for e in estimates if e.true)
    sd = relative_sd(estimates)
    ratio = f"{sd / relative_sd(plain):.2f}" if plain and plain is not estimates else "–"
    return [share, f"{text} ± {chance:.1f}", f"{sd:.2f}", ratio, f"{error:.2f}"]


def meets_range(lines: Sequence[Line]) -> str | None:
    """Return how often the interval of R_total meets the range that the truth drifted over."""
    found = []
    for line in lines:
        start, end = (ROWS["drift"].numbered(line.key.seed, line.key.number)[2].get(f"R_total_{at}")
                      for at in ("start", "end"))  # fmt: skip
        found += [e.low <= end and start <= e.high for e in trusted([line], "R_total")]
    return f"{sum(found)} of {len(found)}" if found else None


def table(lines: Sequence[Line]) -> str:
    """Return the table of all rows and noises, and remarks on it."""
    rows, remarks = [], []
    for name, row in ROWS.items():
        own = {noise: [li for li in lines if (li.key.what, li.key.noise) == (name, noise)]
               for noise in NOISES}  # fmt: skip
        asked = [quantity for quantity in ASKED if quantity in row.numbered(0, 0)[2]]
        for noise, mine in own.items():
            if not mine:
                continue
            label = f"{row.says}{' *' if row.exact else ''}"
            cpu = f"{median(line.cpu_s for line in mine):.1f}"
            first = [label, noise, str(len(mine)), verdicts(mine)]
            for number, quantity in enumerate(asked):
                plain = trusted(own["white"], quantity) if noise != "white" else []
                told = cells(trusted(mine, quantity), len(mine), plain)
                lead, last = ([""] * 4, "") if number else (first, cpu)
                rows.append([*lead, quantity, *told, last])
            if name == "drift" and (met := meets_range(mine)):
                remarks.append(f"{noise}: of the drift, R_total meets start to end in {met}.")
            codes = {line.code for line in mine}
            if len(codes) > 1:
                remarks.append(f"{name}, {noise}: from {len(codes)} versions of the code.")
            for why in sorted({line.why for line in mine if line.word == "failed"}):
                remarks.append(f"{name}, {noise}, failed: {why}")
    end = "The circuit is the truth where * stands."
    return "\n\n".join([markdown(COLUMNS, rows), "\n".join([end, *remarks])])


def main() -> None:
    """Run what is missing, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; all unless")
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--noise", choices=NOISES, default="default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("misfit.csv"))
    parser.add_argument("--table", type=Path, help="print the table of this file, and run nothing")
    given = parser.parse_args()
    if unknown := set(given.rows) - set(ROWS):
        parser.error(f"no row {', '.join(unknown)}; they are {', '.join(ROWS)}")
    if given.table:
        print(table(read(given.table)))
        return
    names = given.rows or list(ROWS)
    keys = [Key(name, given.noise, given.seed, i) for name in names for i in range(given.n)]
    print("\n" + table(run(given.out, keys, measure, given.jobs)))


if __name__ == "__main__":
    main()
