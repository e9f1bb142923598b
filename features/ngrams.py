"""Hashed n-grams of paragraphs: what the linear models of words read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from defiller.features.batch import Batch, Ints
from defiller.features.vocabulary import mix

# 2^18 buckets for the 1.5 million distinct n-grams of the labelled articles, most of which stand
# in one article only; 2^17 costs 0.002 ap of the linear model alone, 2^19 gains less.
BITS = 18
BUCKETS = 1 << BITS
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
# Salts set n-grams of different make apart.
_PAIR, _TRIPLE, _FIRST, _FIRST_PAIR = (np.full(1, salt, np.uint64) for salt in (2, 3, 7, 8))


def hashed_ngrams(batch: Batch) -> tuple[NDArray[np.int32], Ints]:
    """Buckets of every paragraph's n-grams.

    One, two and three tokens in a row, the paragraph's end counting as a token of pairs; its
    first token and its first pair once more as such.

    Returns
    -------
    buckets : int32 (n-grams,)
        0 to ``BUCKETS`` - 1, a paragraph's n-grams together.
    begin : int64 (paragraphs,)
        Where each paragraph's n-grams start; every paragraph has at least one.
    """
    hashes, owner, end = batch.hashes, batch.paragraph_of, batch.types == 0
    size = len(batch)
    if not size:
        return np.zeros(0, np.int32), np.zeros(0, np.int64)
    inner = ~end
    first = batch.token_begin[:-1]
    second = np.minimum(first + 1, len(hashes) - 1)
    pairs = mix(hashes[:-1], hashes[1:])
    triples = mix(pairs[:-1], hashes[2:])
    in_triple = inner[:-2] & inner[1:-1] & inner[2:]
    parts = [
        (hashes[inner], owner[inner]),
        (mix(pairs, _PAIR)[inner[:-1]], owner[:-1][inner[:-1]]),
        (mix(triples, _TRIPLE)[in_triple], owner[:-2][in_triple]),
        (mix(_FIRST, hashes[first]), np.arange(size)),
        (mix(mix(_FIRST_PAIR, hashes[first]), hashes[second]), np.arange(size)),
    ]
    count = np.sum([np.bincount(part[1], minlength=size) for part in parts], axis=0)
    begin = np.cumsum(count) - count
    buckets = np.empty(int(count.sum()), np.int32)
    place = begin.copy()
    for keys, owners in parts:
        number = np.bincount(owners, minlength=size)
        offset = np.arange(len(owners)) - (np.cumsum(number) - number)[owners]
        buckets[place[owners] + offset] = (keys * _SPREAD >> np.uint64(64 - BITS)).astype(np.int32)
        place += number
    return buckets, begin
