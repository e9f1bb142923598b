"""Labelled asides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.signals.family import Family, Signal, cue_signals


class Callout(Family):
    """Asides with a label: "Did You Know?", "Pro Tip:", "Fun fact".

    Innocent look-alikes: a tip that is a step of the how-to it stands in, and labelled facts
    ("Price: $20") in a review.
    """

    name = "callout"
    signals = (
        *cue_signals("callout_label"),
        Signal("label_above", "the paragraph above is nothing but such a label"),
        Signal("colon_early", "a colon stands within the first six tokens"),
        Signal("colon_last", "ends with a colon"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        label = batch.cue("callout_label")
        alone = label * (batch.words <= 4)
        heads = [content[:48] for content in batch.contents]
        early = [
            ":" in head and any(word.endswith(":") for word in head.split(None, 6)[:6])
            for head in heads
        ]
        return (
            label,
            batch.shifted(alone, -1, 0.0),
            np.array(early, np.float32),
            batch.colon_last,
        )
