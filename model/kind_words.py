"""What the booster for kinds alone sees: how a paragraph's words tell the kinds of padding apart.

It is asked of few paragraphs and often of none, so its scores can be left until somebody asks.
"""

from __future__ import annotations

import numpy as np

from defiller.features.batch import Batch, Floats, Ints
from defiller.features.ngrams import NGrams
from defiller.features.signals import Signal
from defiller.features.signals.family import lengths
from defiller.labels.kinds import PADDING_KINDS
from defiller.model.words import WordsModel


def kind_signals() -> tuple[Signal, ...]:
    """The columns that `beside` gives, in order; only the booster for kinds sees them."""
    places = {"kind_says": "its wording speaks", "above_kind": "that of the paragraph above speaks"}
    places["below_kind"] = "that of the paragraph below speaks"
    return tuple(
        Signal(f"{place}_{kind.value}", f"{sentence} for {kind.value} among padding, log-odds")
        for place, sentence in places.items()
        for kind in PADDING_KINDS
    )


KIND_COLUMNS = len(kind_signals())
"""Columns at the end of a matrix that only the booster for kinds sees."""


def beside(scores: Floats, batch: Batch) -> Floats:
    """Own scores and those of the paragraphs above and below, in the order of `kind_signals`."""
    above, below = batch.shifted(scores, -1), batch.shifted(scores, 1)
    return np.hstack([scores, above, below]).astype(np.float32, copy=False)


class WaitingKindWords:
    """What the kinds booster sees of the words of some paragraphs, until somebody asks for it.

    Parameters
    ----------
    model : WordsModel
        Of the kinds.
    ngrams : NGrams
        Of the batch.
    batch : Batch
    rows : int64 (rows,)
        The paragraphs; only their n-grams and those of their neighbours are kept.
    """

    def __init__(self, model: WordsModel, ngrams: NGrams, batch: Batch, rows: Ints) -> None:
        buckets, begin = ngrams
        self._model = model
        above = np.where(batch.index[rows] > 0, rows - 1, -1)
        below = np.where(rows + 1 < batch.end[rows], rows + 1, -1)
        marked = np.zeros(len(batch) + 1, np.bool_)  # the last for those that are not there
        for there in (rows, above, below):
            marked[there] = True
        rank = np.cumsum(marked) - 1
        rank[-1] = -1
        self._places = [rank[there] for there in (rows, above, below)]
        needed = np.flatnonzero(marked[:-1])
        size = lengths(begin, len(buckets))[needed]
        self._begin = np.cumsum(size) - size
        shift = np.repeat(begin[needed] - self._begin, size)
        self._buckets = buckets[shift + np.arange(len(shift))]

    def columns(self) -> Floats:
        """Float32 (rows, ``KIND_COLUMNS``), as `beside` gives them."""
        scores = self._model.scores(self._buckets, self._begin)
        missing = np.full((1, scores.shape[1]), np.nan, np.float32)  # where a place is -1
        scores = np.concatenate([scores, missing])
        return np.hstack([scores[place] for place in self._places])
