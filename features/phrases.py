"""Finds all phrases of all cues in one pass over hashed tokens.

A phrase of n tokens is an n-gram with a known hash; it has no figures, since those are hashed
by their shape. Two bitmaps, one of
one-token phrases and one of leading pairs, throw out nearly all positions; what is left is
looked up by its full hash, one sorted table a length.
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
        by_length: dict[int, dict[int, list[tuple[int, int]]]] = {}
        for column, cue in enumerate(cues.cues):
            for phrase in cue.phrases:
                bind = _START * phrase.startswith("^") | _END * phrase.endswith("$")
                tokens = TOKEN.findall(phrase.strip("^$").strip().lower())
                key = _hash_tokens(tokens)
                by_length.setdefault(len(tokens), {}).setdefault(key, []).append((column, bind))
        self._tables = {length: _Lookup(entries) for length, entries in sorted(by_length.items())}
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
        keys: list[NDArray[np.int64]] = []
        single = np.flatnonzero(self._single[hashes.astype(np.uint16)])
        where, rolled = single, hashes[single]
        if len(hashes) > 1:
            pairs = mix(hashes[:-1], hashes[1:])
            candidates = np.flatnonzero(self._leading[pairs.astype(np.uint16)])
        else:
            pairs, candidates = hashes[:0], np.zeros(0, np.int64)
        for length, table in self._tables.items():
            if length == 1:
                where, rolled = single, hashes[single]
            elif length == 2:
                where, rolled = candidates, pairs[candidates]
            else:
                inside = where + length <= len(hashes)
                where, rolled = where[inside], rolled[inside]
                rolled = mix(rolled, hashes[where + length - 1])
            hit, column, bind = table.find(rolled)
            at = where[hit]
            owner = paragraph_of[at]
            good = ((bind & _START) == 0) | (at == first[owner])
            good &= ((bind & _END) == 0) | (at + length - 1 == last[owner])
            keys.append(owner[good] * columns + column[good])
        counted = np.bincount(np.concatenate(keys), minlength=paragraphs * columns)
        return counted.reshape(paragraphs, columns).astype(np.float32)


class _Lookup:
    """Hash of an n-gram -> the cues it stands for."""

    def __init__(self, entries: dict[int, list[tuple[int, int]]]) -> None:
        rows = sorted((key, column, bind) for key, hits in entries.items() for column, bind in hits)
        self.keys = np.array([r[0] for r in rows], np.uint64)
        self.columns = np.array([r[1] for r in rows], np.int64)
        self.binds = np.array([r[2] for r in rows], np.int64)

    def find(
        self, hashes: NDArray[np.uint64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Index into ``hashes``, column and binding of every match."""
        left = np.searchsorted(self.keys, hashes, side="left")
        inside = left < len(self.keys)
        some = np.flatnonzero(inside)
        some = some[self.keys[left[some]] == hashes[some]]
        start = left[some]
        count = np.searchsorted(self.keys, hashes[some], side="right") - start
        index = np.repeat(some, count)
        step = np.arange(len(index)) - np.repeat(np.cumsum(count) - count, count)
        entry = np.repeat(start, count) + step
        return index, self.columns[entry], self.binds[entry]


def _hash_tokens(tokens: list[str]) -> int:
    rolled = np.array([stable_hash(tokens[0])], np.uint64)
    for token in tokens[1:]:
        rolled = mix(rolled, np.array([stable_hash(token)], np.uint64))
    return int(rolled[0])
