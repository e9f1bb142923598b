"""HTML: trafilatura finds the article and writes it as Markdown, which is then the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from defiller.features.document import ReadingError
from defiller.features.reading.limits import MOST_BLOCKS, check_source, check_tree, many_blocks

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# trafilatura has one parser for all, and its log is that of the last page.
_PARSING = Lock()
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_GLUED_FENCE = re.compile(r"(?<=[^\s`])```[ \t]*$", re.MULTILINE)
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?: |$)")
_EMPTY_HEADING = re.compile(r"#{1,6}[ \t]*$")
_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
# Headings of a page that make it strange when its article has none.
_HEADINGS_LOST = 3
# Of the text of a page with too many paragraphs to compare extractors on: less is no article that
# was surely found whole. What is lost on such pages is lists and tables, and then all of them.
_SURELY_FOUND = 0.5
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
        If the page holds no article, or is too large, too long or nested too deep to be read
        whole in seconds.
    """
    # Imported here: it takes half a second and lxml, and only HTML needs it.
    from trafilatura import html2txt
    from trafilatura.metadata import extract_metadata

    check_source(html)
    tree = _parsed(html)
    # The tree is parsed once; metadata first, since extraction prunes the tree. The extensive
    # search is for dates, which nothing here reads.
    metadata = extract_metadata(tree, default_url=url, extensive=False)
    headings = sum(1 for _ in tree.iter("h2", "h3", "h4"))
    many = many_blocks(tree)
    least = _SURELY_FOUND * len(html2txt(tree)) if many else 0
    markdown = _extract(tree, url, links=True, fast=many)
    if markdown and headings >= _HEADINGS_LOST and not _HEADING.search(markdown):
        # On some pages trafilatura finds the article by its last resort when links are kept, and
        # loses all headings and some prose that it finds without them.
        again = _extract(_parsed(html), url, links=False, fast=many)
        markdown = again if again and _HEADING.search(again) else markdown
    if len(markdown or "") < least:
        raise ReadingError(
            f"the page has over {MOST_BLOCKS:,} paragraphs, cells or items, and no article that "
            "can be told from them; extract its text first"
        )
    if not markdown or not markdown.strip():
        raise ReadingError("no article found on this HTML page; extract its text first")
    return ExtractedPage(mend(markdown), metadata.title or None, metadata.url or url)


def _extract(tree: HtmlElement, url: str | None, *, links: bool, fast: bool) -> str | None:
    from trafilatura import extract

    for anchor in list(tree.iter("a")):
        # With links kept, trafilatura takes a heading that begins with an empty anchor, as many
        # do to be linked to, for an empty one: 110 headings of 19 in 624 pages.
        bare = not "".join(anchor.itertext()).strip() and anchor.find(".//img") is None
        if bare and anchor.getparent() is not None:
            anchor.drop_tag()
    found: str | None = extract(
        tree,
        url=url,
        output_format="markdown",
        favor_recall=True,
        fast=fast,
        include_comments=False,
        include_tables=True,
        include_links=links,
    )
    return found


def _parsed(html: str) -> HtmlElement:
    from trafilatura.utils import HTML_PARSER, load_html

    # Half a surrogate pair is no character; libxml2 would end the page there.
    html = _LONE_SURROGATE.sub("\ufffd", html)
    with _PARSING:
        tree = load_html(html) if html.strip() else None
        # What stands in a tree is all that came before such an error, and nothing else says so.
        broken_off = HTML_PARSER.error_log.filter_from_fatals()
    if tree is None:
        raise ReadingError("this is no HTML page; give its format if it is text or Markdown")
    if broken_off:
        deep = "depth" in broken_off[0].message
        what = "its elements are nested over 250 deep" if deep else "a part of it is too long"
        raise ReadingError(f"the page cannot be read to its end: {what}; extract its text first")
    check_tree(tree, html)
    return tree


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
