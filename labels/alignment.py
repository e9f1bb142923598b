"""Two readings of one article, put side by side: which items of two sequences are partners.

Patience: what stands once in both sequences is an anchor, the longest run of anchors in the same
order holds, and the gaps between them are searched the same way. Where a gap has no anchor and
is small, the longest common subsequence is found outright. The work is linear in what anchors
settle, which in two readings of one page is nearly all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise

# A gap without an anchor holds repeated items only: rows of dashes, the same button under each
# card. A million comparisons take a third of a second, and no page of the benchmark has a gap
# of more than a few hundred items on a side.
MOST_CELLS = 1_000_000

Pair = tuple[int, int]


def partners(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[Pair]:
    """Places of equal items of two sequences, rising in both.

    Parameters
    ----------
    one, other : sequence of hashable

    Returns
    -------
    list of (int, int)
        A common subsequence: the longest one where items are in the same order in both, and
        close to it where some moved.

    Examples
    --------
    >>> partners("abcxd", "abyycd")
    [(0, 0), (1, 1), (2, 4), (4, 5)]
    """
    found: list[Pair] = []
    gaps = [(0, len(one), 0, len(other))]
    while gaps:
        start, stop, low, high = gaps.pop()
        while start < stop and low < high and one[start] == other[low]:
            found.append((start, low))
            start, low = start + 1, low + 1
        while start < stop and low < high and one[stop - 1] == other[high - 1]:
            stop, high = stop - 1, high - 1
            found.append((stop, high))
        if start == stop or low == high:
            continue
        anchors = _anchors(one, other, (start, stop, low, high))
        if anchors:
            found += anchors
            ends = [(start - 1, low - 1), *anchors, (stop, high)]
            gaps += [(a + 1, b, c + 1, d) for (a, c), (b, d) in pairwise(ends)]
        elif (stop - start) * (high - low) <= MOST_CELLS:
            found += [
                (start + first, low + second)
                for first, second in _longest(one[start:stop], other[low:high])
            ]
    return sorted(found)


def _anchors(
    one: Sequence[Hashable], other: Sequence[Hashable], gap: tuple[int, int, int, int]
) -> list[Pair]:
    """Items that stand once on each side of a gap: the longest run of them in the same order."""
    start, stop, low, high = gap
    here = Counter(one[start:stop])
    there = Counter(other[low:high])
    place = {item: low + step for step, item in enumerate(other[low:high]) if there[item] == 1}
    pairs = [
        (start + step, place[item])
        for step, item in enumerate(one[start:stop])
        if here[item] == 1 and item in place
    ]
    # The longest rising run of places: piles as in the card game, each new card linked to the
    # top of the pile before.
    tops: list[int] = []
    cards: list[int] = []
    below: list[int] = []
    for number, (_, position) in enumerate(pairs):
        pile = bisect_left(tops, position)
        below.append(cards[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(position)
            cards.append(number)
        else:
            tops[pile], cards[pile] = position, number
    run: list[Pair] = []
    number = cards[-1] if cards else -1
    while number >= 0:
        run.append(pairs[number])
        number = below[number]
    return run[::-1]


def _longest(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[Pair]:
    """The longest common subsequence, by the table of its lengths."""
    lengths = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) - 1, -1, -1):
        row, under, item = lengths[i], lengths[i + 1], one[i]
        for j in range(len(other) - 1, -1, -1):
            row[j] = under[j + 1] + 1 if item == other[j] else max(under[j], row[j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs
