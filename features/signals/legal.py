"""Copyright, cookies, terms, disclaimers, disclosures."""

from __future__ import annotations

from collections.abc import Sequence

from defiller.features.batch import Batch, Floats
from defiller.features.signals.family import Family, Signal, cue_signals


class Legal(Family):
    """Notices of rights, privacy, liability and affiliate links.

    Innocent look-alikes: articles on law and privacy, which bring cases, dates and names.
    """

    name = "legal"
    signals = (
        *cue_signals("legal_notice"),
        Signal("legal", "share of its words that belong to notices"),
        Signal("legal_words", "words that belong to notices"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        return batch.cue("legal_notice"), batch.flag_share("legal"), batch.flag("legal")
