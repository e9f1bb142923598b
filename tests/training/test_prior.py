"""Collections that only train begin from their own share of padding."""

import numpy as np
import pytest

from defiller.labels.corpus import corpus_files
from defiller.model.classifier import FillerClassifier
from defiller.training.dataset import load_dataset
from defiller.training.prior import SHIFT, init_scores


def odds(share):
    return np.log(share / (1 - share))


@pytest.mark.parametrize("smoothing", [0.0, 0.05])
def test_judged_paragraphs_begin_from_nought_and_others_towards_their_share(own_labels, smoothing):
    bases = [corpus_files()[0], corpus_files()[4]]
    data = load_dataset([own_labels], base=bases)
    rows = np.flatnonzero(data.paragraph_weights > 0)
    found = init_scores(data, rows, smoothing)
    judged = data.judged[data.document_of[rows]]
    padding = data.taught[rows] > 0

    def taught(marked):
        share = (padding[marked].sum() + 0.5) / (marked.sum() + 1)
        return odds(share + smoothing * (1 - share))

    assert (found[judged] == 0).all()
    collection = np.array(data.collections)[data.document_of[rows]]
    for path in bases:
        own = collection == path.stem
        assert found[own] == pytest.approx(SHIFT * (taught(own) - taught(judged)))


def test_only_the_given_rows_count(own_labels):
    data = load_dataset([own_labels], base=[corpus_files()[0]])
    rows = np.flatnonzero((data.paragraph_weights > 0) & (data.folds != 1))
    other = data.taught.copy()
    other[data.folds == 1] = 1 - (other[data.folds == 1] > 0)
    before = init_scores(data, rows, 0.05)
    data.__dict__["taught"] = other
    assert (init_scores(data, rows, 0.05) == before).all()


def test_where_all_are_judged_or_none_is_there_is_nothing_to_begin_from(own_labels):
    data = load_dataset([own_labels])
    assert init_scores(data, np.arange(len(data.kinds)), 0.05) is None
    data = load_dataset([own_labels], base=[corpus_files()[0]])
    assert init_scores(data, np.flatnonzero(~data.judged[data.document_of]), 0.05) is None


def test_a_collection_of_padding_alone_begins_from_a_finite_number(own_labels, tmp_path):
    path = tmp_path / "all.jsonl"
    path.write_text('{"id": "a", "paragraphs": [{"text": "Share this!", "kind": "promotion"}]}\n')
    data = load_dataset([own_labels], only_train=[path])
    assert np.isfinite(init_scores(data, np.arange(len(data.kinds)), 0.0)).all()


def test_the_trees_then_predict_the_share_of_what_is_judged():
    """No column tells the two collections apart, so the plain fit lands between their shares."""
    random = np.random.default_rng(0)
    X = random.normal(size=(4000, 3)).astype(np.float32)
    judged = np.arange(4000) < 2000
    share = np.where(judged, 0.1, 0.6)
    y = np.where(random.random(4000) < share, "fluff", "substance")
    small = FillerClassifier(trees=150, leaves=3, min_samples=400, kind_trees=1, smoothing=0.0)
    initial = np.where(judged, 0.0, odds(0.6) - odds(0.1))
    plain = small.fit(X, y, calibrate=False).predict_padding(X).mean()
    assert plain == pytest.approx(0.35, abs=0.03)
    shifted = small.fit(X, y, calibrate=False, init_score=initial).predict_padding(X).mean()
    assert shifted == pytest.approx(0.1, abs=0.02)


def test_scores_to_begin_from_are_as_many_as_the_rows():
    X = np.zeros((4, 1), np.float32)
    with pytest.raises(ValueError, match="inconsistent"):
        FillerClassifier().fit(X, ["fluff", "substance"] * 2, init_score=[0.0])
