"""The guard: an article of which nearly all would go is left whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from defiller.features.document import Document, count_words
from defiller.model.verdict import paragraph_words


def share_beyond(document: Document, goes: NDArray[np.bool_], most: float) -> float | None:
    r"""Share of the words that would go, where that is more than some share of them.

    Parameters
    ----------
    document : Document
    goes : bool (paragraphs,)
    most : float
        0 to 1.

    Returns
    -------
    float or None
        1.0 where something goes and nothing is a word; None where the share is no more than
        ``most``.

    Examples
    --------
    >>> from defiller.features.reading import read
    >>> article = read("one two three\nfour", "text")
    >>> share_beyond(article, np.array([True, False]), 0.5)
    0.75
    >>> share_beyond(article, np.array([True, False]), 0.75)
    """
    rows = zip(document.paragraphs, goes.tolist(), strict=True)
    contents = [(paragraph.content, gone) for paragraph, gone in rows]
    # Words have a character at least and a space between, and counting them all takes a fiftieth
    # of the time of scoring; a kept paragraph or two mostly show that enough stays.
    most_gone = sum((len(content) + 1) // 2 for content, gone in contents if gone)
    kept = 0
    for content, gone in contents:
        if not gone:
            kept += count_words(content)
            if kept * most > most_gone * (1 - most):
                return None
    words = paragraph_words(document)
    # Where nothing is a word (rules, pipes) all that goes is all there is.
    share = float(words[goes].sum() / words.sum()) if words.any() else float(goes.any())
    return share if share > most else None
