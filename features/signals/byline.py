"""Authors, dates, credits."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.signals.family import Family, Signal, cue_signals

_TIME = re.compile(r"\d{1,2}:\d\d|\d{4}-\d\d-\d\d|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b")


class Byline(Family):
    """Author names and bios, dates, reading times, photo and source credits.

    Innocent look-alikes: biographies of the person an article is about, captions with a fact,
    dates of events.
    """

    name = "byline"
    signals = (
        *cue_signals("byline_line"),
        Signal("publishing", "share of its words that belong to bylines and credits"),
        Signal("clock", "clock times and numeric dates, in paragraphs of up to 30 words"),
        Signal("month", "share of its words that are months and days"),
        Signal("name_only", "two to four words, all capitalised"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        clock = np.zeros(len(batch), np.float32)
        for place in np.flatnonzero((batch.words <= 30) & (batch.flag("number") > 0)).tolist():
            clock[place] = len(_TIME.findall(batch.contents[place]))
        capital = batch.flag("capitalised")
        words = batch.words
        named = (words >= 2) & (words <= 4) & (capital == words)
        return (
            batch.cue("byline_line"),
            batch.flag_share("publishing"),
            clock,
            batch.flag_share("month"),
            named.astype(np.float32),
        )
