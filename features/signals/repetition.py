"""What a paragraph shares with the rest of its article.

All of it is linear in the text: words and shingles are sorted once over the batch, and pairs of
paragraphs are counted only over words that stand in few paragraphs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from defiller.features.batch import Batch, Floats, Ints
from defiller.features.signals.family import Family, Signal, share, window_sum
from defiller.features.vocabulary import mix

# Pairs are counted over words that stand in at most this many paragraphs: rarer words say more
# of what is repeated, and the bound keeps the work linear (at most 7 pairs a word).
MOST_PARAGRAPHS = 8


@dataclass(frozen=True)
class Postings:
    """Distinct (item, paragraph) entries of a batch, grouped by item within a document.

    Attributes
    ----------
    paragraph : int64 (entries,)
        In order within each group.
    group : int64 (entries,)
    count, first, last : int64 (entries,)
        Of the entry's group: paragraphs that have the item, the first and the last of them.
    place : int64 (entries,)
        The entry's place in its group.
    """

    paragraph: Ints
    group: Ints
    count: Ints
    first: Ints
    last: Ints
    place: Ints
    token: Ints

    @classmethod
    def of(cls, item: NDArray[np.int64], paragraph: Ints, document_of: Ints) -> Postings:
        """Group items (non-negative) by document."""
        if not len(item):
            empty = np.zeros(0, np.int64)
            return cls(empty, empty, empty, empty, empty, empty, empty)
        order = np.lexsort((paragraph, item, document_of[paragraph]))
        item, owner = item[order], paragraph[order]
        document = document_of[owner]
        new_group = np.ones(len(item), np.bool_)
        new_group[1:] = (item[1:] != item[:-1]) | (document[1:] != document[:-1])
        new_entry = new_group.copy()
        new_entry[1:] |= owner[1:] != owner[:-1]
        owner, order = owner[new_entry], order[new_entry]
        group = np.cumsum(new_group)[new_entry] - 1
        begin = np.flatnonzero(np.diff(group, prepend=-1))
        size = np.diff(np.append(begin, len(group)))
        return cls(
            paragraph=owner,
            group=group,
            count=size[group],
            first=owner[begin][group],
            last=owner[begin + size - 1][group],
            place=np.arange(len(group)) - begin[group],
            token=order,
        )

    def sum(self, values: NDArray[np.generic], paragraphs: int) -> Floats:
        """Sum of values over each paragraph's entries."""
        return np.bincount(self.paragraph, weights=values, minlength=paragraphs).astype(np.float32)


def best_partner(postings: Postings, paragraphs: int) -> tuple[Floats, Floats]:
    """Most shared items with one earlier and with one later paragraph, float32 (paragraphs,)."""
    some = (postings.count > 1) & (postings.count <= MOST_PARAGRAPHS)
    paragraph, count, place = postings.paragraph[some], postings.count[some], postings.place[some]
    low: list[Ints] = []
    high: list[Ints] = []
    for step in range(1, MOST_PARAGRAPHS):
        here = np.flatnonzero(place + step < count)
        low.append(paragraph[here])
        high.append(paragraph[here + step])
    earlier, later = np.concatenate(low), np.concatenate(high)
    best_before, best_after = np.zeros(paragraphs, np.float32), np.zeros(paragraphs, np.float32)
    if len(earlier):
        pairs = np.sort(earlier << 32 | later)
        begin = np.flatnonzero(np.diff(pairs, prepend=-1))
        shared = np.diff(np.append(begin, len(pairs))).astype(np.float32)
        np.maximum.at(best_before, pairs[begin] & 0xFFFFFFFF, shared)
        np.maximum.at(best_after, pairs[begin] >> 32, shared)
    return best_before, best_after


class Repetition(Family):
    """Repeated summaries, second copies, contents lists that repeat headings.

    Innocent look-alikes: refrains, specifications of the same form for each product, and terms
    that an article on one subject cannot help repeating.
    """

    name = "repetition"
    signals = (
        Signal("known_before", "share of its content words that stand earlier in the document"),
        Signal("known_after", "share of its content words that stand later in the document"),
        Signal("known_nowhere", "share of its content words that stand nowhere else"),
        Signal("new_here", "share of its content words that stand here for the first time"),
        Signal("spread", "mean log of the number of paragraphs that have its content words"),
        Signal("rare_before", "share of its rarer words (in 2 to 8 paragraphs) that stand earlier"),
        Signal("best_before", "share of its content words in the most similar earlier paragraph"),
        Signal("best_after", "share of its content words in the most similar later paragraph"),
        Signal("figures_new", "figures and names that stand nowhere else"),
        Signal("figures_known_before", "share of its figures and names that stand earlier"),
        Signal("figures_known_after", "share of its figures and names that stand later"),
        Signal("shingles_before", "share of its three-word sequences that stand earlier"),
        Signal("shingles_after", "share of its three-word sequences that stand later"),
        Signal("copies_before", "exact copies of the paragraph earlier"),
        Signal("copies_after", "exact copies of the paragraph later"),
        Signal("copies_near", "copies of earlier text among the two before and after"),
        Signal("copied_around", "share of three-word sequences that stand earlier, in ten around"),
        Signal("heading_later", "stands again later as a heading"),
        Signal("heading_words", "share of its content words that stand in headings"),
        Signal("title_words", "share of its content words that stand in the first paragraph"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        size = len(batch)
        lower = batch.known.lower[batch.types].astype(np.int64)
        mask = batch.content_mask
        positions = np.flatnonzero(mask)
        words = Postings.of(lower[mask], batch.paragraph_of[mask], batch.document_of)
        own = np.bincount(words.paragraph, minlength=size).astype(np.float32)
        before = words.first < words.paragraph
        after = words.last > words.paragraph
        rare = (words.count > 1) & (words.count <= MOST_PARAGRAPHS)
        best_before, best_after = best_partner(words, size)
        token = positions[words.token]
        # A capital at a sentence's start says nothing, but a name there is rarely the only one.
        fact = (batch.listed("number") | batch.listed("capitalised"))[token]
        facts = words.sum(fact, size)
        shingle_before, shingle_after = self._shingles(batch)
        copies_before, copies_after, heading_later = self._copies(batch)
        headed = np.zeros(int(words.group[-1]) + 1 if len(words.group) else 0, np.int64)
        is_heading = batch.heading[words.paragraph]
        np.add.at(headed, words.group[is_heading], 1)
        in_headings = headed[words.group] - is_heading > 0
        titled = words.first == batch.begin[batch.document_of[words.paragraph]]
        return (
            share(words.sum(before, size), own),
            share(words.sum(after, size), own),
            share(words.sum(words.count == 1, size), own),
            share(words.sum(words.first == words.paragraph, size), own),
            share(words.sum(np.log(np.maximum(words.count, 1)), size), own),
            share(words.sum(rare & before, size), words.sum(rare, size)),
            share(best_before, own),
            share(best_after, own),
            words.sum(fact & (words.count == 1), size),
            share(words.sum(fact & before, size), facts),
            share(words.sum(fact & after, size), facts),
            shingle_before,
            shingle_after,
            copies_before,
            copies_after,
            window_sum((shingle_before > 0.8).astype(np.float32), batch, 2, 2),
            share(window_sum(shingle_before, batch, 5, 5), np.full(size, 10, np.float32)),
            heading_later,
            share(words.sum(in_headings, size), own),
            share(words.sum(titled & before, size), own),
        )

    @staticmethod
    def _shingles(batch: Batch) -> tuple[Floats, Floats]:
        hashes, owner, size = batch.hashes, batch.paragraph_of, len(batch)
        if len(hashes) < 3:
            zero = np.zeros(size, np.float32)
            return zero, zero
        rolled = mix(mix(hashes[:-2], hashes[1:-1]), hashes[2:])
        inside = owner[:-2] == owner[2:]
        inside &= batch.types[2:] != 0  # not over the separator
        items = (rolled[inside] >> np.uint64(1)).astype(np.int64)
        shingles = Postings.of(items, owner[:-2][inside], batch.document_of)
        own = np.bincount(shingles.paragraph, minlength=size).astype(np.float32)
        before = shingles.sum(shingles.first < shingles.paragraph, size)
        after = shingles.sum(shingles.last > shingles.paragraph, size)
        return share(before, own), share(after, own)

    @staticmethod
    def _copies(batch: Batch) -> tuple[Floats, Floats, Floats]:
        numbers: dict[str, int] = {}
        item = np.array(
            [numbers.setdefault(c.casefold(), len(numbers)) for c in batch.contents], np.int64
        )
        copies = Postings.of(item, np.arange(len(batch)), batch.document_of)
        before, after, heading = (np.zeros(len(batch), np.float32) for _ in range(3))
        before[copies.paragraph] = copies.place
        after[copies.paragraph] = copies.count - 1 - copies.place
        heading[copies.paragraph] = (copies.last > copies.paragraph) & batch.heading[copies.last]
        return before, after, heading
