"""What the page shows of one paragraph: plain values, which the template escapes and places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import floor

from defiller.features.document import Paragraph, Role, count_words
from defiller.labels.kinds import PADDING_KINDS, Kind
from defiller.model.policy import Policy
from defiller.model.verdict import Reason, Verdict

_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NUMBER = re.compile(r"\s*(\d{1,9}[.)])\s")
_TAGS = {Role.QUOTE: "blockquote", Role.CODE: "pre", Role.TABLE_ROW: "div"}
_DEEPEST_LIST = 4
"""Levels of lists that are set in further and further; a phone has room for no more."""
_LEAST_SHARE = 0.05
"""A kind below it is no part of what made the paragraph padding."""
_SAME = 0.0005
"""Two probabilities that read the same with three decimals."""


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """A reason, with which side it speaks for: ``for`` padding or ``against``."""

    side: str
    amount: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ParagraphShown:
    """A paragraph as the template wants it.

    Attributes
    ----------
    tag : str
        The HTML element its text stands in.
    role, group, kind, likeliest : str
        ``likeliest`` is the padding kind that is likeliest even where ``kind`` is substance;
        ``group`` is that kind's. Both are empty where no kind was judged.
    text : str
    cells : tuple of str
        Of a table's row, instead of ``text``.
    marker : str
        Bullet or number of a list item.
    depth : int
        How far a list item is set in: 2 and up, or 0.
    words : int
    cut_at : str
        The exact number, as JavaScript reads it back.
    tint : int
        Probability in tenths.
    share : str
    marked, goes : bool
        Whether it is padding, and whether it goes.
    summary : str
    reasons : tuple of ReasonShown
    """

    tag: str
    role: str
    group: str
    kind: str
    likeliest: str
    text: str
    cells: tuple[str, ...]
    marker: str
    depth: int
    words: int
    cut_at: str
    tint: int
    share: str
    marked: bool
    goes: bool
    summary: str
    reasons: tuple[ReasonShown, ...]


def showable(text: str) -> str:
    r"""Text without what no page can hold: control characters and lone surrogates.

    Examples
    --------
    >>> showable("a\x00b\r\nc")
    'a�b\nc'
    """
    return _UNSHOWABLE.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))


def paragraph_shown(paragraph: Paragraph, verdict: Verdict, policy: Policy) -> ParagraphShown:
    """Make a paragraph and its verdict ready for the template."""
    role = paragraph.role
    shares = {kind: verdict.kinds.get(kind, 0.0) for kind in PADDING_KINDS}
    likeliest = max(PADDING_KINDS, key=shares.__getitem__) if any(shares.values()) else None
    cells: tuple[str, ...] = ()
    if role is Role.TABLE_ROW and paragraph.content:
        cells = tuple(showable(cell.strip()) for cell in paragraph.content.split(" | "))
    return ParagraphShown(
        tag=_tag(paragraph),
        role=str(role),
        group="" if likeliest is None else str(likeliest.group),
        kind=str(verdict.kind),
        likeliest="" if likeliest is None else str(likeliest),
        text=showable(verdict.text if role is Role.CODE else paragraph.content),
        cells=cells,
        marker=_marker(paragraph, verdict),
        depth=_depth(paragraph),
        words=count_words(paragraph.content),
        cut_at=repr(float(verdict.cut_at)),
        tint=round(10 * verdict.padding),
        share=f"{verdict.padding:.0%}",
        marked=verdict.kind is not Kind.SUBSTANCE,
        goes=verdict.strip,
        summary=summary(verdict, policy),
        reasons=tuple(_shown(reason) for reason in verdict.reasons or ()),
    )


def summary(verdict: Verdict, policy: Policy) -> str:
    """What was judged, and up to which threshold the paragraph goes, in a line."""
    parts = sorted(verdict.kinds.items(), key=lambda item: -item[1])
    named = ", ".join(f"{kind} {share:.0%}" for kind, share in parts if share >= _LEAST_SHARE)
    named = f": {named}." if named else "."
    first = f"Padding with a probability of {verdict.padding:.1%}{named}"
    everything = policy.dropped == frozenset(PADDING_KINDS)
    dropped = sum(share for kind, share in parts if kind in policy.dropped)
    own = verdict.padding if everything else dropped
    if verdict.cut_at > 0:
        # Rounded down: at the number that is read the paragraph does go.
        second = f" It goes at thresholds up to {floor(1000 * verdict.cut_at) / 1000:.3f}"
    else:
        second = " No threshold takes it"
    if abs(verdict.cut_at - own) > _SAME:
        second += ", together with the section, table or question that it belongs to"
    if not everything and verdict.padding - own > _SAME:
        second += f"; of its probability {own:.1%} is of kinds to drop"
    return first + second + "."


def _tag(paragraph: Paragraph) -> str:
    if paragraph.role is Role.HEADING:
        # The page's own title is the h1.
        return f"h{min(6, (paragraph.level or 2) + 1)}"
    return _TAGS.get(paragraph.role, "p")


def _marker(paragraph: Paragraph, verdict: Verdict) -> str:
    if paragraph.role is not Role.LIST_ITEM:
        return ""
    number = _NUMBER.match(verdict.text)
    return number[1] if number else "•"


def _depth(paragraph: Paragraph) -> int:
    if paragraph.role is not Role.LIST_ITEM or (paragraph.level or 1) < 2:
        return 0
    return min(_DEEPEST_LIST, paragraph.level or 0)


def _shown(reason: Reason) -> ReasonShown:
    return ReasonShown(
        side="for" if reason.contribution > 0 else "against",
        amount=f"{reason.contribution:+.2f}",
        sentence=showable(reason.sentence),
    )
