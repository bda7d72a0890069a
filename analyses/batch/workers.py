"""Work done by processes of their own: one that dies costs what it was doing, and nothing else."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any

from ...errors import PosterionError, Setting

SINGLE_THREADED = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Processes share the cores among them; and sums come out the same whatever the machine does."""


class Died:
    """What comes of work whose process was ended."""


DIED = Died()


def by_workers[T, R](
    work: Callable[[T], R], items: Iterable[T], jobs: int
) -> Iterator[tuple[T, R | Died]]:
    """Yield each item with what comes of it, as it comes.

    Items are taken one by one as workers ask for them, so never more are held than there are
    workers.

    Parameters
    ----------
    work
        A function that can be pickled, such as a `partial` of one in a module.
    items
        What it is given.
    jobs
        So many processes.

    Raises
    ------
    PosterionError
        If processes cannot be started from where this was called.
    """
    left = iter(items)
    workers: dict[Connection, _Worker[T]] = {}
    try:
        for item in left:
            worker = _Worker[T](work)
            workers[worker.connection] = worker
            worker.give(item)
            if len(workers) == jobs:
                break
        while workers:
            for ready in wait([*workers]):
                worker = workers.pop(ready)  # type: ignore[call-overload]
                done, result = worker.item, worker.result()
                if isinstance(result, Died):
                    worker.end()
                following = next(left, None)
                if following is not None:
                    worker = _Worker[T](work) if isinstance(result, Died) else worker
                    workers[worker.connection] = worker
                    worker.give(following)
                elif not isinstance(result, Died):
                    worker.end()
                yield done, result
    finally:
        for worker in workers.values():
            worker.end(now=True)


class _Worker[T]:
    """A process that waits for work; it ends when the one that started it does."""

    def __init__(self, work: Callable[[T], Any]) -> None:
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, work), daemon=True)
        with _environment(SINGLE_THREADED):
            self.process.start()
        theirs.close()
        try:
            self.connection.recv()
        except EOFError as error:
            raise PosterionError(
                "a worker process did not start; in a script call fit_many below "
                "'if __name__ == \"__main__\":', or take ",
                Setting("jobs", 1),
                ".",
            ) from error

    def give(self, item: T) -> None:
        self.item = item
        self.connection.send(item)

    def result(self) -> Any:
        try:
            return self.connection.recv()
        except (EOFError, ConnectionError):
            return DIED

    def end(self, now: bool = False) -> None:
        self.connection.close()
        if now:
            self.process.kill()
        self.process.join()


def _serve(connection: Connection, work: Callable[[Any], Any]) -> None:
    """Work on what comes until nothing more does, or nobody is there to take it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that started it ends it
    try:
        connection.send(None)
        while True:
            connection.send(work(connection.recv()))
    except (EOFError, ConnectionError):
        return


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Set variables for processes that are started meanwhile, where they are not set already."""
    new = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            del os.environ[name]
