"""Work on batches in this process or in several, in order, whatever becomes of the workers."""

from __future__ import annotations

import os
import signal
import threading
import warnings
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any, Protocol, TypeVar

from defiller.judging import judge, overtime
from defiller.outcome import Outcome, failed
from defiller.task import Item, Task

_ROUND = 16
"""Batches a worker that are handed out together. While they are worked on, those of the next
round are read, so workers wait only for each other at the end of a round; and nothing runs
further ahead, so memory stays bounded."""

_GRACE = 60.0
"""Seconds on top of --timeout until a worker is killed: it may still be loading the model."""


_DUMPS = "PYTHONFAULTHANDLER"

FEW_ARTICLES = 8
"""Articles a batch where there is a timeout: a worker that hangs is killed when the time of a
whole batch is up, and each article is judged alone anyway."""


class Batch(Protocol):
    """Anything with articles."""

    @property
    def items(self) -> Sequence[Item]:
        """The articles."""


B = TypeVar("B", bound=Batch)


def work(
    task: Task, batches: Iterable[B], jobs: int
) -> Generator[tuple[B, list[Outcome]], None, None]:
    """Judge batches and yield each with its outcomes, in the order they came.

    Parameters
    ----------
    task : Task
    batches : iterable of Batch
        Taken a few at a time, so it may be endless.
    jobs : int
        Processes. A run of a single batch stays in this one, unless a timeout is set: a process
        of its own can be killed.
    """
    stream = iter(batches)
    first = list(islice(stream, 2))
    if task.timeout is None and (jobs == 1 or len(first) < 2):
        for batch in chain(first, stream):
            yield batch, judge(task, batch.items)
    else:
        with warnings.catch_warnings():
            # What joblib says of workers that were stopped or restarted, a run says itself.
            warnings.filterwarnings("ignore", category=UserWarning, module="joblib")
            yield from _share_out(task, chain(first, stream), jobs)


def _share_out(
    task: Task, stream: Iterator[B], jobs: int
) -> Generator[tuple[B, list[Outcome]], None, None]:
    """Rounds of batches on worker processes.

    A worker that dies, or hangs for so long that joblib kills it, takes the rest of its round
    with it. The batch whose turn it was is judged again article by article, each with nothing
    beside it, which costs the one article that is to blame; the others are handed out again.
    """
    size = _ROUND * jobs
    with _without_dumps(task):
        queue = list(islice(stream, size))
        while queue:
            turn, queue = queue, []
            broken: B | None = None
            with _pool(task, jobs) as pool:
                results = _started(pool, task, [batch.items for batch in turn])
                for number, batch in enumerate(turn):
                    try:
                        outcomes = next(results)
                    except _accidents():
                        broken, queue = batch, [*turn[number + 1 :], *queue]
                        break
                    queue += islice(stream, 1)
                    yield batch, outcomes
                else:
                    next(results, None)  # a pool left before its end would kill its workers
            if broken is not None:
                yield broken, [_alone(task, jobs, item) for item in broken.items]
            queue += islice(stream, max(size - len(queue), 0))


@contextmanager
def _without_dumps(task: Task) -> Iterator[None]:
    """Let a worker that crashes print no traceback, but for ``--debug``: the run says a sentence.

    joblib's workers turn the dump on unless the environment speaks of it.
    """
    if task.debug or _DUMPS in os.environ:
        yield
        return
    os.environ[_DUMPS] = ""
    try:
        yield
    finally:
        os.environ.pop(_DUMPS, None)


@contextmanager
def _pool(task: Task, jobs: int) -> Iterator[Any]:
    """A pool of processes with one thread each: as many as there are cores would fight for them.

    It takes one call of `_started`. After one that broke off, joblib's pool still holds tasks of
    it, which it would hand out before those of the next call: the outcomes of one article would
    be taken for those of another. The processes outlive it and are used again.
    """
    from joblib import Parallel, parallel_config

    with (
        parallel_config(backend="loky", inner_max_num_threads=1),
        Parallel(
            # joblib takes one job to mean this process, which cannot be killed.
            n_jobs=max(jobs, 2),
            pre_dispatch=1 if jobs == 1 else 2 * jobs,
            batch_size=1,
            return_as="generator",
            timeout=_patience(task),
            max_nbytes=None,
        ) as pool,
    ):
        yield pool


def _started(
    pool: Any,  # noqa: ANN401 - joblib has no types
    task: Task,
    batches: Sequence[Sequence[Item]],
) -> Iterator[list[Outcome]]:
    """The outcomes of batches that were handed out, as they come.

    Processes inherit which signals are held back: Ctrl-C is this process's alone, which ends
    them itself.

    Raises
    ------
    RuntimeError
        Where an outcome is not that of the batch whose turn it is.
    """
    from joblib import delayed

    with _held_back(signal.SIGINT):
        results = pool(
            [delayed(_numbered)(number, task, list(items)) for number, items in enumerate(batches)]
        )
    for expected, (number, outcomes) in enumerate(results):
        if number != expected:
            raise RuntimeError(f"the outcomes of batch {number} came for batch {expected}")
        yield outcomes


def _numbered(number: int, task: Task, items: Sequence[Item]) -> tuple[int, list[Outcome]]:
    """What a worker does, and which batch it was."""
    return number, judge(task, items)


def _alone(task: Task, jobs: int, item: Item) -> Outcome:
    """An article judged with nothing beside it, to see whether it is the one."""
    try:
        with _pool(task, jobs) as pool:
            ((outcome,),) = _started(pool, task, [[item]])
            return outcome
    except BrokenExecutor:
        return failed(
            "the process that worked on it died, perhaps for want of memory; split it, or give "
            "fewer --jobs"
        )
    except _accidents():
        return failed(overtime(task.timeout))


def _accidents() -> tuple[type[Exception], ...]:
    """What joblib raises where a worker died, or was killed because its time was up."""
    from multiprocessing import TimeoutError as ProcessTimeoutError

    return (BrokenExecutor, ProcessTimeoutError, TimeoutError)


def _patience(task: Task) -> float | None:
    """Seconds that a batch may take before its worker is killed.

    The articles themselves stop at the limit that was asked for, wherever that can be done.
    """
    return None if task.timeout is None else task.timeout * FEW_ARTICLES + _GRACE


@contextmanager
def _held_back(number: signal.Signals) -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask") or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    from multiprocessing import resource_tracker

    # The standard library lets Ctrl-C through again when it starts this, so it must run before.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
