"""Two models on the same paragraphs: differences worked out on paper, and by scikit-learn."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from defiller.labels.kinds import KINDS, Kind
from defiller.training.compare import Comparison, winner
from defiller.training.evaluate import Evaluation
from defiller.training.figures import FIGURES, LOWER_IS_BETTER, Judged, draws, interval

DOCUMENTS = 30


def evaluation(padding, kind, document, collection=None, threshold=0.9):
    """An evaluation whose decision is padding at the threshold."""
    kinds = np.zeros((len(padding), len(KINDS)))
    kinds[:, 0], kinds[:, KINDS.index(Kind.FAQ)] = 1 - padding, padding
    judged = Judged(
        kind,
        padding,
        kinds,
        padding >= threshold,
        np.full(len(padding), 10.0),
        document,
        np.array(collection or ["a"] * len(padding)),
    )
    rows = np.arange(len(padding))
    return Evaluation(judged, 4, 3, padding.copy(), rows, threshold, {})


@pytest.fixture(scope="module")
def labels():
    random = np.random.default_rng(3)
    document = np.repeat(np.arange(DOCUMENTS), 12)
    truth = random.random(len(document)) < 0.4
    kind = np.where(truth, KINDS.index(Kind.FAQ), 0)
    return kind, document, ["a" if d < 20 else "b" for d in document]


@pytest.fixture(scope="module")
def good(labels):
    kind, document, collection = labels
    random = np.random.default_rng(4)
    padding = np.clip(0.2 + 0.6 * (kind > 0) + random.normal(0, 0.15, len(kind)), 0.01, 0.99)
    return evaluation(padding, kind, document, collection)


@pytest.fixture(scope="module")
def spoiled(good, labels):
    kind, document, collection = labels
    noise = np.random.default_rng(5).random(len(kind))
    return evaluation(0.5 * good.judged.padding + 0.5 * noise, kind, document, collection)


def test_a_model_against_itself_differs_by_nothing(good):
    found = Comparison(good, good).to_json(resamples=20)
    for rows in (*found["figures"].values(), found["recalls"]):
        for row in rows.values():
            assert row["difference"] == 0
            assert row["interval"] == [0, 0]
            assert row["winner"] is None
    sides = [s for way in found["changed"].values() for side in way.values() for s in side.values()]
    assert sides == [{"paragraphs": 0, "words": 0}] * 8


def test_a_model_with_spoiled_scores_loses_everywhere(good, spoiled):
    found = Comparison(good, spoiled).to_json(resamples=60)
    assert set(found["figures"]) == {"all", "a", "b"}
    for rows in found["figures"].values():
        assert {rows[name]["winner"] for name in ("ap", "f1_half")} == {"model"}
        assert rows["ap"]["interval"][0] > 0.02
    back = Comparison(spoiled, good).to_json(resamples=60)
    for name, row in found["figures"]["all"].items():
        other = back["figures"]["all"][name]
        assert other["difference"] == pytest.approx(-row["difference"])
        assert other["interval"] == pytest.approx([-end for end in reversed(row["interval"])])
        swapped = {"model": "against", "against": "model", None: None}
        assert other["winner"] == swapped[row["winner"]]


def test_intervals_are_of_the_difference_on_the_same_documents(good, spoiled):
    """Worked out apart: scikit-learn's figure of both, draw by draw."""
    found = Comparison(good, spoiled).to_json(resamples=40)["figures"]["all"]["ap"]
    one, other = good.judged, spoiled.judged
    apart = []
    for rows in draws(one.document, 40):
        truth = one.kind[rows] > 0
        apart.append(
            average_precision_score(truth, one.padding[rows])
            - average_precision_score(truth, other.padding[rows])
        )
    assert found["interval"] == pytest.approx(list(np.quantile(apart, [0.05, 0.95])))
    assert found["difference"] == pytest.approx(
        average_precision_score(one.kind > 0, one.padding)
        - average_precision_score(one.kind > 0, other.padding)
    )


def test_paired_intervals_are_narrower_than_two_side_by_side(good, labels):
    """What a little noise changes is seen, though documents differ by much more than that."""
    kind, document, collection = labels
    noise = np.random.default_rng(6).normal(0, 0.04, len(kind))
    close = evaluation(np.clip(good.judged.padding + noise, 0, 1), kind, document, collection)
    found = Comparison(good, close).to_json(resamples=100)["figures"]["all"]["ap"]
    alone = good.samples(100).figures["all"]["ap"], close.samples(100).figures["all"]["ap"]
    beside = sum(high - low for low, high in map(interval, alone))
    low, high = found["interval"]
    assert high - low < beside / 3


def test_draws_keep_documents_whole_and_are_the_same_again():
    document = np.array([3, 3, 5, 5, 5, 9])
    first = [rows.tolist() for rows in draws(document, 25, seed=1)]
    assert first == [rows.tolist() for rows in draws(document, 25, seed=1)]
    assert first != [rows.tolist() for rows in draws(document, 25, seed=2)]
    for rows in first:
        counts = np.bincount(rows, minlength=6)
        assert counts[0] == counts[1]
        assert counts[2] == counts[3] == counts[4]
        assert counts[0] + counts[2] + counts[5] == 3


def test_changed_paragraphs_are_counted_by_label_and_direction():
    kind = np.array([0, 0, 0, 7, 7, 7])
    document = np.array([0, 0, 0, 1, 1, 1])
    new = evaluation(np.array([0.1, 0.6, 0.95, 0.95, 0.4, 0.6]), kind, document)
    old = evaluation(np.array([0.7, 0.2, 0.95, 0.2, 0.95, 0.6]), kind, document)
    comparison = Comparison(new, old)
    assert comparison.verdicts.mended.tolist() == [True, False, False, True, False, False]
    assert comparison.verdicts.spoiled.tolist() == [False, True, False, False, True, False]
    changed = comparison.to_json(resamples=5)["changed"]
    one, none = {"paragraphs": 1, "words": 10}, {"paragraphs": 0, "words": 0}
    assert changed["verdict"]["mended"] == {"substance": one, "padding": one}
    assert changed["verdict"]["spoiled"] == {"substance": one, "padding": one}
    assert changed["strip"]["mended"] == {"substance": none, "padding": one}
    assert changed["strip"]["spoiled"] == {"substance": none, "padding": one}
    everything = np.ones(6, bool)
    assert comparison.by_difference(everything)[:3].tolist() == [3, 0, 4]


def test_less_is_better_of_loss_and_calibration_error():
    assert LOWER_IS_BETTER == {"loss", "ece"} <= set(FIGURES)
    assert winner(0.01, 0.02, lower_is_better=True) == "against"
    assert winner(-0.02, -0.01, lower_is_better=True) == "model"
    assert winner(-0.02, -0.01) == "against"
    assert winner(0.0, 0.02) is None
    assert winner(math.nan, math.nan) is None


def test_other_paragraphs_are_refused(good, labels):
    kind, document, collection = labels
    other = evaluation(good.judged.padding, np.roll(kind, 1), document, collection)
    with pytest.raises(ValueError, match="same labelled paragraphs"):
        Comparison(good, other)


def test_what_cannot_be_given_is_null_in_json():
    kind, document = np.zeros(4, np.int64), np.array([0, 0, 1, 1])
    only = evaluation(np.array([0.1, 0.2, 0.6, 0.95]), kind, document)
    text = json.dumps(
        {"one": only.to_json(5), "two": Comparison(only, only).to_json(5)}, allow_nan=False
    )
    found = json.loads(text)["two"]["figures"]["all"]
    assert found["ap"]["difference"] is None
    assert found["ap"]["interval"] == [None, None]
    assert found["loss"]["difference"] == 0
