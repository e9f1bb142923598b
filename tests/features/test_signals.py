"""Signals: what every family must hold to, and each one on the padding it is there for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from defiller.features.cues import load_cues
from defiller.features.extractor import FeatureExtractor, rows_of
from defiller.features.phrases import PhraseTable
from defiller.features.reading import document_from_lines, read
from defiller.features.signals import FAMILIES

EXTRACTOR = FeatureExtractor()
NAMES = list(EXTRACTOR.get_feature_names_out())

lines = st.lists(
    st.text(min_size=1, max_size=60).filter(str.strip)
    | st.sampled_from(
        [
            "FAQ",
            "Is it safe?",
            "Yes.",
            "- item",
            "| a | b |",
            "|---|---|",
            "Related articles",
            "a " * 400,
        ]
    ),
    max_size=25,
)


def signals(*texts: str) -> dict[str, np.ndarray]:
    matrix = EXTRACTOR.signals(EXTRACTOR.batch([document_from_lines(texts)]))
    return dict(zip(NAMES, matrix.T, strict=True))


def test_names_are_unique_and_every_signal_has_a_sentence():
    assert len(set(NAMES)) == len(NAMES)
    for family in FAMILIES:
        assert family.__doc__
        assert "look-alike" in family.__doc__ or family.name in {"shape", "place", "specifics"}
        for signal in family.signals:
            assert len(signal.sentence) > 5


def test_every_cue_has_a_reason_and_is_found_by_its_own_phrases():
    cues = load_cues()
    table = PhraseTable(cues)
    for number, cue in enumerate(cues.cues):
        assert len(cue.reason) > 10
        assert len(set(cue.phrases)) == len(cue.phrases), cue.name
        for phrase in cue.phrases:
            batch = EXTRACTOR.batch([document_from_lines([phrase.strip("^$")])])
            assert batch.cue_counts[0, number] >= 1, (cue.name, phrase)
    assert table.names == tuple(cue.name for cue in cues.cues)


@pytest.mark.parametrize(
    ("text", "cue", "count"),
    [
        ("Frequently Asked Questions", "faq_heading", 2),
        ("These are not frequently asked questions of ours", "faq_heading", 0),
        ("Conclusion", "recap_heading", 2),
        ("The conclusion of the trial came in May", "recap_heading", 0),
        ("Subscribe to our newsletter!", "newsletter", 4),
        ("He said subscribers left", "newsletter", 1),
    ],
)
def test_anchored_phrases_keep_to_their_place(text, cue, count):
    assert signals(text)[cue][0] == count


@settings(max_examples=150, deadline=None)
@given(lines)
def test_any_text_gives_one_finite_row_a_paragraph(texts):
    matrix = EXTRACTOR.signals(EXTRACTOR.batch([document_from_lines(texts)]))
    assert matrix.shape == (len(texts), len(NAMES))
    assert not np.isinf(matrix).any()


@settings(max_examples=60, deadline=None)
@given(lines, lines)
def test_documents_don_t_see_each_other(first, second):
    documents = [document_from_lines(first), document_from_lines(second)]
    together = EXTRACTOR.signals(EXTRACTOR.batch(documents))
    alone = np.vstack([EXTRACTOR.signals(EXTRACTOR.batch([d])) for d in documents])
    np.testing.assert_array_equal(together, alone)


def test_the_same_in_every_process_and_after_many_words():
    """Token numbers depend on what was seen before; signals must not."""
    text = ["Soup for two", "Cut 3 leeks.", "Cut 3 leeks.", "Share this!"]
    before = signals(*text)
    EXTRACTOR.batch([document_from_lines([f"word{i} other{i}" for i in range(2000)])])
    after = signals(*text)
    for name in NAMES:
        np.testing.assert_array_equal(before[name], after[name])


def test_faq_runs_are_seen_without_their_heading():
    found = signals(
        "Soup",
        "How to cut leeks",
        "Cut them in rings of 5 mm.",
        "Can I freeze it?",
        "Yes, for three months.",
        "Is it vegan?",
        "It is.",
    )
    assert found["question_run"].tolist() == [0, 0, 0, 2, 2, 2, 2]
    assert found["question_run_rank"].tolist() == [0, 0, 0, 1, 1, 2, 2]
    assert found["question_run_ends"][3:].all()


def test_copies_and_repetition_are_seen_in_both_directions():
    found = signals(
        "Leeks grow in trenches of thirty centimetres",
        "Feed them once in July with nettle tea",
        "Leeks grow in trenches of thirty centimetres",
    )
    assert found["copies_before"].tolist() == [0, 0, 1]
    assert found["copies_after"].tolist() == [1, 0, 0]
    assert found["shingles_before"].tolist() == [0, 0, 1]
    assert found["best_after"][0] == 1
    assert found["known_nowhere"][1] == 1


def test_what_stands_under_a_heading_knows_it():
    found = signals("Leeks in winter", "They stand to -10 °C.", "Related articles", "Ten plants")
    assert found["heading_related"].tolist() == [0, 0, 0, 1]
    assert found["related_distance"][3] == 1
    assert np.isnan(found["related_distance"][0])


def test_particulars_and_their_lack():
    found = signals("It is important to make the right choice.", "Ada sold 40 kg to Leeds in 1843.")
    assert found["bare_sentences"].tolist() == [1, 0]
    assert found["figures"].tolist() == [0, 2]
    assert found["importance"][0] > 0


def test_rows_come_back_in_the_order_they_were_asked():
    documents = [read("A b c\nSubscribe now", "text"), read("D e\nFAQ\nWhy?", "text")]
    rows = rows_of(documents)
    whole = EXTRACTOR.fit_transform(rows)
    np.testing.assert_array_equal(EXTRACTOR.transform(rows[::-1]), whole[::-1])


def test_the_transformer_clones_and_takes_families():
    few = clone(FeatureExtractor(families=["faq", "shape"]))
    assert few.get_params() == {"language": "en", "families": ["faq", "shape"]}
    assert few.transform(rows_of([read("One", "text")])).shape == (1, 33)
    with pytest.raises(ValueError, match="unknown signal families"):
        _ = FeatureExtractor(families=["nonsense"]).chosen


def test_work_grows_with_the_text_only():
    """Entries and pairs are counted, not seconds: a slip to all pairs shows at once."""
    from defiller.features.signals.repetition import MOST_PARAGRAPHS, Postings

    size = 4000
    item = np.zeros(size, np.int64)  # one word in every paragraph: the worst case for pairs
    batch = EXTRACTOR.batch([document_from_lines(["word"] * size)])
    postings = Postings.of(item, np.arange(size), batch, np.zeros(size, np.bool_))
    assert len(postings.paragraph) == size
    assert not ((postings.count > 1) & (postings.count <= MOST_PARAGRAPHS)).any()
