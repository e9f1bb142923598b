"""The guard's share: what counting every word comes to, counted or not."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from defiller.features.reading import document_from_lines
from defiller.model.guard import share_beyond

lines = st.sampled_from(["a", "a b c d", "longer words than those", "---", "", "one " * 30])


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.tuples(lines, st.booleans()), max_size=12),
    most=st.sampled_from([0.0, 0.25, 0.5, 0.75, 0.95, 1.0]),
)
def test_the_same_as_counting_every_word(rows, most):
    document = document_from_lines([line for line, _ in rows])
    goes = np.array([gone for _, gone in rows], np.bool_)
    words = np.array([len(paragraph.content.split()) for paragraph in document.paragraphs])
    share = words[goes].sum() / words.sum() if words.any() else float(goes.any())
    assert share_beyond(document, goes, most) == (share if share > most else None)
