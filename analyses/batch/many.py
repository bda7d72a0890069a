"""Many data sets, each fitted as `fit` does; what was done before is not done again."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from ...errors import PosterionError, Setting, Spell
from ...inference.digests import data_digest
from .asked import Answer, Asked, Word, answer
from .kept import Kept, Place
from .workers import Died, by_workers

if TYPE_CHECKING:
    import pandas as pd

    from ...inference.build import Priors
    from ...inference.noise.independent import Noise
    from ...models.parameter import Model

Found = tuple[str, xr.Dataset | PosterionError]
"""A data set by its name, or what was wrong with it."""

KILLED = "the process that fitted it was ended, perhaps for want of memory; run it once more"


@dataclass(frozen=True)
class Done:
    """One data set that is done: now, or before by a run into the same folder."""

    name: str
    word: Word
    reason: str
    before: bool
    data: xr.Dataset | None


def fit_many(
    model: "Model | str",
    data: Mapping[str, xr.Dataset] | Iterable[Found],
    *,
    out: str | Path,
    priors: "Priors | None" = None,
    noise: "Noise | None" = None,
    asked: Mapping[str, Any] | None = None,
    seed: int = 0,
    draws: int = 1000,
    chains: int = 4,
    jobs: int = 2,
    keep_draws: bool = False,
    progress: Callable[[Done], None] | None = None,
) -> "pd.DataFrame":
    """Fit a model to many data sets one by one, and write what comes of them into a folder.

    A run that was interrupted or killed goes on where it was when it is called again. A data set
    that changed is fitted anew, and so is all where something else is asked. Neither the order of
    the data sets nor the number of processes changes a result.

    Parameters
    ----------
    model, priors, noise, draws, chains
        As of `fit`, of each data set.
    data
        By name, or one after another as from `read_each`.
    out
        The folder. ``results.parquet`` is the table; ``parts`` holds the results one by one,
        by their ``key``, as they come.
    asked
        What each result is asked, as in `ask`: ``{"threshold": 0.7}``.
    seed
        Each data set has a seed of its own from this one and its values, which is in the table.
    jobs
        Processes. With 1 no other is started. More need, in a script, the usual
        ``if __name__ == "__main__":``.
    keep_draws
        Keep the posterior draws too, a file a data set in ``draws``, for `load`.
    progress
        Called with each data set that is done.

    Returns
    -------
    pandas.DataFrame
        A row a data set and quantity: name, source, sha256, temperature_c, parameter, kind, q03,
        median, q97, unit, doubtful, verdict, reason, seed, key. Where there is no result the
        verdict is ``"failed"``, and one row says why.

    Raises
    ------
    PosterionError
        If the model cannot be read, two data sets have the same name, or the folder cannot be
        written to. What is wrong with one data set is in the table.

    Examples
    --------
    >>> import posterion as po
    >>> spectra = po.read_spectra("map.csv")  # doctest: +SKIP
    >>> table = po.fit_many("R0-p(R1,CPE1)", spectra, out="map")  # doctest: +SKIP
    >>> table[table.parameter == "R1"].plot("name", "median")  # doctest: +SKIP
    """
    import pandas as pd

    if isinstance(model, str):
        from ...models.circuit import Circuit

        model = Circuit.parse(model)
    given = tuple(sorted((priors or {}).items()))
    question = tuple(sorted((asked or {}).items()))
    task = Asked(model, given, noise, question, seed, draws, chains)
    found = data.items() if isinstance(data, Mapping) else data
    kept = Kept(Path(out))
    for each in run_batch(task, found, kept, jobs=jobs, keep_draws=keep_draws):
        if progress:
            progress(each)
    return pd.read_parquet(kept.table)


def run_batch(
    asked: Asked,
    found: Iterable[Found],
    kept: Kept,
    *,
    jobs: int = 2,
    keep_draws: bool = False,
    spell: Spell = str,
) -> Iterator[Done]:
    """Fit what is not kept yet, yielding each data set that is done; writes the table at the end.

    Parameters
    ----------
    asked, found, kept
        What is asked of what, and where the results go.
    jobs, keep_draws
        As of `fit_many`.
    spell
        How arguments are written that a reason speaks of.
    """
    if jobs < 1:
        raise PosterionError(Setting("jobs", jobs), " makes no sense; it must be 1 or more.")
    kept.prepare(draws=keep_draws)
    places: dict[str, Place | None] = {}
    work = partial(_answer, asked, keep_draws, spell)
    done: list[Done] = []

    def missing() -> Iterator[_Item]:
        """Yield what must be fitted; what need not is put into `done`."""
        for name, data in found:
            if name in places:
                raise PosterionError(
                    f"two data sets are called '{name}'; give each a name of its own."
                )
            places[name] = None
            if isinstance(data, PosterionError):
                reason = data.spelled(spell)
                places[name] = Place("", "failed", reason, {"name": name, "source": name})
                done.append(Done(name, "failed", reason, False, None))
                continue
            key = asked.key(data)
            before = kept.found(key, draws=keep_draws)
            if before is None:
                yield _Item(name, key, data)
                continue
            places[name] = Place(key, *before, about(name, data))
            done.append(Done(name, *before, True, data))

    todo = missing()
    results = by_workers(work, todo, jobs) if jobs > 1 else ((i, work(i)) for i in todo)
    for item, result in results:
        yield from _drained(done)
        result = Answer("failed", KILLED) if isinstance(result, Died) else result
        if result.word != "failed":
            kept.keep(item.key, result)
        key = item.key if result.word != "failed" else ""
        places[item.name] = Place(key, result.word, result.reason, about(item.name, item.data))
        yield Done(item.name, result.word, result.reason, False, item.data)
    yield from _drained(done)
    kept.join([place for place in places.values() if place is not None])


@dataclass(frozen=True)
class _Item:
    """A data set that must be fitted."""

    name: str
    key: str
    data: xr.Dataset


def _answer(asked: Asked, keep_draws: bool, spell: Spell, item: _Item) -> Answer:
    return answer(asked, item.data, keep_draws=keep_draws, spell=spell)


def _drained(done: list[Done]) -> Iterator[Done]:
    while done:
        yield done.pop(0)


def about(name: str, data: xr.Dataset) -> dict[str, Any]:
    """Return what the table says of a data set."""
    return {
        "name": name,
        "source": str(data.attrs.get("source", name)),
        "sha256": str(data.attrs.get("sha256") or data_digest(data)),
        "temperature_c": data.attrs.get("temperature_c"),
    }
