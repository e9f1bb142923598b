"""Cutting: what stays is what came in, to the byte."""

import hashlib
import json
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from defiller.features.document import Document, Format, Paragraph, Role
from defiller.features.reading import read
from defiller.labels.corpus import corpus_files, heldout_files
from defiller.labels.formats.jsonl import read_jsonl
from defiller.model.strip import Plan, cut, cut_ranges


def stripped(text, going, form=Format.MARKDOWN):
    """The text without the paragraphs whose content is named."""
    document = read(text, form)
    known = {paragraph.content for paragraph in document.paragraphs}
    assert set(going) <= known, known
    strips = [paragraph.content in going for paragraph in document.paragraphs]
    return cut(document.text, cut_ranges(document, strips))


@pytest.mark.parametrize(
    ("text", "going", "left"),
    [
        ("A.\nB.\nC.\n", ["B."], "A.\nC.\n"),
        ("A.\nB.\nC.\n", ["A."], "B.\nC.\n"),
        ("A.\nB.\nC.\n", ["C."], "A.\nB.\n"),
        ("A.\nB.\nC.", ["C."], "A.\nB."),
        ("A. \nB. \nC. \n", ["C."], "A. \nB. \n"),
        ("A.\nB.\nC.\n", ["B.", "C."], "A.\n"),
        ("A.\n\n\nB.\n\nC.\n\n", ["B."], "A.\n\n\nC.\n\n"),
        ("A.\n\n\nB.\n\nC.\n\n", ["B.", "C."], "A.\n\n"),
        ("A.\r\nB.\r\nC.\r\n", ["A.", "B."], "C.\r\n"),
        ("A.\rB.\rC.\r", ["B."], "A.\rC.\r"),
        ("\n\n  A.\nB.\n", ["A."], "\n\nB.\n"),
        ("A.\nB.\n", ["A.", "B."], ""),
        ("\n \nA.", ["A."], ""),
        ("A.\n\tB.\nC.", ["A."], "\tB.\nC."),
        ("A.\n\u00a0\nB.\n", ["A."], "B.\n"),
    ],
)
def test_text(text, going, left):
    assert stripped(text, going, Format.TEXT) == left


@pytest.mark.parametrize(
    ("text", "going", "left"),
    [
        ("A.\n\nB.\n\nC.\n", ["B."], "A.\n\nC.\n"),
        ("# T\n\nA.\n\n## R\n\n- one\n- two\n\nB.\n", ["R", "one", "two"], "# T\n\nA.\n\nB.\n"),
        ("- one\n- two\n- three\n", ["two"], "- one\n- three\n"),
        (
            "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n",
            ["1 | 2"],
            "| a | b |\n|---|---|\n| 3 | 4 |\n",
        ),
        ("---\ntitle: T\n---\n\nA.\n\nB.\n", ["A.", "B."], "---\ntitle: T\n---\n"),
        ("A.\n\n<!-- kept -->\n\nB.\n", ["A."], "<!-- kept -->\n\nB.\n"),
        ("A.\n\n<!-- kept -->\n\nB.\n", ["B."], "A.\n\n<!-- kept -->\n"),
        (
            "See [it][1].\n\nB.\n\n[1]: https://example.org\n",
            ["B."],
            "See [it][1].\n\n[1]: https://example.org\n",
        ),
        ("A.\n\n---\n\nB.\n", ["A."], "---\n\nB.\n"),
    ],
)
def test_markdown(text, going, left):
    assert stripped(text, going) == left


@pytest.mark.parametrize(
    ("text", "going", "left"),
    [
        ("A.\n# H\nB.\n", ["H"], "A.\n\nB.\n"),
        ("A.\r\n# H\r\nB.\r\n", ["H"], "A.\r\n\r\nB.\r\n"),
        ("- one\n# H\nB.\n", ["H"], "- one\n\nB.\n"),
        ("A.\n# H\n## I\nB.\n", ["H", "I"], "A.\n\nB.\n"),
        ("A.\n# H\n---\n\nB.\n", ["H"], "A.\n\n---\n\nB.\n"),
        ("A.\n# H\n# I\n", ["H"], "A.\n# I\n"),
        ("A.\n# H\n\nB.\n", ["H"], "A.\n\nB.\n"),
    ],
    ids=["prose", "crlf", "lazy line", "two cut", "a rule makes no heading", "heading", "blank"],
)
def test_what_is_left_does_not_run_together(text, going, left):
    """A heading may part two paragraphs without a blank line; cut, they would become one."""
    assert stripped(text, going) == left
    kept = [p.content for p in read(text, Format.MARKDOWN).paragraphs if p.content not in going]
    assert [p.content for p in read(left, Format.MARKDOWN).paragraphs] == kept


def test_in_wrapped_text_too():
    assert stripped("A b\nc d.\n\nE.\n\nF.\n", ["E."], Format.WRAPPED) == "A b\nc d.\n\nF.\n"


def articles():
    for path in [*corpus_files(), *heldout_files()]:
        yield from read_jsonl(path)


def documents_of(article):
    """An article of the corpus as plain text and as Markdown."""
    texts = [paragraph.text for paragraph in article.paragraphs]
    yield read("\n".join(texts) + "\n", Format.TEXT)
    yield read("\n\n".join(texts) + "\n", Format.MARKDOWN)


def unnumbered(content):
    return re.sub(r"^\d+[.)]\s+", "", content)


@pytest.mark.parametrize("path", [*corpus_files(), *heldout_files()], ids=lambda path: path.stem)
def test_what_stays_reads_as_it_did(path):
    """By the corpus' own labels: each paragraph that stays is there again, and nothing else.

    The role of a table's rows may change, where its separator went, and so may that of a numbered
    line whose neighbours in the list went: its number is then part of what it says.
    """
    for article in read_jsonl(path):
        padding = {" ".join(p.text.split()) for p in article.paragraphs if p.kind != "substance"}
        for document in documents_of(article):
            strips = [
                " ".join(document.source(paragraph).split()) in padding
                for paragraph in document.paragraphs
            ]
            left = cut(document.text, cut_ranges(document, strips))
            again = read(left, document.format)
            kept = [
                paragraph.content
                for paragraph, goes in zip(document.paragraphs, strips, strict=True)
                if not goes
            ]
            found = [paragraph.content for paragraph in again.paragraphs]
            assert list(map(unnumbered, found)) == list(map(unnumbered, kept)), article.id


TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "A line.",
                "# Head",
                "- item",
                "  - sub",
                "1. one",
                "> said",
                "| a | b |",
                "|---|---|",
                "",
                "",
                "\n",
                "```",
                "    code",
                "---",
                "<!-- x -->",
                "[1]: https://e.org",
                "\u2028",
            ]
        ),
        st.text(max_size=12),
    ),
    max_size=25,
).flatmap(lambda lines: st.sampled_from(["\n", "\r\n", "\n\n"]).map(lambda end: end.join(lines)))
FORMATS = st.sampled_from([Format.TEXT, Format.WRAPPED, Format.MARKDOWN])


@given(TEXTS, FORMATS, st.data())
def test_properties(text, form, data):
    document = read(text, form)
    count = len(document.paragraphs)
    strips = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    ranges = cut_ranges(document, strips)
    left = cut(document.text, ranges)

    # In order, apart, not empty, inside.
    edges = [edge for pair in ranges for edge in pair]
    assert all(start < end for start, end in ranges)
    assert edges == sorted(edges)
    assert not edges or (edges[0] >= 0 and edges[-1] <= len(document.text))

    # The output is the input less the ranges.
    gone = [False] * len(document.text)
    for start, end in ranges:
        gone[start:end] = [True] * (end - start)
    kept = [char for char, went in zip(document.text, gone, strict=True) if not went]
    assert left == "".join(kept)

    # What goes is the paragraphs and white space; what stays, stays whole.
    for paragraph, goes in zip(document.paragraphs, strips, strict=True):
        assert all(gone[paragraph.start : paragraph.end]) == goes or not document.source(paragraph)
        assert any(gone[paragraph.start : paragraph.end]) == goes or not document.source(paragraph)
        gone[paragraph.start : paragraph.end] = [False] * (paragraph.end - paragraph.start)
    assert not "".join(c for c, went in zip(document.text, gone, strict=True) if went).strip()

    if not any(strips):
        assert left is document.text

    # A stored plan does the same again.
    plan = Plan.of(document, strips)
    assert Plan.from_json(plan.to_json()) == plan
    assert plan.apply(document.text) == left


@given(st.text(), st.data())
def test_a_cut_takes_any_ranges(text, data):
    edges = data.draw(st.lists(st.integers(0, len(text)), unique=True).map(sorted))
    ranges = list(zip(edges[::2], edges[1::2], strict=False))
    expected = "".join(
        char for at, char in enumerate(text) if not any(a <= at < b for a, b in ranges)
    )
    assert cut(text, ranges) == expected


@pytest.mark.parametrize(
    ("ranges", "sentence"),
    [
        ([(0, 0)], "the range 0 to 0 is no range of a text"),
        ([(3, 2)], "the range 3 to 2 is no range of a text"),
        ([(-1, 2)], "the range -1 to 2 is no range of a text"),
        ([(0, 3), (2, 4)], "a range starts at 2, before the one above it ends (3)"),
        ([(4, 5), (0, 1)], "a range starts at 0, before the one above it ends (5)"),
        ([(0, 9)], "a range ends at 9, but the text at 5"),
    ],
)
def test_ranges_that_are_none(ranges, sentence):
    with pytest.raises(ValueError) as told:
        cut("words", ranges)
    assert str(told.value) == sentence


def test_as_many_decisions_as_paragraphs():
    document = Document("A.", (Paragraph(0, 2, "A.", Role.PROSE),))
    with pytest.raises(ValueError, match="2 decisions were given for 1 paragraphs"):
        cut_ranges(document, [True, False])


def test_a_plan_knows_its_text_by_the_hash_of_its_bytes():
    document = read("A.\n\ud800 B.\n", Format.TEXT)
    plan = Plan.of(document, [False, True])
    assert plan.sha256 == hashlib.sha256(b"A.\n\xed\xa0\x80 B.\n").hexdigest()
    assert plan.apply("A.\n\ud800 B.\n") == "A.\n"


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_plan_for_another_text_is_refused(text, other):
    assume(text != other)
    plan = Plan.of(read(text, Format.TEXT), [True] * len(read(text, Format.TEXT).paragraphs))
    with pytest.raises(ValueError, match="this plan was made for another text; make a new one"):
        plan.apply(other)


HASH = "0" * 64


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "a plan must be JSON, but "),
        ("[]", 'a plan must be a JSON object with "sha256" and "ranges" only'),
        ({"sha256": HASH}, 'a plan must be a JSON object with "sha256" and "ranges" only'),
        ({"sha256": 7, "ranges": []}, 'a plan\'s "sha256" must be text and its "ranges" a list'),
        ({"sha256": HASH, "ranges": {}}, 'a plan\'s "sha256" must be text and its "ranges" a list'),
        ({"sha256": "abc", "ranges": []}, "the hash of a plan must be 64 hexadecimal digits"),
        ({"sha256": HASH, "ranges": [[1, True]]}, "a plan's ranges must be pairs of whole numbers"),
        ({"sha256": HASH, "ranges": [[1, 2.0]]}, "a plan's ranges must be pairs of whole numbers"),
        ({"sha256": HASH, "ranges": [[1, 2, 3]]}, "a plan's ranges must be pairs of whole numbers"),
        ({"sha256": HASH, "ranges": [[2, 1]]}, "the range 2 to 1 is no range of a text"),
        (
            {"sha256": HASH, "ranges": [[2, 5], [4, 6]]},
            "a range starts at 4, before the one above it ends (5)",
        ),
    ],
)
def test_a_plan_that_is_none(line, sentence):
    with pytest.raises(ValueError) as told:
        Plan.from_json(line if isinstance(line, str) else json.dumps(line))
    assert str(told.value).startswith(sentence)
    assert "\n" not in str(told.value)


def test_a_plan_deeper_than_python_can_read_is_refused():
    with pytest.raises(ValueError, match="a plan must be JSON"):
        Plan.from_json("[" * 100_000)
