"""What a reader makes of an article: a document and its paragraphs.

Offsets count code points of the decoded text, so ``text[p.start:p.end]`` is always the
paragraph as it stood in the input, markers included.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """How a text is cut into paragraphs; ``AUTO`` decides by name and content."""

    AUTO = "auto"
    TEXT = "text"
    WRAPPED = "wrapped"
    MARKDOWN = "markdown"
    HTML = "html"


class Role(StrEnum):
    """What a paragraph is in its article's layout."""

    HEADING = "heading"
    PROSE = "prose"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    QUOTE = "quote"
    CODE = "code"
    CAPTION = "caption"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One unit of judgement.

    Attributes
    ----------
    start, end : int
        Range of the paragraph's full source lines in ``Document.text``, in code points,
        with its own markers and without the line ending after it.
    content : str
        The text without markers, link targets and emphasis, on one line: what signals read.
    role : Role
    level : int or None
        1 to 6 for a heading whose level the format gives, nesting depth from 1 for a list
        item; None where the format does not say.
    links : int or None
        Number of links; None where the format has no links (plain text).
    """

    start: int
    end: int
    content: str
    role: Role = Role.PROSE
    level: int | None = None
    links: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """An article as it was read.

    Attributes
    ----------
    text : str
        The decoded text that all offsets count in. For HTML it is the Markdown that
        trafilatura made of the page.
    paragraphs : tuple of Paragraph
        In order, not overlapping. Between two ranges lie only white space and fixed ranges
        (front matter, reference definitions, HTML comments, rules).
    title : str or None
        From the caller, a record's field, front matter or HTML metadata; else a heading-like
        first line, and then ``title_is_guess`` is True.
    url : str or None
    format : Format
        The format that was used, never ``AUTO``.
    language : str or None
        ISO 639-1 code where the language was decided, else None.
    """

    text: str
    paragraphs: tuple[Paragraph, ...]
    title: str | None = None
    url: str | None = None
    format: Format = Format.TEXT
    language: str | None = None
    title_is_guess: bool = False
    warnings: tuple[str, ...] = ()

    def source(self, paragraph: Paragraph) -> str:
        """The paragraph as it stood in the input."""
        return self.text[paragraph.start : paragraph.end]


def count_words(text: str) -> int:
    """Number of words as all shares of words count them: runs of non-white space."""
    return len(text.split())


class ReadingError(ValueError):
    """An input that cannot be read as an article; the message is one sentence with the cure."""
