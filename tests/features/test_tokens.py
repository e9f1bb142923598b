"""Tokens by numpy are those of the expression that defines them, and types those of their forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defiller.features.cues import load_cues
from defiller.features.tokens import TOKEN, Tokeniser, form_hash
from defiller.features.vocabulary import PIECE, Vocabulary

TOKENISER = Tokeniser()

CASES = [
    "",
    " ",
    "It's 12:30 on 1/2/2024, isn't it?",
    "rock'n'roll 'quoted' o''clock",
    "1.5.2 3. .4 5,000,000 1:2:3: 7//8",
    "3D a1b2 x_y __init__",
    "naïve Straße ИЛИ 東京 ½ ² ٣٤",
    "tab\tline\nfeed\r\u2028\u00a0\u200b",
    "emoji 👩‍💻 and a lone \ud800 surrogate",
    "e\u0301 combining \u05d0\u05d1",
]


def found(text):
    begin, end, forms = TOKENISER.spans(text)
    pieces = [text[a:b] for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
    return pieces, forms.tolist()


@pytest.mark.parametrize("text", CASES)
def test_the_same_tokens_as_the_expression(text):
    pieces, forms = found(text)
    assert pieces == TOKEN.findall(text)
    assert forms == [form_hash(piece) for piece in pieces]


@given(st.text(alphabet=st.sampled_from("aZ é9٣.,:/'’_ \n-½\U0001f600\ud800"), max_size=60))
def test_the_same_tokens_on_signs_that_join_and_part(text):
    assert found(text)[0] == TOKEN.findall(text)


@given(st.text(max_size=80))
def test_the_same_tokens_on_any_text(text):
    pieces, forms = found(text)
    assert pieces == TOKEN.findall(text)
    assert forms == [form_hash(piece) for piece in pieces]


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=40), max_size=6))
def test_one_type_a_form_and_a_separator_behind_each_paragraph(contents):
    types, known = Vocabulary(load_cues()).numbers(contents)
    tokens = [token for content in contents for token in [*TOKEN.findall(content), "\n"]]
    assert types.tolist() == [known.number_of(token) for token in tokens]
    assert int((types == 0).sum()) == len(contents)


def test_long_texts_in_pieces():
    word = "lorem 12.5 ipsum, "
    contents = [word * (PIECE // len(word) + 10), "end", word]
    types, _ = Vocabulary(load_cues()).numbers(contents)
    wanted = sum(len(TOKEN.findall(content)) + 1 for content in contents)
    assert len(types) == wanted
    assert np.flatnonzero(types == 0).tolist()[-1] == wanted - 1
