"""Marked stretches of a text: proved against it, and laid over its paragraphs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from defiller.labels.kinds import Kind
from defiller.labels.labelled import kind_named

_Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text, in code points, and what it was marked as."""

    start: int
    end: int
    kind: Kind
    score: float | None


def ranges_of(given: object, text: str) -> list[_Range]:
    """Where the paragraphs stand: as the task says, else the lines that are not blank.

    Raises
    ------
    ValueError
        For ranges that are none, overlap or lie outside the text.
    """
    if given is None:
        ranges: list[_Range] = []
        start = 0
        for line in text.split("\n"):
            if line.strip():
                ranges.append((start, start + len(line)))
            start += len(line) + 1
        return ranges
    try:
        ranges = [(int(start), int(end)) for start, end in given]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise ValueError("'paragraphs' must be pairs of offsets; export it again") from None
    at = 0
    for start, end in ranges:
        if not at <= start < end <= len(text):
            raise ValueError(f"paragraph {start}-{end} lies outside its text; export it again")
        at = end
    return ranges


def spans_of(results: list[dict[str, Any]], text: str, score: float | None = None) -> list[Span]:
    """The spans of an annotation's results; `score` is for those that have none of their own.

    Raises
    ------
    ValueError
        For a span that does not match the text, of no or several kinds, or of an unknown one.
    """
    spans = []
    for result in results:
        if result.get("type") != "labels":
            continue
        value = result["value"]
        labels = value.get("labels")
        if not isinstance(labels, list) or len(labels) != 1:
            raise ValueError(f"a span is marked {labels}; mark it as one kind")
        start, end = _verified(value, text)
        spans.append(Span(start, end, kind_named(str(labels[0])), result.get("score", score)))
    return spans


def _verified(value: dict[str, Any], text: str) -> _Range:
    """The span's offsets in code points, proved by the text that the span quotes.

    Label Studio writes code points; older versions wrote UTF-16 units, which differ after
    the first emoji.
    """
    try:
        start, end = int(value["start"]), int(value["end"])
    except (KeyError, TypeError, ValueError):
        raise ValueError("a span has no start and end; export the project as JSON") from None
    quoted = value.get("text")
    if not 0 <= start < end:
        raise ValueError(f"span {start}-{end} is none; mark it anew")
    if not isinstance(quoted, str):
        if not text[:end].isascii() and any(ord(char) > 0xFFFF for char in text[:end]):
            raise ValueError(
                f"span {start}-{end} quotes no text, and with emoji before it its place cannot "
                "be told; export the project as JSON, with the spans' text"
            )
        if end > len(text):
            raise ValueError(f"span {start}-{end} ends after the text; export it again")
        return start, end
    for low, high in ((start, end), (_code_points(text, start), _code_points(text, end))):
        if high <= len(text) and _letters(text[low:high]) == _letters(quoted):
            return low, high
    raise ValueError(
        f"span {start}-{end} quotes {quoted[:40]!r}, but there the text reads "
        f"{text[start:end][:40]!r}; label the text that was sent out, unchanged"
    )


def _letters(text: str) -> str:
    r"""What must agree: all but white space, which browsers fold, and which Label Studio has
    written as a backslash and an n.
    """  # noqa: D205
    return "".join(text.replace("\\n", " ").split())


def _code_points(text: str, units: int) -> int:
    """The offset in code points of an offset in UTF-16 units."""
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore"))


def covering_kinds(spans: list[Span], ranges: list[_Range]) -> list[Kind | None]:
    """For each paragraph the kind whose spans cover more than half of it.

    Raises
    ------
    ValueError
        Where two kinds do.
    """
    kinds: list[Kind | None] = []
    for place, (start, end) in enumerate(ranges, 1):
        covered: dict[Kind, int] = {}
        for span in spans:
            overlap = min(span.end, end) - max(span.start, start)
            if overlap > 0:
                covered[span.kind] = covered.get(span.kind, 0) + overlap
        most = [kind for kind, length in covered.items() if 2 * length > end - start]
        if len(most) > 1:
            names = " and ".join(sorted(most))
            raise ValueError(f"paragraph {place} is marked {names}; leave one of them")
        kinds.append(most[0] if most else None)
    return kinds
