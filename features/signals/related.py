"""Lists of other articles and pointers to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from defiller.features.batch import Batch, Floats
from defiller.features.document import Role
from defiller.features.signals.family import (
    Family,
    Signal,
    cue_signals,
    distance_below,
    share,
    window_sum,
)


class Related(Family):
    """Related articles, "Read more", "You may also like", bare lists of headlines.

    Innocent look-alikes: headings of a listicle, an article's own references, "see also" in a
    reference work.
    """

    name = "related"
    signals = (
        *cue_signals("related_heading", "related_pointer"),
        Signal("under_related", "stands under a heading that announces other articles"),
        Signal("related_distance", "paragraphs since the last such heading above"),
        Signal("title_case", "share of its words that are capitalised"),
        Signal("title_like", "four to twenty words without closing punctuation, like a headline"),
        Signal("title_like_before", "such lines directly above, up to the eighth"),
        Signal("title_like_after", "such lines directly below, up to the eighth"),
        Signal("title_like_near", "such lines among the four before and after"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        cue = batch.cue("related_heading") * (batch.words <= 14)
        # Short lines are furniture ("Menu") or list items; headlines have four words and more.
        open_end = [not c.endswith((".", "!", ":", ";", ",")) for c in batch.contents]
        like = (batch.words >= 4) & (batch.words <= 20) & np.array(open_end, np.bool_)
        like &= ~batch.role(Role.TABLE_ROW)
        title_like = like.astype(np.float32)
        return (
            cue,
            batch.cue("related_pointer"),
            batch.of_heading(cue),
            distance_below(cue, batch),
            share(batch.flag("capitalised"), batch.flag("word")),
            title_like,
            *runs_beside(like, batch),
            window_sum(title_like, batch, 4, 4),
        )


def runs_beside(mask: NDArray[np.bool_], batch: Batch) -> tuple[Floats, Floats]:
    """Unbroken runs of marked paragraphs that end just above and start just below, at most 8."""
    above, below = np.zeros(len(batch), np.int64), np.zeros(len(batch), np.int64)
    places, size = batch.places, len(batch)
    broken = np.maximum.accumulate(np.where(mask, -1, places))
    above[1:] = places[:-1] - np.maximum(broken[:-1], batch.first[1:] - 1)
    broken = np.minimum.accumulate(np.where(mask, size, places)[::-1])[::-1]
    below[:-1] = np.minimum(broken[1:], batch.end[:-1]) - places[1:]
    return np.minimum(above, 8).astype(np.float32), np.minimum(below, 8).astype(np.float32)
