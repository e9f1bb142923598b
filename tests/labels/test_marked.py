r"""The grammar of marked-up text, case by case."""

import pytest

from defiller.labels.formats import read_labels
from defiller.labels.formats.marked import mark_document
from defiller.labels.kinds import Kind

# name: paragraphs, what is written for them under [faq]
WRITTEN = {
    "one line": (["Boil it."], "[faq] Boil it.\n"),
    "a paragraph that begins with a bracket": (["[1] Boil"], "[faq] [1] Boil\n"),
    "a paragraph that is a mark": (["[legal] Boil"], "[faq] [legal] Boil\n"),
    "a paragraph that is a header": (['[document {"id": "x"}]'], '[faq] [document {"id": "x"}]\n'),
    "further lines": (["- a\n  - b"], "[faq] - a\n  - b\n"),
    "a further line with a bracket": (["a\n[faq] b"], "[faq] a\n\\[faq] b\n"),
    "a further line with a backslash": (["a\n\\[b"], "[faq] a\n\\\\[b\n"),
    "a blank line inside": (["```\n\nx\n```"], "[faq] ```\n\nx\n```\n"),
    "blank lines at the end": (["a\n\n  "], "[faq] a\n\\\n\\  \n"),
    "a blank line at the start": (["\na"], "[faq] \na\n"),
    "leading spaces": (["    code"], "[faq]     code\n"),
    "other line ends": (["a\r\nb\rc"], "[faq] a\nb\nc\n"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_writing_and_reading_a_paragraph(name, tmp_path):
    texts, expected = WRITTEN[name]
    written = mark_document(texts, [Kind.FAQ] * len(texts))
    assert written == expected
    path = tmp_path / "kettles.marked"
    path.write_text(written, encoding="utf-8", newline="")
    (document,) = read_labels(path)
    ends = [text.replace("\r\n", "\n").replace("\r", "\n") for text in texts]
    assert [p.text for p in document.paragraphs] == ends
    assert document.id == "kettles"


# name: file, (kind, text) of the one document
EDITED = {
    "a mark's name changed, its number left": ("[legal 0.96] a\n", [(Kind.LEGAL, "a")]),
    "the number taken out": ("[substance] a\n", [(Kind.SUBSTANCE, "a")]),
    "capitals and spaces": ("[ FAQ  0.9 ] a\n", [(Kind.FAQ, "a")]),
    "no label": ("[?] a\n", [(None, "a")]),
    "blank lines put in for reading": (
        "\n\n[faq] a\n\n\n[legal] b\n \n",
        [(Kind.FAQ, "a"), (Kind.LEGAL, "b")],
    ),
    "Windows line ends": (
        "[faq] a\r\nb\r\n\r\n[legal] c\r\n",
        [(Kind.FAQ, "a\nb"), (Kind.LEGAL, "c")],
    ),
    "spaces at line ends taken off": ("[faq]\na\n", [(Kind.FAQ, "\na")]),
    "no line end at the end": ("[faq] a", [(Kind.FAQ, "a")]),
    "a byte order mark": ("\ufeff[faq] a\n", [(Kind.FAQ, "a")]),
    "an empty file": ("", None),
    "blank lines alone": ("\n \n", None),
}


@pytest.mark.parametrize("name", EDITED)
def test_reading_what_somebody_has_edited(name, tmp_path):
    content, expected = EDITED[name]
    path = tmp_path / "x.marked.txt"
    path.write_text(content, encoding="utf-8", newline="")
    read = list(read_labels(path))
    if expected is None:
        assert read == []
    else:
        (document,) = read
        assert [(p.kind, p.text) for p in document.paragraphs] == expected


def test_the_header_carries_what_a_record_holds(tmp_path):
    header = {"id": "a", "title": "Five ]} kettles", "url": "u", "group": "g", "mine": [1, "]"]}
    path = tmp_path / "x.marked"
    marked = mark_document(["Boil it.", "Why?"], [Kind.SUBSTANCE, None], [0.031, None], header)
    path.write_text(marked + "\n" + marked.replace('"a"', '"b"'), encoding="utf-8")
    first, second = read_labels(path)
    assert (first.id, first.title, first.url, first.group) == ("a", "Five ]} kettles", "u", "g")
    assert first.extra == {"mine": [1, "]"]}
    assert (second.id, second.line) == ("b", 5)
    assert marked.splitlines()[1:] == ["[substance 0.03] Boil it.", "[?] Why?"]


def test_a_document_without_paragraphs_is_kept(tmp_path):
    path = tmp_path / "x.marked"
    path.write_text('[document {"id": "a"}]\n[document {"id": "b"}]\n', encoding="utf-8")
    assert [(d.id, d.paragraphs) for d in read_labels(path)] == [("a", ()), ("b", ())]


def test_one_kind_a_text():
    with pytest.raises(ValueError, match="zip"):
        mark_document(["a", "b"], [Kind.FAQ])
