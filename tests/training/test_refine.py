"""A model refined on more labels: the base's trees stay, new ones only where they pay."""

from __future__ import annotations

import numpy as np
import pytest

from defiller.labels.kinds import Kind
from defiller.model.bundle import load_bundle, save_bundle
from defiller.model.classifier import FillerClassifier
from defiller.training import refine as module
from defiller.training.crossfit import KIND_NAMES, CrossFit, cross_validate
from defiller.training.dataset import load_dataset
from defiller.training.figures import ap
from defiller.training.refine import gains, refine
from defiller.training.soundness import FEWEST_DOCUMENTS
from defiller.training.train import judge, judge_base, train


@pytest.fixture(autouse=True)
def _few_rounds(monkeypatch):
    monkeypatch.setattr(module, "ROUNDS", (0, 10))


@pytest.fixture(scope="module")
def rows(own, base):
    """Matrix, names, weights and groups of the labelled paragraphs."""
    data = own.dataset
    matrix = CrossFit(own, base=base).matrix(None)
    return matrix, KIND_NAMES[data.kinds], data.paragraph_weights, data.groups


@pytest.fixture
def refined(rows, base):
    return refine(base.classifier, *rows)


def test_the_trees_of_the_base_stay_and_new_ones_follow(rows, base, refined):
    before = base.classifier.padding_booster_
    count = before.num_trees()
    assert refined.padding_booster_.num_trees() - count in module.ROUNDS
    np.testing.assert_array_equal(
        refined.padding_booster_.predict(rows[0], raw_score=True, num_iteration=count),
        before.predict(rows[0], raw_score=True),
    )
    assert base.classifier.padding_booster_ is before  # and the base is as it was


def test_it_is_the_same_again(rows, base, refined):
    again = refine(base.classifier, *rows)
    assert again.padding_booster_.model_to_string() == refined.padding_booster_.model_to_string()
    np.testing.assert_array_equal(again.out_of_fold_, refined.out_of_fold_)


def test_labels_of_a_fold_do_not_reach_its_out_of_fold_predictions(rows, base, monkeypatch):
    matrix, names, weights, groups = rows
    monkeypatch.setattr(module, "ROUNDS", (10,))
    padding = names != "substance"
    from defiller.model.classifier import fold_of

    folds = np.array([fold_of(group) for group in groups])
    changed = np.where(folds == folds[0], ~padding, padding)
    one, other = (
        module._out_of_fold(base.classifier, matrix, y, weights, groups)[0]
        for y in (padding, changed)
    )
    np.testing.assert_array_equal(one[folds == folds[0]], other[folds == folds[0]])
    assert (one[folds != folds[0]] != other[folds != folds[0]]).any()


def test_new_trees_are_taught_as_the_base_was():
    """Substance is as the base's smoothing has it; surer, they would undo what the base learnt."""
    column = np.repeat([0.0, 1.0], 500)
    matrix, padding = column[:, None].astype(np.float32), column > 0
    model = FillerClassifier(trees=100, learning_rate=0.1, min_samples=20)
    model.fit(matrix, np.where(padding, "promotion", "substance"), calibrate=False)
    floor = model.margins(matrix[:1])
    assert floor == pytest.approx(np.log(0.05 / 0.95), abs=0.05)
    more = module._continued(model, matrix, padding, np.ones(len(matrix)), 200)
    assert more.predict(matrix[:1], raw_score=True) == pytest.approx(floor, abs=0.05)


def test_no_new_trees_where_none_pay(rows, base):
    """Labels that agree with the base in all but noise leave it as it is."""
    matrix, _, weights, groups = rows
    chances = base.classifier.predict_padding(matrix)
    random = np.random.default_rng(0)
    says = np.where(random.random(len(chances)) < chances, "promotion", "substance")
    refined = refine(base.classifier, matrix, says, weights, groups)
    new = refined.padding_booster_.num_trees() - base.classifier.padding_booster_.num_trees()
    assert new == 0


def test_labels_that_disagree_get_trees_and_keep_the_calibration(rows, base):
    matrix, names, weights, groups = rows
    narrow = np.where(np.isin(names, ["promotion", "related", "navigation"]), names, "substance")
    refined = refine(base.classifier, matrix, narrow, weights, groups)
    assert refined.padding_booster_.num_trees() > base.classifier.padding_booster_.num_trees()
    assert refined.calibrator_ is base.classifier.calibrator_
    padding = narrow != "substance"
    known = refined.out_of_fold_
    before = base.classifier.predict_padding(matrix)
    assert abs(known - padding).mean() < abs(before - padding).mean()


@pytest.mark.parametrize(
    ("gains_of", "chosen"),
    [
        ([0.2] * 8 + [0.1] * 8, 1),  # every group gains
        ([2.0] + [0.0] * 15, 0),  # one group alone does
        ([-0.1] * 16, 0),
        ([0.1], 0),  # one group tells nothing
    ],
)
def test_a_gain_that_may_be_chance_is_none(gains_of, chosen):
    padding = np.ones(len(gains_of), np.bool_)
    before = np.full(len(padding), 0.1)
    after = before * np.exp(gains_of)
    groups = np.arange(len(padding)).astype(str)
    assert module._paying([before, after], padding, np.ones(len(padding)), groups) == chosen


def test_a_kind_that_the_base_lacks(rows, base):
    matrix, names, weights, groups = rows
    lacking = [k for k in map(str, Kind) if k not in base.classifier.classes_.tolist()]
    other = names.copy()
    other[0] = lacking[0] if lacking else "advert"
    with pytest.raises(ValueError, match=r"doesn't know the kind '\w+'; map it to one of"):
        refine(base.classifier, matrix, other, weights, groups)


def test_training_with_a_base_is_measured_against_it(own, base, small, tmp_path):
    trained = train(own.dataset, small, name="mine", base=base)
    assert trained.judged is not None
    assert trained.base_judged is not None
    np.testing.assert_array_equal(trained.judged.kind, trained.base_judged.kind)
    assert trained.base_judged.padding.tolist() == judge_base(own, base).padding.tolist()
    found = gains(trained.judged, trained.base_judged, resamples=20)
    assert found["ap"]["model"] == ap(trained.judged)
    assert found["ap"]["difference"] == pytest.approx(ap(trained.judged) - ap(trained.base_judged))
    low, high = found["ap"]["interval"]
    assert low <= found["ap"]["difference"] <= high

    save_bundle(trained.bundle, tmp_path / "mine", "# card\n")
    again = load_bundle(tmp_path / "mine")
    np.testing.assert_array_equal(again.words.weights, base.words.weights)
    assert again.curve.loss.tolist() != base.curve.loss.tolist()
    about = again.about["training"]
    assert about["base"]["name"] == "other"
    assert set(base.about["training"]["documents"]) < set(about["documents"])


def test_without_new_trees_it_is_the_base_curve_and_all(own, base, small, monkeypatch):
    monkeypatch.setattr(module, "CHANCE", 0.0)
    trained = train(own.dataset, small, base=base)
    assert trained.bundle.curve is base.curve
    assert trained.bundle.classifier.padding_booster_ is base.classifier.padding_booster_
    np.testing.assert_array_equal(trained.judged.strip, trained.base_judged.strip)
    np.testing.assert_array_equal(trained.judged.padding, trained.base_judged.padding)
    (note,) = trained.notes
    assert "the labels don't show the base to be wrong" in note


def test_few_documents_do_not_tell_whether_it_is_better(own, base, small):
    few = own.dataset.subset(np.arange(len(own.dataset.documents)) < FEWEST_DOCUMENTS - 1)
    with pytest.raises(ValueError, match=r"^19 labelled articles are too few to tell whether"):
        train(few, small, base=base)


def test_cross_validation_with_a_base_leaves_each_fold_out(own, base, small):
    """Another label in a fold changes predictions of other folds only."""
    data = own.dataset
    fold = int(data.folds[0])
    before = cross_validate(own, small, base=base)
    other = load_changed(own, fold)
    after = cross_validate(other, small, base=base)
    inside = data.folds == fold
    np.testing.assert_array_equal(before.padding[inside], after.padding[inside])
    assert (before.padding[~inside] != after.padding[~inside]).any()
    assert judge(own, before).padding.shape == data.kinds.shape


def load_changed(prepared, fold):
    """The same articles with all labels of a fold turned round."""
    from dataclasses import replace

    data = prepared.dataset
    labelled = []
    for number, document in enumerate(data.labelled):
        if data.folds[data.document_of == number][0] == fold:
            turned = [
                replace(p, kind=Kind.FLUFF if p.kind is Kind.SUBSTANCE else Kind.SUBSTANCE)
                for p in document.paragraphs
            ]
            labelled.append(replace(document, paragraphs=tuple(turned)))
        else:
            labelled.append(document)
    return replace(prepared, dataset=replace(data, labelled=tuple(labelled)))


def test_a_label_file_beside_the_corpus(own_labels):
    """A document of the base that is among one's own counts once, as one's own."""
    data = load_dataset([own_labels], base=[own_labels])
    assert len(data.documents) == 24
    assert data.judged.all()
