"""Which of many documents are nearly the same, in linear time.

Each document is reduced to a sketch: the smallest hashes of its shingles of eight words (a
bottom-k sketch). Two documents that share text share part of their sketches, an inverted index
over the sketches finds those pairs, and the sketches estimate how much they share.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator

# Eight words in a row hardly ever agree by chance, and an edited sentence spoils only eight
# shingles.
_SHINGLE = 8
# The standard error of the estimate is at most 0.5 / sqrt(128), about 4 %.
_SKETCH = 128
# What more documents than this share is a publisher's furniture, not a copied article. It also
# keeps the number of pairs linear.
_COMMON = 50


class Sketches:
    """Documents' sketches, in the order in which they were added."""

    def __init__(self) -> None:
        self._sketches: list[list[int]] = []

    def add(self, text: str) -> None:
        """Take up the next document's text; white space and case do not count."""
        words = text.lower().split()
        shingles = {
            zlib.crc32(" ".join(words[start : start + _SHINGLE]).encode("utf-8", "replace"))
            for start in range(max(len(words) - _SHINGLE + 1, min(1, len(words))))
        }
        self._sketches.append(sorted(shingles)[:_SKETCH])

    def near(self, share: float) -> Iterator[tuple[int, int, float]]:
        """Pairs of documents, by place, that share at least that much of their shingles.

        Parameters
        ----------
        share : float
            Of the shingles of both together (Jaccard), 0 to 1.

        Yields
        ------
        tuple of int, int, float
            The earlier document, the later one, the estimated share.
        """
        holders: defaultdict[int, list[int]] = defaultdict(list)
        for place, sketch in enumerate(self._sketches):
            for value in sketch:
                holders[value].append(place)
        candidates = {
            (one, other)
            for places in holders.values()
            if 1 < len(places) <= _COMMON
            for at, one in enumerate(places)
            for other in places[at + 1 :]
        }
        for one, other in sorted(candidates):
            estimate = self._estimate(one, other)
            if estimate >= share:
                yield one, other, estimate

    def _estimate(self, one: int, other: int) -> float:
        """The Jaccard index that the smallest hashes of both together give."""
        first, second = set(self._sketches[one]), set(self._sketches[other])
        both = sorted(first | second)[:_SKETCH]
        return sum(value in first and value in second for value in both) / len(both)
