"""Annotated Markdown: the article itself, its padding inside callouts that GitHub renders.

A callout is a quote that begins with ``> [!NOTE]``. What goes stands in a caution, what is
padding and stays in a note, each with kind and probability above it::

    > [!CAUTION]
    > **related** 0.97, goes
    >
    > Read more: Ten kettles for less

GitHub renders no callout inside a list, and a quote would break a table or a list in two. So a
list or table moves into a callout as a whole, where all of it has one verdict; else it stays as
it is, and a callout before it names the items.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from textwrap import dedent

from defiller.features.document import Document, Format, Paragraph, Role
from defiller.labels.kinds import Kind
from defiller.model.verdict import Because, ScoredDocument, Verdict

_LINE_END = re.compile(r"\r\n|\r|\n")
_MARKUP = re.compile(r"([\\`*_\[\]<>|~])")
_WHOLE = (Role.LIST_ITEM, Role.TABLE_ROW)
_CALLOUT = "> [!"
_SHOWN = 60
"""Characters of an item that a callout shows: enough to find it by."""

Judged = tuple[Paragraph, Verdict]


def with_callouts(scored: ScoredDocument) -> str:
    """The article as Markdown, with its padding in callouts.

    Everything between the paragraphs stays as it stands. A text of which every line is a
    paragraph gets blank lines between them, as Markdown needs.
    """
    document = scored.document
    parts: list[str] = []
    end = 0
    for block in _blocks(scored):
        between = document.text[end : block[0][0].start]
        body = document.text[block[0][0].start : block[-1][0].end]
        if document.format is Format.TEXT:
            body = _spaced(document, block)
            between = "\n\n" if parts else between
        end = block[-1][0].end
        marked = _marked(body, block)
        if parts and parts[-1].startswith(_CALLOUT):
            between = _blank_line_above(between)
        if marked is not None and (parts or between.strip()):
            between = _blank_line_below(between)
        parts += [between, body if marked is None else marked]
    tail = document.text[end:]
    if tail.strip() and parts and parts[-1].startswith(_CALLOUT):
        tail = _blank_line_above(tail)
    return "".join(parts) + tail


def _blocks(scored: ScoredDocument) -> Iterator[list[Judged]]:
    """What is marked together: a list, a table, neighbours with the same verdict."""
    document = scored.document
    pairs = zip(document.paragraphs, scored.verdicts, strict=True)
    number = 0
    numbered: list[tuple[int, Judged]] = []
    for pair in pairs:
        if numbered and not _together(document, numbered[-1][1], pair):
            number += 1
        numbered.append((number, pair))
    for _, block in groupby(numbered, key=lambda item: item[0]):
        yield [pair for _, pair in block]


def _together(document: Document, above: Judged, below: Judged) -> bool:
    role = below[0].role
    if document.text[above[0].end : below[0].start].strip():
        return False  # a rule or a comment stands between
    if role in _WHOLE or above[0].role in _WHOLE:
        return role is above[0].role
    verdict = _name(below[1])
    return bool(verdict) and verdict == _name(above[1])


def _name(verdict: Verdict) -> str:
    """Kind and decision of a paragraph that is to be marked; "" for one that is not."""
    if verdict.kind is Kind.SUBSTANCE and not verdict.strip:
        return ""
    decision = "goes" if verdict.strip else "stays"
    if verdict.because is not Because.MODEL:
        decision += f" ({verdict.because})"
    return f"{verdict.kind}, {decision}"


def _marked(body: str, block: list[Judged]) -> str | None:
    """The block with its callout; None where there is nothing to say."""
    names = {_name(verdict) for _, verdict in block}
    if names == {""}:
        return None
    lines = [f"{_CALLOUT}{'CAUTION' if any(v.strip for _, v in block) else 'NOTE'}]"]
    if len(names) == 1:
        lines.append(f"> {_heading(block)}")
        role = block[0][0].role
        # Indentation would make code of what is no longer inside its list.
        quoted = body if role is Role.CODE or role in _WHOLE else dedent(body)
        lines += ["> " + line if line.strip() else ">" for line in ["", *_LINE_END.split(quoted)]]
        return "\n".join(lines)
    marked = sum(bool(_name(verdict)) for _, verdict in block)
    lines.append(f"> {marked} of {len(block)} below:")
    for paragraph, verdict in block:
        if _name(verdict):
            lines.append(f"> - {_heading([(paragraph, verdict)])}: {_shown(paragraph.content)}")
    return "\n".join(lines) + "\n\n" + body


def _heading(block: list[Judged]) -> str:
    """Kind, probability and decision of paragraphs that share kind and decision."""
    shares = [f"{v.padding:.2f}" for _, v in block]
    low, high = min(shares), max(shares)
    kind, decision = _name(block[0][1]).split(", ")
    return f"**{kind}** {low if low == high else f'{low} to {high}'}, {decision}"


def _shown(content: str) -> str:
    """The beginning of a paragraph as plain words."""
    short = content if len(content) <= _SHOWN else content[:_SHOWN].rstrip() + " …"
    return _MARKUP.sub(r"\\\1", short)


def _blank_line_above(between: str) -> str:
    """What stands between two blocks, a blank line at its beginning."""
    white = between[: len(between) - len(between.lstrip())]
    return "\n" * (2 - len(_LINE_END.findall(white))) + between


def _blank_line_below(between: str) -> str:
    """What stands between two blocks, a blank line at its end."""
    white = between[len(between.rstrip()) :]
    return between + "\n" * (2 - len(_LINE_END.findall(white)))


def _spaced(document: Document, block: list[Judged]) -> str:
    """Lines of a text as Markdown: items and rows below each other, paragraphs apart."""
    apart = "\n" if block[0][0].role in _WHOLE else "\n\n"
    return apart.join(document.source(paragraph) for paragraph, _ in block)
