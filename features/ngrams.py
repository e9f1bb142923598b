"""Hashed n-grams of paragraphs: what the linear models of words read."""

from __future__ import annotations

from typing import NamedTuple

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


class NGrams(NamedTuple):
    """Buckets of paragraphs' n-grams.

    Attributes
    ----------
    buckets : int32 (n-grams,)
        0 to ``BUCKETS`` - 1, a paragraph's n-grams together.
    begin : int64 (paragraphs,)
        Where each paragraph's n-grams start.
    """

    buckets: NDArray[np.int32]
    begin: Ints


def hashed_ngrams(batch: Batch) -> NGrams:
    """Buckets of every paragraph's n-grams, at least one each.

    One, two and three tokens in a row, the paragraph's end counting as a token of pairs; its
    first token and its first pair once more as such.
    """
    if not len(batch):
        return NGrams(np.zeros(0, np.int32), np.zeros(0, np.int64))
    hashes, single = batch.hashes, batch.token_count
    triple = np.maximum(single - 2, 0)
    ends = np.cumsum(2 * single + triple + 2)
    begin = ends - (2 * single + triple + 2)
    inner = (batch.types != 0).nonzero()[0]
    in_triple = inner[batch.types[np.minimum(inner + 2, len(hashes) - 1)] != 0]
    in_triple = in_triple[batch.types[in_triple + 1] != 0]
    # A paragraph's tokens lie in order, so a token's place among the n-grams follows from it.
    shift = begin - batch.token_begin[:-1]
    keys = np.empty(int(ends[-1]), np.uint64)
    keys[inner + shift[batch.paragraph_of[inner]]] = hashes[inner]
    pairs = mix(hashes[:-1], hashes[1:])
    keys[inner + (shift + single)[batch.paragraph_of[inner]]] = mix(pairs[inner], _PAIR)
    triples = mix(pairs[in_triple], hashes[in_triple + 2])
    owner = batch.paragraph_of[in_triple]
    keys[in_triple + (shift + 2 * single)[owner]] = mix(triples, _TRIPLE)
    first = batch.token_begin[:-1]
    second = np.minimum(first + 1, len(hashes) - 1)
    keys[ends - 2] = mix(_FIRST, hashes[first])
    keys[ends - 1] = mix(mix(_FIRST_PAIR, hashes[first]), hashes[second])
    return NGrams((keys * _SPREAD >> np.uint64(64 - BITS)).astype(np.int32), begin)
