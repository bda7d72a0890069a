"""Fits by the hundred for a table: one line of a CSV file each, and what is there is not redone.

Shared by ``misfit_coverage.py`` and ``measured_spectra.py``. Their scripts start worker processes,
each with one thread for linear algebra.
"""

import csv
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
WORDS = ("trusted", "doubtful", "refused", "failed")
KEY = ("what", "noise", "seed", "number")
COLUMNS = (*KEY, "word", "why", "cpu_s", "code", "quantities")

NORMAL_94 = 1.8808
"""Half the width of the central 94 % of a normal distribution, in standard deviations."""


@dataclass(frozen=True)
class Key:
    """What is fitted, by which noise, from which seed, and which one of its kind it is."""

    what: str
    noise: str
    seed: int
    number: int


@dataclass(frozen=True)
class Estimate:
    """A quantity of a posterior; ``true`` is what it should be, where that is known."""

    median: float
    sd: float
    low: float
    high: float
    trusted: bool
    true: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the 94 % interval holds the truth."""
        return self.true is not None and self.low <= self.true <= self.high


@dataclass(frozen=True)
class Line:
    """What came of one fit."""

    key: Key
    word: str
    why: str
    cpu_s: float
    code: str
    quantities: Mapping[str, Estimate]

    def texts(self) -> dict[str, str]:
        """Return the columns of its line in the file."""
        found = {name: vars(estimate) for name, estimate in self.quantities.items()}
        why = " ".join(self.why.split())  # one line of the file
        rest = {"word": self.word, "why": why, "cpu_s": f"{self.cpu_s:.3f}"}
        key = {name: str(value) for name, value in vars(self.key).items()}
        return {**key, **rest, "code": self.code, "quantities": json.dumps(found)}

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> "Line":
        """Read the columns of a line."""
        key = Key(texts["what"], texts["noise"], int(texts["seed"]), int(texts["number"]))
        found = {
            name: Estimate(**fields) for name, fields in json.loads(texts["quantities"]).items()
        }
        cpu_s = float(texts["cpu_s"])
        return cls(key, texts["word"], texts["why"], cpu_s, texts["code"], found)


# --- One fit -------------------------------------------------------------------------------------


def spectrum(frequency: Any, Z: Any) -> Any:
    """Return a data set of complex impedances (ohm) over frequencies (Hz)."""
    import numpy as np
    import xarray as xr

    coords = {"frequency": frequency, "part": ["real", "imag"]}
    return xr.Dataset({"Z": (("part", "frequency"), np.stack([Z.real, Z.imag]))}, coords=coords)


def chosen_noise(name: str, accuracy: tuple[float, float] | None = None) -> Any:
    """Return the noise of a name; ``default`` is what `posterion.fit` takes by itself.

    The accuracy of an instrument (relative error of the magnitude, error of the phase in rad)
    is told to the default noise, where that can take it.
    """
    import posterion as po

    if name == "white":
        return po.Proportional()
    discrepant = getattr(po, "Discrepant", None)
    return None if accuracy is None or discrepant is None else discrepant(accuracy=accuracy)


def verdict_of(tree: Any) -> tuple[str, str, Callable[[str], bool]]:
    """Return the word of a verdict, its reasons, and what tells whether a quantity is trusted."""
    import posterion as po

    verdict = po.Verdict.of(tree)
    word = getattr(verdict, "word", "trusted" if verdict.passed else "refused")
    doubts = [getattr(doubt, "text", str(doubt)) for doubt in getattr(verdict, "doubts", ())]
    trusts = getattr(verdict, "trusts", lambda name: verdict.passed)
    return word, " ".join((*verdict.messages, *doubts)), trusts


def fitted(
    key: Key,
    circuit: str,
    data: Any,
    *,
    seed: int,
    noise: Any = None,
    priors: Mapping[str, Any] | None = None,
    true: Mapping[str, float] | None = None,
) -> Line:
    """Fit a spectrum, and say what came of it.

    An error is no end of a benchmark: it is the word "failed" with the text of the error.

    Parameters
    ----------
    key, circuit, data
        What the line is called, and what is fitted.
    seed, noise, priors
        As for `posterion.fit`.
    true
        True values by name: these quantities are kept, and the noise. All of ohm and the noise
        are, and the circuit's own parameters, unless given.
    """
    import numpy as np

    import posterion as po

    started = time.process_time()
    try:
        model = po.Circuit.parse(circuit)
        tree = po.fit(model, data, priors=priors, noise=noise, seed=seed)
        word, why, trusts = verdict_of(tree)
    except Exception as error:  # whatever it is, it is counted and shown
        why = f"{type(error).__name__}: {error}"
        return Line(key, "failed", why, time.process_time() - started, code(), {})
    cpu_s = time.process_time() - started
    posterior = tree["posterior"]
    kept = (*true, "noise") if true else (*(p.name for p in model.parameters), "R_total", "noise")
    quantities = {}
    for name in kept:
        if name in posterior:
            low, median, high = np.quantile(posterior[name].values, [0.03, 0.5, 0.97])
            sd, trusted = float(posterior[name].std()), word != "refused" and bool(trusts(name))
            truth = (true or {}).get(name)
            quantities[name] = Estimate(float(median), sd, float(low), float(high), trusted, truth)
    return Line(key, word, why, cpu_s, code(), quantities)


@cache
def code() -> str:
    """Return a short digest of the sources that decide on a posterior."""
    import posterion as po

    root = Path(po.__file__).parent
    sources = sorted([*root.glob("models/**/*.py"), *root.glob("inference/**/*.py")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:8]


# --- Many ----------------------------------------------------------------------------------------


def read(path: Path) -> list[Line]:
    """Return the lines of a file; one that was cut off by a kill is left out."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    found = csv.DictReader(whole.splitlines(keepends=True))
    if tuple(found.fieldnames or COLUMNS) != COLUMNS:
        raise SystemExit(f"{path} holds something else: its columns are {found.fieldnames}.")
    return [Line.of(texts) for texts in found]


def run(
    path: Path, keys: Iterable[Key], measure: Callable[[Key], Line], jobs: int
) -> Sequence[Line]:
    """Measure what the file does not hold yet, append it as it comes, and return all lines.

    Lines of the same key are the same whatever the number of processes, which are `jobs`, or
    none beside this one where it is zero.
    """
    lines = read(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.read_bytes().endswith(b"\n"):
        with path.open("r+b") as file:  # what was cut off is done again
            file.truncate(path.read_bytes().rfind(b"\n") + 1)
    done = {line.key for line in lines}
    missing = [key for key in dict.fromkeys(keys) if key not in done]
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if not file.tell():
            writer.writeheader()
        for count, line in enumerate(_measured(missing, measure, jobs), 1):
            writer.writerow(line.texts())
            file.flush()
            lines.append(line)
            say = f"{count} of {len(missing)}: {line.key.what} {line.key.number} {line.word}"
            print(f"{say}, {line.cpu_s:.1f} CPU s {line.why[:120]}".rstrip(), flush=True)
    return lines


def _measured(keys: Sequence[Key], measure: Callable[[Key], Line], jobs: int) -> Iterator[Line]:
    """Yield lines as they come, from processes that have one thread each."""
    if not jobs or not keys:
        yield from map(measure, keys)
        return
    os.environ.update(dict.fromkeys(THREADS, "1"))  # read by the workers when they load NumPy
    executor = ProcessPoolExecutor(min(jobs, len(keys)), get_context("spawn"))
    try:
        for future in as_completed([executor.submit(measure, key) for key in keys]):
            yield future.result()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def verdicts(lines: Sequence[Line]) -> str:
    """Return the shares of the words in percent, in the order of `WORDS`."""
    return " / ".join(
        f"{100 * sum(line.word == word for line in lines) / len(lines):.0f}" for word in WORDS
    )
