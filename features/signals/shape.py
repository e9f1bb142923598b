"""Length, punctuation and layout of a paragraph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.document import Role
from defiller.features.signals.family import Family, Signal, begins, share


class Shape(Family):
    """What a paragraph looks like from afar: furniture is short and unpunctuated, prose is not."""

    name = "shape"
    signals = (
        Signal("words", "words and figures"),
        Signal("characters", "characters a word"),
        Signal("sentences", "sentences"),
        Signal("sentence_words", "words a sentence"),
        Signal("heading", "reads like a heading"),
        Signal("list_item", "is a list item"),
        Signal("table_row", "is a table row"),
        Signal("quote", "is a quotation block"),
        Signal("ends_stop", "ends with a full stop"),
        Signal("ends_open", "ends with a letter or a figure"),
        Signal("punctuation", "punctuation marks a word"),
        Signal("function_words", "share of its words that are function words"),
        Signal("long_words", "share of its words of eight letters and more"),
        Signal("all_caps", "share of its words in capitals only"),
        Signal("starts_lower", "starts with a lower-case letter"),
        Signal("distinct", "share of its words that are different from one another"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        words = batch.words
        lengths = np.array([len(content) for content in batch.contents], np.float32)
        sentences = np.bincount(
            batch.paragraph_of[batch.sentence_begin], minlength=len(batch)
        ).astype(np.float32)
        last = [content[-1:] for content in batch.contents]
        lower = batch.known.lower[batch.types].astype(np.int64)
        # Sorting beats np.unique's hashing fifteenfold.
        keys = np.sort(batch.paragraph_of << 32 | lower)
        distinct = (
            np.bincount(keys[begins(keys)] >> 32, minlength=len(batch)).astype(np.float32) - 1
        )
        tokens = batch.token_count.astype(np.float32)
        return (
            words,
            share(lengths, words),
            sentences,
            share(words, sentences),
            batch.heading.astype(np.float32),
            batch.role(Role.LIST_ITEM).astype(np.float32),
            batch.role(Role.TABLE_ROW).astype(np.float32),
            batch.role(Role.QUOTE).astype(np.float32),
            np.array([end == "." for end in last], np.float32),
            np.array([end.isalnum() for end in last], np.float32),
            batch.flag_share("punctuation"),
            batch.flag_share("function"),
            batch.flag_share("long"),
            batch.flag_share("all_caps"),
            np.array([content[:1].islower() for content in batch.contents], np.float32),
            share(distinct, tokens),
        )
