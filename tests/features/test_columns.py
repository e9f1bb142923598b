"""Columns that are worked out for all paragraphs at once, against one paragraph at a time."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from defiller.features.extractor import FeatureExtractor
from defiller.features.ngrams import hashed_ngrams
from defiller.features.reading import document_from_lines
from defiller.features.signals.family import window_sum, window_sums
from defiller.features.signals.related import runs_beside

EXTRACTOR = FeatureExtractor()

articles = st.lists(
    st.lists(
        st.text("ab c.", max_size=12) | st.sampled_from(["", "Buy 2 now!", "one two three four"]),
        min_size=1,
        max_size=14,
    ),
    min_size=1,
    max_size=4,
)


def batch_of(lines):
    return EXTRACTOR.batch([document_from_lines(texts) for texts in lines])


@settings(max_examples=80, deadline=None)
@given(lines=articles, data=st.data())
def test_runs_beside_count_up_to_eight_within_the_document(lines, data):
    batch = batch_of(lines)
    marks = data.draw(st.lists(st.booleans(), min_size=len(batch), max_size=len(batch)))
    above, below = runs_beside(np.array(marks, np.bool_), batch)
    for place in range(len(batch)):
        for found, step in ((above, -1), (below, 1)):
            run, other = 0, place + step
            while (
                0 <= other < len(batch)
                and batch.document_of[other] == batch.document_of[place]
                and marks[other]
            ):
                run, other = run + 1, other + step
            assert found[place] == min(run, 8)


@settings(max_examples=80, deadline=None)
@given(lines=articles)
def test_window_sums_leave_out_the_paragraph_and_other_documents(lines):
    batch = batch_of(lines)
    values = batch.words + 1
    wide, back = window_sums(values, batch, (3, 3), (2, 0))
    assert (wide == window_sum(values, batch, 3, 3)).all()
    for place in range(len(batch)):
        same = batch.document_of == batch.document_of[place]
        distance = np.arange(len(batch)) - place
        assert wide[place] == values[same & (distance != 0) & (abs(distance) <= 3)].sum()
        assert back[place] == values[same & (distance < 0) & (distance >= -2)].sum()


@settings(max_examples=80, deadline=None)
@given(lines=articles)
def test_flags_are_counted_by_paragraph(lines):
    batch = batch_of(lines)
    for place in range(len(batch)):
        begin, end = batch.token_begin[place : place + 2]
        for name in ("word", "number", "punctuation", "function"):
            count = int(batch.listed(name)[begin:end].sum())
            assert batch.flag(name)[place] == count
            share = count / max(batch.words[place], 1)
            assert batch.flag_share(name)[place] == np.float32(share)


@settings(max_examples=80, deadline=None)
@given(lines=articles)
def test_a_paragraph_s_ngrams_are_its_own_wherever_it_stands(lines):
    batch = batch_of(lines)
    buckets, begin = hashed_ngrams(batch)
    parts = np.split(buckets, begin[1:])
    for place, content in enumerate(batch.contents):
        tokens = batch.token_count[place]
        assert len(parts[place]) == 2 * tokens + max(tokens - 2, 0) + 2
        if tokens:  # of an empty one the first pair reaches over its end
            alone, _ = hashed_ngrams(batch_of([[content]]))
            assert Counter(parts[place].tolist()) == Counter(alone.tolist())
