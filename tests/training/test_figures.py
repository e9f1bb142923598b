"""The named figures on hand-made predictions whose figures can be worked out on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest

from defiller.labels.kinds import KINDS, Kind
from defiller.training import figures
from defiller.training.facts import facts, facts_kept
from defiller.training.figures import Judged


def judged(rows: list[tuple[Kind, float, bool, float, int]], said: Kind = Kind.FAQ) -> Judged:
    """Rows of (label, padding, strip, words, document)."""
    kinds = np.zeros((len(rows), len(KINDS)))
    kinds[:, 0] = [1 - row[1] for row in rows]
    kinds[:, KINDS.index(said)] = [row[1] for row in rows]
    return Judged(
        np.array([KINDS.index(row[0]) for row in rows]),
        np.array([row[1] for row in rows]),
        kinds,
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows], float),
        np.array([row[4] for row in rows]),
        np.array(["a"] * len(rows)),
    )


S, F, U = Kind.SUBSTANCE, Kind.FAQ, Kind.FLUFF
ROWS = [
    (F, 0.9, True, 10.0, 0),
    (S, 0.8, True, 1.0, 0),
    (U, 0.6, False, 30.0, 1),
    (S, 0.2, False, 99.0, 1),
]


def test_average_precision_counts_the_rank_of_each_padding():
    assert figures.ap(judged(ROWS)) == pytest.approx((1 / 1 + 2 / 3) / 2)


def test_f1_at_a_half_and_of_the_decision():
    assert figures.f1_half(judged(ROWS)) == pytest.approx(2 * 2 / (2 + 3))
    assert figures.f1_strip(judged(ROWS)) == pytest.approx(2 * 1 / (2 + 2))
    assert figures.f1_best(judged(ROWS)) == pytest.approx(2 * 2 / (2 + 3))


def test_stripped_at_1pct_stops_before_the_substance_is_spent():
    # 100 substance words: the paragraph of one word is just allowed, the next one is not.
    assert figures.stripped_at_1pct(judged(ROWS)) == pytest.approx(1.0)
    dearer = [ROWS[0], (S, 0.8, True, 2.0, 0), *ROWS[2:]]
    assert figures.stripped_at_1pct(judged(dearer)) == pytest.approx(10 / 40)


def test_loss_and_gain_are_shares_of_words():
    assert figures.loss(judged(ROWS)) == pytest.approx(1 / 100)
    assert figures.gain(judged(ROWS)) == pytest.approx(10 / 40)


def test_calibration_error_of_the_calibrated_is_nought():
    rows = [(F, 1.0, True, 1.0, 0), (S, 0.0, False, 1.0, 0)]
    assert figures.ece(judged(rows)) == 0
    rows = [(S, 1.0, True, 1.0, 0), (S, 0.0, False, 1.0, 0)]
    assert figures.ece(judged(rows)) == pytest.approx(0.5)


def test_kind_accuracy_is_over_found_padding():
    assert figures.kind_accuracy(judged(ROWS)) == pytest.approx(0.5)


def test_figures_without_padding_are_not_numbers():
    none = judged([(S, 0.1, False, 5.0, 0)])
    assert math.isnan(figures.ap(none))
    assert math.isnan(figures.gain(none))


def test_intervals_hold_the_figure_and_are_the_same_again():
    many = judged([(k, p, s, w, d + 2 * n) for n in range(20) for k, p, s, w, d in ROWS])
    low, high = figures.intervals(many, figures.f1_half, 50)
    assert low <= figures.f1_half(many) <= high
    assert (low, high) == figures.intervals(many, figures.f1_half, 50)


def test_facts_are_figures_quotes_and_names():
    found = facts("Ada Lovelace said “it may weave patterns” in 1843, at 3.5 per cent.")
    assert found == {"Ada Lovelace", "it may weave patterns", "1843", "3.5"}


def test_a_fact_is_kept_where_it_stands_in_anything_kept():
    rows = [
        ("It cost 40 euros.", True, True),
        ("40 and 50.", False, False),
        ("In 1999.", True, False),
    ]
    assert facts_kept(rows) == (2, 2)
    assert facts_kept([("It cost 40 euros.", True, True)]) == (1, 0)
