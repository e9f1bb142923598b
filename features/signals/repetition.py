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
from defiller.features.signals.family import Family, Signal, begins, lengths, share, window_sum
from defiller.features.vocabulary import mix

# Pairs are counted over words that stand in at most this many paragraphs: rarer words say more
# of what is repeated, and the bound keeps the work linear (at most 7 pairs a word).
MOST_PARAGRAPHS = 8

# A paragraph most of whose three-word sequences stand earlier is a copy with small changes.
NEAR_COPY = 0.6
_RUN = 8  # paragraphs before and after: as far as a reader sees that a page starts over

_SALT = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: spreads low bits


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
    marked: NDArray[np.bool_]

    @classmethod
    def of(
        cls, item: NDArray[np.int64], paragraph: Ints, batch: Batch, mark: NDArray[np.bool_]
    ) -> Postings:
        """Group items by document.

        Parameters
        ----------
        item : int64 (tokens,)
            Non-negative numbers, or hashes of 63 bits.
        paragraph : int64 (tokens,)
        batch : Batch
        mark : bool (tokens,)
            An entry is marked where any of its tokens is.
        """
        # One sort of one number a token, in place of one by three keys: the item with its
        # document above, then the paragraph, then the mark.
        low = len(batch).bit_length() + 1
        most = (1 << (63 - low)) - 1
        documents = len(batch.sizes)
        if len(item) and int(item.max()) < most // documents:
            high = item * documents + batch.document_of[paragraph]
        else:
            # Hashes: 40 bits and more of them stay, so two of a million items meet by chance
            # about once.
            salt = batch.document_of[paragraph].astype(np.uint64) * _SALT
            high = ((item.astype(np.uint64) * _SALT ^ salt) % np.uint64(most)).astype(np.int64)
        keys = np.sort(high << low | paragraph << 1 | mark)
        # The last of an entry's tokens is a marked one where there is any.
        entries = keys >> 1
        last = np.ones(len(keys), np.bool_)
        np.not_equal(entries[1:], entries[:-1], out=last[:-1])
        keys = keys[last]
        item, owner = keys >> low, (keys >> 1) & ((1 << (low - 1)) - 1)
        new = begins(item)
        group = np.cumsum(new) - 1
        begin = new.nonzero()[0]
        size = lengths(begin, len(group))
        return cls(
            paragraph=owner,
            group=group,
            count=size[group],
            first=owner[begin][group],
            last=owner[begin + size - 1][group],
            place=np.arange(len(group)) - begin[group],
            marked=(keys & 1).astype(np.bool_),
        )

    def sum(self, values: NDArray[np.generic], paragraphs: int) -> Floats:
        """Sum of values over each paragraph's entries."""
        return np.bincount(self.paragraph, weights=values, minlength=paragraphs).astype(np.float32)


def best_partner(postings: Postings, paragraphs: int) -> tuple[Floats, Floats]:
    """Most shared items with one earlier and with one later paragraph, float32 (paragraphs,)."""
    some = (postings.count > 1) & (postings.count <= MOST_PARAGRAPHS)
    paragraph, count, place = postings.paragraph[some], postings.count[some], postings.place[some]
    following = count - place - 1
    here = np.repeat(np.arange(len(paragraph)), following)
    step = np.arange(1, len(here) + 1) - np.repeat(np.cumsum(following) - following, following)
    earlier, later = paragraph[here], paragraph[here + step]
    best_before, best_after = np.zeros(paragraphs, np.float32), np.zeros(paragraphs, np.float32)
    if len(earlier):
        pairs = np.sort(earlier << 32 | later)
        begin = begins(pairs).nonzero()[0]
        shared = lengths(begin, len(pairs)).astype(np.float32)
        np.maximum.at(best_before, pairs[begin] & 0xFFFFFFFF, shared)
        np.maximum.at(best_after, pairs[begin] >> 32, shared)
    return best_before, best_after


def _originals(shingles: Postings, share_before: Floats) -> Ints:
    """The earlier paragraph that each near copy is one of, -1 for others, int64 (paragraphs,)."""
    result = np.full(len(share_before), -1)
    copied = share_before >= NEAR_COPY
    if not copied.any():
        return result
    known = (shingles.first < shingles.paragraph) & copied[shingles.paragraph]
    # The middle one of the places where its sequences stood first: a common turn of phrase
    # elsewhere does not move it.
    pairs = np.sort(shingles.paragraph[known] << 32 | shingles.first[known])
    owner = pairs >> 32
    begin = begins(owner).nonzero()[0]
    size = lengths(begin, len(owner))
    result[owner[begin]] = pairs[begin + size // 2] & 0xFFFFFFFF
    return result


def copy_runs(batch: Batch, original: Ints) -> tuple[Floats, Floats]:
    """Copied neighbours at the same distance from their originals, and their words.

    One repeated line is furniture or chance; a page pasted twice repeats line after line in the
    same order.

    Parameters
    ----------
    batch : Batch
    original : int64 (paragraphs,)
        The earlier paragraph that each is a copy of; -1 for those that are none.

    Returns
    -------
    count, words : float32 (paragraphs,)
        Of itself and the eight before and after; 0 where it is no copy.
    """
    size = len(batch)
    count, words = np.zeros(size, np.float32), np.zeros(size, np.float32)
    copies = np.flatnonzero(original >= 0)
    if not len(copies):
        return count, words
    distance = np.where(original >= 0, batch.places - original, -1)
    beside = copies[:, None] + np.arange(-_RUN, _RUN + 1)
    inside = (beside >= 0) & (beside < size)
    beside = np.minimum(np.maximum(beside, 0), size - 1)
    same = inside & (batch.document_of[copies][:, None] == batch.document_of[beside])
    # A line more or less between the copies is allowed for.
    near = np.abs(distance[beside] - distance[copies][:, None]) <= 2
    same &= (distance[beside] >= 0) & near
    count[copies] = same.sum(axis=1)
    words[copies] = np.where(same, batch.words[beside], 0).sum(axis=1)
    return count, words


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
        Signal("copy_run", "paragraphs of the eight before and after copied in the same order"),
        Signal("copy_run_words", "words of itself and of those, where it is a copy"),
        Signal("heading_later", "stands again later as a heading"),
        Signal("heading_words", "share of its content words that stand in headings"),
        Signal("title_words", "share of its content words that stand in the first paragraph"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        size = len(batch)
        lower = batch.known.lower[batch.types].astype(np.int64)
        mask = batch.content_mask
        # A capital at a sentence's start says nothing, but a name there is rarely the only one.
        fact = batch.listed("number") | batch.listed("capitalised")
        words = Postings.of(lower[mask], batch.paragraph_of[mask], batch, fact[mask])
        own = np.bincount(words.paragraph, minlength=size).astype(np.float32)
        before = words.first < words.paragraph
        after = words.last > words.paragraph
        rare = (words.count > 1) & (words.count <= MOST_PARAGRAPHS)
        fact = words.marked
        shingle_before, shingle_after, partner = self._shingles(batch)
        copies_before, copies_after, heading_later, original = self._copies(batch)
        run, run_words = copy_runs(batch, np.where(original >= 0, original, partner))
        is_heading = batch.heading[words.paragraph]
        groups = int(words.group[-1]) + 1 if len(words.group) else 0
        headed = np.bincount(words.group[is_heading], minlength=groups)
        in_headings = headed[words.group] - is_heading > 0
        titled = words.first == batch.first[words.paragraph]
        alone = words.count == 1

        def shares(whole: Floats, *entries: NDArray[np.generic]) -> Floats:
            return share(np.stack([words.sum(entry, size) for entry in entries]), whole)

        return (
            *shares(own, before, after, alone, ~before, np.log(words.count)),
            *shares(words.sum(rare, size), rare & before),
            *share(np.stack(best_partner(words, size)), own),
            words.sum(fact & alone, size),
            *shares(words.sum(fact, size), fact & before, fact & after),
            shingle_before,
            shingle_after,
            copies_before,
            copies_after,
            window_sum((shingle_before > 0.8).astype(np.float32), batch, 2, 2),
            window_sum(shingle_before, batch, 5, 5) / np.float32(10),
            run,
            run_words,
            heading_later,
            *shares(own, in_headings, titled & before),
        )

    @staticmethod
    def _shingles(batch: Batch) -> tuple[Floats, Floats, Ints]:
        hashes, owner, size = batch.hashes, batch.paragraph_of, len(batch)
        if len(hashes) < 3:
            zero = np.zeros(size, np.float32)
            return zero, zero, np.full(size, -1)
        rolled = mix(mix(hashes[:-2], hashes[1:-1]), hashes[2:])
        inside = owner[:-2] == owner[2:]
        inside &= batch.types[2:] != 0  # not over the separator
        items = (rolled[inside] >> np.uint64(1)).astype(np.int64)
        paragraph = owner[:-2][inside]
        shingles = Postings.of(items, paragraph, batch, np.zeros(len(items), np.bool_))
        own = np.bincount(shingles.paragraph, minlength=size).astype(np.float32)
        before = shingles.sum(shingles.first < shingles.paragraph, size)
        after = shingles.sum(shingles.last > shingles.paragraph, size)
        share_before = share(before, own)
        return share_before, share(after, own), _originals(shingles, share_before)

    @staticmethod
    def _copies(batch: Batch) -> tuple[Floats, Floats, Floats, Ints]:
        numbers: dict[str, int] = {}
        item = np.array(
            [numbers.setdefault(c.casefold(), len(numbers)) for c in batch.contents], np.int64
        )
        again = np.flatnonzero(np.bincount(item, minlength=1)[item] > 1)
        before, after, heading = (np.zeros(len(batch), np.float32) for _ in range(3))
        original = np.full(len(batch), -1)
        if not len(again):
            return before, after, heading, original
        copies = Postings.of(item[again], again, batch, np.zeros(len(again), np.bool_))
        before[copies.paragraph] = copies.place
        after[copies.paragraph] = copies.count - 1 - copies.place
        heading[copies.paragraph] = (copies.last > copies.paragraph) & batch.heading[copies.last]
        original[copies.paragraph] = np.where(copies.place > 0, copies.first, -1)
        return before, after, heading, original
