"""Newsletters, share buttons, calls to act, selling."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.signals.family import Family, Signal, cue_signals, window_sum


class Promotion(Family):
    """Newsletter prompts, share buttons, calls to buy, book or contact, company prose.

    Innocent look-alikes: product facts in a review, contacts and prices that are the subject.
    """

    name = "promotion"
    signals = (
        *cue_signals("newsletter", "share", "call_to_action", "sponsor"),
        Signal("selling", "share of its words that belong to offers"),
        Signal("action", "verbs of calls to action"),
        Signal("action_first", "starts with such a verb"),
        Signal("social", "names of social networks"),
        Signal("address", "web or mail addresses and handles"),
        Signal("exclaims", "exclamation marks"),
        Signal("second_person", "share of its words that address the reader"),
        Signal("plural_person", "share of its words that say 'we' and 'our'"),
        Signal("promotion_near", "cues of promotion in the three paragraphs before and after"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        cues = [batch.cue(n) for n in ("newsletter", "share", "call_to_action", "sponsor")]
        starts = batch.listed("action")[batch.token_begin[:-1]].astype(np.float32)
        address = [
            float("@" in c or "http" in c or "www." in c or ".com" in c) for c in batch.contents
        ]
        return (
            *cues,
            batch.flag_share("selling"),
            batch.flag("action"),
            starts,
            batch.flag("social"),
            np.array(address, np.float32),
            np.array([c.count("!") for c in batch.contents], np.float32),
            batch.flag_share("second_person"),
            batch.flag_share("first_person_plural"),
            window_sum(np.minimum(cues[0] + cues[1] + cues[2], 1), batch, 3, 3),
        )
