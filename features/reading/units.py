"""Units of whole lines: what Markdown blocks are turned into before they become paragraphs.

Every line with text belongs to exactly one unit or one fixed range. `Lines` knows where lines
lie; `cover` finds the lines that a parser left out and puts them where they belong.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from defiller.features.document import Paragraph, Role
from defiller.features.reading.lines import read_line

_LINE_END = re.compile(r"\r\n|\r|\n")
_MARKERS_ONLY = re.compile(r"(?:[\s>]|[-*+](?=[\s>]|$)|\d{1,9}[.)](?=\s|$))*+$")

Span = tuple[int, int]


class Lines:
    r"""The lines of a text, numbered from 0; they end at \n, \r\n and \r."""

    def __init__(self, text: str) -> None:
        ends = [match.span() for match in _LINE_END.finditer(text)]
        self._text = text
        self._starts = [0, *(end for _, end in ends)]
        self._stops = [*(start for start, _ in ends), len(text)]

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, number: int) -> str:
        """The line without its ending."""
        return self._text[self._starts[number] : self._stops[number]]

    def after(self, offset: int) -> int:
        """Number of lines that lie before ``offset``, the end of a line."""
        if offset == 0:
            return 0
        if self._text[offset - 1] not in "\r\n":
            return len(self)
        return bisect_right(self._starts, offset) - 1

    def range(self, first: int, last: int) -> Span:
        """Code points of the lines from ``first`` up to ``last``, without the last ending."""
        return self._starts[first], self._stops[last - 1]


@dataclass(slots=True)
class Unit:
    """A paragraph while it is being built: lines from ``first`` up to, not including, ``last``."""

    first: int
    last: int
    content: str
    role: Role
    level: int | None = None
    links: int = 0

    def paragraph(self, lines: Lines) -> Paragraph:
        """The finished paragraph."""
        start, end = lines.range(self.first, self.last)
        return Paragraph(start, end, self.content, self.role, self.level, self.links)


def cover(lines: Lines, units: list[Unit], fixed: Iterable[Span]) -> list[int]:
    """Give every line with text that is in no unit and no fixed range a unit, in place.

    Markers that stand alone on their line (an empty item, the ``>`` between two blocks of a
    quote) join the unit below them, or else the one above. Other lines are such as a parser
    skips, because they are nested deeper than it goes; each is read for itself.

    Parameters
    ----------
    lines : Lines
    units : list of Unit
        Added to and sorted by line.
    fixed : iterable of tuple of int and int
        Fixed ranges, in lines.

    Returns
    -------
    list of int
        Numbers of the lines that were skipped and read for themselves.
    """
    covered = bytearray(len(lines))
    for first, last in [*fixed, *((unit.first, unit.last) for unit in units)]:
        covered[first:last] = b"\x01" * (last - first)
    opening = {unit.first: unit for unit in units}
    closing = {unit.last: unit for unit in units}
    skipped: list[int] = []
    run: list[int] = []  # lines of markers only, one under another
    for number in range(len(lines) + 1):
        line = lines[number] if number < len(lines) and not covered[number] else ""
        if line.strip() and _MARKERS_ONLY.match(line):
            run.append(number)
            continue
        if run:
            _join(run, lines, units, below=opening.get(number), above=closing.get(run[0]))
            run = []
        if line.strip():
            content, role, level = read_line(line)
            units.append(Unit(number, number + 1, content, role, level))
            skipped.append(number)
    units.sort(key=lambda unit: unit.first)
    return skipped


def _join(
    run: list[int], lines: Lines, units: list[Unit], *, below: Unit | None, above: Unit | None
) -> None:
    if below is not None:
        below.first = run[0]
    elif above is not None:
        above.last = run[-1] + 1
    else:
        for number in run:
            is_item = lines[number].strip(" \t>") != ""
            units.append(Unit(number, number + 1, "", Role.LIST_ITEM if is_item else Role.QUOTE))
