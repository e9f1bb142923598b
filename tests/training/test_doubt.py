"""Labels that predictions out of fold contradict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from defiller.labels.corpus import corpus_files
from defiller.labels.kinds import KINDS, Kind
from defiller.labels.overlay import Overlay
from defiller.model.classifier import FillerClassifier
from defiller.training.crossfit import OutOfFold
from defiller.training.dataset import as_document, load_dataset
from defiller.training.doubt import STRONG, contradicted, doubtful

pytest.importorskip("cleanlab", reason="labels doubt takes the extra 'doubt'")


@pytest.fixture(scope="module")
def dataset():
    return load_dataset(corpus_files()[:1])


def predictions(dataset, sure=0.9):
    """A model that knows every label, but for what a test changes in `kinds`."""
    kinds = np.full((len(dataset.kinds), len(KINDS)), (1 - sure) / (len(KINDS) - 1))
    kinds[np.arange(len(kinds)), np.maximum(dataset.kinds, 0)] = sure
    return OutOfFold(1 - kinds[:, 0], kinds, {})


def say(found, row, kind, chance):
    found.kinds[row] = (1 - chance) / (len(KINDS) - 1)
    found.kinds[row, KINDS.index(kind)] = chance


def test_a_model_that_agrees_doubts_nothing(dataset):
    assert contradicted(dataset, predictions(dataset)) == []


def test_what_is_contradicted_most_comes_first_and_can_be_applied(dataset):
    found = predictions(dataset)
    rows = np.flatnonzero(dataset.kinds == 0)[[3, 40, 80]]
    for row, chance in zip(rows, (0.92, 0.97, 0.95), strict=True):
        say(found, row, Kind.LEGAL, chance)
    doubts = contradicted(dataset, found)
    begin = np.cumsum(dataset.sizes) - dataset.sizes
    places = [
        (dataset.labelled[dataset.document_of[row]].id, row - begin[dataset.document_of[row]])
        for row in rows[[1, 2, 0]]
    ]
    assert [(one.correction.id, one.correction.index) for one in doubts] == places
    assert {(one.correction.old, one.correction.new) for one in doubts} == {
        (Kind.SUBSTANCE, Kind.LEGAL)
    }
    assert [round(one.said, 2) for one in doubts] == [0.97, 0.95, 0.92]
    assert doubts[0].correction.reason == "out of fold legal 0.97, substance 0.00"
    overlay = Overlay(one.correction for one in doubts)
    corrected = [overlay.correct(document) for document in dataset.labelled]
    overlay.require_all_met()
    changed = [
        (new.text, new.kind)
        for document, before in zip(corrected, dataset.labelled, strict=True)
        for new, old in zip(document.paragraphs, before.paragraphs, strict=True)
        if new != old
    ]
    assert sorted(changed) == sorted((one.text, Kind.LEGAL) for one in doubts)


def test_a_model_in_two_minds_contradicts_nobody(dataset):
    found = predictions(dataset)
    for row in np.flatnonzero(dataset.kinds == 0)[:5]:
        found.kinds[row] = 0
        found.kinds[row, [0, KINDS.index(Kind.LEGAL)]] = [0.5 - STRONG / 2.1, 0.5 + STRONG / 2.1]
    assert contradicted(dataset, found) == []


def test_what_was_not_predicted_or_only_trains_is_not_doubted(dataset):
    found = predictions(dataset)
    rows = np.flatnonzero(dataset.kinds == 0)[:2]
    for row in rows:
        say(found, row, Kind.LEGAL, 0.99)
    found.padding[rows[0]] = np.nan
    assert len(contradicted(dataset, found)) == 1
    judged = np.zeros(len(dataset.documents), bool)
    judged[dataset.document_of[rows[0]]] = True
    others = replace(dataset, judged=~judged)
    assert contradicted(others, found) == []


@pytest.mark.slow
def test_flipped_labels_stand_at_the_head_of_the_list():
    """Two percent of the written corpus's labels flipped; a list at random has as many."""
    data = load_dataset(corpus_files()[:4])
    random = np.random.default_rng(0)
    flipped: set[tuple[str, int]] = set()
    documents = []
    for document in data.labelled:
        paragraphs = list(document.paragraphs)
        for place, paragraph in enumerate(paragraphs):
            if random.random() < 0.02:
                new = Kind.SUBSTANCE if paragraph.kind.is_padding else Kind.PROMOTION
                paragraphs[place] = replace(paragraph, kind=new)
                flipped.add((document.id, place))
        documents.append(replace(document, paragraphs=tuple(paragraphs)))
    wrong = replace(
        data, labelled=tuple(documents), documents=tuple(as_document(one) for one in documents)
    )
    small = FillerClassifier(trees=60, leaves=15, min_samples=10, learning_rate=0.1, kind_trees=15)
    found = [(one.correction.id, one.correction.index) for one in doubtful(wrong, small)]
    first = found[: len(flipped)]
    hit = len(flipped & set(first)) / len(first)
    share = len(flipped) / len(data.kinds)
    print(f"{len(flipped)} flipped; {hit:.0%} of the first as many, {share:.1%} at random")
    assert hit > 10 * share
    assert len(flipped & set(found)) > 0.6 * len(flipped)
