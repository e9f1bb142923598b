"""Reasons: contributions that add up, and sentences that are true of the paragraph."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from defiller.features.extractor import FeatureExtractor
from defiller.features.reading import read
from defiller.features.signals import Signal
from defiller.labels.corpus import heldout_files
from defiller.labels.formats import read_labels
from defiller.model import explain
from defiller.model.early_exit import ask
from defiller.model.explain import (
    MOST_REASONS,
    columns_by_family,
    contributions,
    explain_rows,
    tell,
)
from defiller.model.scene import Scene, shortened
from defiller.model.scorer import load
from defiller.model.sentences import SENTENCES
from defiller.model.telling import percent, rounded
from defiller.model.words import FAMILY

ARTICLE = """Moss in the lawn: rake in April
Moss grows where grass is thin. On the plots at Harlow, "raked" in 2019, 40% more came back.
Rake twice, sow the same day, and wait.
Subscribe to our newsletter and share this post!
FAQ
Is moss bad for a lawn?
Moss in a lawn grows where grass is thin.
Key takeaways:
- Rake in April.
- Sow at 20 g a square metre.
You may also like
Ten Plants That Thrive on Neglect
***"""
LINES = ARTICLE.splitlines()


@pytest.fixture(scope="module")
def scorer():
    return load()


@pytest.fixture(scope="module")
def told():
    """Sentences of the article's signals, by the line's first words and the signal's name."""
    extractor = FeatureExtractor()
    batch = extractor.batch([read(ARTICLE, "text")])
    matrix = extractor.signals(batch)
    names = list(extractor.get_feature_names_out())
    assert [line.removeprefix("- ") for line in LINES] == batch.contents

    def told(line: str, name: str) -> str:
        (row,) = (n for n, text in enumerate(LINES) if text.startswith(line))
        return SENTENCES[name](float(matrix[row, names.index(name)]), Scene(batch, row))

    return told


@pytest.mark.parametrize(
    ("line", "name", "sentence"),
    [
        ("Is moss", "heading_faq", "comes after the heading 'FAQ', which is a cue of an FAQ"),
        ("Rake twice", "bare_sentences", "no figure, quotation or name after a first word"),
        ("***", "bare_sentences", "no figure, name or quotation"),
        ("Moss grows", "figures", "2 figures"),
        ("Moss grows", "years", "1 figure like a year"),
        ("Moss grows", "quotes", "2 double quotation marks"),
        ("Moss grows", "index", "1 paragraph above it"),
        ("Moss in the lawn", "index", "is the article's first paragraph"),
        ("***", "from_end", "is the article's last paragraph"),
        ("Moss in the lawn", "words_-1", "there is no paragraph above"),
        ("Rake twice", "words_+2", "the paragraph two below, 'FAQ', has a length of 1 in words"),
        ("Moss in a lawn", "known_before", "all of its content words stand earlier in the article"),
        ("Moss in a lawn", "known_nowhere",
         "none of its content words stand nowhere else in the article"),
        ("Moss in a lawn", "question_above", "comes after the question 'Is moss bad for a lawn?'"),
        ("Rake twice", "question_above",
         "neither its heading nor the line above is a short question"),
        ("FAQ", "faq_distance", "has itself a cue of an FAQ"),
        ("Moss in a lawn", "faq_distance", "2 paragraphs below the heading 'FAQ', a cue of an FAQ"),
        ("Rake twice", "faq_distance", "no short line above it has a cue of an FAQ"),
        ("Moss in a lawn", "faq_plain_headings",
         "stands under the heading 'FAQ', with no heading but questions between"),
        ("FAQ", "faq_plain_headings", "has itself a cue of an FAQ"),
        ("You may", "faq_plain_headings",
         "2 headings that are no questions since the heading 'FAQ'"),

        ("- Rake", "under_recap",
         "stands under the heading 'Key takeaways:', which is a cue of a summary"),
        ("- Rake", "colon_above", "the paragraph above, 'Key takeaways:', ends with a colon"),
        ("- Rake", "recap_distance",
         "1 paragraph below the heading 'Key takeaways:', a cue of a summary"),
        ("Subscribe", "action_first", "starts with a verb of calls to act"),
        ("Subscribe", "exclaims", "1 exclamation mark"),
        ("Subscribe", "action", "2 words in the list of calls to act: 'subscribe', 'share'"),
        ("Subscribe", "plural_person",
         "12 % of its words are in the list of 'we' and 'our': 'our'"),
        ("Rake twice", "plural_person", "none of its words are in the list of 'we' and 'our'"),
        ("You may", "related_heading",
         "has wording of the heading of a list of articles: 'you may also like'"),
        ("Rake twice", "newsletter", "has no known wording of newsletter prompts"),
        ("***", "selling", "has no word and no figure"),
        ("***", "known_before", "has no word but function words"),
        ("- Sow", "list_item", "is a list item"),
        ("- Sow", "short", "has more than three words"),
        ("FAQ", "short", "has at most three words"),
        ("Moss in the lawn", "name_only", "is not just two to four capitalised words"),
    ],
)  # fmt: skip
def test_a_sentence_is_true_of_its_paragraph(told, line, name, sentence):
    assert told(line, name) == sentence


def test_every_signal_has_a_sentence_of_its_own_and_none_is_left_over():
    """A signal that was added is told generically until `defiller.model.sentences` has it."""
    assert set(SENTENCES) == {signal.name for _, signal in columns_by_family("en")}


def test_a_signal_that_somebody_adds_is_told_by_its_own_sentence():
    batch = FeatureExtractor().batch([read(ARTICLE, "text")])
    signal = Signal("mine", "umlauts")
    assert tell(signal, 3.0, Scene(batch, 0)) == "umlauts: 3"
    assert tell(signal, math.nan, Scene(batch, 0)) == "umlauts: unknown"


def matrices(scorer, *texts):
    batch = scorer.extractor.batch([read(text, "text") for text in texts])
    return batch, scorer.matrix(batch)


def test_families_and_the_base_sum_to_the_margin(scorer):
    _, matrix = matrices(scorer, ARTICLE, ARTICLE[::-1])
    moved = contributions(scorer.bundle, matrix)
    # Of all trees: the margin of a paragraph that leaves early is extrapolated.
    margins = ask(scorer.bundle.classifier.padding_booster_, matrix, (), 1)
    assert moved.of_families.sum(axis=1) + moved.base == pytest.approx(margins)
    assert moved.of_signals.sum(axis=1) + moved.base == pytest.approx(margins)
    names = [family for family, _ in columns_by_family("en")]
    mine = np.array([name == FAMILY for name in names])
    column = moved.families.index(FAMILY)
    assert moved.of_families[:, column] == pytest.approx(moved.of_signals[:, mine].sum(axis=1))


def test_the_strongest_families_are_told_and_no_other(scorer):
    batch, matrix = matrices(scorer, ARTICLE)
    moved = contributions(scorer.bundle, matrix)
    for row, reasons in enumerate(explain_rows(scorer.bundle, batch, matrix)):
        strongest = sorted(map(abs, moved.of_families[row]), reverse=True)[:MOST_REASONS]
        assert [abs(r.contribution) for r in reasons] == pytest.approx(strongest)
        for reason in reasons:
            family = moved.families.index(reason.family)
            assert reason.contribution == moved.of_families[row, family]


def test_what_is_told_stands_under_the_heading_or_in_the_list(scorer):
    verdicts = scorer.explain(ARTICLE, None, "text")
    headline = " ".join(r.sentence for r in verdicts[LINES.index("- Rake in April.")].reasons)
    assert "Key takeaways:" in headline
    assert scorer.explain(ARTICLE, 4, "text") == [verdicts[4]]


def test_no_paragraph_is_explained_that_nobody_asks_about(scorer, monkeypatch):
    explained = []

    def counting(bundle, matrix):
        explained.append(len(matrix))
        return contributions(bundle, matrix)

    monkeypatch.setattr(explain, "contributions", counting)
    scorer.explain(ARTICLE, 4, "text")
    assert explained == [1]
    with pytest.raises(IndexError):
        scorer.explain(ARTICLE, len(LINES), "text")
    assert scorer.explain(ARTICLE, -1, "text") == scorer.explain(ARTICLE, len(LINES) - 1, "text")


def test_what_is_quoted_of_an_article_stands_in_it(scorer):
    checked = 0
    for path in heldout_files():
        for labelled in read_labels(path):
            lines = [p.text.replace("\n", " ") for p in labelled.paragraphs]
            for verdict in scorer.explain("\n".join(lines), None, "text"):
                for reason in verdict.reasons:
                    quoted = re.search(r"heading '(.*?)[…']", reason.sentence)
                    if quoted:
                        assert any(quoted[1] in line for line in lines)
                        checked += 1
    assert checked > 10


ODD = st.text(max_size=300) | st.lists(
    st.sampled_from(
        ["", "Q: why?", "# A", "- b {0}", "| c | d |", "FAQ", "5", "'", "“?”", "\x1b[31m", "\ud800",
         "I.", "x" * 3000, "Summary:", "Share!", "é² ½", "\u2028", "FAQ {above}"]
    ),
    max_size=20,
).map("\n".join)  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=ODD)
def test_odd_texts_are_explained_in_printable_sentences(scorer, text):
    for form in ("text", "markdown"):
        for verdict in scorer.explain(text, None, form):
            assert verdict.reasons
            for reason in verdict.reasons:
                assert reason.sentence.isprintable()
                assert reason.contribution != 0


@settings(max_examples=60, deadline=None)
@given(text=ODD)
def test_every_sentence_can_be_said_of_every_paragraph(text):
    extractor = FeatureExtractor()
    batch = extractor.batch([read(text, "text"), read("One line", "text")])
    matrix = extractor.signals(batch)
    for row in range(len(batch)):
        scene = Scene(batch, row)
        for name, value in zip(extractor.get_feature_names_out(), matrix[row], strict=True):
            sentence = SENTENCES[name](float(value), scene)
            assert sentence.isprintable()
            assert 3 < len(sentence) < 300
            assert not re.search(r"\bnan\b|\binf\b", sentence.replace(scene.content, ""))


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (1e-5, "under 1 %"), (0.5, "50 %"), (0.994, "over 99 %"), (1.0, "100 %")],
)
def test_a_share_is_not_rounded_to_none_or_all(share, said):
    assert percent(share) == said


def test_numbers_and_quotations_are_short():
    assert [rounded(v) for v in (3.0, 0.25, 12.34, 0.004)] == ["3", "0.25", "12", "0.004"]
    assert shortened("a" * 100) == "a" * 59 + "…"
    assert shortened("\x1b[0m a\n b") == "[0m a b"
    assert shortened(" " * 10_000 + "x", 10) == "…"
