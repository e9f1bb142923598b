"""What the model finds in one document, as arrays; verdicts are made of them when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from defiller.features.batch import Floats, Ints
from defiller.features.document import Document
from defiller.labels.kinds import PADDING_KINDS, Kind
from defiller.model.calibration import Doubles
from defiller.model.kind_words import KIND_COLUMNS, WaitingKindWords
from defiller.model.predictor import Predictor
from defiller.model.verdict import Because, Reason, Verdict


class KindsOfBatch:
    """The kinds of a batch's padding, which are asked for when somebody first looks at one.

    What is cut does not hang on them unless some kinds are kept, and they take nearly a third as
    long as all else. Until then the rows that are worth asking about are kept, and their n-grams.

    Parameters
    ----------
    predictor : Predictor
    matrix : float32 (paragraphs, features)
        The columns that are for kinds alone, its last, need not be filled in.
    padding : float64 (paragraphs,)
    words : callable
        What has these columns, of the paragraphs that it is called with.
    """

    def __init__(
        self,
        predictor: Predictor,
        matrix: Floats,
        padding: Doubles,
        words: Callable[[Ints], WaitingKindWords],
    ) -> None:
        self._padding = padding
        self._asked = predictor.worth_asking(padding)
        self._waiting: tuple[Predictor, Floats, WaitingKindWords] | None = (
            predictor,
            matrix[self._asked],
            words(self._asked),
        )
        self._known = np.zeros((0, len(PADDING_KINDS)))

    def known(self) -> Doubles:
        """Probability of each of ``PADDING_KINDS``, float64 (paragraphs, kinds)."""
        waiting = self._waiting
        if waiting is not None:
            predictor, rows, words = waiting
            rows[:, rows.shape[1] - KIND_COLUMNS :] = words.columns()
            known = np.zeros((len(self._padding), len(PADDING_KINDS)))
            columns = [PADDING_KINDS.index(Kind(name)) for name in predictor.kinds_]
            known[:, columns] = predictor.shared_out(self._padding, self._asked, rows)
            self._known, self._waiting = known, None  # in this order: threads may look at it
        return self._known


@dataclass(frozen=True, eq=False)
class Found:
    """What the model says of one document's paragraphs and what was decided.

    Attributes
    ----------
    part : slice
        The document's paragraphs in its batch.
    padding : float64 (paragraphs,)
    kinds : KindsOfBatch
    own : float64 (paragraphs,)
        Probability that a paragraph is of a kind to drop, before the block step.
    cut_at : float64 (paragraphs,)
    strips : bool (paragraphs,)
    left_whole : Because or None
        ``GUARD`` or ``LANGUAGE`` where these keep the whole document.
    threshold : float
    reasons : sequence of tuple of Reason, or None
    """

    part: slice
    padding: Doubles
    kinds: KindsOfBatch
    own: Doubles
    cut_at: Doubles
    strips: NDArray[np.bool_]
    left_whole: Because | None
    threshold: float
    reasons: Sequence[tuple[Reason, ...]] | None

    def verdicts(self, document: Document) -> tuple[Verdict, ...]:
        """A verdict for every paragraph of the document."""
        kinds = self.kinds.known()[self.part]
        rows = zip(
            document.paragraphs,
            self.padding.tolist(),
            kinds.tolist(),
            kinds.argmax(axis=1).tolist(),
            self.strips.tolist(),
            self._because(),
            self.cut_at.tolist(),
            self.reasons or repeat(None, len(kinds)),
            strict=True,
        )
        return tuple(
            Verdict(
                start=paragraph.start,
                end=paragraph.end,
                text=document.text[paragraph.start : paragraph.end],
                padding=padding,
                kind=PADDING_KINDS[best] if padding >= 0.5 else Kind.SUBSTANCE,
                kinds=dict(zip(PADDING_KINDS, chances, strict=True)),
                strip=gone,
                because=because,
                cut_at=at,
                reasons=why,
            )
            for paragraph, padding, chances, best, gone, because, at, why in rows
        )

    def _because(self) -> Sequence[Because]:
        if self.left_whole is not None:
            return [self.left_whole] * len(self.padding)
        because = []
        rows = zip(self.padding.tolist(), self.own.tolist(), self.strips.tolist(), strict=True)
        for padding, own, gone in rows:
            if gone != (own >= self.threshold):
                because.append(Because.BLOCK)
            elif not gone and padding >= self.threshold:
                because.append(Because.KEPT_KIND)
            else:
                because.append(Because.MODEL)
        return because
