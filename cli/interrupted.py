"""Interrupts that come while compiled code calls back into Python, which would lose them."""

import _thread
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SOON = 0.05
"""Seconds, in which a callback ends."""


@contextmanager
def interrupts_kept() -> Iterator[None]:
    """Take up an interrupt that no caller of Python's could, such as while LLVM compiles.

    Python prints what is raised in such a callback with its traceback, and goes on.
    """
    before = sys.unraisablehook

    def taken_up(lost: "sys.UnraisableHookArgs") -> None:
        if lost.exc_type is KeyboardInterrupt:
            # From a thread of its own, as here it would be lost as well.
            threading.Timer(SOON, _thread.interrupt_main).start()
        else:
            before(lost)

    sys.unraisablehook = taken_up
    try:
        yield
    finally:
        sys.unraisablehook = before
