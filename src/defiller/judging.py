"""What is done to one batch of articles: read, score, and make the output, each on its own."""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from defiller.compression import damage, reader
from defiller.faults import InputError, UsageError, reason
from defiller.features.document import Document, Format, ReadingError
from defiller.inputs import HTML_SUFFIXES
from defiller.outcome import Outcome, failed, outcome_of
from defiller.task import Item, Task

if TYPE_CHECKING:
    from defiller.features.reading import Decoded
    from defiller.model.scorer import Scorer
    from defiller.model.verdict import ScoredDocument

LARGEST_ARTICLE = 80 << 20
"""Bytes, uncompressed: the largest page that is read (`defiller.features.reading.limits`) has fewer
in any encoding, and a small file can unpack to any size."""

_TOGETHER = 1 << 20
"""Characters that are scored together, but for the last article: articles that are small files can
unpack to large ones, and scoring takes memory in proportion."""


@cache
def load_scorer(model: Path | None) -> Scorer:
    """The scorer of a model folder, or of the shipped model; loaded once in a process.

    Raises
    ------
    UsageError
        Where the model cannot be loaded.
    """
    from defiller.model.scorer import ModelError, load

    try:
        return load(model)
    except ModelError as error:
        raise UsageError(str(error)) from error


def judge(task: Task, items: Sequence[Item]) -> list[Outcome]:
    """What becomes of each article; the failure of one costs the others nothing."""
    if not items:
        return []
    scorer = task.load(task.model)
    if task.timeout is not None or len(items) == 1:
        return [_alone(task, scorer, item) for item in items]
    read: list[tuple[Document, Decoded | None] | Outcome] = []
    for item in items:
        try:
            read.append(_read(task, item))
        except Exception as error:  # whatever it is, it is this article's
            read.append(_mishap(task, error))
    documents = [r[0] for r in read if not isinstance(r, Outcome)]
    try:
        scored = (
            one
            for part in _parts(documents)
            for one in scorer.score_documents(part, task.policy, reasons=task.reasons)
        )
        return [
            r if isinstance(r, Outcome) else outcome_of(task, item, next(scored), r[1])
            for item, r in zip(items, read, strict=True)
        ]
    except Exception:  # one of them; which one shows when each is judged alone
        return [_alone(task, scorer, item) for item in items]


def _parts(documents: Sequence[Document]) -> Iterator[list[Document]]:
    part: list[Document] = []
    size = 0
    for document in documents:
        part.append(document)
        size += len(document.text)
        if size >= _TOGETHER:
            yield part
            part, size = [], 0
    if part:
        yield part


def judge_alone(task: Task, item: Item) -> ScoredDocument:
    """The verdicts on one article.

    Raises
    ------
    InputError
        Where it cannot be done, in one sentence without its name.
    UsageError
        Where the model cannot be loaded.
    """
    scorer = task.load(task.model)
    try:
        document, _ = _read(task, item)
        return scorer.score_documents([document], task.policy, reasons=task.reasons)[0]
    except Exception as error:  # whatever it is, it is this article's
        raise InputError(str(_mishap(task, error).error)) from error


def _alone(task: Task, scorer: Scorer, item: Item) -> Outcome:
    try:
        with _limited(task.timeout):
            document, decoded = _read(task, item)
            (scored,) = scorer.score_documents([document], task.policy, reasons=task.reasons)
            return outcome_of(task, item, scored, decoded)
    except _TimeUpError:
        return failed(overtime(task.timeout))
    except Exception as error:  # whatever it is, it is this article's
        return _mishap(task, error)


def overtime(seconds: float | None) -> str:
    """The sentence for an article that took too long."""
    return f"it took over {seconds:g} seconds and was left; --timeout sets the limit"


def _read(task: Task, item: Item) -> tuple[Document, Decoded | None]:
    from defiller.features.reading import decode, read

    if item.text is not None:
        return read(item.text, task.format, name=item.name, title=item.title), None
    data = _bytes(item)
    suffix = PurePath(item.name or "").suffix.lower()
    # What is HTML is decided by the text, but where its encoding stands must be known before.
    is_html = task.format is Format.HTML or (
        task.format is Format.AUTO and (suffix in HTML_SUFFIXES or data.lstrip()[:1] == b"<")
    )
    decoded = decode(data, html=is_html)
    return read(decoded.text, task.format, name=item.name, title=item.title), decoded


def _bytes(item: Item) -> bytes:
    """The uncompressed bytes of an article."""
    if item.fault is not None:
        raise InputError(item.fault)
    data = item.data
    if data is None:
        assert item.path is not None
        with item.path.open("rb") as raw:
            data = reader(raw, item.codec).read(LARGEST_ARTICLE + 1)
    if len(data) > LARGEST_ARTICLE:
        raise InputError(f"it is over {LARGEST_ARTICLE >> 20} MiB; split it")
    return data


def _mishap(task: Task, error: Exception) -> Outcome:
    """The outcome of an article that something went wrong with, in one sentence."""
    if isinstance(error, (ReadingError, InputError)):
        return failed(str(error))
    if isinstance(error, FileNotFoundError):
        return failed("it was gone when its turn came; check what else works in this folder")
    harm = damage(error)
    if harm is not None:
        return failed(str(harm))
    if isinstance(error, OSError):
        return failed(reason(error))
    if isinstance(error, MemoryError):
        return failed("there was not enough memory for it; split it, or give fewer --jobs")
    if task.debug:
        traceback.print_exception(error)
    told = f"{type(error).__name__}: {error}".splitlines()[0]
    return failed(f"an error inside defiller ({told}); see the traceback with --debug")


class _TimeUpError(BaseException):
    """Time is up; no library's ``except Exception`` can swallow it."""


@contextmanager
def _limited(seconds: float | None) -> Iterator[None]:
    """Raise `_TimeUpError` inside the block when the time is up.

    Python code and its regular expressions are interrupted; for anything else, and where the
    system has no such signal, the process that started this one has a longer limit and kills it.
    """
    if (
        seconds is None
        or not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def up(*_: object) -> None:
        raise _TimeUpError

    before = signal.signal(signal.SIGALRM, up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
