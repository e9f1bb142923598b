"""Facts kept: what of an article's particulars survives stripping."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Figures with their decimals, quoted passages of three words and more, and runs of two and
# more capitalised words: what a reader would look up again. One capitalised word alone is
# too often only the start of a sentence.
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_QUOTE = re.compile(r"[\"“]([^\"“”]*\S\s+\S+\s+\S[^\"“”]*)[\"”]")
_NAME = re.compile(r"\b[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)+")


def facts(text: str) -> set[str]:
    """Distinct figures, quoted passages and capitalised names of a text.

    Examples
    --------
    >>> sorted(facts("Ada Lovelace paid 3.50 in 1843."))
    ['1843', '3.50', 'Ada Lovelace']
    """
    found = set(_FIGURE.findall(text))
    found.update(" ".join(quote.split()) for quote in _QUOTE.findall(text))
    found.update(" ".join(name.split()) for name in _NAME.findall(text))
    return found


def facts_kept(paragraphs: Iterable[tuple[str, bool, bool]]) -> tuple[int, int]:
    """Facts of the substance of one article, and how many of them stand in what is kept.

    Parameters
    ----------
    paragraphs : iterable of (content, is substance, is stripped)

    Returns
    -------
    tuple of int, facts in the substance and facts kept
    """
    rows = list(paragraphs)
    wanted = set().union(*(facts(text) for text, substance, _ in rows if substance))
    left = set().union(*(facts(text) for text, _, stripped in rows if not stripped))
    return len(wanted), len(wanted & left)
