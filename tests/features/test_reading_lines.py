"""Plain text and wrapped text, and the marker grammar of one line."""

import json
from pathlib import Path

import pytest

from defiller.features.document import Format, Role
from defiller.features.reading import document_from_lines, read
from defiller.features.reading.lines import read_line

CASES = Path(__file__).parents[1] / "cases" / "reading"
LINES = json.loads((CASES / "lines.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", LINES, ids=lambda case: case["label"])
def test_line(case):
    expected = (case["content"], Role(case.get("role", "prose")), case.get("level"))
    assert read_line(case["line"]) == expected
    # The readers of whole texts have a faster way through a line; it must agree.
    (paragraph,) = read(case["line"], "text").paragraphs
    assert (paragraph.content, paragraph.role, paragraph.level) == expected
    assert paragraph.links is None
    (labelled,) = document_from_lines([case["line"]]).paragraphs
    assert (labelled.content, labelled.role, labelled.level) == expected


def contents(text, form="text"):
    return [p.content for p in read(text, form).paragraphs]


def roles(text, form="text"):
    return [p.role for p in read(text, form).paragraphs]


def test_range_is_the_line_without_its_ending():
    text = "  one  \r\n\r\n\t- two\rthree\n\n \n  "
    document = read(text, "text")
    assert [document.source(p) for p in document.paragraphs] == ["  one  ", "\t- two", "three"]
    assert document.text is text


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028"])
def test_only_real_line_ends_end_a_line(separator):
    assert contents(f"one{separator}two\nthree") == ["one two", "three"]


def test_no_text_no_paragraphs():
    for text in ("", "\n\n", " \t\r\n \u3000\n"):
        assert read(text, "text").paragraphs == ()
        assert read(text, "wrapped").paragraphs == ()


def test_numbers_that_count_up_line_by_line_are_a_list():
    text = "Method\n1. Brown the onions\n2. Add the stock\n3) Simmer\nServe hot"
    assert contents(text) == ["Method", "Brown the onions", "Add the stock", "Simmer", "Serve hot"]
    assert roles(text)[1:4] == [Role.LIST_ITEM] * 3


def test_numbers_with_prose_between_are_headings_of_a_listicle():
    text = "1. Keychron V1\nIt clicks.\n2. Ducky One\nIt clacks.\n3. Leopold"
    assert contents(text)[::2] == ["1. Keychron V1", "2. Ducky One", "3. Leopold"]
    assert set(roles(text)) == {Role.PROSE}


def test_bullets_under_a_number_do_not_end_the_count():
    text = "1. Eggs\n- two brown\n- one white\n2. Flour"
    assert contents(text) == ["Eggs", "two brown", "one white", "Flour"]


def test_numbers_that_do_not_count_up_stay():
    text = "3. Mai 2019\n3. Mai 2020\n7. Juni 2021"
    assert contents(text) == text.split("\n")


def test_lines_of_labels_keep_one_paragraph_each():
    texts = ["A title", "", "- item", "two\nlines", " \t", "| a |"]
    document = document_from_lines(texts, title="T", url="https://example.org/")
    assert document.text == "\n".join(texts)
    assert [document.source(p) for p in document.paragraphs] == texts
    assert [p.content for p in document.paragraphs] == ["A title", "", "item", "two lines", "", "a"]
    assert (document.title, document.url, document.format) == (
        "T",
        "https://example.org/",
        Format.TEXT,
    )


def test_wrapped_joins_lines_up_to_a_blank_one():
    text = "The council voted\non Tuesday to close\r\nit.\n \nWork starts in\rMay.\n"
    document = read(text, "wrapped")
    assert [p.content for p in document.paragraphs] == [
        "The council voted on Tuesday to close it.",
        "Work starts in May.",
    ]
    assert document.source(document.paragraphs[1]) == "Work starts in\rMay."


def test_wrapped_list_items_stand_alone():
    text = "- two eggs, beaten\n  well\n- one onion\n\n1. Fry it\n   slowly\n2. Eat it"
    assert contents(text, "wrapped") == [
        "two eggs, beaten well",
        "one onion",
        "Fry it slowly",
        "Eat it",
    ]
    assert set(roles(text, "wrapped")) == {Role.LIST_ITEM}


def test_wrapped_list_after_a_colon():
    text = "You need:\n- two eggs\n- one onion"
    assert contents(text, "wrapped") == ["You need:", "two eggs", "one onion"]


def test_a_dash_that_wrapping_put_first_opens_no_list():
    text = "He came back\n- as he had said\n- and stayed."
    assert contents(text, "wrapped") == ["He came back - as he had said - and stayed."]


def test_wrapped_headings_rows_and_quotes():
    text = "# Soup\nIt is\nhot.\n\n| a | b |\n| c | d |\n\n> It was\n> over."
    document = read(text, "wrapped")
    assert [(p.content, p.role) for p in document.paragraphs] == [
        ("Soup", Role.HEADING),
        ("It is hot.", Role.PROSE),
        ("a | b", Role.TABLE_ROW),
        ("c | d", Role.TABLE_ROW),
        ("It was over.", Role.QUOTE),
    ]


WRAPPED = """The council voted on Tuesday to close the old bridge until the end of
September, and the mayor said that the work would cost three million
dollars. People who live on the east bank will have to drive around
through the next town, which takes twenty minutes longer, and some of
them are already looking for another way to get to work in time."""


def test_warns_of_hard_wrapped_text():
    (warning,) = read(f"{WRAPPED}\n\n{WRAPPED}", "text").warnings
    assert "'wrapped'" in warning
    (warning,) = read(WRAPPED, "text").warnings
    assert "no blank lines" in warning
    assert read(f"{WRAPPED}\n\n{WRAPPED}", "wrapped").warnings == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(WRAPPED.replace("\n", " ") + "\nAnd so on, to the end.", id="a line each"),
        pytest.param(
            "\n".join(
                f"{n} two beaten eggs and a cup of sifted flour, room-warm" for n in range(9)
            ),
            id="ingredients",
        ),
        pytest.param(
            "\n".join(
                ["the woods are lovely, dark", "and deep, but there are promises", "left to keep"]
                * 3
            ),
            id="verse",
        ),
        pytest.param(
            "\n".join(
                f"- item {n} is a line of the list that goes on for some way" for n in range(9)
            ),
            id="list",
        ),
        pytest.param(
            "\n".join(
                f"The {n}th sentence is about as long as the others are here." for n in range(9)
            ),
            id="a sentence a line",
        ),
        pytest.param(
            "\n\n".join(
                "the note in lower case that someone typed on a telephone" for _ in range(9)
            ),
            id="lower case, blank lines between",
        ),
        pytest.param("a\nb\nc\nd\ne", id="tiny"),
    ],
)
def test_does_not_warn_of_look_alikes(text):
    assert read(text, "text").warnings == ()


def test_byte_order_mark_is_no_part_of_a_paragraph():
    document = read("\ufeff# Soup\n\nHot.", "text")
    assert document.text.startswith("\ufeff")
    assert [document.source(p) for p in document.paragraphs] == ["# Soup", "Hot."]


def test_unknown_format_names_the_choices():
    with pytest.raises(ValueError, match="unknown format 'rtf'; choose one of auto, text"):
        read("a", "rtf")
