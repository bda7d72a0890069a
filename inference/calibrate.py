"""Calibration: how often what a posterior says of simulated data is true."""

import json
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

import xarray as xr

from ..errors import PosterionError
from ..models.parameter import Model
from .arrange import arrange
from .build import Priors, choose_priors, given_priors, parameters_of
from .calibration.experiment import BLOCK, Experiment, Record
from .cells import Pool, cells
from .digests import data_digest
from .engine.sample import Progress
from .fit import PACKAGES
from .noise.independent import Noise, suited_noise
from .store import replacing

SAME = (
    *("model", "noise", "pool", "priors", "design", "record", "seed", "draws", "chains"),
    "versions",
)
"""What results must have in common that stand in one file."""


def calibrate(
    model: Model,
    design: xr.Dataset,
    *,
    priors: Priors | None = None,
    noise: Noise | None = None,
    pool: Pool | None = None,
    record: Record | None = None,
    n: int = 1000,
    seed: int = 0,
    draws: int = 400,
    chains: int = 4,
    workers: int | None = None,
    resume: str | Path | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Check a model by simulation: draw truths from the priors, simulate, fit, compare.

    If sampler, likelihood and simulation agree, the rank of a truth among independent draws of
    its posterior is uniform (Talts et al. 2018, arXiv:1804.06788), also among runs that were
    trusted: a refusal depends on the data and on chance, and given the data the truth is a draw of
    the posterior. The log likelihood is ranked with the parameters, since it notices faults
    that the parameters' ranks do not, such as data that are left out (Modrák et al. 2023,
    doi:10.1214/23-BA1404).

    Each simulation is fitted as by `fit`, with the measured window of the design.

    Parameters
    ----------
    model, noise, pool, chains
        As in `fit`.
    design
        A data set with the inputs to simulate at. The sizes of its output give the measured
        window that default priors and noise refer to, for all simulations the same.
    priors
        As in `fit`, and where the truths are drawn from: ranks are uniform only if both are
        the same. Narrower ones confine the check to a region that is thought plausible.
    record
        Turns a data set with simulated values of the output into what is recorded of them; needed
        where that is not the values themselves, as of limits found in steps. A frozen value with
        ``__call__``, since its text tells one calibration from another, such as `Steps`.
    n
        How many simulations. A simulation does not depend on their number.
    seed
        The same seed gives the same result to the last bit on one machine, however many
        processes there are and whether or not it was interrupted; but for the seconds.
    draws
        Kept draws of each chain.
    workers
        Processes; one per core unless given. With one, nothing is started. A script that starts
        several needs ``if __name__ == "__main__":``.
    resume
        A NetCDF file that is written to after every few simulations. What it holds already of the
        same calibration is not done again.
    progress
        Called with one line now and then.

    Returns
    -------
    xarray.Dataset
        ``truth``, ``rank`` (among 99 draws), ``mean`` and ``sd`` on the scale of ``support``
        (logarithm where positive, logit between 0 and 1) of dims (simulation, quantity),
        ``quantile`` (simulation, quantity, probability); ``refused``, ``reason`` and CPU
        ``seconds`` (simulation). Where no draws were made, ranks are NaN. The attributes
        hold what was calibrated, versions and date. See `calibration_table`.

    Raises
    ------
    PosterionError
        If an argument is out of range, a prior or the design does not suit the model, or
        the file holds another calibration.

    Examples
    --------
    >>> import posterion as po
    >>> circuit, spectrum = po.Circuit.parse("R0-p(R1,CPE1)"), po.simulated_pellet()
    >>> ranks = po.calibrate(circuit, spectrum, n=200)  # doctest: +SKIP
    >>> po.calibration_table(ranks)  # doctest: +SKIP
    """
    say = progress or (lambda line: None)
    if n < 1 or seed < 0:
        raise PosterionError(f"n is {n} and the seed {seed}; expected 1 or more, and 0 or more.")
    if draws < 100 or chains < 2:
        raise PosterionError(
            f"{draws} draws of {chains} chains cannot be checked; take 100 of 2 or more."
        )
    if workers is not None and workers < 1:
        raise PosterionError(f"workers is {workers}; it must be 1 or more.")
    noise = suited_noise(noise, model, design, pooled=pool is not None)
    given = given_priors(priors or {}, parameters_of(model, noise))
    experiment = Experiment(model, design, given, noise, pool, record, seed, draws, chains)
    attrs = _attributes(experiment)
    path = None if resume is None else Path(resume)
    parts = _done(path, attrs)
    finished = {int(number) for part in parts for number in part["simulation"].values}
    missing = [number for number in range(n) if number not in finished]
    blocks = [
        [number for number in missing if number // BLOCK == block]
        for block in sorted({number // BLOCK for number in missing})
    ]
    if blocks:
        say("Compiling the model (slow the first time on a machine)")
        experiment.sampler()  # by one process, from which the others have it on disk
    for part in _run(experiment, blocks, workers or _cores()):
        parts.append(part)
        result = _joined(parts, attrs)
        if path is not None:
            _write(result, path)
        count, refused = result.sizes["simulation"], int(result["refused"].sum())
        say(f"{count} of {n} simulations, {refused} refused")
    return _joined(parts, attrs).sel(simulation=slice(0, n - 1))


def _run(
    experiment: Experiment, blocks: Sequence[Sequence[int]], workers: int
) -> Iterator[xr.Dataset]:
    """Yield the results of blocks as they come."""
    workers = min(workers, len(blocks))
    if workers < 2:
        yield from map(experiment.run, blocks)
        return
    executor = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_end_with_parent)
    try:
        for future in as_completed([executor.submit(experiment.run, b) for b in blocks]):
            yield future.result()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _end_with_parent() -> None:
    """End this process when the one that started it was killed, which could not tell it."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _attributes(experiment: Experiment) -> dict[str, Any]:
    """Return what is calibrated; refuses priors and a design that do not suit the model."""
    model, noise, given = experiment.model, experiment.noise, dict(experiment.priors)
    data = arrange(model, experiment.design)
    groups = cells(data, model.output_dims[-1], experiment.pool)
    window = model.window(data)
    chosen = choose_priors(model, noise, given, model.coordinates(given), groups)
    rounded = {name: float(f"{value:.4g}") for name, value in window.items()}
    return {
        "model": str(model),
        "noise": repr(noise),
        "pool": json.dumps(experiment.pool),
        "priors": json.dumps({name: str(prior.at(rounded)) for name, prior in chosen.items()}),
        "design": data_digest(data),
        "record": repr(experiment.record),
        "points": int(data.sizes[model.output_dims[-1]]),
        "seed": experiment.seed,
        "draws": experiment.draws,
        "chains": experiment.chains,
        "versions": json.dumps({name: version(name) for name in PACKAGES}),
        "date": datetime.now(UTC).date().isoformat(),
    }


def _done(path: Path | None, attrs: dict[str, Any]) -> list[xr.Dataset]:
    """Return what a file holds of a calibration, in a list of one; refuses another one."""
    if path is None:
        return []
    if not path.parent.is_dir():
        raise PosterionError(f"there is no folder {path.parent} for {path.name}; make it first.")
    if not path.exists():
        return []
    try:
        with xr.open_dataset(path, engine="h5netcdf") as dataset:
            # Texts as long as those of the file would be all that is written of later ones.
            found = dataset.load().drop_encoding()
    except (OSError, ValueError) as error:
        raise PosterionError(f"{path} is not a NetCDF file that posterion wrote.") from error
    for name in SAME:
        if str(found.attrs.get(name)) != str(attrs[name]):
            raise PosterionError(
                f"{path} holds another calibration: its {name} is {found.attrs.get(name)!s:.80}, "
                f"not {attrs[name]!s:.80}; give another file, or remove it."
            )
    return [found]


def _joined(parts: Sequence[xr.Dataset], attrs: dict[str, Any]) -> xr.Dataset:
    joined = xr.concat(parts, "simulation", data_vars="minimal").sortby("simulation")
    return joined.assign_attrs(attrs)


def _write(result: xr.Dataset, path: Path) -> None:
    with replacing(path) as temporary:
        result.to_netcdf(temporary, engine="h5netcdf")
