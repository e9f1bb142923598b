"""Finds all phrases of all cues in one pass over hashed tokens.

A phrase of n tokens is an n-gram with a known hash; it has no figures, since those are hashed
by their shape. Two bitmaps, one of
one-token phrases and one of leading pairs, throw out nearly all positions; what is left is
looked up by its full hash, all lengths in one sorted table.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from defiller.features.cues import Cues
from defiller.features.tokens import TOKEN
from defiller.features.vocabulary import mix, stable_hash

# 2^16 bits hold the 600 leading pairs at 1 % occupancy: 99 % of positions end here.
_BITMAP = 1 << 16  # a hash's place there is its lowest 16 bits
_START, _END = 1, 2


class PhraseTable:
    """The phrases of a language, ready to be found.

    Parameters
    ----------
    cues : Cues

    Attributes
    ----------
    names : tuple of str
        Names of the cues, in the order of the columns of `count`.
    """

    def __init__(self, cues: Cues) -> None:
        self.names = tuple(cue.name for cue in cues.cues)
        entries: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for column, cue in enumerate(cues.cues):
            for phrase in cue.phrases:
                bind = _START * phrase.startswith("^") | _END * phrase.endswith("$")
                tokens = TOKEN.findall(phrase.strip("^$").strip().lower())
                entries.setdefault((_hash_tokens(tokens), len(tokens)), []).append((column, bind))
        self._table = _Lookup(entries)
        self._longest = max(length for _, length in entries)
        self._single = np.zeros(_BITMAP, np.bool_)
        self._leading = np.zeros(_BITMAP, np.bool_)
        for cue in cues.cues:
            for phrase in cue.phrases:
                tokens = TOKEN.findall(phrase.strip("^$").strip().lower())
                bitmap = self._leading if len(tokens) > 1 else self._single
                bitmap[_hash_tokens(tokens[:2]) % _BITMAP] = True

    def count(
        self,
        hashes: NDArray[np.uint64],
        paragraph_of: NDArray[np.int64],
        first: NDArray[np.int64],
        last: NDArray[np.int64],
        paragraphs: int,
    ) -> NDArray[np.float32]:
        """How often each cue stands in each paragraph.

        Parameters
        ----------
        hashes : uint64 (tokens,)
            Hashes of the lower-cased tokens; a separator stands behind each paragraph.
        paragraph_of : int64 (tokens,)
        first, last : int64 (paragraphs,)
            Positions of a paragraph's first token and of its last one that is not closing
            punctuation.
        paragraphs : int

        Returns
        -------
        float32 (paragraphs, cues)
        """
        columns = len(self.names)
        where = self._single[hashes.astype(np.uint16)].nonzero()[0]
        places, rolls = [where], [hashes[where]]
        if len(hashes) > 1:
            pairs = mix(hashes[:-1], hashes[1:])
            where = self._leading[pairs.astype(np.uint16)].nonzero()[0]
            rolled = pairs[where]
            places.append(where)
            rolls.append(rolled)
            for length in range(3, self._longest + 1):
                where = where[: np.searchsorted(where, len(hashes) - length, side="right")]
                rolled = mix(rolled[: len(where)], hashes[where + (length - 1)])
                places.append(where)
                rolls.append(rolled)
        sizes = np.repeat(np.arange(1, len(places) + 1), [len(part) for part in places])
        hit, entry = self._table.find(np.concatenate(rolls), sizes)
        at, length_of, bind = np.concatenate(places)[hit], sizes[hit], self._table.binds[entry]
        owner = paragraph_of[at]
        good = ((bind & _START) == 0) | (at == first[owner])
        good &= ((bind & _END) == 0) | (at + length_of - 1 == last[owner])
        keys = owner[good] * columns + self._table.columns[entry[good]]
        counted = np.bincount(keys, minlength=paragraphs * columns)
        return counted.reshape(paragraphs, columns).astype(np.float32)


class _Lookup:
    """Hash and length of an n-gram -> the cues it stands for."""

    def __init__(self, entries: dict[tuple[int, int], list[tuple[int, int]]]) -> None:
        rows = sorted(
            (*key, column, bind) for key, hits in entries.items() for column, bind in hits
        )
        self.keys = np.array([r[0] for r in rows], np.uint64)
        self.lengths = np.array([r[1] for r in rows], np.int64)
        self.columns = np.array([r[2] for r in rows], np.int64)
        self.binds = np.array([r[3] for r in rows], np.int64)

    def find(
        self, hashes: NDArray[np.uint64], lengths: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Index into ``hashes`` and place here of every match."""
        left = np.searchsorted(self.keys, hashes, side="left")
        inside = left < len(self.keys)
        some = inside.nonzero()[0]
        some = some[self.keys[left[some]] == hashes[some]]
        start = left[some]
        count = np.searchsorted(self.keys, hashes[some], side="right") - start
        index = np.repeat(some, count)
        entry = np.repeat(start - (np.cumsum(count) - count), count) + np.arange(len(index))
        right = self.lengths[entry] == lengths[index]
        return index[right], entry[right]


def _hash_tokens(tokens: list[str]) -> int:
    rolled = np.array([stable_hash(tokens[0])], np.uint64)
    for token in tokens[1:]:
        rolled = mix(rolled, np.array([stable_hash(token)], np.uint64))
    return int(rolled[0])
