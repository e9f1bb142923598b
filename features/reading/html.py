"""HTML: trafilatura finds the article and writes it as Markdown, which is then the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from defiller.features.document import ReadingError

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_GLUED_FENCE = re.compile(r"(?<=[^\s`])```[ \t]*$", re.MULTILINE)
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?: |$)")
_EMPTY_HEADING = re.compile(r"#{1,6}[ \t]*$")
_BARE_LINK = re.compile(r"(?<![\\!])\[((?:[^\[\]\\\n]|\\.)*+)\](?![(\[:])")


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    """An article as trafilatura found it on a page.

    Attributes
    ----------
    markdown : str
    title, url : str or None
        From the page's metadata.
    """

    markdown: str
    title: str | None
    url: str | None


def extract_page(html: str, url: str | None = None) -> ExtractedPage:
    """Find the article of a page.

    Raises
    ------
    ReadingError
        If the page holds no article.
    """
    # Imported here: it takes half a second and lxml, and only HTML needs it.
    from trafilatura import extract, load_html
    from trafilatura.metadata import extract_metadata

    tree = load_html(html) if html.strip() else None
    if tree is None:
        raise ReadingError("this is no HTML page; give its format if it is text or Markdown")
    # The tree is parsed once; metadata first, since extraction prunes the tree. The extensive
    # search is for dates, which nothing here reads.
    metadata = extract_metadata(tree, default_url=url, extensive=False)
    markdown = extract(
        tree,
        url=url,
        output_format="markdown",
        favor_recall=True,
        include_comments=False,
        include_tables=True,
        include_links=True,
    )
    if not markdown or not markdown.strip():
        raise ReadingError("no article found on this HTML page; extract its text first")
    return ExtractedPage(mend(markdown), metadata.title or None, metadata.url or url)


def mend(markdown: str) -> str:
    """Make trafilatura's Markdown say what trafilatura meant.

    Read as Markdown, some of what it writes is something else than what stood on the page:

    - a code fence at the end of a line of prose, whose partner would open a block that runs to
      the next fence and takes the prose between for code: it gets its own line;
    - white space of the source before a line, which would make it indented code: it goes,
      except before list items, where it is nesting;
    - a line break inside a list item, where plain-text extraction begins a new line: a blank
      line sets it off;
    - brackets around the text of a link that has no target (it escapes brackets that stood on
      the page): they go;
    - pages too short for its finer methods, which releases before 2.3 write as plain lines
      under one another: a blank line sets each apart;
    - an exclamation mark before a link, which would make it an image: a space parts them;
    - headings without text: they go.
    """
    mended: list[str] = []
    plain = "\n\n" not in markdown
    indent = ""  # of what goes on with an open list item
    for raw, is_code in _fenced(markdown):
        line = raw if is_code else _mend_line(raw)
        if line is None:
            continue
        item = None if is_code else _ITEM.match(line)
        above = mended[-1].strip() if mended else ""
        if item:
            # Without a blank line, "2." and what follows would go on with the prose above.
            if above and not _ITEM.match(above):
                mended.append("")
            indent = " " * item.end()
        elif is_code or not line:
            indent = ""
        elif indent:
            mended.append("")
            line = indent + line
        elif plain and mended and not line.startswith("|"):
            mended.append("")
        mended.append(line)
    return "\n".join(mended)


def _fenced(markdown: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is part of a fenced code block."""
    fence = ""
    for line in _GLUED_FENCE.sub("\n```", markdown).split("\n"):
        marks = _FENCE.match(line)
        yield line, bool(fence or marks)
        if marks and not fence:
            fence = marks.group(1)
        elif marks and marks.group(1).startswith(fence):
            fence = ""


def _mend_line(line: str) -> str | None:
    """A line outside code with its own faults mended; None for an empty heading."""
    if "[" in line:
        line = _BARE_LINK.sub(r"\1", line).replace("![", "! [")
    if _ITEM.match(line):
        return line
    line = line.lstrip(" \t")
    return None if _EMPTY_HEADING.match(line) else line
