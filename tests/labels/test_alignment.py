"""Partners of two sequences: equal, in order, and nearly all that there are."""

import itertools
import random

import pytest

from defiller.labels import alignment
from defiller.labels.alignment import partners


def longest(one, other):
    rows = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, j in itertools.product(range(len(one)), range(len(other))):
        rows[i + 1][j + 1] = (
            rows[i][j] + 1 if one[i] == other[j] else max(rows[i][j + 1], rows[i + 1][j])
        )
    return rows[-1][-1]


@pytest.mark.parametrize("letters", [2, 6, 40])
def test_partners_are_equal_rise_and_are_nearly_all(letters):
    drawn = random.Random(0)
    found = best = 0
    for _ in range(150):
        one = [drawn.randrange(letters) for _ in range(drawn.randrange(25))]
        # The other is an edited copy, as two extractions are.
        other = [x for x in one if drawn.random() > 0.2]
        for _ in range(drawn.randrange(6)):
            other.insert(drawn.randrange(len(other) + 1), drawn.randrange(letters))
        pairs = partners(one, other)
        assert all(one[i] == other[j] for i, j in pairs)
        assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(pairs))
        found += len(pairs)
        best += longest(one, other)
    assert found >= 0.97 * best


def test_a_gap_too_large_for_the_table_is_left_open(monkeypatch):
    one, other = "xx" + "ab" * 6, "yy" + "ba" * 6
    assert len(partners(one, other)) == 11
    monkeypatch.setattr(alignment, "MOST_CELLS", 10)
    assert partners(one, other) == []
