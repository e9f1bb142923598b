"""The article in a terminal: what goes and why, coloured by group, plain where no terminal is."""

from __future__ import annotations

import io
import re
import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from defiller.features.document import Paragraph, Role
from defiller.labels.kinds import Group, Kind
from defiller.model.verdict import Because, ScoredDocument, Verdict

PLAIN_WIDTH = 100
"""Columns where nobody's terminal tells how many there are."""

_NARROWEST = 40
_MARGIN = 22
"""Columns of the margin: "stays engagement 0.62" and a space."""

_TIGHT = (Role.LIST_ITEM, Role.TABLE_ROW)
_COLOURS = {Group.BOILERPLATE: "blue", Group.FILLER: "yellow", Group.SUBSTANCE: ""}

_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What could move the cursor, colour, retitle or reorder the reader's terminal."""


def in_terminal(
    scored: ScoredDocument,
    name: str | None = None,
    *,
    colour: bool | None = None,
    width: int | None = None,
) -> str:
    """The article with kind, probability and decision in the margin.

    Parameters
    ----------
    scored : ScoredDocument
    name : str, optional
        Path or id, for the first line.
    colour : bool, optional
        By default where standard output is a terminal; the variables NO_COLOR and FORCE_COLOR
        count, too.
    width : int, optional
        Columns; by default those of the terminal.

    Returns
    -------
    str
        Control characters of the article are shown as a replacement character, never sent.
    """
    if colour is None:
        colour = True if sys.stdout.isatty() else None
    stream = io.StringIO()
    console = Console(
        file=stream,
        force_terminal=colour,
        width=None if width is None else max(_NARROWEST, width),
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
    )
    if width is None and not console.is_terminal:
        console.width = PLAIN_WIDTH
    document = scored.document
    heading = " · ".join(clean(part) for part in (name, document.title) if part)
    if heading:
        console.print(Text(heading, "bold"))
    share = scored.words_cut / scored.words if scored.words else 0.0
    console.print(
        Text(
            f"{scored.words_cut:,} of {scored.words:,} words go ({share:.0%}), from a probability "
            f"of {scored.threshold:.3f} on; {clean(scored.model)}",
            "dim",
        )
    )
    for warning in scored.warnings:
        console.print(Text(clean(warning), "red"))
    # One table for each paragraph: a table of thousands of rows is measured as a whole.
    above = None
    for paragraph, verdict in zip(document.paragraphs, scored.verdicts, strict=True):
        if paragraph.role is not above or paragraph.role not in _TIGHT:
            console.print()
        above = paragraph.role
        grid = Table.grid(expand=True)
        grid.add_column(width=_MARGIN, no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        grid.add_row(_margin(verdict), _body(paragraph, verdict))
        console.print(grid)
    lines = stream.getvalue().split("\n")
    return "\n".join(line.rstrip() for line in lines)


def clean(text: str) -> str:
    r"""Text that a terminal shows and does not obey; line endings stay.

    Examples
    --------
    >>> clean("a\x1b]0;title\x07b")
    'a�]0;title�b'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _CONTROLS.sub("�", text)


def _margin(verdict: Verdict) -> Text:
    if verdict.kind is Kind.SUBSTANCE and not verdict.strip:
        return Text()
    colour = _COLOURS[verdict.kind.group]
    text = Text()
    if verdict.strip:
        text.append(" goes ", f"bold reverse {colour}".strip())
    else:
        text.append("stays ", "dim")
    text.append(f"{verdict.kind} {verdict.padding:.2f}", colour)
    return text


def _body(paragraph: Paragraph, verdict: Verdict) -> Text:
    styles = []
    if verdict.strip or verdict.kind is not Kind.SUBSTANCE:
        styles.append(_COLOURS[verdict.kind.group])
    if paragraph.role is Role.HEADING:
        styles.append("bold")
    if verdict.strip:
        styles.append("strike")
    text = Text()
    text.append(clean(verdict.text), " ".join(filter(None, styles)))
    if verdict.because is not Because.MODEL and (verdict.strip or verdict.kind.is_padding):
        text.append(f"\n  {_WHY[verdict.because]}", "not strike not bold dim")
    for reason in (verdict.reasons or ())[:1] if verdict.kind.is_padding or verdict.strip else ():
        text.append(f"\n  {clean(reason.sentence)}", "not strike not bold dim italic")
    return text


_WHY = {
    Because.BLOCK: "as does what it belongs to",
    Because.KEPT_KIND: "its kind is kept",
    Because.GUARD: "the article is left whole: too much of it would go",
    Because.LANGUAGE: "the article is in a language that the model does not know",
}
