"""What a model's record tells of the labels that it is judged on."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from defiller.labels.corpus import corpus_files, heldout_files
from defiller.labels.labelled import LabelledParagraph
from defiller.model.bundle import load_bundle
from defiller.model.classifier import FillerClassifier
from defiller.training.dataset import load_dataset
from defiller.training.seen import collection_hash, document_hash, group_hash, seen_by
from defiller.training.train import describe


@pytest.fixture(scope="module")
def heldout():
    return load_dataset(heldout_files())


def model(**about):
    return SimpleNamespace(about={"training": about})


def collections(dataset):
    return describe(dataset, FillerClassifier())["collections"]


def test_a_collections_hash_is_the_one_that_training_records(heldout):
    assert collections(heldout)["written6"]["sha256"] == collection_hash(heldout.labelled)


def test_a_file_that_was_trained_on_whole_is_recognised(heldout):
    found = seen_by(model(collections=collections(heldout)), heldout)
    assert (found.documents, found.of, found.certain) == (24, 24, False)
    assert found.sentence.startswith("The model was trained on 24 of the 24 documents")


def test_so_are_some_documents_of_that_file(heldout):
    some = load_dataset(heldout_files(), ids=[d.id for d in heldout.labelled[3:8]])
    bundle = model(collections=collections(heldout))
    assert seen_by(bundle, some).documents == 0, "a part has another hash"
    assert seen_by(bundle, some, heldout).documents == 5
    other = load_dataset([*heldout_files(), corpus_files()[0]])
    assert seen_by(bundle, other).sentence.startswith("The model was trained on 24 of the 48")


def test_a_record_that_lists_documents_is_certain(heldout):
    known = [document_hash(document) for document in heldout.labelled[:7]]
    found = seen_by(model(documents=known), heldout)
    assert (found.documents, found.certain) == (7, True)
    assert "trained on 7 of the 24 documents" in found.sentence
    assert seen_by(model(documents=["0" * 16]), heldout).sentence is None


def test_a_document_is_known_by_its_text_alone(heldout):
    first = heldout.labelled[0]
    relabelled = replace(
        first,
        id="another",
        paragraphs=tuple(LabelledParagraph(f"  {p.text} ", None) for p in first.paragraphs),
    )
    assert document_hash(relabelled) == document_hash(first)
    shorter = replace(first, paragraphs=first.paragraphs[1:])
    assert document_hash(shorter) != document_hash(first)
    odd = replace(first, paragraphs=(LabelledParagraph("\ud800", None),))
    assert len(document_hash(odd)) == 16


def test_publishers_that_were_trained_on_are_told(heldout):
    found = seen_by(model(documents=[], groups=[group_hash("written6")]), heldout)
    assert (found.documents, found.groups) == (0, 24)
    assert "publishers or writers of 24 of the 24" in found.sentence


@pytest.mark.parametrize("about", [{}, {"training": []}, {"training": {"collections": {"a": 1}}}])
def test_a_record_that_tells_nothing_is_said_so(heldout, about):
    found = seen_by(SimpleNamespace(about=about), heldout)
    assert found.documents == 0
    assert "doesn't list the documents" in found.sentence


def test_the_shipped_model_knows_what_it_was_trained_on():
    shipped = load_bundle()
    trained = load_dataset(corpus_files()[:1])
    assert seen_by(shipped, trained).documents == len(trained.labelled)
    assert seen_by(shipped, load_dataset(heldout_files())).documents == 0
