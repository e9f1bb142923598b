"""Properties of reading that hold for every text."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from defiller.features.document import Role
from defiller.features.language import detect_language
from defiller.features.reading import document_from_lines, read
from defiller.features.reading.markdown import read_markdown

# Text made of the pieces that mean something to one reader or another finds more than letters
# at random do.
PIECES = st.sampled_from(
    [
        *("a", "b c", "The bridge.", "1", "12. ", "2) ", "- ", "* ", "+ ", "• ", "– ", "# ", "## "),
        *("> ", ">", "|", "| a | b |", "|---|", "---", "***", "===", "```", "~~~", "    ", "  "),
        *("\t", "\n", "\n", "\n\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\xa0"),
        *(
            "**",
            "*",
            "_",
            "__",
            "`",
            "~~",
            "[a](b)",
            "[a]: b\n",
            "[^1]",
            "[^1]: n\n",
            "![",
            "]",
            "[",
        ),
        *("(", ")", "<!--", "-->", "<div>", "</div>", "<b>", "<script>", "&amp;", "\\", "\\\n"),
        *("---\ntitle: x\n---\n", "+++\n", "\ufeff", "\0", "\ud800", "é", "中", "\u202e", "🙂"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=60))
FORMATS = ["text", "wrapped", "markdown"]

# What a fixed range may be: a comment, a definition, a rule, front matter, an indented block
# of a footnote, each after the marks of the quotes and items that it stands in.
FIXED = re.compile(
    r"(?:[ \t]*(?:>|[-*+][ \t]|\d+[.)][ \t]))*\s*"
    r"(?:<!--.*>|\[.+\]:.*|[-*_ \t]+|(?:---|\+\+\+)\s.*\S)\s*"
    r"|[ \t]{4,}.*",
    re.DOTALL,
)


@pytest.mark.parametrize("form", FORMATS)
@given(text=TEXTS)
@example(text="- [a]: b\n  c")
@example(text="> - \n> ```\n>\n\n|")
@settings(deadline=None, max_examples=250)
def test_every_text_can_be_read(form, text):
    document = read(text, form)
    assert document.text is text
    end = 0
    for paragraph in document.paragraphs:
        assert end <= paragraph.start < paragraph.end <= len(text)
        end = paragraph.end
        assert not re.search(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", paragraph.content)
        assert paragraph.content == " ".join(paragraph.content.split())
        assert document.source(paragraph).strip()
    detect_language(document)


@given(text=TEXTS)
@settings(deadline=None, max_examples=100)
def test_auto_reads_every_text_that_is_no_html(text):
    assert read(text, "auto", name="a.md").paragraphs == read(text, "markdown").paragraphs
    assert read(text, "auto", name="a.txt").paragraphs == read(text, "text").paragraphs


@pytest.mark.parametrize("form", ["text", "wrapped"])
@given(text=TEXTS)
@settings(deadline=None, max_examples=150)
def test_between_paragraphs_of_text_lies_only_white_space(form, text):
    document = read(text, form)
    edges = [0, *(edge for p in document.paragraphs for edge in (p.start, p.end)), len(text)]
    for start, end in list(pairwise(edges))[::2]:
        assert text[start:end].removeprefix("\ufeff").strip() == ""


@given(text=TEXTS)
@example(text="[a]: b\n[a]: c\n")
@example(text="<!-- a --> b\n\n<!-- c\n\nd --> e")
@settings(deadline=None, max_examples=400)
def test_markdown_is_paragraphs_and_fixed_ranges_and_white_space(text):
    reading = read_markdown(text)
    ranges = sorted([*reading.fixed, *((p.start, p.end) for p in reading.paragraphs)])
    edges = [0, *(edge for span in ranges for edge in span), len(text)]
    assert edges == sorted(edges)
    for start, end in list(pairwise(edges))[::2]:
        assert text[start:end].strip() == ""
    for start, end in reading.fixed:
        assert FIXED.fullmatch(text[start:end])


@given(text=TEXTS)
@settings(deadline=None, max_examples=150)
def test_ranges_are_full_lines(text):
    for form in FORMATS:
        document = read(text.lstrip("\ufeff"), form)
        for paragraph in document.paragraphs:
            before = document.text[: paragraph.start]
            after = document.text[paragraph.end :]
            assert before == "" or before[-1] in "\r\n"
            assert after == "" or after[0] in "\r\n"


@given(texts=st.lists(TEXTS, max_size=12))
@settings(deadline=None, max_examples=100)
def test_labelled_lines_are_one_paragraph_each(texts):
    document = document_from_lines(texts)
    assert [document.source(p) for p in document.paragraphs] == texts


WORD = st.text("abcdefghijklmnopqrstuvwxyzé", min_size=1, max_size=8)
SENTENCE = st.lists(WORD, min_size=2, max_size=9).map(lambda words: " ".join(words).capitalize())
ITEMS = st.lists(SENTENCE, min_size=2, max_size=4)
MARKS = st.sampled_from(["{}", "{}", "**{}**", "*{}*", "_{}_", "`{}`", "[{}](https://a.example/x)"])


@st.composite
def articles(draw):
    """One article twice: as an extractor's lines and as Markdown blocks."""
    lines: list[str] = []
    blocks: list[str] = []

    def marked(sentence):
        return " ".join(draw(MARKS).format(word) for word in sentence.split())

    for _ in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["heading", "numbered", "prose", "items", "count", "rows"]))
        if kind in ("items", "count", "rows"):
            items = draw(ITEMS)
            number = [f"{n}. " for n in range(1, 9)]
            starts = {"items": ["- "] * 4, "count": number, "rows": ["| "] * 4}[kind]
            end = " | x |" if kind == "rows" else ""
            lines += [start + item + end for start, item in zip(starts, items, strict=False)]
            blocks.append(
                "\n".join(
                    start + marked(item) + end for start, item in zip(starts, items, strict=False)
                )
            )
        elif kind == "prose":
            sentence = draw(SENTENCE)
            lines.append(sentence + ".")
            blocks.append(marked(sentence) + ".")
        else:
            number = f"{draw(st.integers(1, 20))}. " if kind == "numbered" else ""
            lines.append(number + draw(SENTENCE))
            blocks.append("#" * draw(st.integers(1, 4)) + " " + lines[-1])
        # Lists and numbered headings must not run into each other: in text nothing parts them.
        lines.append("And so on.")
        blocks.append("And so on.")
    return "\n".join(lines), "\n\n".join(blocks)


@given(article=articles())
@settings(deadline=None, max_examples=150)
def test_the_same_article_as_text_and_as_markdown_has_the_same_contents(article):
    text, markdown = article
    as_text, as_markdown = read(text, "text"), read(markdown, "markdown")
    assert [p.content for p in as_text.paragraphs] == [p.content for p in as_markdown.paragraphs]
    for line, block in zip(as_text.paragraphs, as_markdown.paragraphs, strict=True):
        assert line.role is block.role or (line.role, block.role) == (Role.PROSE, Role.HEADING)


SIZE = 100_000


def repeated(piece, after=""):
    return piece * (SIZE // len(piece)) + after


HOSTILE = {
    "one line": repeated("word "),
    "blank lines": repeated("\n"),
    "questions": repeated("Q: why?\n"),
    "quote marks": repeated(">"),
    "quotes in quotes": repeated("> "),
    "items in items": repeated("- "),
    "numbers in numbers": repeated("1. "),
    "pipes": repeated("|", "a"),
    "pipe lines": repeated("|\n"),
    "brackets": repeated("["),
    "links": repeated("[a](b"),
    "link ends": repeated("](/b)"),
    "links in links": "[" * (SIZE // 8) + "a" + "](/b)" * (SIZE // 8),
    "parentheses": "[a](" + repeated("()"),
    "titles": repeated('[a](/b "'),
    "pictures": repeated("!["),
    "stars": repeated("*"),
    "star words": repeated("*a "),
    "double stars": repeated("**a "),
    "underscores": repeated("_a"),
    "ticks": repeated("`"),
    "growing ticks": "".join("`" * n + " " for n in range(1, 440)),
    "strikes": repeated("~~a"),
    "escapes": repeated("\\"),
    "entities": repeated("&a;"),
    "tags": repeated("<a "),
    "comment starts": repeated("<!--"),
    "comment starts by line": repeated("<!-- a\n"),
    "comments": repeated("<!-- a -->"),
    "comments, then starts": "<!-- a -->" + repeated("<!--"),
    "definitions": repeated("[a]: b\n"),
    "footnotes": repeated("[^1]: a\n"),
    "setext": repeated("a\n=\n"),
    "rules": repeated("- - -\n"),
    "fences": repeated("```\n"),
    "front matter": "---\n" + repeated("a: b\n"),
    "front matter of blanks": "---\na: >\n" + repeated("  b\n"),
    "right to left": repeated("\u202ea"),
    "combining marks": repeated("a\u0301\u0302\u0303"),
    "bullets": repeated("• "),
    "hashes": repeated("# "),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_text_takes_bounded_time(name):
    """Linear time: 20 microseconds a character at worst, where quadratic ones took minutes."""
    for form in ("auto", *FORMATS):
        started = time.process_time()
        document = read(HOSTILE[name], form)
        detect_language(document)
        assert time.process_time() - started < 20e-6 * SIZE + 1
