"""Prose without particulars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.signals.family import Family, Signal, cue_signals, share

_LISTS = (
    "modal",
    "intensifier",
    "praise",
    "importance",
    "abstract",
    "announce",
    "connective",
    "generic_subject",
)


class Fluff(Family):
    """Throat-clearing, announcements, statements of importance, outlooks, sign-offs.

    Innocent look-alikes: opinions that give a reason, and instructions in plain words.
    """

    name = "fluff"
    signals = (
        *cue_signals("fluff_opening", "fluff_announcement", "fluff_closing"),
        *(Signal(name, f"share of its words in the word list '{name}'") for name in _LISTS),
        Signal("vague", "words of all these lists together, less figures and names"),
        Signal("first_paragraphs", "such cues in one of the first four paragraphs"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        cues = [batch.cue(n) for n in ("fluff_opening", "fluff_announcement", "fluff_closing")]
        listed = [batch.flag(name) for name in _LISTS]
        names = batch.flag("capitalised") + batch.flag("number")
        vague = np.sum(listed, axis=0) - names
        return (
            *cues,
            *(batch.flag_share(name) for name in _LISTS),
            share(vague, batch.words),
            np.asarray((cues[0] + cues[1]) * (batch.index < 4), dtype=np.float32),
        )
