"""What goes together: the cases under tests/cases/blocks, and what holds for any article."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defiller.features.document import Paragraph, Role
from defiller.model.blocks import MOST_ANSWER_PARAGRAPHS, cut_points, is_question

CASES = Path(__file__).resolve().parents[1] / "cases" / "blocks"


def laid_out(rows):
    """Paragraphs one a line; None among the rows is a blank line."""
    paragraphs, start = [], 0
    for row in rows:
        if row is None:
            start += 1
            continue
        role, level, content = row
        paragraphs.append(Paragraph(start, start + len(content), content, Role(role), level))
        start += len(content) + 1
    return paragraphs


def cases():
    for path in sorted(CASES.glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            rows = case["paragraphs"]
            yield pytest.param(rows, case["comment"], id=f"{path.stem}: {case['label']}")


@pytest.mark.parametrize(("rows", "comment"), list(cases()))
def test_case(rows, comment):
    judged = [row for row in rows if row is not None]
    paragraphs = laid_out([row and row[:3] for row in rows])
    found = cut_points(paragraphs, np.array([row[3] for row in judged]))
    expected = [row[4] for row in judged]
    assert found.tolist() == pytest.approx(expected, abs=1e-12), comment


ROWS = st.tuples(
    st.sampled_from([*Role, *[Role.HEADING] * 3, *[Role.TABLE_ROW] * 2]),
    st.sampled_from([None, None, 1, 2, 3, 6]),
    st.sampled_from(
        [
            "",
            "Why?",
            "Is it so?",
            "Related stories",
            "It is long, and it is late.",
            "A | B",
            "Q: Go",
        ]
    ),
)
SCORES = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1))
ARTICLES = st.lists(st.tuples(ROWS, SCORES), max_size=30)


def cuts_of(article):
    return cut_points(laid_out([row for row, _ in article]), np.array([s for _, s in article]))


@given(ARTICLES)
def test_one_value_a_paragraph_between_the_lowest_and_the_highest_score(article):
    cuts = cuts_of(article)
    assert cuts.dtype == np.float64
    assert cuts.shape == (len(article),)
    scores = [score for _, score in article]
    assert all(min(scores) <= cut <= max(scores) for cut in cuts)


@given(ARTICLES)
def test_the_same_article_gives_the_same(article):
    assert cuts_of(article).tobytes() == cuts_of(article).tobytes()


@given(ARTICLES, st.data())
def test_raising_a_score_lowers_nothing(article, data):
    raised = [(row, data.draw(st.floats(score, 1), label="raised")) for row, score in article]
    assert (cuts_of(raised) >= cuts_of(article)).all()


@given(ARTICLES, st.floats(0, 1), st.floats(0, 1))
def test_a_lower_threshold_cuts_a_superset(article, one, other):
    cuts = cuts_of(article)
    low, high = sorted([one, other])
    assert (cuts >= low)[cuts >= high].all()


@given(ARTICLES)
def test_scores_are_left_as_they_were(article):
    scores = np.array([score for _, score in article])
    before = scores.copy()
    cut_points(laid_out([row for row, _ in article]), scores)
    assert (scores == before).all()


def test_as_many_scores_as_paragraphs():
    with pytest.raises(ValueError, match="2 scores were given for 1 paragraphs"):
        cut_points(laid_out([("prose", None, "One.")]), np.zeros(2))


def test_no_paragraphs():
    assert cut_points([], np.zeros(0)).shape == (0,)


@pytest.mark.parametrize(
    ("content", "role", "asks"),
    [
        ("Is it safe?", Role.PROSE, True),
        ("1. Is it safe?", Role.PROSE, True),
        ("“Is it safe?”", Role.HEADING, True),
        ("Is it safe (and cheap?)", Role.LIST_ITEM, True),
        ("Q: Tell us", Role.PROSE, True),
        ("Is it safe? It is.", Role.PROSE, False),
        ("Is it safe?", Role.TABLE_ROW, False),
        ("Is it safe?", Role.CODE, False),
        ("long " * 30 + "is it?", Role.PROSE, False),
        ("", Role.PROSE, False),
    ],
)
def test_questions(content, role, asks):
    assert is_question(Paragraph(0, len(content), content, role)) is asks


def test_an_answer_too_long_leaves_its_question_alone():
    answer = [("prose", None, "Once more, with words.")]
    short = [("prose", None, "Is it?"), *answer * MOST_ANSWER_PARAGRAPHS]
    long = [*short, *answer]
    ask = [("prose", None, "So it is?"), *answer]
    for article, joined in (([*short, *ask], True), ([*long, *ask], False)):
        scores = np.linspace(0, 0.9, len(article))
        assert (cut_points(laid_out(article), scores)[0] > scores[0]) is np.bool_(joined)


@pytest.mark.parametrize(
    "rows",
    [
        [("heading", level, "On and on") for level in (1, 2, 3, 4, 5, 6)],
        [("heading", level, "On and on") for level in (6, 5, 4, 3, 2, 1)],
        [("prose", None, "Is it so?"), ("prose", None, "It is, it is.")],
        [("prose", None, "Is it so?")],
        [("table_row", None, "1 | 2")],
        [("prose", None, "Short line"), ("prose", None, "A sentence, and then a stop.")],
    ],
    ids=["deeper", "higher", "answers", "questions", "rows", "lines"],
)
def test_twenty_thousand_paragraphs_take_no_time(rows):
    """Half a second is ten times what it takes; a step with quadratic time takes minutes."""
    paragraphs = laid_out((rows * 20_000)[:20_000])
    scores = np.random.default_rng(1).random(20_000)
    begin = time.process_time()
    cut_points(paragraphs, scores)
    assert time.process_time() - begin < 0.5
