"""What a text is: its format, whether it is hard-wrapped, and what its title may be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, pairwise
from pathlib import PurePath

from defiller.features.document import Format, Paragraph, Role
from defiller.features.reading.frontmatter import find_front_matter

SUFFIXES = {
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".htm": Format.HTML,
    ".html": Format.HTML,
    ".xhtml": Format.HTML,
}
"""The format that a file name means. Compression is stripped before a name comes here."""

# A page declares itself near its top; comments, an XML declaration or a licence may come first.
_HEAD = 4096
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b[^<>]*+>?", re.IGNORECASE)
_PROLOGUE = re.compile(r"(?:\ufeff|\s|<\?[^>]*+>|<!--(?s:.*?)-->)*+")
# A fragment opens with a block's tag and closes several; a Markdown file that opens with a
# centred picture has one or two, and headings of its own.
_OPEN_BLOCK = re.compile(
    r"<(?:article|aside|blockquote|div|dl|figure|footer|h[1-6]|header|main|nav|ol|p|section"
    r"|table|ul)\b",
    re.IGNORECASE,
)
_CLOSED_BLOCK = re.compile(r"</(?:article|div|h[1-6]|li|p|section|t[drh]|ul)\s*>", re.IGNORECASE)
_FRAGMENT_BLOCKS = 3

_ATX = re.compile(r"^ {0,3}#{1,6}[ \t]+\S", re.MULTILINE)
_LINE = re.compile(r"[^\r\n]*")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_NOT_PROSE = re.compile(r"\s*(?:[-*+>|#•]|\d{1,9}[.)]\s)|\s{4}")
# Editors wrap at 72 to 100 columns; a longer line was not wrapped, so it is a paragraph.
_LONGEST_WRAP = 100


def guess_format(text: str, name: str | None = None) -> Format:
    r"""Format of a text: by its file name, else HTML by its tags, else Markdown, else text.

    Markdown is known by front matter, or by ATX headings together with blocks separated by
    blank lines. Bullets and pipes alone never make Markdown: extractors write them in text.

    Parameters
    ----------
    text : str
    name : str or None
        A file name or path, without the suffix of a compression.

    Returns
    -------
    Format
        Never ``AUTO`` and never ``WRAPPED``, which only a person can say.

    Examples
    --------
    >>> guess_format("# Bread\n\nMix the flour.\n\nKnead.")
    <Format.MARKDOWN: 'markdown'>
    >>> guess_format("- flour\n- salt\n| a | b |")
    <Format.TEXT: 'text'>
    """
    if name is not None:
        known = SUFFIXES.get(PurePath(name).suffix.lower())
        if known is not None:
            return known
    if _is_html(text):
        return Format.HTML
    if find_front_matter(text) is not None or _is_markdown(text):
        return Format.MARKDOWN
    return Format.TEXT


def _is_html(text: str) -> bool:
    prologue = _PROLOGUE.match(text, 0, _HEAD)
    start = prologue.end() if prologue else 0
    if text[start : start + 1] != "<":
        return False
    if _PAGE.match(text, start):
        return True
    if not _OPEN_BLOCK.match(text, start) or _ATX.search(text):
        return False
    closed = islice(_CLOSED_BLOCK.finditer(text, start), _FRAGMENT_BLOCKS)
    return len(list(closed)) == _FRAGMENT_BLOCKS


def _is_markdown(text: str) -> bool:
    """Whether ATX headings stand in a text whose prose is separated by blank lines.

    Extractors that mark headings with '#' in text still write a paragraph a line. Reading
    that as Markdown would join paragraphs, so two long prose lines that touch count against.
    """
    if not _ATX.search(text):
        return False
    separated = touching = headings = 0
    fenced = blank = False
    before = ""
    for match in _LINE.finditer(text):
        line = match.group()
        if not line.strip():
            # An empty match follows every line; only a blank line lies between two line ends.
            blank = blank or (bool(line) or _ends_blank_line(text, match.start()))
            continue
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            headings += _ATX.match(line) is not None
            if blank:
                separated += bool(before)
            elif _is_long_prose(before) and _is_long_prose(line):
                touching += 1
        before, blank = line, False
    return headings > 0 and separated > touching


def _ends_blank_line(text: str, position: int) -> bool:
    if position == 0 or position >= len(text):
        return False
    previous, here = text[position - 1], text[position]
    return previous in "\r\n" and here in "\r\n" and not (previous == "\r" and here == "\n")


def _is_long_prose(line: str) -> bool:
    return len(line) > _LONGEST_WRAP and not _NOT_PROSE.match(line)


# Where hard-wrapped text is looked for: lines of prose that break off in the middle of a
# sentence at about one width. Shorter lines are verse, lists and addresses.
_SHORTEST_WRAP = 40
_WIDTH_SPREAD = 25
_BROKEN_OFF = re.compile(r"[\w,;–—-]$")
_GOES_ON = re.compile(r"[a-z(\"'“‘]*[a-z]")
_LEAST_BREAKS = 3
_LEAST_SHARE = 0.4


def looks_wrapped(text: str, paragraphs: Sequence[Paragraph]) -> bool:
    """Whether a text read line by line looks hard-wrapped.

    A break inside a sentence is a pair of touching prose lines, the first between 40 and 100
    characters long and ending in a word or a comma, the second opening with a small letter.
    The text looks wrapped where there are three or more, they make up 40 % of all touching
    lines, the lines are about equally long, and hardly any is longer than an editor's window.
    """
    if len(paragraphs) <= _LEAST_BREAKS:
        return False
    longest = sorted(p.end - p.start for p in paragraphs)[len(paragraphs) * 9 // 10]
    if longest > _LONGEST_WRAP or longest < _SHORTEST_WRAP:
        return False
    breaks = touching = 0
    for first, second in pairwise(paragraphs):
        if text[first.end : second.start] not in ("\n", "\r\n", "\r"):
            continue
        touching += 1
        length = first.end - first.start
        breaks += (
            first.role is Role.PROSE
            and second.role is Role.PROSE
            and max(_SHORTEST_WRAP, longest - _WIDTH_SPREAD) <= length <= _LONGEST_WRAP
            and _BROKEN_OFF.search(first.content) is not None
            and _GOES_ON.match(second.content) is not None
        )
    return breaks >= _LEAST_BREAKS and breaks >= _LEAST_SHARE * touching


# A headline has at most some 20 words; a longer first line is the lead.
_LONGEST_TITLE = 150
_TITLE_END = re.compile(r"[^.:;,…]$|\b(?:[A-Z]\.){2,}$")


def guess_title(paragraphs: Sequence[Paragraph]) -> str | None:
    """The first paragraph, if it reads like a title: a heading, or a short line without a stop.

    Examples
    --------
    >>> guess_title([Paragraph(0, 21, "How to keep a sourdough")])
    'How to keep a sourdough'
    >>> guess_title([Paragraph(0, 10, "It rained.")]) is None
    True
    """
    for paragraph in paragraphs:
        content = paragraph.content
        if not content:
            continue
        if paragraph.role is Role.HEADING:
            return content
        if paragraph.role is not Role.PROSE or len(content) > _LONGEST_TITLE:
            return None
        has_letters = any(character.isalpha() for character in content)
        return content if has_letters and _TITLE_END.search(content) else None
    return None
