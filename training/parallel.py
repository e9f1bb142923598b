"""Work shared out to processes, and Ctrl-C while it goes on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from joblib import Parallel, delayed


def in_order(jobs: Iterable[Any], workers: int) -> Iterator[Any]:
    """What jobs come to, in order, each as soon as it is done.

    Parameters
    ----------
    jobs : iterable
        As `joblib.delayed` makes them. No more of them are taken than are worked on, since they
        may carry large arrays.
    workers : int
        Processes; one works in this one.
    """
    if workers < 2:
        yield from Parallel(return_as="generator")(jobs)
        return
    with Parallel(workers, backend="loky", return_as="generator", pre_dispatch=workers) as parallel:
        # Ctrl-C reaches every process of a terminal. Processes that are started while it is
        # ignored ignore it for good, and are ended by this one.
        with uninterrupted():
            started = parallel(delayed(int)() for _ in range(workers))
        list(started)
        yield from parallel(jobs)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C does nothing inside: for what is done in a moment and must be done whole."""
    if threading.current_thread() is not threading.main_thread():
        yield  # interrupts are the main thread's
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
