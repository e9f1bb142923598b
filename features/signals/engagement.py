"""Questions and appeals to the reader."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.signals.family import Family, Signal, cue_signals


class Engagement(Family):
    """Appeals: "What do you think?", "Share your thoughts below", discussion prompts.

    Innocent look-alikes: an interviewer's questions and the questions of a checklist.
    """

    name = "engagement"
    signals = (
        *cue_signals("engagement_question"),
        Signal("asks_you", "words that address the reader, in a paragraph that asks"),
        Signal("questions_inside", "question marks"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        marks = np.array([content.count("?") for content in batch.contents], np.float32)
        return (
            batch.cue("engagement_question"),
            np.asarray(batch.flag("second_person") * (marks > 0), dtype=np.float32),
            marks,
        )
