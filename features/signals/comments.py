"""Readers' comments and their form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.signals.family import Family, Signal, cue_signals, distance_below


class Comments(Family):
    """Comments, and the form and the count around them.

    Innocent look-alikes: forum threads and letters pages, whose subject they are; stories told
    in the first person.
    """

    name = "comments"
    signals = (
        *cue_signals("comments_form"),
        Signal("comments_distance", "paragraphs since the last sign of a comment section above"),
        Signal("first_person", "share of its words that say 'I'"),
        Signal("first_person_change", "how much more it says 'I' than its document does"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        cue = batch.cue("comments_form")
        own = batch.flag_share("first_person")
        return (
            cue,
            distance_below(cue * (batch.words <= 12), batch),
            own,
            np.asarray(own - batch.per_document(own), dtype=np.float32),
        )
