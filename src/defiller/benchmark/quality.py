"""What peers strip, as verdicts on labelled paragraphs, and the figures of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from defiller.labels.kinds import KINDS
from defiller.training.dataset import Dataset
from defiller.training.figures import Judged, f1_half, f1_strip, gain, loss, stripped_at_1pct

_WORD = re.compile(r"\w+")

# An extractor that keeps a paragraph may lose a link's text or glue a caption to it; one that
# drops it can still hold a stock phrase of three words. Half of the triples is far from both.
_SHARE_KEPT = 0.5
_GRAM = 3


def figures_of(judged: Judged, ranks: bool) -> dict[str, float | None]:
    """The figures of a peer.

    Parameters
    ----------
    judged : Judged
    ranks : bool
        Whether ``padding`` ranks paragraphs.

    Returns
    -------
    dict
        ``f1``: of padding by paragraphs, at a probability of one half where there is one, else
        of what is stripped; ``f1_strip``: of what is stripped; ``gone`` and ``lost``: share of
        the padding words and of the substance words that it strips; ``stripped_at_1pct``: as
        `defiller.training.figures` has it, None where nothing is ranked; ``paragraphs``.
    """
    return {
        "f1": f1_half(judged) if ranks else f1_strip(judged),
        "f1_strip": f1_strip(judged),
        "gone": gain(judged),
        "lost": loss(judged),
        "stripped_at_1pct": stripped_at_1pct(judged) if ranks else None,
        "paragraphs": float(len(judged.kind)),
    }


def judged_of(
    data: Dataset,
    padding: NDArray[np.float64],
    strip: NDArray[np.bool_],
    rows: NDArray[np.bool_] | None = None,
) -> Judged:
    """Verdicts on all paragraphs of a dataset as what figures are computed from.

    Parameters
    ----------
    data : Dataset
    padding : float64 (paragraphs,)
    strip : bool (paragraphs,)
    rows : bool (paragraphs,), optional
        Those that have a verdict; all unless given. Paragraphs without a label never count.
    """
    kinds = np.zeros((len(padding), len(KINDS)))  # peers tell no kinds apart
    kinds[:, 0], kinds[:, 1] = 1 - padding, padding
    judged = Judged(
        kind=data.kinds,
        padding=padding,
        kinds=kinds,
        strip=strip,
        words=data.words,
        document=data.document_of,
        collection=np.array(data.collections)[data.document_of],
    )
    known = data.paragraph_judged
    return judged.take(known if rows is None else known & rows)


def kept_in(paragraphs: Iterable[str], output: str) -> list[bool]:
    """Which paragraphs of an article are still there in what a peer made of it.

    Parameters
    ----------
    paragraphs : iterable of str
    output : str
        Text or Markdown, one line or block a paragraph; white space, case and markers do not
        count.

    Returns
    -------
    list of bool
        A line that stands in the output as often as among the paragraphs is kept each time, one
        that stands there less often the first times. Others are kept where half of their word
        triples are there; those of fewer than three words are not.
    """
    lines = Counter(tuple(_words(line)) for line in output.splitlines())
    whole = set(lines)
    grams = set(_grams(_words(output)))
    found = []
    for paragraph in paragraphs:
        words = _words(paragraph)
        key = tuple(words)
        if not words:
            found.append(bool(output.strip()))  # a rule or an ornament goes with its article
        elif key in whole:
            lines[key] -= 1
            found.append(lines[key] >= 0)
        else:
            own = _grams(words)
            there = sum(gram in grams for gram in own)
            found.append(bool(own) and there >= _SHARE_KEPT * len(own))
    return found


def judged_by_output(data: Dataset, outputs: Sequence[str | None]) -> tuple[Judged, bool] | None:
    """The verdicts of a peer that gives back text.

    Parameters
    ----------
    data : Dataset
    outputs : sequence of str or None
        What it made of each document; None where it was not asked.
    """
    asked = np.array([output is not None for output in outputs])[data.document_of]
    if not asked.any():
        return None
    kept: list[bool] = []
    for document, output in zip(data.documents, outputs, strict=True):
        contents = [paragraph.content for paragraph in document.paragraphs]
        kept += [True] * len(contents) if output is None else kept_in(contents, output)
    strip = ~np.array(kept, np.bool_)
    return judged_of(data, strip.astype(np.float64), strip, asked), False


def training_folds(data: Dataset) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """For each fold the labelled paragraphs of the other folds, and all of its own.

    Raises
    ------
    ValueError
        Where the other folds of one leave nothing, or one class, to learn from.
    """
    pairs = []
    for fold in np.unique(data.folds):
        inside = np.flatnonzero((data.paragraph_weights > 0) & (data.folds != fold))
        if len(np.unique(data.kinds[inside] > 0)) < 2:
            groups = len(set(data.groups.tolist()))
            raise ValueError(
                f"labels of {groups} group{'s' if groups > 1 else ''} leave a fold nothing to be "
                "trained on; add labels of other groups"
            )
        pairs.append((inside, np.flatnonzero(data.folds == fold)))
    return pairs


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _grams(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1)]
