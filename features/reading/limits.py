"""Limits of what is read: what lies beyond would take minutes or memory, or lose text.

No article comes near them. libxml2 ends a page's tree without a word where elements are nested too
deep or a text is too long, and some steps of trafilatura take time or memory in the square of what
a page has of one thing. The times beside the limits are from inputs made to be slow; what real
pages have is from the 908 of trafilatura's benchmark. Most pages are settled by one count of their
elements.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from defiller.features.document import ReadingError

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LARGEST_TEXT = 10_000_000
"""Characters of a text. Scoring takes up to 150 bytes for each: 1.5 GB. The Bible has 4 million."""

MOST_LINES = 500_000
"""Lines of a text that are not blank. Each can be a paragraph, which takes up to 5 kB and 60
microseconds when it is scored: 2.5 GB and half a minute. The Bible has 100,000."""

LARGEST_PAGE = 20_000_000
"""Characters of a page: what trafilatura takes at most of what it fetches itself. The largest
real one has 5 million, nearly all of them scripts."""

MOST_ELEMENTS = 200_000
"""Elements of a page. trafilatura takes up to 50 microseconds for each: 10 seconds. The most that a
real one has are 16,000."""

# A page below both has no list, table or tag that is worth a look.
_FEW_ELEMENTS = 1000
_SHORT_PAGE = 200_000

# Sums of squares. One element with 14,000 children comes to the first and takes 10 seconds, one
# tag with 70,000 attributes to the second (5 seconds in libxml2, where nothing interrupts it, and
# as much behind it). Real pages have up to 1,000 children and 71 attributes.
_MOST_CHILDREN_SQUARED = 200_000_000
_MANY_CHILDREN = 1000
_MOST_ATTRIBUTES_SQUARED = 5_000_000_000
_LONG_TAG = 10_000  # characters; thousands of attributes take more

MOST_BLOCKS = 14_000
"""Elements of a page that begin a paragraph. Beyond it trafilatura's article is compared with no
other extractor's: it asks jusText where its own is poor, and jusText looks for each short
paragraph at all that are around it, 10 seconds for as many as this and 240 for 60,000. The most
that a real page has are 3,220."""
_BLOCKS = (
    "blockquote", "caption", "center", "dd", "div", "dl", "dt", "fieldset", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "legend", "li", "option", "p", "pre", "table", "td", "textarea",
    "tfoot", "th", "thead", "tr", "ul",
)  # fmt: skip

_MOST_CELLS = 1_000_000
"""Rows of a page times cells of its widest row, spans counted: rows are filled up with empty
cells, which takes 5 seconds for so many."""
_MOST_SPANNED = 50_000
"""Cells that spans stand for. Beyond it they are ignored, and so is one that is no figure below
10,000, which trafilatura may fail at; no text is lost with them."""
_ANY_SPAN = re.compile("(?:col|row)span", re.IGNORECASE)
_SPANS = ("colspan", "rowspan")
_LONGEST_SPAN = 4  # digits

_MOST_EMPHASIS = 400_000_000
"""Emphasised pieces times the characters in them: half of that in bytes is what joining them can
take (200 MB). Real pages come to 9 million. Beyond it emphasis is ignored, no text is lost."""
_EMPHASIS = ("b", "em", "i", "strong", "u")

# A start tag, as browsers read it: quotes mean something only behind an equals sign. Nothing can
# fail inside it and quantifiers are possessive, so the expression walks over a page once.
_ATTRIBUTE = r"=?[^\s/>=]++(?:\s*+=(?:\s*+(?:\"[^\"]*+\"?+|'[^']*+'?+|[^\s>\"']?+[^\s>]*+)))?+"
_START_TAG = re.compile(rf"<[A-Za-z][^\s/>]*+(?:[\s/]++|=|{_ATTRIBUTE})*+")
_ATTRIBUTES = re.compile(_ATTRIBUTE)


def check_text(text: str) -> None:
    """Refuse a text that is too large to be scored in memory.

    Raises
    ------
    ReadingError
    """
    if len(text) > LARGEST_TEXT:
        raise ReadingError(f"it has over {LARGEST_TEXT // 1_000_000} million characters; split it")
    if text.count("\n") + text.count("\r") >= MOST_LINES:
        lines = sum(1 for line in re.split(r"[\r\n]", text) if line.strip())
        if lines > MOST_LINES:
            raise ReadingError(f"it has over {MOST_LINES:,} lines; split it")


def check_source(html: str) -> None:
    """Refuse a page that is too large to be parsed.

    Parameters
    ----------
    html : str
        The whole page.

    Raises
    ------
    ReadingError
    """
    if len(html) > LARGEST_PAGE:
        raise ReadingError(
            f"the page has over {LARGEST_PAGE // 1_000_000} million characters; extract its text "
            "first"
        )
    if len(html) <= _SHORT_PAGE:
        return
    squares = 0
    for tag in _START_TAG.finditer(html):
        if tag.end() - tag.start() > _LONG_TAG:
            squares += sum(1 for _ in _ATTRIBUTES.finditer(tag.group())) ** 2
    if squares > _MOST_ATTRIBUTES_SQUARED:
        raise ReadingError("a tag of the page has too many attributes; extract its text first")


def check_tree(tree: HtmlElement, html: str) -> None:
    """Refuse a page of which too much would have to be worked through; ignore absurd layout.

    Parameters
    ----------
    tree : lxml.html.HtmlElement
        The page; where it has absurd spans of table cells, or so much emphasis that it would
        fill memory, they are taken out of it.
    html : str
        What it was parsed from.

    Raises
    ------
    ReadingError
    """
    elements = int(tree.xpath("count(//*)"))
    if elements > MOST_ELEMENTS:
        raise ReadingError(f"the page has over {MOST_ELEMENTS:,} elements; extract its text first")
    if _ANY_SPAN.search(html):
        _bound_spans(tree)
    if elements * len(html) > _MOST_EMPHASIS:
        _bound_emphasis(tree)
    if elements <= _FEW_ELEMENTS:
        return
    crowded = tree.xpath(f"//*[*[{_MANY_CHILDREN}]]")
    if sum(len(parent) ** 2 for parent in crowded) > _MOST_CHILDREN_SQUARED:
        raise ReadingError("a list or a row of the page is too long; extract its text first")
    rows = tree.xpath("//tr")
    if len(rows) * max(map(_width, rows), default=0) > _MOST_CELLS:
        raise ReadingError("a table of the page is too large; extract its text first")


def many_blocks(tree: HtmlElement) -> bool:
    """Whether a page has so many paragraphs that extractors should not be compared on it.

    Parameters
    ----------
    tree : lxml.html.HtmlElement
        The page.
    """
    return sum(1 for _ in islice(tree.iter(*_BLOCKS), MOST_BLOCKS + 1)) > MOST_BLOCKS


def _bound_spans(tree: HtmlElement) -> None:
    spanning = tree.xpath("//*[@colspan or @rowspan]")
    too_many = sum(map(_span, spanning)) > _MOST_SPANNED
    for cell in spanning:
        for name in _SPANS:
            value = cell.get(name, "")
            if too_many or not value.isdecimal() or len(value) > _LONGEST_SPAN:
                cell.attrib.pop(name, None)


def _width(row: HtmlElement) -> int:
    return sum(map(_span, row))


def _span(cell: HtmlElement) -> int:
    value = cell.get("colspan", "1")
    return int(value) if value.isdecimal() and len(value) <= _LONGEST_SPAN else 1


def _bound_emphasis(tree: HtmlElement) -> None:
    from lxml.etree import strip_tags

    pieces = list(tree.iter(*_EMPHASIS))
    size = sum(len(piece.text or "") + len(piece.tail or "") for piece in pieces)
    if len(pieces) * size > _MOST_EMPHASIS:
        strip_tags(tree, *_EMPHASIS)
