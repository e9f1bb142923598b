"""The numbers of a report: curves are scikit-learn's, the cases the worst there are."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from defiller.labels.kinds import KINDS
from defiller.training.report import curves
from defiller.training.report.cases import MOST_A_DOCUMENT, varied, worst_rows
from defiller.training.report.wording import percent, signed

pytest.importorskip(
    "matplotlib", reason="the report takes matplotlib: pip install 'defiller[report]'"
)
pytest.importorskip("jinja2", reason="the report takes jinja2: pip install 'defiller[report]'")


def test_the_curve_is_scikit_learns(reported):
    judged = reported.one.model.evaluation.judged
    found = curves.precision_recall(judged)
    precision, recall, _ = metrics.precision_recall_curve(judged.is_padding, judged.padding)
    whole = set(zip(recall.tolist(), precision.tolist(), strict=True))
    assert set(zip(found.recall.tolist(), found.precision.tolist(), strict=True)) <= whole
    assert (np.diff(found.recall) >= 0).all()
    assert (found.recall[0], found.recall[-1]) == (0, 1)
    assert found.thresholds[0] == 1
    for at in (len(found.recall) // 3, len(found.recall) // 2):
        said = judged.padding >= found.thresholds[at]
        assert found.recall[at] == metrics.recall_score(judged.is_padding, said)


def test_calibration_counts_every_paragraph_once(reported):
    judged = reported.one.model.evaluation.judged
    found = curves.calibration(judged)
    assert found.count.sum() == len(judged.kind)
    # Weighted by the counts, the bins give the whole back.
    assert np.average(found.said, weights=found.count) == pytest.approx(judged.padding.mean())
    assert np.average(found.true, weights=found.count) == pytest.approx(judged.is_padding.mean())
    error = np.average(np.abs(found.said - found.true), weights=found.count)
    assert error == pytest.approx(reported.one.model.value("ece"), abs=2e-3)


def test_confusion_is_of_the_kinds_that_are_said(reported):
    judged = reported.one.model.evaluation.judged
    table = curves.confusion(judged)
    assert table.sum() == len(judged.kind)
    for label, kind in enumerate(KINDS):
        for said, other in enumerate(KINDS):
            count = int(((judged.kind == label) & (judged.said == said)).sum())
            assert table[label, said] == count, (kind, other)
    assert ((judged.said == 0) == (judged.padding < 0.5)).all()


def test_the_chosen_point_stands_on_the_loss_curve(reported):
    evaluation = reported.one.model.evaluation
    here = evaluation.curve
    at = int(np.searchsorted(here.thresholds, evaluation.threshold))
    assert here.thresholds[at] == evaluation.threshold
    # Nothing was held back by the guard or a language, so both count the same words.
    assert evaluation.left_whole == {}
    assert here.pooled_loss[at] == pytest.approx(reported.one.model.value("loss"))
    assert here.gain[at] == pytest.approx(reported.one.model.value("gain"))
    points = {
        row["max_loss"]: row
        for row in curves.operating_points(reported.one.model.bundle.curve, evaluation)
    }
    assert points[0.01]["threshold"] == evaluation.threshold
    assert points[0.01]["loss"] == pytest.approx(reported.one.model.value("loss"))
    losses = [row["loss"] for row in points.values() if row["threshold"] is not None]
    assert losses == sorted(losses)


def test_the_worst_come_first_and_few_of_one_document(reported):
    evaluation, dataset = reported.one.model.evaluation, reported.dataset
    judged = evaluation.judged
    lost, missed = worst_rows(evaluation, dataset)
    assert (judged.kind[lost] == 0).all()
    assert (judged.padding[lost] >= 0.5).all()
    assert (judged.kind[missed] > 0).all()
    assert (judged.padding[missed] < 0.5).all()
    assert (np.diff(judged.padding[lost]) <= 0).all()
    assert (np.diff(judged.padding[missed]) >= 0).all()
    for rows in (lost, missed):
        assert np.bincount(judged.document[rows]).max() <= MOST_A_DOCUMENT
    # The two worst of all, whatever their document.
    assert judged.padding[lost[0]] == judged.padding[judged.kind == 0].max()
    assert judged.padding[missed[0]] == judged.padding[judged.kind > 0].min()
    twice = np.concatenate([lost, lost])
    assert varied(twice, evaluation, dataset).tolist() == lost.tolist()


def test_cases_have_their_text_their_neighbours_and_their_reasons(reported):
    by_id = {d.id: d for d in reported.dataset.labelled}
    cases = [*reported.one.lost, *reported.one.missed]
    assert len(cases) > 6
    for case in cases:
        if case.document not in by_id:
            continue  # the hostile one, whose id is shown without what no page can hold
        paragraphs = by_id[case.document].paragraphs
        place = case.paragraph - 1
        assert paragraphs[place].text.split() == case.text.split()
        assert paragraphs[place].kind == case.label
        assert [n.label for n in case.before] == [
            p.kind for p in paragraphs[max(0, place - 2) : place]
        ]
        assert [n.label for n in case.after] == [p.kind for p in paragraphs[place + 1 : place + 3]]
        assert case.reasons
        assert len(case.shown.reasons) == len(case.reasons)
        # The case is scored as it was judged.
        assert (case.padding >= 0.5) == (case.label == "substance")
    paddings = [case.padding for case in reported.one.lost]
    rows, _ = worst_rows(reported.one.model.evaluation, reported.dataset)
    assert paddings == pytest.approx(reported.one.model.evaluation.judged.padding[rows].tolist())


def test_reasons_are_those_that_explain_gives(reported):
    from defiller.model.scorer import Scorer

    ids = [d.id for d in reported.dataset.labelled]
    case = next(case for case in reported.one.missed if case.document in ids)
    number = ids.index(case.document)
    document = reported.dataset.documents[number]
    scorer = Scorer(reported.one.model.bundle)
    verdict = scorer.explain(document.text, case.paragraph - 1, "text")[0]
    assert [r.family for r in verdict.reasons] == [r.family for r in case.reasons]
    assert verdict.reasons[0].contribution == pytest.approx(case.reasons[0].contribution)


def test_percent_never_makes_nearly_all_of_it_all():
    assert [percent(x) for x in (0, 0.00049, 0.0125, 0.5, 0.994, 0.9996, 1)] == [
        *("0%", "0.049%", "1.2%", "50%", "99.4%", "100.0%", "100%")
    ]
    assert signed("ap", -0.01) == "−0.010"
    assert signed("loss", None) == "–"
