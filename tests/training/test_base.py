"""What stands under the name of the whole corpus."""

import pytest

from defiller.labels.corpus import corpus_files
from defiller.training.base import CORPUS_WEIGHT, CORPUS_WORDS_WEIGHT, read_base

NAMES = [path.stem for path in corpus_files()]


def test_the_corpus_has_the_weights_of_the_shipped_model():
    base = read_base(["corpus"])
    assert base.weights == dict.fromkeys(NAMES, CORPUS_WEIGHT)
    assert base.words_weights == dict.fromkeys(NAMES, CORPUS_WORDS_WEIGHT)


@pytest.mark.parametrize("first", ["corpus", "written3"])
def test_a_weight_of_the_corpus_is_that_of_each_file_without_one_of_its_own(first):
    given = {"corpus": 0.5, "written3": 2.0, "mine": 0.25}
    found = read_base(["corpus"]).by_file({first: given[first], **given})
    assert found == dict.fromkeys(NAMES, 0.5) | {"written3": 2.0, "mine": 0.25}


def test_without_the_corpus_it_is_a_name_like_any_other(own_labels):
    assert read_base([str(own_labels)]).by_file({"corpus": 0.5}) == {"corpus": 0.5}


def test_own_labels_train_beside_the_corpus_with_its_weights(own_labels):
    found = read_base(["corpus"]).beside([own_labels], weights={"written3": 2.0})
    others = set(NAMES) - {"written2"}  # own labels are of the same articles
    weights = dict(zip(found.collections, found.weights, strict=True))
    assert weights == dict.fromkeys(others, CORPUS_WEIGHT) | {"own": 1.0, "written3": 2.0}
    assert found.words_weights is not None
    of_words = dict(zip(found.collections, found.words_weights, strict=True))
    assert of_words == dict.fromkeys(others, CORPUS_WORDS_WEIGHT) | {"own": 1.0}
