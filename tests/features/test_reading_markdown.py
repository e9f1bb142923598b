"""Markdown: leaf blocks, their ranges, and what is never a paragraph."""

import json
from pathlib import Path

import pytest

from defiller.features.document import Format, Role
from defiller.features.reading import read
from defiller.features.reading.inline import MarkdownInline, reduce_inline
from defiller.features.reading.markdown import read_markdown

CASES = Path(__file__).parents[1] / "cases" / "reading"
MARKDOWN = json.loads((CASES / "markdown.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("case", MARKDOWN, ids=lambda case: case["label"])
def test_case(case, ending):
    text = ending.join(case["lines"])
    reading = read_markdown(text)
    found = [
        [p.role.value, p.content, text[p.start : p.end].replace(ending, "\n")]
        for p in reading.paragraphs
    ]
    assert found == [expected[:3] for expected in case["paragraphs"]]
    for paragraph, expected in zip(reading.paragraphs, case["paragraphs"], strict=True):
        for name, value in (expected[3] if len(expected) > 3 else {}).items():
            assert getattr(paragraph, name) == value
        assert paragraph.links is not None
    fixed = [text[start:end].replace(ending, "\n") for start, end in reading.fixed]
    assert fixed == case["fixed"]
    assert reading.warnings == []


def test_title_and_address_from_front_matter():
    text = "---\ntitle: 'Bread''s best'\nurl: https://example.org/b\n---\n\n# Slow bread\n"
    document = read(text)
    assert document.format is Format.MARKDOWN
    assert (document.title, document.title_is_guess) == ("Bread's best", False)
    assert document.url == "https://example.org/b"
    given = read(text, title="Given", url="https://example.com/")
    assert (given.title, given.url) == ("Given", "https://example.com/")


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ("title: Bread # and butter", "Bread"),
        ("title: C# for cooks", "C# for cooks"),
        ("Title: Bread", "Bread"),
        ("title: >-\n  Bread\n  and butter\ndate: today", "Bread and butter"),
        ('title: "caf\\u00e9"', "café"),
        ('title: "a \\x2d b"', "a \\x2d b"),
        ("title:\ndate: today", None),
        ("subtitle: Bread", None),
    ],
)
def test_title_of_front_matter(lines, title):
    reading = read_markdown(f"---\n{lines}\n---\n")
    assert reading.front_matter is not None
    assert reading.front_matter.title == title


def test_title_of_toml_front_matter():
    reading = read_markdown('+++\ntitle = "Bread: a love"\n[params]\nx = 1\n+++\nText.\n')
    assert reading.front_matter is not None
    assert reading.front_matter.title == "Bread: a love"


def test_front_matter_that_never_ends_is_text():
    assert read_markdown("---\ntitle: Bread\n\nText.").front_matter is None


def test_an_unclosed_comment_hides_nothing():
    text = "One.\n\n<!-- forgotten\n\nTwo.\n\nThree."
    document = read(text, "markdown")
    assert [p.content for p in document.paragraphs] == ["One.", "<!-- forgotten", "Two.", "Three."]
    (warning,) = document.warnings
    assert warning.startswith("line 3: this HTML comment is never closed")


def test_an_unclosed_fence_is_code_and_says_so():
    document = read("One.\n\n```\nx\n\ny", "markdown")
    assert [p.role for p in document.paragraphs] == [Role.PROSE, Role.CODE]
    (warning,) = document.warnings
    assert warning.startswith("line 3: this code block is never closed")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("> " * 10_000 + "deep\n\nafter", id="quotes"),
        pytest.param("- " * 10_000 + "deep\n\nafter", id="items"),
        pytest.param(
            "\n".join(">" * n + " deep" for n in range(1, 300)), id="a quote deeper a line"
        ),
        pytest.param(
            "\n".join("  " * n + "- deep" for n in range(300)) + "\n\nafter", id="nested lists"
        ),
    ],
)
def test_deep_nesting_is_read_line_by_line_and_says_so(text):
    document = read(text, "markdown")
    covered = sum(len(document.source(p)) for p in document.paragraphs)
    assert covered >= len(text.replace("\n", "")) * 0.9
    assert any("nested too deep" in warning for warning in document.warnings)


@pytest.mark.parametrize(
    "text",
    [
        "The **bold** and *italic* _word_ with [a link](https://a.example/b_c) end",
        "**Note:** ***all*** of it, __twice__",
        "*one **two** three* and **four *five* six**",
        "[**a**](/b) [c](#d), snake_case and 2 ~~3~~",
        "word**bold** **bold**word",
        '(*italic*), "**bold**", *it*\'s',
    ],
)
def test_the_quick_reduction_agrees_with_the_parser(text):
    quick = reduce_inline(text)
    # A backslash before a letter means nothing to Markdown, and sends the text to the parser.
    slow, links = MarkdownInline({}).read(text + " \\q")
    assert quick == (slow.removesuffix(" \\q"), links)
