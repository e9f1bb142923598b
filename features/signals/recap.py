"""Repeated summaries, by what they call themselves; what they repeat is in `repetition`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.signals.family import Family, Signal, cue_signals, distance_below


class Recap(Family):
    """Highlights, key takeaways, TL;DR, summaries and conclusions.

    Innocent look-alikes: conclusions that bring a verdict or a recommendation, executive
    summaries whose figures stand nowhere else, and "in short" inside an argument.
    """

    name = "recap"
    signals = (
        *cue_signals("recap_heading", "recap_phrase", "recap_word"),
        Signal("under_recap", "stands under a heading that announces a summary"),
        Signal("recap_distance", "paragraphs since the last such heading above"),
        Signal("last_section", "stands in the document's last section"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        cue = batch.cue("recap_heading")
        heading = cue * batch.heading
        sections = batch.section
        last = sections[np.minimum(batch.begin + batch.sizes - 1, max(len(batch) - 1, 0))]
        in_last = sections == last[batch.document_of]
        return (
            cue,
            batch.cue("recap_phrase"),
            batch.flag("recap_word"),
            batch.of_heading(cue),
            distance_below(heading, batch),
            in_last.astype(np.float32),
        )
