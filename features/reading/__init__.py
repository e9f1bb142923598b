"""Reading: an article's text as a document of paragraphs.

Importing this loads neither trafilatura nor lxml nor markdown-it: each is imported by the
function that needs it, because a filter for plain text must start at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from defiller.features.document import Document, Format, Paragraph, ReadingError
from defiller.features.reading.decoding import Decoded, decode, encode
from defiller.features.reading.detect import guess_format, guess_title, looks_wrapped
from defiller.features.reading.html import extract_page
from defiller.features.reading.limits import check_text
from defiller.features.reading.lines import (
    line_paragraphs,
    text_paragraphs,
    wrapped_paragraphs,
)
from defiller.features.reading.markdown import read_markdown

__all__ = ["Decoded", "decode", "document_from_lines", "encode", "guess_format", "read"]

_BOM = "\ufeff"
_BLANK_LINE = re.compile(r"(?>\r\n|\r|\n)[^\S\r\n]*+[\r\n]")


def read(
    text: str,
    format: Format | str = Format.AUTO,  # noqa: A002 - the name that callers use everywhere
    *,
    name: str | None = None,
    title: str | None = None,
    url: str | None = None,
) -> Document:
    r"""Read a text as an article.

    Parameters
    ----------
    text : str
        The decoded text, without a byte order mark.
    format : Format or str
        How the text is cut into paragraphs; ``auto`` decides by ``name``, then by content.
    name : str or None
        File name of the text, for ``auto``.
    title, url : str or None
        Given by the caller, they come before what the text itself says.

    Returns
    -------
    Document
        Its ``text`` is ``text`` itself, but for HTML, where it is the Markdown of the article.

    Raises
    ------
    ReadingError
        If HTML holds no article, the text is larger than any, or the format is none that
        defiller reads.

    Examples
    --------
    >>> [p.content for p in read("# Soup\n\n- *one* leek").paragraphs]
    ['Soup', 'one leek']
    """
    try:
        chosen = Format(format)
    except ValueError as error:
        choices = ", ".join(Format)
        raise ReadingError(f"unknown format {format!r}; choose one of {choices}") from error
    # Windows' editors open UTF-8 with a mark; a caller who decoded himself may have kept it.
    marked = text.startswith(_BOM)
    body = text.removeprefix(_BOM)
    if chosen is Format.AUTO:
        chosen = guess_format(body, name)
    warnings: list[str] = []
    if chosen is Format.HTML:
        page = extract_page(body, url)
        text = body = page.markdown
        title, url = title or page.title, url or page.url
        marked = False
    check_text(body)
    if chosen is Format.TEXT:
        paragraphs = text_paragraphs(body)
        if looks_wrapped(body, paragraphs):
            warnings.append(_wrapped_warning(body))
    elif chosen is Format.WRAPPED:
        paragraphs = wrapped_paragraphs(body)
    else:
        reading = read_markdown(body)
        paragraphs = reading.paragraphs
        warnings.extend(reading.warnings)
        if reading.front_matter is not None:
            title = title or reading.front_matter.title
            url = url or reading.front_matter.url
    if marked:
        paragraphs = [replace(p, start=p.start + 1, end=p.end + 1) for p in paragraphs]
    return _document(text, paragraphs, title, url, chosen, warnings)


def document_from_lines(
    texts: Sequence[str], title: str | None = None, url: str | None = None
) -> Document:
    """Make a document of paragraphs that are already apart, such as labelled ones.

    The texts are joined by a newline each and read as ``text`` is; there is exactly one
    paragraph a text, even where a text is blank.
    """
    paragraphs = line_paragraphs(texts)
    return _document("\n".join(texts), paragraphs, title, url, Format.TEXT, [])


def _wrapped_warning(text: str) -> str:
    if _BLANK_LINE.search(text):
        return "the lines look hard-wrapped; if they are, read the text as format 'wrapped'"
    return (
        "the lines look hard-wrapped and no blank lines set paragraphs apart, so each line is "
        "judged for itself; join the lines of a paragraph first"
    )


def _document(
    text: str,
    paragraphs: Sequence[Paragraph],
    title: str | None,
    url: str | None,
    chosen: Format,
    warnings: Sequence[str],
) -> Document:
    guess = None if title else guess_title(paragraphs)
    return Document(
        text=text,
        paragraphs=tuple(paragraphs),
        title=title or guess,
        url=url or None,
        format=chosen,
        title_is_guess=guess is not None,
        warnings=tuple(warnings),
    )
