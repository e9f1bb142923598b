"""Where a paragraph stands and what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.cues import load_cues
from defiller.features.document import Role
from defiller.features.signals.family import (
    Family,
    Signal,
    distance_below,
    share,
    window_sum,
    window_sums,
)

# Cues around a paragraph, summed by kind.
KINDS = tuple(dict.fromkeys(cue.kind for cue in load_cues().cues))
_FURNITURE = ("navigation", "related", "promotion", "legal", "byline", "comments")
_NEIGHBOURS = (-2, -1, 1, 2)
_WHERE = {-2: "two above", -1: "above", 1: "below", 2: "two below"}


def cues_by_kind(batch: Batch) -> Floats:
    """Cues of each kind in each paragraph, float32 (paragraphs, kinds)."""
    return np.asarray(np.minimum(batch.cue_counts, 2) @ _members(), dtype=np.float32)


@cache
def _members() -> Floats:
    """Whether a cue is of a kind, float32 (cues, kinds)."""
    return np.array([[cue.kind == kind for kind in KINDS] for cue in load_cues().cues], np.float32)


class Place(Family):
    """Position, section and neighbours: padding keeps to openings, ends and its own kind."""

    name = "place"
    signals = (
        Signal("index", "paragraphs above it, at most 50"),
        Signal("from_end", "paragraphs below it, at most 50"),
        Signal("position", "share of the document's words above it"),
        Signal("document_size", "paragraphs of the document"),
        Signal("document_words", "mean words a paragraph of the document"),
        Signal("document_lists", "share of list items in the document"),
        Signal("document_headings", "share of headings in the document"),
        Signal("document_tables", "share of table rows in the document"),
        Signal("heading_distance", "paragraphs since the last heading"),
        Signal("section_words", "mean words a paragraph of its section"),
        Signal("section_size", "paragraphs of its section"),
        Signal("section_number", "sections above it"),
        Signal("sections_left", "sections below it"),
        Signal("list_run", "list items among the eight paragraphs before and after"),
        *(Signal(f"words_{by:+d}", f"words of the paragraph {_WHERE[by]}") for by in _NEIGHBOURS),
        *(
            Signal(f"heading_{by:+d}", f"whether the one {_WHERE[by]} is a heading")
            for by in (-1, 1)
        ),
        *(
            Signal(f"list_{by:+d}", f"whether the one {_WHERE[by]} is a list item")
            for by in (-1, 1)
        ),
        Signal("colon_above", "the paragraph above ends with a colon"),
        *(Signal(f"heading_{kind}", f"cues of '{kind}' in the heading above") for kind in KINDS),
        *(Signal(f"near_{kind}", f"cues of '{kind}' in the three around it") for kind in KINDS),
        *(Signal(f"above_{kind}", f"cues of '{kind}' in the one above") for kind in KINDS),
        Signal("furniture_above", "cues of boilerplate in the ten paragraphs above"),
        Signal("furniture_below", "cues of boilerplate in the ten paragraphs below"),
        Signal("document_cues", "cues of padding a paragraph of the document"),
        Signal("document_second_person", "share of the document's words that address the reader"),
        Signal("document_first_person", "share of the document's words that say 'I'"),
        Signal("document_reports", "verbs of reported speech a paragraph of the document"),
        Signal("document_figures", "figures a paragraph of the document"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        size = batch.sizes[batch.document_of]
        left = size - 1 - batch.index
        words = batch.words
        running = np.cumsum(words, dtype=np.float64) - words
        first = batch.first
        total = np.bincount(batch.document_of, weights=words, minlength=len(batch.sizes))
        position = (running - running[first]) / np.maximum(total[batch.document_of], 1)
        items = batch.role(Role.LIST_ITEM).astype(np.float32)
        heading = batch.heading.astype(np.float32)
        section = batch.section
        sections = np.bincount(section) if len(batch) else np.zeros(0, np.int64)
        section_first = section[first]
        section_last = section[first + size - 1]
        kinds = cues_by_kind(batch)
        of_heading = batch.of_heading(kinds)
        padding = kinds.sum(axis=1) - kinds[:, KINDS.index("substance")]
        furniture = np.minimum(kinds[:, [KINDS.index(kind) for kind in _FURNITURE]].sum(axis=1), 2)
        means = batch.per_document(
            np.stack(
                [
                    words,
                    items,
                    heading,
                    batch.role(Role.TABLE_ROW).astype(np.float32),
                    padding,
                    batch.flag("second_person"),
                    batch.flag("first_person"),
                    batch.flag("report"),
                    batch.flag("number"),
                ]
            )
        )
        mean_words, mean_items, mean_heading, mean_rows = means[:4]
        mean_padding, mean_second, mean_first, mean_report, mean_number = means[4:]
        beside = np.stack([words, heading, items], axis=1)
        words_above, heading_above, items_above = batch.shifted(beside, -1).T
        words_below, heading_below, items_below = batch.shifted(beside, 1).T
        return (
            np.minimum(batch.index, 50),
            np.minimum(left, 50),
            position,
            size,
            mean_words,
            mean_items,
            mean_heading,
            mean_rows,
            distance_below(heading, batch),
            batch.per_section(words),
            sections[section],
            section - section_first,
            section_last - section,
            window_sum(items, batch, 8, 8),
            batch.shifted(words, -2),
            words_above,
            words_below,
            batch.shifted(words, 2),
            heading_above,
            heading_below,
            items_above,
            items_below,
            batch.shifted(batch.colon_last, -1, 0.0),
            *of_heading.T,
            *window_sum(kinds.T, batch, 3, 3),
            *batch.shifted(kinds, -1, 0.0).T,
            *window_sums(furniture, batch, (10, 0), (0, 10)),
            mean_padding,
            share(mean_second, mean_words),
            share(mean_first, mean_words),
            mean_report,
            mean_number,
        )
