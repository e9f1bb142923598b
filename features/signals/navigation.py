"""Menus, contents, breadcrumbs, bare words of the interface."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.signals.family import (
    Family,
    Signal,
    cue_signals,
    distance_below,
    window_sum,
)

_CRUMBS = ("›", "»", "|", "·", "•", " / ", " > ", "→", "←", "▼", "↑")
_CRUMB_SIGNS = "".join(_CRUMBS).replace(" ", "")


class Navigation(Family):
    """Menus, breadcrumbs, tables of contents, pagination, tags, bare interface words.

    Innocent look-alikes: short list items of a recipe or a specification.
    """

    name = "navigation"
    signals = (
        *cue_signals("navigation_heading"),
        Signal("navigation_distance", "paragraphs since the last contents heading above"),
        Signal("crumbs", "separators of menus and breadcrumbs ('›', '|')"),
        Signal("short", "at most three words"),
        Signal("short_near", "such lines among the three before and after"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        cue = batch.cue("navigation_heading") * (batch.words <= 10)
        crumbs = np.zeros(len(batch), np.float32)
        for place in batch.having(_CRUMB_SIGNS).tolist():
            content = batch.contents[place]
            if len(content) < 400:
                crumbs[place] = sum(content.count(sign) for sign in _CRUMBS)
        short = (batch.words <= 3).astype(np.float32)
        return (
            cue,
            distance_below(cue, batch),
            crumbs,
            short,
            window_sum(short, batch, 3, 3),
        )
