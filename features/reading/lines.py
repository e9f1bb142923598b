"""Plain text: a paragraph a line, or paragraphs set off by blank lines, and the markers of a line.

Extractors write plain text with the markers of lists, quotes, tables and sometimes headings
left in. The grammar here takes them off ``content`` and turns them into a role, so that the
same article as plain text and as Markdown comes out alike.

This is the hot path of a filter, so a line without a marker costs a split, a join and a
look at its first character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from defiller.features.document import Paragraph, Role
from defiller.features.reading.inline import MARKS, reduce_inline

# Lines end at \n, \r\n and \r only. str.splitlines would also end them at form feeds, U+0085
# and U+2028, which extractors leave inside paragraphs.
_LINE = re.compile(r"[^\r\n]+")

_BULLET = re.compile(r"(?:[-*–·✓✔] |[•‣⁃◦∙●○▪▫■□] ?)+|[-*–·•]$")
_PLAIN_BULLET = re.compile(r"(?:[–·✓✔] |[•‣⁃◦∙●○▪▫■□] ?)+")
# "* * *", "- - -" and "• • •" set sections apart; they are not empty lists.
_RULE = re.compile(r"(?:[-*–·•●■] ?){3,}$")
_HEADING = re.compile(r"(#{1,6}) (?=\S)")
# ">50 %" is a figure and ">> Sign up" a pointer, so a quote needs the space after its mark.
_QUOTE = re.compile(r"(?:> )+(?=\S)")
_NUMBER = re.compile(r"(\d{1,3})[.)] (?=\S)")
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_SEPARATOR_CELL = re.compile(r":?-{2,}+:?|:-:?|-:")

# What a line with a marker can begin with; digits are asked for apart from these.
_FIRST = frozenset("-*–·✓✔•‣⁃◦∙●○▪▫■□#>|")


def read_row(line: str) -> str:
    """Content of one table row: its cells joined by " | ", the outer pipes gone.

    A row of dashes that only sets the header apart has the content "", and so has a row of
    empty cells: neither says anything.

    Examples
    --------
    >>> read_row("| **Model** | Price |")
    'Model | Price'
    >>> read_row("|---|:-:|")
    ''
    """
    return reduce_inline(join_cells(line))[0].replace("\\|", "|")


def join_cells(line: str) -> str:
    """Cells of one table row joined by " | ", their marks and escapes as they stand."""
    cells = [cell.strip() for cell in _CELL_EDGE.split(line)]
    if all(not cell or _SEPARATOR_CELL.fullmatch(cell) for cell in cells):
        return ""
    filled = [index for index, cell in enumerate(cells) if cell]
    return " ".join(" | ".join(cells[filled[0] : filled[-1] + 1]).split())


def read_line(line: str) -> tuple[str, Role, int | None]:
    """Content, role and heading level of one line of plain text.

    The number of a numbered line stays in its content ("1. Brown the onions"), since plain
    text writes the headings of listicles so; `number_runs` takes it off where lines count up.

    Parameters
    ----------
    line : str
        One line; white space of any kind is collapsed.

    Returns
    -------
    tuple of str, Role and int or None

    Examples
    --------
    >>> read_line("- *Fresh* basil")
    ('Fresh basil', <Role.LIST_ITEM: 'list_item'>, None)
    >>> read_line("## Method")
    ('Method', <Role.HEADING: 'heading'>, 2)
    """
    content = " ".join(line.split())
    if not content:
        return "", Role.PROSE, None
    if content[0] in _FIRST:
        return _read_marked(content)
    return _reduce(content), Role.PROSE, None


def _reduce(content: str) -> str:
    for mark in MARKS:
        if mark in content:
            return reduce_inline(content)[0]
    return content


def _read_marked(content: str) -> tuple[str, Role, int | None]:
    first = content[0]
    if first == "|":
        return read_row(content), Role.TABLE_ROW, None
    if first == "#":
        heading = _HEADING.match(content)
        if heading is None:
            return _reduce(content), Role.PROSE, None
        title = content[heading.end() :]
        bare = title.rstrip("#")
        # A closing run of '#' belongs to the heading only after a space: "Notes on C#".
        title = bare.rstrip() if bare.endswith(" ") else title
        return _reduce(title), Role.HEADING, len(heading.group(1))
    role = Role.PROSE
    if first == ">":
        quote = _QUOTE.match(content)
        if quote is None:
            return _reduce(content), Role.PROSE, None
        content = content[quote.end() :]
        role = Role.QUOTE
    if _RULE.match(content) is None and (bullet := _BULLET.match(content)):
        return _reduce(content[bullet.end() :]), Role.LIST_ITEM, None
    return _reduce(content), role, None


def read_plain_bullet(content: str) -> str | None:
    """Content of a line that opens with a bullet that only plain text uses, else None.

    Markdown knows "-" and "*"; pages and word processors write "•" and "–" besides.
    """
    if content[:1] in _FIRST and _RULE.match(content) is None:
        bullet = _PLAIN_BULLET.match(content)
        if bullet and bullet.end() < len(content):
            return content[bullet.end() :]
    return None


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and text of every line that is not empty."""
    if "\r" in text:
        for match in _LINE.finditer(text):
            yield match.start(), match.end(), match.group()
        return
    # Eight times as fast as the expression, for what nearly every text is.
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if line:
            yield start, end, line
        start = end + 1


def text_paragraphs(text: str) -> list[Paragraph]:
    """Read ``text``: every line that is not blank is one paragraph."""
    marks = [mark for mark in MARKS if mark in text]
    paragraphs: list[Paragraph] = []
    numbered = False
    for start, end, line in _lines(text):
        content = " ".join(line.split())
        if not content:
            continue
        first = content[0]
        if first in _FIRST:
            content, role, level = _read_marked(content)
            paragraphs.append(Paragraph(start, end, content, role, level))
            continue
        if first in "0123456789" and _NUMBER.match(content):
            numbered = True
        for mark in marks:
            if mark in content:
                content = reduce_inline(content)[0]
                break
        paragraphs.append(Paragraph(start, end, content))
    return number_runs(paragraphs) if numbered else paragraphs


def line_paragraphs(texts: Sequence[str]) -> list[Paragraph]:
    r"""One paragraph a text, as they lie in ``"\n".join(texts)``, even where a text is blank."""
    paragraphs: list[Paragraph] = []
    start = 0
    for text in texts:
        end = start + len(text)
        content, role, level = read_line(text)
        paragraphs.append(Paragraph(start, end, content, role, level))
        start = end + 1
    return number_runs(paragraphs)


def number_runs(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Make list items of prose lines that count up one after another.

    "1. Keychron V1" above a paragraph of its own is a heading of a listicle and keeps its
    number. Where the next line is "2. …" the two are a list; its items lose their numbers, as
    bulleted items lose their bullets. Bulleted items between two numbers don't end the count.
    """
    run: list[int] = []
    runs: list[list[int]] = []
    last = 0
    for index, paragraph in enumerate(paragraphs):
        if paragraph.role is Role.LIST_ITEM and run:
            continue
        number = _NUMBER.match(paragraph.content) if paragraph.role is Role.PROSE else None
        if number is None:
            run = []
        elif run and int(number.group(1)) == last + 1:
            run.append(index)
            last += 1
        else:
            run = [index]
            runs.append(run)
            last = int(number.group(1))
    counted = [index for found in runs if len(found) > 1 for index in found]
    if not counted:
        return paragraphs
    paragraphs = list(paragraphs)
    for index in counted:
        item = paragraphs[index]
        content = _NUMBER.sub("", item.content, count=1)
        paragraphs[index] = replace(item, content=content, role=Role.LIST_ITEM)
    return paragraphs


def wrapped_paragraphs(text: str) -> list[Paragraph]:
    """Read ``wrapped``: paragraphs are set off by blank lines, list items by their bullets."""
    paragraphs: list[Paragraph] = []
    for block in _blocks(text):
        paragraphs.extend(_read_unit(text, unit) for unit in _units(text, block))
    return number_runs(paragraphs)


Span = tuple[int, int]


def _blocks(text: str) -> Iterator[list[Span]]:
    """Runs of consecutive lines that are not blank, each line as its range."""
    block: list[Span] = []
    position = 0
    for match in _LINE.finditer(text):
        # Between two matches lie only line endings; more than one is a blank line.
        gap = text[position : match.start()]
        if block and gap not in ("\n", "\r", "\r\n"):
            yield block
            block = []
        position = match.end()
        if match.group().strip():
            block.append(match.span())
        elif block:
            yield block
            block = []
    if block:
        yield block


def _units(text: str, block: list[Span]) -> Iterator[list[Span]]:
    """Cut a block where a line must stand alone: headings, table rows, the items of a list.

    A dash at the start of a line may be prose that was wrapped there, so bullets count only
    in a block that opens with one, or after a line that announces them with a colon.
    """
    unit: list[Span] = []
    in_list = False
    for index, (start, end) in enumerate(block):
        line = text[start:end].strip()
        opens = _opens_item(line) and (
            in_list or index == 0 or text[slice(*block[index - 1])].rstrip().endswith(":")
        )
        in_list = in_list or opens
        alone = line[0] == "|" or _HEADING.match(line) is not None
        if unit and (opens or alone):
            yield unit
            unit = []
        unit.append((start, end))
        if alone:
            yield unit
            unit = []
    if unit:
        yield unit


def _opens_item(line: str) -> bool:
    if _RULE.match(line):
        return False
    return bool(_BULLET.match(line) or _NUMBER.match(line))


def _read_unit(text: str, unit: list[Span]) -> Paragraph:
    lines = [text[start:end].strip() for start, end in unit]
    if len(lines) > 1 and lines[0].startswith("> "):
        # A wrapped quote repeats its mark on every line.
        lines[1:] = [line.removeprefix(">").lstrip() for line in lines[1:]]
    content, role, level = read_line(" ".join(lines))
    return Paragraph(unit[0][0], unit[-1][1], content, role, level)
