"""The run of a batch: its progress, its counts, its page, and the single pages on demand."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from ..errors import PosterionError
from .compiled import ensure_place_for_compiled_code
from .options import OUTPUT, Flag
from .run import BAD_INPUT, DOUBTFUL, REFUSED, TRUSTED, Fitted, print_error, print_lines, progress
from .spelling import as_flag

if TYPE_CHECKING:
    from ..analyses.batch.asked import Asked
    from ..analyses.batch.many import Done, Found

COMMAND = "batch.json"
"""File of a batch that holds what was typed."""

TYPED: ContextVar[Sequence[str]] = ContextVar("TYPED", default=())
"""What was typed after ``posterion``."""

PAGE = "report.html"

INTERRUPTED = 130
"""Exit status after Ctrl-C, as of shells."""

SHOWN = 60
"""Data sets that are drawn because something is wrong with them."""

WORDS = ("trusted", "doubtful", "refused", "failed")


@Parameter(name="*", group=OUTPUT)
@dataclass(frozen=True)
class Running:
    """How a batch is run, and what is told of it."""

    jobs: int = 2
    """Processes that fit; each compiles once."""
    keep: Literal["draws"] | None = None
    """Keep the posterior draws of each too."""
    quiet: Flag = False
    """Show no progress."""
    as_json: Annotated[Flag, Parameter("--json")] = False
    """Print one JSON document, nothing else."""
    page: Annotated[str | None, Parameter(show=False)] = None
    """Write the page of this one alone."""

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        if self.jobs < 1:
            raise PosterionError(f"--jobs is {self.jobs}; it must be 1 or more.")


@dataclass
class Tally:
    """What is done so far; ``skipped`` are those of all that were done before."""

    words: Counter[str] = field(default_factory=Counter)
    skipped: int = 0

    def add(self, done: "Done") -> None:
        """Count one more."""
        self.words[done.word] += 1
        self.skipped += done.before

    @property
    def counts(self) -> dict[str, int]:
        """Data sets by word."""
        return {**{word: self.words[word] for word in WORDS}, "skipped": self.skipped}

    @property
    def text(self) -> str:
        """The counts, in words."""
        said = ", ".join(f"{count} {word}" for word in WORDS if (count := self.words[word]))
        before = f"; {self.skipped} of them done before" if self.skipped else ""
        return f"{said or 'none yet'}{before}"

    @property
    def status(self) -> int:
        """Exit status: that of the gravest."""
        for word, status in (("failed", BAD_INPUT), ("refused", REFUSED), ("doubtful", DOUBTFUL)):
            if self.words[word]:
                return status
        return TRUSTED


def run_each(
    asked: "Asked",
    found: "Iterator[Found]",
    paths: Sequence[str],
    out: Path,
    running: Running,
) -> int:
    """Fit each data set, or write the page of one, and return the exit status."""
    import pandas as pd

    ensure_place_for_compiled_code()
    if running.page is not None:
        return _write_one(asked, found, running.page, out)
    from ..analyses.batch.kept import Kept
    from ..analyses.batch.many import run_batch

    tally, kept = Tally(), Kept(out)
    draws = running.keep is not None
    kept.prepare(draws=draws)
    _keep_command(out)
    shown: dict[str, Done] = {}
    try:
        with _bar(found, paths, tally, silent=running.quiet) as (counted, tick):
            for each in run_batch(
                asked, counted, kept, jobs=running.jobs, keep_draws=draws, spell=as_flag
            ):
                tally.add(each)
                if each.word in ("refused", "failed") and len(shown) < SHOWN:
                    shown[each.name] = each
                tick()
    except KeyboardInterrupt:
        print_error(f"interrupted ({tally.text}); the same command goes on from there.")
        return INTERRUPTED
    from ..report.pages.batch import Wrong, write

    wrong = [Wrong(each.name, each.word, each.reason, each.data) for each in shown.values()]
    command = f"posterion report {out}"
    write(out / PAGE, pd.read_parquet(kept.table), asked.model, tally.counts, wrong, command)
    if running.as_json:
        print(json.dumps(tally.counts))
    else:
        total = sum(tally.words.values())
        print_lines([f"{total} fitted one by one: {tally.text}", f"wrote {kept.table} and {PAGE}"])
    return tally.status


@contextmanager
def _bar(
    found: "Iterator[Found]", paths: Sequence[str], tally: Tally, *, silent: bool
) -> "Iterator[tuple[Iterator[Found], Callable[[], None]]]":
    """Show rate, time left and counts on stderr, where that is a terminal.

    Yields the data sets, which it counts as they are read, and what to call after each.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    from ..datasets.gathered import files_of

    console = Console(stderr=True)
    files, started = len(files_of(paths)), time.monotonic()
    columns = (BarColumn(20), MofNCompleteColumn(), TextColumn("{task.description}"), Left())
    bar = Progress(*columns, console=console, disable=silent or not console.is_terminal)
    task = bar.add_task("reading", total=files)

    def counted() -> "Iterator[Found]":
        sources = set()
        for sets, (name, data) in enumerate(found, 1):
            sources.add(name if isinstance(data, PosterionError) else data.attrs["source"])
            bar.update(task, total=sets + files - len(sources))
            yield name, data

    def tick() -> None:
        done = sum(tally.words.values())
        rate = 60 * (done - tally.skipped) / (time.monotonic() - started)
        bar.update(task, completed=done, description=f"{rate:.0f}/min  {tally.text}")

    with bar:
        yield counted(), tick


def _keep_command(out: Path) -> None:
    """Keep what was typed, for pages on demand."""
    from ..inference.store import replacing

    with replacing(out / COMMAND) as temporary:
        typed = {"command": [*TYPED.get()], "folder": str(Path.cwd())}
        temporary.write_text(json.dumps(typed, indent=1), encoding="utf-8")


def _write_one(asked: "Asked", found: "Iterator[Found]", name: str, out: Path) -> int:
    """Fit one data set again, by the same seed, and write its page."""
    from ..analyses.telling import write_report

    with progress(f"Reading {name}") as say:
        sets = dict(found)
        if name not in sets:
            near = get_close_matches(name, sets, 3, 0.3) or [*sets][:3]
            raise PosterionError(f"the batch has no '{name}'; it has {', '.join(near)}.")
        data = sets[name]
        if isinstance(data, PosterionError):
            raise data
        say(f"Fitting {name}")
        fitted = Fitted.of(asked.fit(data), say)
        page = out / "pages" / f"{re.sub(r'[^\w.+-]+', '_', name)}.html"
        page.parent.mkdir(exist_ok=True)
        say("Writing the report")
        write_report(fitted.tree, page, checks=fitted.checks, spell=as_flag)
    print_lines([f"wrote {page}"])
    return fitted.status
