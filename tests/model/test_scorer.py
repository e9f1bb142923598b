"""The scorer on the shipped model: the contract of verdicts, and what must not depend on form."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from defiller.features.document import Document, Role
from defiller.features.headings import heading_like
from defiller.features.reading import read
from defiller.labels.corpus import heldout_files
from defiller.labels.formats import read_labels
from defiller.labels.kinds import PADDING_KINDS, Kind
from defiller.model.early_exit import ask
from defiller.model.policy import Policy
from defiller.model.scorer import load
from defiller.model.strip import cut, cut_ranges
from defiller.model.verdict import Because


@pytest.fixture(scope="module")
def scorer():
    return load()


@pytest.fixture(scope="module")
def articles() -> list[list[str]]:
    return [
        [p.text for p in document.paragraphs]
        for path in heldout_files()
        for document in read_labels(path)
    ]


PADDED = "\n".join(
    [
        "Moss in the lawn: rake in April",
        "Rake when the grass has been mown twice, and sow at 20 g a square metre.",
        "Iron sulphate blackens moss in a week. Use 4 g a litre on a dry day.",
        "Sign up for our newsletter and never miss a story!",
        "You may also like",
        "10 Plants That Thrive on Neglect",
        "© 2024 Green Patch Media. All rights reserved.",
    ]
)

texts = st.text(max_size=400) | st.lists(
    st.sampled_from(
        [
            "",
            "Q: why?",
            "# A",
            "- b",
            "| c | d |",
            "FAQ",
            "It is 5 kg.",
            "Read more",
            "\x0c",
            "\u2028",
        ]
    ),
    max_size=30,
).map("\n".join)


def test_the_obvious_goes_and_the_facts_stay(scorer):
    kept = scorer.strip(PADDED, "text")
    assert "20 g a square metre" in kept
    assert "4 g a litre" in kept
    assert "newsletter" not in kept
    assert "All rights reserved" not in kept


def test_kinds_sum_to_padding_and_kind_follows(scorer, articles):
    for lines in articles[:6]:
        for verdict in scorer.score("\n".join(lines), "text").verdicts:
            assert sum(verdict.kinds.values()) == pytest.approx(verdict.padding)
            assert set(verdict.kinds) == set(PADDING_KINDS)
            if verdict.padding < 0.5:
                assert verdict.kind is Kind.SUBSTANCE
            else:
                assert verdict.kind == max(verdict.kinds, key=verdict.kinds.__getitem__)


def test_together_is_as_alone(scorer, articles):
    joined = ["\n".join(lines) for lines in articles]
    together = list(scorer.score_many(joined, "text"))
    for text, scored in zip(joined, together, strict=True):
        alone = scorer.score(text, "text")
        assert [v.padding for v in alone.verdicts] == [v.padding for v in scored.verdicts]
        assert [v.strip for v in alone.verdicts] == [v.strip for v in scored.verdicts]


def as_markdown(lines: list[str]) -> str:
    """The lines as a Markdown article: heading-like lines marked, blocks set apart."""
    blocks = []
    for line in lines:
        plain = not line.startswith(("-", "|", "*", "#", ">", "•", "–"))
        blocks.append(f"## {line}" if plain and heading_like(line) else line)
    return "\n\n".join(blocks)


def test_text_and_markdown_score_alike(scorer, articles):
    differences = []
    for lines in articles:
        text = scorer.score("\n".join(lines), "text")
        markdown = scorer.score(as_markdown(lines), "markdown")
        contents = [p.content for p in text.document.paragraphs]
        if contents != [p.content for p in markdown.document.paragraphs]:
            continue
        pairs = zip(text.verdicts, markdown.verdicts, strict=True)
        differences += [abs(a.padding - b.padding) for a, b in pairs]
    assert len(differences) > 400
    assert np.mean(np.array(differences) <= 0.02) >= 0.95


def test_nothing_to_drop_is_the_same_text(scorer, articles):
    for lines in articles[:5]:
        text = "\r\n".join(lines) + "  \n\n"
        assert scorer.strip(text, "text", drop="") == text
        assert scorer.strip(text, "text", keep="boilerplate,filler") == text
        assert scorer.strip(text, "text", drop="", threshold=0.0) == text


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=texts, threshold=st.floats(0, 1))
def test_strip_is_the_input_with_ranges_removed(scorer, text, threshold):
    for form in ("text", "wrapped", "markdown"):
        scored = scorer.score(text, form, threshold=threshold, max_cut=1.0)
        ranges = cut_ranges(scored.document, [v.strip for v in scored.verdicts])
        kept, place = [], 0
        for start, end in ranges:
            assert place <= start < end <= len(text)
            kept.append(text[place:start])
            place = end
        kept.append(text[place:])
        assert cut(text, ranges) == "".join(kept)
        for verdict in scored.verdicts:
            assert 0 <= verdict.padding <= 1
            assert verdict.text == text[verdict.start : verdict.end]


def test_a_lower_threshold_cuts_a_superset(scorer, articles):
    for lines in articles[:8]:
        before: set[int] = set()
        for threshold in (0.99, 0.9, 0.7, 0.5, 0.3, 0.1):
            scored = scorer.score("\n".join(lines), "text", threshold=threshold, max_cut=1.0)
            now = {i for i, v in enumerate(scored.verdicts) if v.strip}
            assert before <= now
            assert now == {i for i, v in enumerate(scored.verdicts) if v.cut_at >= threshold}
            before = now


def test_the_guard_leaves_an_article_whole(scorer):
    text = "Share this article on Facebook!\nSubscribe to our newsletter today!"
    scored = scorer.score(text, "text", threshold=0.2)
    assert not any(v.strip for v in scored.verdicts)
    assert {v.because for v in scored.verdicts} == {Because.GUARD}
    assert "max_cut" in " ".join(scored.warnings)


def test_the_guard_leaves_an_article_without_a_word_whole(scorer):
    scored = scorer.score("---\n|\n***\n", "text", threshold=0.0)
    assert {v.because for v in scored.verdicts} == {Because.GUARD}


def test_another_language_is_left_alone_unless_asked(scorer):
    line = (
        "Der Rat der Stadt hat am Dienstag beschlossen, die alte Brücke über den Fluss noch in "
        "diesem Jahr zu sanieren, und die Kosten werden auf zwei Millionen Euro geschätzt. "
        "Newsletter abonnieren und teilen auf Facebook."
    )
    text = "\n".join([line] * 6)
    scored = scorer.score(text, "text", threshold=0.0)
    assert scored.language == "de"
    assert {v.because for v in scored.verdicts} == {Because.LANGUAGE}
    assert scorer.strip(text, "text", threshold=0.0) == text
    asked = scorer.score(text, "text", threshold=0.0, max_cut=1.0, any_language=True)
    assert all(v.strip for v in asked.verdicts)


def test_a_kept_kind_says_so(scorer):
    scored = scorer.score(PADDED, "text", keep="promotion")
    newsletter = scored.verdicts[3]
    assert newsletter.padding > 0.9
    assert not newsletter.strip
    assert newsletter.because is Because.KEPT_KIND


def test_max_loss_below_the_curve_is_refused_with_the_smallest(scorer):
    curve = scorer.bundle.curve
    broken = replace(curve, loss=np.maximum(curve.loss, 0.003))
    kept, scorer.bundle.curve = scorer.bundle.curve, broken
    try:
        with pytest.raises(ValueError, match=r"0\.30%"):
            scorer.score(PADDED, "text", max_loss=0.001)
    finally:
        scorer.bundle.curve = kept


def test_a_scored_document_is_the_same_as_arrays_and_as_verdicts(scorer):
    for wishes in ({}, {"keep": "related"}, {"max_cut": 0.01}, {"threshold": 0.0}):
        scored = scorer.score(PADDED, "text", **wishes)
        arrays = scored.padding.tolist(), scored.strips.tolist(), scored.cut_at.tolist()
        counted = scored.words, scored.words_cut, scored.padding_share, scored.left_whole
        verdicts = scored.verdicts
        assert verdicts is scored.verdicts
        assert arrays == tuple(
            [getattr(v, f) for v in verdicts] for f in ("padding", "strip", "cut_at")
        )
        made = replace(scored, verdicts=tuple(verdicts))
        assert counted == (made.words, made.words_cut, made.padding_share, made.left_whole)
        assert made == scored
        assert made.padding.tolist() == arrays[0]
        assert made.strips.tolist() == arrays[1]
        assert made.cut_at.tolist() == arrays[2]


def test_a_scored_document_goes_to_other_processes_before_and_after_a_look_at_it(scorer):
    scored = scorer.score(PADDED, "text")
    early = pickle.loads(pickle.dumps(scored))
    assert early == scored
    assert copy.copy(early) == scored
    assert early.strips.tolist() == scored.strips.tolist()
    with pytest.raises(AttributeError, match="verdict"):
        _ = scored.verdict


def test_reasons_add_up_to_the_margin(scorer):
    scored = scorer.score(PADDED, "text", reasons=True)
    batch = scorer.extractor.batch([scored.document])
    matrix = scorer.matrix(batch)
    booster = scorer.bundle.classifier.padding_booster_
    contributions = booster.predict(matrix, pred_contrib=True)
    # Of all trees: the margin of a paragraph that leaves early is extrapolated.
    assert contributions.sum(axis=1) == pytest.approx(ask(booster, matrix, (), 1))
    for verdict in scored.verdicts:
        assert 1 <= len(verdict.reasons) <= 5
        strengths = [abs(reason.contribution) for reason in verdict.reasons]
        assert strengths == sorted(strengths, reverse=True)
        assert all(reason.sentence for reason in verdict.reasons)


@pytest.mark.parametrize("text", ["", "\n\n", "one line", "x" * 1_000_000])
def test_odd_texts_are_no_errors(scorer, text):
    assert isinstance(scorer.strip(text), str)
    assert scorer.score_documents([], Policy()) == []


def test_a_document_may_be_given_for_a_text(scorer):
    document = read(PADDED, "text")
    assert isinstance(document, Document)
    assert {p.role for p in document.paragraphs} <= set(Role)
    first = next(iter(scorer.score_many([document])))
    assert first.document is document
