"""Features kept between runs: by content and code, never by labels or paths."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from defiller.features.document import Role
from defiller.features.extractor import FeatureExtractor
from defiller.features.reading import document_from_lines
from defiller.model.words import surroundings
from defiller.training import cache
from defiller.training.cache import FeatureCache, compute_features, content_key

DOCUMENTS = [
    document_from_lines(["Soup", "Boil it for 3 minutes.", "Share this article!"], title="Soup"),
    document_from_lines(["Tea", "- one leaf", "Pour at 80 degrees."]),
]


@pytest.fixture
def counted(monkeypatch):
    """How often features were computed."""
    calls = []

    def counting(*arguments):
        calls.append(arguments)
        return compute_features(*arguments)

    monkeypatch.setattr(cache, "compute_features", counting)
    return calls


def test_the_second_run_computes_nothing_and_gives_the_same(tmp_path, counted):
    extractor = FeatureExtractor()
    first = FeatureCache(tmp_path).features(DOCUMENTS, extractor)
    second = FeatureCache(tmp_path).features(DOCUMENTS, FeatureExtractor())
    fresh = compute_features(DOCUMENTS, extractor)
    assert len(counted) == 1
    for one, other, computed in zip(first[1:], second[1:], fresh[1:], strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, computed)
    assert second[0].documents == DOCUMENTS
    assert second[0].contents == fresh[0].contents
    scores = np.random.default_rng(0).normal(size=(6, 6)).astype(np.float32)
    np.testing.assert_array_equal(surroundings(scores, second[0]), surroundings(scores, fresh[0]))


def changed(**changes):
    first = DOCUMENTS[0]
    paragraph = replace(first.paragraphs[1], **changes)
    return [replace(first, paragraphs=(first.paragraphs[0], paragraph, *first.paragraphs[2:]))]


@pytest.mark.parametrize(
    "documents",
    [
        changed(content="Boil it for 4 minutes."),
        changed(role=Role.LIST_ITEM),
        changed(level=2),
        changed(links=1),
        [replace(DOCUMENTS[0], title="Stew")],
        [replace(DOCUMENTS[0], url="https://example.org/")],
        [replace(DOCUMENTS[0], paragraphs=DOCUMENTS[0].paragraphs[:2])],
        DOCUMENTS,
    ],
)
def test_what_features_read_is_in_the_key(documents):
    extractor = FeatureExtractor()
    key = content_key(DOCUMENTS[:1], extractor)
    assert content_key(documents, extractor) != key
    assert content_key([replace(DOCUMENTS[0])], FeatureExtractor()) == key


def test_code_version_and_families_are_in_the_key(monkeypatch):
    key = content_key(DOCUMENTS, FeatureExtractor())
    assert content_key(DOCUMENTS, FeatureExtractor(families=["faq"])) != key
    monkeypatch.setattr(cache, "FEATURE_VERSION", -1)
    assert content_key(DOCUMENTS, FeatureExtractor()) != key
    monkeypatch.undo()
    monkeypatch.setattr(cache, "_code", lambda: "other code")
    assert content_key(DOCUMENTS, FeatureExtractor()) != key


def test_a_damaged_entry_is_computed_again(tmp_path, counted, caplog):
    first = FeatureCache(tmp_path).features(DOCUMENTS, FeatureExtractor())
    (entry,) = tmp_path.rglob("output.pkl")
    entry.write_bytes(entry.read_bytes()[:100])
    second = FeatureCache(tmp_path).features(DOCUMENTS, FeatureExtractor())
    np.testing.assert_array_equal(first[1], second[1])
    assert len(counted) == 2
    assert not caplog.records


def test_a_cache_that_grew_too_large_is_tidied(tmp_path, monkeypatch):
    kept = FeatureCache(tmp_path)
    kept.features(DOCUMENTS, FeatureExtractor())
    kept.tidy()
    assert list(tmp_path.rglob("output.pkl"))
    monkeypatch.setattr(cache, "LARGEST", 1)
    kept.tidy()
    assert not list(tmp_path.rglob("output.pkl"))


@pytest.mark.skipif(os.name == "nt", reason="rights of POSIX")
def test_nobody_else_may_look_into_it(tmp_path):
    FeatureCache(tmp_path / "new").features(DOCUMENTS, FeatureExtractor())
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_a_place_that_cannot_be_written_to(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ValueError, match=r"cannot be written to .*; name another folder"):
        FeatureCache(tmp_path / "file")
