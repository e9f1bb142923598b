"""Which of many documents are nearly the same, in linear time.

Each document is reduced to a sketch: the smallest hashes of its shingles of eight words (a
bottom-k sketch). Two documents that share text share part of their sketches, an inverted index
over the sketches finds those pairs, and the sketches estimate how much they share.
"""

from __future__ import annotations

import zlib
from array import array
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
# Four bytes, as a CRC has.
_UNSIGNED = "I"


class Sketches:
    """Documents' sketches, in the order in which they were added: half a kilobyte each."""

    def __init__(self) -> None:
        self._sketches: list[array[int]] = []

    def add(self, text: str) -> None:
        """Take up the next document's text; white space and case do not count."""
        words = text.lower().split()
        shingles = {
            zlib.crc32(" ".join(words[start : start + _SHINGLE]).encode("utf-8", "replace"))
            for start in range(max(len(words) - _SHINGLE + 1, min(1, len(words))))
        }
        self._sketches.append(array(_UNSIGNED, sorted(shingles)[:_SKETCH]))

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
        for one, other in sorted(self._candidates()):
            estimate = self._estimate(one, other)
            if estimate >= share:
                yield one, other, estimate

    def _candidates(self) -> set[tuple[int, int]]:
        """Pairs of documents, the earlier first, that share a value which is not common."""
        import numpy as np  # heavy, and not every command that loads this looks for pairs

        if not self._sketches:
            return set()
        values = np.concatenate([np.asarray(one, np.uint32) for one in self._sketches])
        values.sort()
        shared = np.unique(values[1:][values[1:] == values[:-1]])
        common = np.unique(values[_COMMON:][values[_COMMON:] == values[:-_COMMON]])
        del values  # most stand once, and only the others' documents are gathered
        shared = np.setdiff1d(shared, common, assume_unique=True)
        if not len(shared):
            return set()
        holders: defaultdict[int, list[int]] = defaultdict(list)
        for place, sketch in enumerate(self._sketches):
            own = np.asarray(sketch, np.uint32)
            at = np.searchsorted(shared, own).clip(max=len(shared) - 1)
            for value in own[shared[at] == own].tolist():
                holders[value].append(place)
        return {
            (one, other)
            for places in holders.values()
            for at, one in enumerate(places)
            for other in places[at + 1 :]
        }

    def _estimate(self, one: int, other: int) -> float:
        """The Jaccard index that the smallest hashes of both together give."""
        first, second = set(self._sketches[one]), set(self._sketches[other])
        both = sorted(first | second)[:_SKETCH]
        return sum(value in first and value in second for value in both) / len(both)
