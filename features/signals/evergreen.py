"""General background and definitions."""

from __future__ import annotations

from collections.abc import Sequence

from defiller.features.batch import Batch, Floats
from defiller.features.signals.family import Family, Signal, cue_signals


class Evergreen(Family):
    """Background that any article on the topic could carry: "What is a mortgage?".

    Innocent look-alikes: an explainer's definition of its own subject.
    """

    name = "evergreen"
    signals = (
        *cue_signals("evergreen_heading", "evergreen_phrase"),
        Signal("under_evergreen", "stands under a heading that announces background"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        cue = batch.cue("evergreen_heading") * (batch.words <= 14)
        return cue, batch.cue("evergreen_phrase"), batch.of_heading(cue)
