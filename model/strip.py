"""Cutting: paragraphs that go become ranges, and ranges leave the text.

Nothing is rendered: what stays is byte for byte what came in.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from defiller.features.document import Document, Format, Paragraph, Role

Range = tuple[int, int]

_WHITE = re.compile(r"\s*")
_LINE_ENDS = ("\n", "\r")
_LINE_END = re.compile(r"\r\n|\r|\n")
_FLOWING = (Format.MARKDOWN, Format.HTML, Format.WRAPPED)
"""Formats in which one line below the other can be the same paragraph; the document of an HTML
page is Markdown."""


def cut_ranges(document: Document, strips: Sequence[bool]) -> list[Range]:
    """The ranges that leave the text when the marked paragraphs go.

    With a paragraph goes the white space after it; with the last ones of the text, where only
    white space follows, that before them instead, so that the text still ends as it did. Where
    nothing would stay the whole text goes. One line ending stays where, without it, the lines
    above and below would become one paragraph.

    Parameters
    ----------
    document : Document
    strips : sequence of bool
        One a paragraph: whether it goes.

    Returns
    -------
    list of (int, int)
        Start and end in code points of ``document.text``, in order, not touching, none empty.

    Raises
    ------
    ValueError
        Where there is not one decision a paragraph.
    """
    if len(strips) != len(document.paragraphs):
        raise ValueError(
            f"{len(strips)} decisions were given for {len(document.paragraphs)} paragraphs"
        )
    paragraphs, text = document.paragraphs, document.text
    ranges: list[Range] = []
    last = 0
    for at, goes in enumerate(strips):
        if not goes:
            continue
        following = paragraphs[at + 1].start if at + 1 < len(paragraphs) else len(text)
        start, last = paragraphs[at].start, paragraphs[at].end
        end = _white_end(text, last, following)
        if ranges and ranges[-1][1] == start:
            start = ranges.pop()[0]
        ranges.append((start, end))
    tail = []
    if ranges and ranges[-1][1] == len(text):
        tail = [_at_the_end(document, ranges.pop()[0], last)]
    if document.format in _FLOWING:
        ranges = [_kept_apart(document, cut) for cut in ranges]
    return ranges + tail


def _white_end(text: str, end: int, following: int) -> int:
    """Where the white space behind a paragraph ends.

    The indentation of what follows belongs to that: of a paragraph by its range, of anything
    else by its line.
    """
    matched = _WHITE.match(text, end, following)
    assert matched is not None  # the pattern matches the empty string
    stop = matched.end()
    if stop == following:
        return stop
    while stop > end and text[stop - 1] not in _LINE_ENDS:
        stop -= 1
    return stop


def _at_the_end(document: Document, start: int, end: int) -> Range:
    """The range of a text's last paragraphs, with the white space before them, not after."""
    paragraphs, text = document.paragraphs, document.text
    above = bisect_left(paragraphs, start, key=_start) - 1
    kept = paragraphs[above].end if above >= 0 else 0
    before = kept + len(text[kept:start].rstrip())
    return (before, end) if before else (0, len(text))


def _kept_apart(document: Document, cut: Range) -> Range:
    """The range less its last line ending, where two paragraphs would else become one."""
    text, (start, end) = document.text, cut
    if not start:
        return cut
    has_blank_line = len(_LINE_END.findall(_space_around(text, start, end))) > 1
    if has_blank_line or _start_of_own(document, start, end):
        return cut
    *_, last = _LINE_END.finditer(text, start, end)
    return (start, last.start())


def _space_around(text: str, start: int, end: int) -> str:
    """The white space that would stand where the range was."""
    before = start
    while before and text[before - 1].isspace():
        before -= 1
    after = _WHITE.match(text, end)
    assert after is not None  # the pattern matches the empty string
    return text[before:start] + text[end : after.end()]


def _start_of_own(document: Document, start: int, end: int) -> bool:
    """Whether what follows the range can stand right under what comes before it."""
    paragraphs = document.paragraphs
    following = bisect_left(paragraphs, end, key=_start)
    if following == len(paragraphs) or document.text[end : paragraphs[following].start].strip():
        return False
    below = paragraphs[following]
    if below.role is Role.HEADING and document.source(below).lstrip().startswith("#"):
        return True
    before = bisect_left(paragraphs, start, key=_start) - 1
    if before < 0 or document.text[paragraphs[before].end : start].strip():
        return False
    return below.role is paragraphs[before].role and below.role in (Role.LIST_ITEM, Role.TABLE_ROW)


def _start(paragraph: Paragraph) -> int:
    return paragraph.start


def cut(text: str, ranges: Sequence[Range]) -> str:
    """The text without the ranges.

    Parameters
    ----------
    text : str
    ranges : sequence of (int, int)
        Start and end in code points; in order, not overlapping, inside the text.

    Raises
    ------
    ValueError
        For ranges that are none of this text.

    Examples
    --------
    >>> cut("one two three", [(4, 8)])
    'one three'
    """
    _check(ranges, len(text))
    if not ranges:
        return text
    edges = [0, *(edge for pair in ranges for edge in pair), len(text)]
    return "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))


def _check(ranges: Sequence[Range], size: int | None = None) -> None:
    """Raise where ranges are out of order, overlap, are empty or leave the text."""
    for start, end in ranges:
        if start < 0 or end <= start:
            raise ValueError(f"the range {start} to {end} is no range of a text")
    for (_, end), (start, _) in pairwise(ranges):
        if start < end:
            raise ValueError(f"a range starts at {start}, before the one above it ends ({end})")
    if size is not None and ranges and ranges[-1][1] > size:
        raise ValueError(f"a range ends at {ranges[-1][1]}, but the text at {size}")


@dataclass(frozen=True, slots=True)
class Plan:
    """A cut to be made again: ranges, and the hash of the only text they fit.

    Attributes
    ----------
    ranges : tuple of (int, int)
        Start and end in code points, in order, not overlapping.
    sha256 : str
        Hexadecimal SHA-256 of the text in UTF-8 (lone surrogates as they are).
    """

    ranges: tuple[Range, ...]
    sha256: str

    def __post_init__(self) -> None:
        _check(self.ranges)
        if not re.fullmatch("[0-9a-f]{64}", self.sha256):
            raise ValueError("the hash of a plan must be 64 hexadecimal digits")

    @classmethod
    def of(cls, document: Document, strips: Sequence[bool]) -> Plan:
        """The plan that cuts the marked paragraphs out of a document's text."""
        return cls(tuple(cut_ranges(document, strips)), _digest(document.text))

    def apply(self, text: str) -> str:
        """The text without the plan's ranges.

        Raises
        ------
        ValueError
            Where the text is not the one that the plan was made for.
        """
        if _digest(text) != self.sha256:
            raise ValueError(
                "this plan was made for another text; make a new one, or apply it to the text it "
                "was made for"
            )
        return cut(text, self.ranges)

    def to_json(self) -> str:
        """The plan as one line of JSON, for ``from_json``."""
        return json.dumps({"sha256": self.sha256, "ranges": [list(r) for r in self.ranges]})

    @classmethod
    def from_json(cls, line: str) -> Plan:
        """Read a plan that ``to_json`` wrote.

        Raises
        ------
        ValueError
            For anything else; one sentence.
        """
        try:
            read = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"a plan must be JSON, but {error}") from error
        if not isinstance(read, dict) or set(read) != {"sha256", "ranges"}:
            raise ValueError('a plan must be a JSON object with "sha256" and "ranges" only')
        sha256, ranges = read["sha256"], read["ranges"]
        if not isinstance(sha256, str) or not isinstance(ranges, list):
            raise ValueError('a plan\'s "sha256" must be text and its "ranges" a list')
        for pair in ranges:
            if not (isinstance(pair, list) and len(pair) == 2 and all(map(_is_count, pair))):
                raise ValueError("a plan's ranges must be pairs of whole numbers")
        return cls(tuple((start, end) for start, end in ranges), sha256)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
