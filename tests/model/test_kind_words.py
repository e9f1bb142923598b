"""Scores of words for the kinds: left until they are asked for, and then the same to the bit."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from defiller.features.ngrams import hashed_ngrams
from defiller.features.reading import document_from_lines
from defiller.labels.kinds import Kind
from defiller.model.kind_words import KIND_COLUMNS, WaitingKindWords, beside
from defiller.model.policy import Policy
from defiller.model.scorer import load

ARTICLES = [
    ["One line"],
    ["Soup", "Add 4 g of salt.", "", "Share this!", "Related articles", "Ten soups"],
    ["Is it safe?", "Yes."],
]


@pytest.fixture(scope="module")
def scorer():
    return load()


@pytest.mark.parametrize("rows", [[], [0], [1, 2, 6], [0, 1, 2, 3, 4, 5, 6, 7, 8], [8], [6, 7]])
def test_some_paragraphs_get_what_they_get_among_all(scorer, rows):
    batch = scorer.extractor.batch([document_from_lines(texts) for texts in ARTICLES])
    ngrams = hashed_ngrams(batch)
    model = scorer.bundle.kind_words
    expected = beside(model.scores(*ngrams), batch)[rows]
    waiting = WaitingKindWords(model, ngrams, batch, np.array(rows, np.int64))
    assert np.array_equal(waiting.columns(), expected, equal_nan=True)


def test_kinds_are_those_of_the_whole_matrix(scorer):
    documents = [document_from_lines(texts) for texts in ARTICLES]
    matrix = scorer.matrix(scorer.extractor.batch(documents))
    classifier = scorer.bundle.classifier
    expected = classifier.predict_kinds(matrix, classifier.predict_padding(matrix))
    names = [Kind(name) for name in classifier.kinds_]
    scored = scorer.score_documents(documents, Policy())
    found = [[v.kinds[name] for name in names] for one in scored for v in one.verdicts]
    assert (matrix[:, -KIND_COLUMNS:] != 0).any()
    assert found == expected.tolist()


def test_a_scored_document_takes_no_model_along(scorer):
    scored = scorer.score("\n".join(ARTICLES[1]), "text")
    assert len(pickle.dumps(scored)) < 20_000
