"""What a family of signals is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from defiller.features.batch import Batch, Floats, Ints


@dataclass(frozen=True, slots=True)
class Signal:
    """One number a paragraph.

    ``name`` is unique over all families; ``sentence`` says what it measures, and unit or range
    where that is not plain.
    """

    name: str
    sentence: str


class Family(ABC):
    """Signals that look for one thing; the subclass's docstring says what and what resembles it.

    Attributes
    ----------
    name : str
    signals : tuple of Signal
        In the order of the columns.
    """

    name: str
    signals: tuple[Signal, ...]

    @abstractmethod
    def columns(self, batch: Batch) -> Sequence[Floats]:
        """One column (paragraphs,) a signal, in order; NaN where the input cannot tell."""

    def compute(self, batch: Batch) -> Floats:
        """All columns, float32 (paragraphs, signals), each contiguous in memory."""
        columns = self.columns(batch)
        assert len(columns) == len(self.signals)
        result = np.empty((len(self.signals), len(batch)), np.float32)
        for number, column in enumerate(columns):
            result[number] = column
        return result.T


def cue_signals(*names: str) -> tuple[Signal, ...]:
    """Signals that count phrases of cues."""
    return tuple(Signal(name, f"phrases of the cue '{name}' in the paragraph") for name in names)


def begins(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Where runs of equal values begin, bool (values,)."""
    new = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return new


def lengths(begin: Ints, size: int) -> Ints:
    """How long each of some runs is, given where they begin and where the last one ends."""
    ends = np.empty_like(begin)
    ends[:-1] = begin[1:]
    ends[-1:] = size
    return ends - begin


def share(part: Floats, whole: Floats) -> Floats:
    """Part of whole, 0 where the whole is 0."""
    return np.asarray(part / np.where(whole > 0, whole, 1), dtype=np.float32)


def distance_below(marks: Floats, batch: Batch) -> Floats:
    """Paragraphs since the last marked one above in the same document; NaN without one."""
    last = batch.last_marked(marks > 0)
    return np.where(last >= 0, batch.places - last, np.nan).astype(np.float32)


def window_sum(values: Floats, batch: Batch, before: int, after: int) -> Floats:
    """Sum over the paragraphs from ``before`` earlier to ``after`` later, itself excluded.

    Of one column (paragraphs,), or of several at once (columns, paragraphs).
    """
    return window_sums(values, batch, (before, after))[0]


def window_sums(values: Floats, batch: Batch, *windows: tuple[int, int]) -> list[Floats]:
    """The same over several windows."""
    total = np.zeros((*values.shape[:-1], len(batch) + 1))
    np.cumsum(values, axis=-1, out=total[..., 1:])
    sums = []
    for before, after in windows:
        low, high = batch.window(before, after)
        sums.append((total[..., high] - total[..., low] - values).astype(np.float32))
    return sums
