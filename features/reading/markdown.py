"""Markdown: leaf blocks by markdown-it-py, as paragraphs with the ranges of their lines.

The block structure is markdown-it's (CommonMark with tables). Four things differ from a
renderer's reading, each because a line must be judged where it stands: a line that starts with
``|`` is a table row even without a separator row; a block quote or a list is never one unit,
only its leaves are; what follows the first block of a list item is prose, as it is in plain
text; and the lines that markdown-it skips (nesting deeper than its limit) are read one by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from defiller.features.document import Paragraph, Role
from defiller.features.reading.frontmatter import FrontMatter, find_front_matter
from defiller.features.reading.inline import MarkdownInline
from defiller.features.reading.lines import join_cells, number_runs, read_plain_bullet
from defiller.features.reading.units import Lines, Span, Unit, cover

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_TAG = re.compile(r"<[^<>]*+>")
_ANCHOR = re.compile(r"<a\s", re.IGNORECASE)
_SCRIPT = re.compile(r"\s*<(?:script|style)\b", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\[\^[^\]\s]++\]:")
# The marks of quotes and of one list item before a table's line.
_CONTAINERS = re.compile(r"(?:[ \t]*+>)*+[ \t]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)?+")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    # Imported here: scoring plain text must not pay for a Markdown parser.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    # Inlines are read block by block, and only where needed: they cost twice the blocks.
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


@dataclass(frozen=True, slots=True)
class MarkdownReading:
    """Paragraphs of a Markdown text and what it holds besides.

    Attributes
    ----------
    paragraphs : list of Paragraph
    fixed : list of tuple of int and int
        Ranges in code points that are never judged and never cut: front matter, reference and
        footnote definitions, HTML comments, rules.
    front_matter : FrontMatter or None
    warnings : list of str
    """

    paragraphs: list[Paragraph]
    fixed: list[Span]
    front_matter: FrontMatter | None
    warnings: list[str]


def read_markdown(text: str) -> MarkdownReading:
    """Read Markdown into paragraphs and fixed ranges; all else is white space."""
    front_matter = find_front_matter(text)
    reader = _Reader(text, front_matter.end if front_matter else 0)
    reader.read()
    skipped = cover(reader.lines, reader.units, reader.fixed)
    if skipped and not reader.unclosed_comment:
        reader.warnings.append(
            f"line {skipped[0] + 1}: lists or quotes are nested too deep to follow; "
            f"{len(skipped)} lines are read one by one"
        )
    return MarkdownReading(
        number_runs([unit.paragraph(reader.lines) for unit in reader.units]),
        [reader.lines.range(first, last) for first, last in sorted(reader.fixed)],
        front_matter,
        reader.warnings,
    )


@dataclass(slots=True)
class _List:
    """An open list: its items so far, and the unit and number that its first item opened.

    ``fresh`` is True until the newest item has its first block.
    """

    items: int = 0
    fresh: bool = True
    number: str = ""
    first_unit: int = -1


class _Reader:
    """One pass over the tokens of one text, of which the first ``offset`` are front matter."""

    def __init__(self, text: str, offset: int) -> None:
        self.lines = Lines(text)
        self.units: list[Unit] = []
        self.fixed: list[Span] = []  # in lines
        self.warnings: list[str] = []
        self.unclosed_comment = False
        self._source = text[offset:]
        self._base = self.lines.after(offset)
        self._env: dict[str, Any] = {}
        self._inline = MarkdownInline(self._env)
        self._containers: list[_List | None] = []  # None stands for a block quote
        self._footnote_end = -2  # no line goes on with it

    def read(self) -> None:
        """Fill ``units`` and ``fixed``; lines that no token covers are left out."""
        tokens = _parser().parse(self._source, self._env)
        if self._base:
            self.fixed.append((0, self._base))
        for reference in (
            *self._env.get("references", {}).values(),
            *self._env.get("duplicate_refs", ()),
        ):
            first, last = reference["map"]
            self.fixed.append((first + self._base, last + self._base))
        for index, token in enumerate(tokens):
            if token.type in ("paragraph_open", "heading_open"):
                self._block(token, tokens[index + 1].content)
            elif token.map is not None and token.nesting == 0:
                self._block(token, token.content)
            elif token.type == "table_open":
                first, last = self._span(token)
                for number in range(first, last):
                    self._row(number, number + 1, _CONTAINERS.sub("", self.lines[number], count=1))
            else:
                self._container(token)

    def _span(self, token: Token) -> Span:
        assert token.map is not None
        return token.map[0] + self._base, token.map[1] + self._base

    def _block(self, token: Token, content: str) -> None:
        first, last = self._span(token)
        if token.type == "paragraph_open":
            self._paragraph(first, last, content)
        elif token.type == "heading_open":
            visible, links = self._inline.read(content)
            self._add(Unit(first, last, visible, Role.HEADING, int(token.tag[1]), links))
        elif token.type == "code_block" and first - self._footnote_end in (0, 1):
            self.fixed.append((first, last))  # an indented block goes on with its footnote
            self._footnote_end = last
        elif token.type in ("fence", "code_block"):
            if token.type == "fence" and not self._is_closed(first, last, token.markup):
                self.warnings.append(
                    f"line {first + 1}: this code block is never closed; all that follows in it "
                    "is read as code"
                )
            self._add(Unit(first, last, " ".join(content.split()), Role.CODE))
        elif token.type == "html_block":
            self._html(first, last, content)
        elif token.type == "hr":
            self.fixed.append((first, last))

    def _is_closed(self, first: int, last: int, fence: str) -> bool:
        end = _CONTAINERS.sub("", self.lines[last - 1], count=1).strip()
        return last - first > 1 and end.startswith(fence) and not end.strip(fence[0])

    def _container(self, token: Token) -> None:
        if token.type == "blockquote_open":
            self._containers.append(None)
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            self._containers.append(_List())
        elif token.type == "list_item_open":
            inner = self._containers[-1]
            assert inner is not None
            inner.items += 1
            inner.fresh = True
            if inner.items == 1:
                inner.number = token.info + token.markup if token.info else ""
                inner.first_unit = len(self.units)
        elif token.type in ("blockquote_close", "bullet_list_close", "ordered_list_close"):
            closed = self._containers.pop()
            if closed is not None and closed.items == 1 and closed.number:
                self._keep_number(closed)

    def _keep_number(self, closed: _List) -> None:
        # A list of one numbered item is what becomes of a numbered heading of plain text, so
        # it reads as that does: prose that keeps its number.
        if closed.first_unit < len(self.units):
            unit = self.units[closed.first_unit]
            if unit.role is Role.LIST_ITEM:
                unit.content = f"{closed.number} {unit.content}".rstrip()
                unit.role, unit.level = Role.PROSE, None

    def _add(self, unit: Unit) -> None:
        numbers = range(unit.first, unit.last)
        if not unit.content and not any(self.lines[number].strip() for number in numbers):
            return  # white space that Markdown does not know as such, as an indented form feed
        if self._containers and self._containers[-1] is not None:
            self._containers[-1].fresh = False
        self.units.append(unit)

    def _paragraph(self, first: int, last: int, content: str) -> None:
        """Add the units of one block of prose, which may hold rows and footnotes."""
        lines = content.split("\n")
        if len(lines) != last - first:
            # White space that only Unicode knows was trimmed: take the block as a whole.
            lines = [content.replace("\n", " ")]
        starts = [0]
        for number in range(1, len(lines)):
            line = lines[number].lstrip(" \t")
            if (
                line[:1] == "|"
                or lines[number - 1].lstrip(" \t")[:1] == "|"
                or read_plain_bullet(line) is not None
                or _FOOTNOTE.match(line)
            ):
                starts.append(number)
        for start, stop in pairwise([*starts, len(lines)]):
            begin = first + start
            end = first + stop if stop < len(lines) else last
            if _FOOTNOTE.match(lines[start].lstrip(" \t")):
                self.fixed.append((begin, end))
                self._footnote_end = end
            else:
                self._prose(begin, end, lines[start:stop])

    def _prose(self, first: int, last: int, lines: Sequence[str]) -> None:
        if lines[0].lstrip(" \t")[:1] == "|":
            self._row(first, last, lines[0])
            return
        source = "\n".join(lines)
        content, links = self._inline.read(source)
        if source.startswith(("![", "[![")):
            caption = self._inline.caption(source)
            if caption is not None:
                self._add(Unit(first, last, caption, Role.CAPTION, links=links))
                return
        role, level = Role.PROSE, None
        if self._containers:
            inner = self._containers[-1]
            if inner is None:
                role = Role.QUOTE
            elif inner.fresh:
                role = Role.LIST_ITEM
                level = sum(container is not None for container in self._containers)
        bullet = read_plain_bullet(content)
        if bullet is not None:
            content, role = bullet, Role.LIST_ITEM
        self._add(Unit(first, last, content, role, level, links))

    def _row(self, first: int, last: int, line: str) -> None:
        content, links = self._inline.read(join_cells(line))
        self._add(Unit(first, last, content, Role.TABLE_ROW, links=links))

    def _html(self, first: int, last: int, content: str) -> None:
        if content.lstrip().startswith("<!--"):
            if not _without_comments(content).strip():
                self.fixed.append((first, last))
                return
            if "-->" not in content:
                # Left out here and read line by line: one forgotten mark must not hide the
                # rest of the article.
                self.unclosed_comment = True
                self.warnings.append(
                    f"line {first + 1}: this HTML comment is never closed; the lines after it "
                    "are read one by one"
                )
                return
        role = Role.CODE if _SCRIPT.match(content) else Role.PROSE
        visible = "" if role is Role.CODE else _TAG.sub(" ", _without_comments(content))
        while last > first + 1 and not self.lines[last - 1].strip():
            last -= 1
        links = len(_ANCHOR.findall(content))
        self._add(Unit(first, last, " ".join(visible.split()), role, links=links))


def _without_comments(html: str) -> str:
    """HTML without its closed comments; by hand, for an expression would search for each end anew.

    Examples
    --------
    >>> _without_comments("a<!-- b -->c<!-- d")
    'ac<!-- d'
    """
    parts: list[str] = []
    position = 0
    while (opened := html.find("<!--", position)) >= 0:
        closed = html.find("-->", opened + 2)
        if closed < 0:
            break
        parts.append(html[position:opened])
        position = closed + 3
    parts.append(html[position:])
    return "".join(parts)
