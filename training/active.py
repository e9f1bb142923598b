"""Which documents to label next: those that stand for what the model is unsure of.

The uncertainty of a paragraph is the entropy of its padding, in bits; that of a document the sum
over its paragraphs. Documents are chosen whole, since training reads a paragraph's neighbours
too, and one by one: each time the one that covers most of the uncertainty that is not covered
yet, for each of its paragraphs. A document covers itself, and others by how much they read alike.
So what is unlike anything else is not preferred for being odd, and what reads like a document
that is chosen, or labelled already, has little left to give (weighted facility location: Wei,
Iyer and Bilmes 2015, "Submodularity in data subset selection and active learning"; the greedy
choice by gain for the cost: Leskovec and others 2007, "Cost-effective outbreak detection in
networks").

Measured on 805 labelled web articles, from about 25 labelled ones and with 1,500 paragraphs more,
by a small model (six draws of the first ones): ap rises from 0.610 to 0.690, against 0.668 with
documents drawn at random; 0.021 more with a standard error of 0.010, and more in five of the six.
With other lists of function words, or the words of the unsure paragraphs alone, it was 0.009 to
0.023 more; without the weight of uncertainty 0.031 less than at random. The least certain documents
without a look at the others were tried once and gave 0.078 less: they are the odd ones.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defiller.features.cues import load_cues
from defiller.labels.check import NEAR_IDENTICAL
from defiller.labels.labelled import LabelledDocument
from defiller.labels.nearness import Sketches
from defiller.labels.standoff import normalised
from defiller.model.calibration import Doubles

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Every document is compared with every other: 2,000 take 32 MB and a few seconds, and from so
# many a few hundred paragraphs can be chosen well.
LARGEST_POOL = 2000

# Half a bit is a padding between 0.11 and 0.89: what a person would call undecided.
UNSURE_BITS = 0.5

# Gains that differ by less are the same: sums in another order differ in the sixteenth digit.
_DIGITS = 9

_BUCKETS = 1 << 18


@dataclass(frozen=True)
class Pick:
    """A document that was chosen.

    Attributes
    ----------
    document : LabelledDocument
    bits : float
        Its uncertainty, summed over its paragraphs.
    unsure : int
        Paragraphs of half a bit and more, a padding between 0.11 and 0.89.
    likeness : float
        To the most alike of the documents that were chosen before it or labelled already, 0 to 1:
        the cosine of their words.
    """

    document: LabelledDocument
    bits: float
    unsure: int
    likeness: float


@dataclass(frozen=True)
class Selection:
    """What was chosen, in the order of its worth.

    Attributes
    ----------
    picks : tuple of Pick
    copies : int
        Documents that were left out because they nearly repeat a chosen or labelled one.
    paragraphs : int
        Of all that was chosen.
    over_budget : bool
        True where no document was within the budget, and the shortest was taken.
    """

    picks: tuple[Pick, ...]
    copies: int
    paragraphs: int
    over_budget: bool


class Pool:
    """The documents to choose from, no more of them than can be compared.

    Of more, a sample is kept that is drawn by their uncertainty and by nothing else, the same
    whatever their order (weighted sampling from a stream: Efraimidis and Spirakis 2006, with a
    hash of the id for the random number). The same text is kept once, under the id that came
    first.

    Parameters
    ----------
    largest : int

    Attributes
    ----------
    seen : int
        Documents that were offered and have paragraphs.
    repeated : int
        Those of them whose text had been offered before.
    """

    def __init__(self, largest: int = LARGEST_POOL) -> None:
        self.largest = largest
        self.seen = 0
        self.repeated = 0
        self._heap: list[tuple[float, str, LabelledDocument]] = []
        self._texts: dict[bytes, str] = {}

    def add(self, document: LabelledDocument) -> None:
        """Offer a document; its paragraphs carry predictions. Ids must differ."""
        if not document.paragraphs:
            return
        self.seen += 1
        digest = hashlib.sha256(text_of(document).encode("utf-8", "replace")).digest()
        if self._texts.setdefault(digest, document.id) != document.id:
            self.repeated += 1
            return
        number = int.from_bytes(hashlib.sha256(document.id.encode("utf-8", "replace")).digest()[:8])
        weight = max(float(uncertainty(document).sum()), 1e-9)
        key = float(np.log((number + 1) / (2**64 + 1)) / weight)
        entry = (key, document.id, document)
        if len(self._heap) < self.largest:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    @property
    def documents(self) -> list[LabelledDocument]:
        """What can be chosen, by id."""
        return [document for _, _, document in sorted(self._heap, key=lambda entry: entry[1])]


def uncertainty(document: LabelledDocument) -> Doubles:
    """Entropy of each paragraph's padding in bits, float64 (paragraphs,), 0 to 1.

    Paragraphs without a prediction have one bit: nothing is known of them.

    Examples
    --------
    >>> from defiller.labels.kinds import Kind
    >>> from defiller.labels.labelled import LabelledParagraph, Prediction
    >>> guesses = [Prediction(Kind.FAQ, 0.5), Prediction(Kind.FAQ, 0.89), None]
    >>> lines = tuple(LabelledParagraph("Tea.", None, guess) for guess in guesses)
    >>> document = LabelledDocument("a", "s", None, None, "g", lines)
    >>> [round(float(bits), 1) for bits in uncertainty(document)]
    [1.0, 0.5, 1.0]
    """
    guesses = (paragraph.prediction for paragraph in document.paragraphs)
    padding = np.array([0.5 if guess is None else guess.padding for guess in guesses], np.float64)
    inner = np.clip(padding, 1e-12, 1 - 1e-12)
    bits = -(inner * np.log2(inner) + (1 - inner) * np.log2(1 - inner))
    return np.asarray(np.where((padding > 0) & (padding < 1), bits, 0.0), np.float64)


def text_of(document: LabelledDocument) -> str:
    """A document's words, white space normalised: what says whether two are the same."""
    return normalised(" ".join(paragraph.text for paragraph in document.paragraphs))


def select(
    documents: Iterable[LabelledDocument],
    budget: int,
    *,
    labelled: Iterable[LabelledDocument] = (),
    language: str = "en",
) -> Selection:
    """Choose documents to label.

    The same documents give the same choice in whatever order they come; of two that are worth the
    same the one whose id sorts first is taken.

    Parameters
    ----------
    documents : iterable of LabelledDocument
        With a model's predictions; ids differ.
    budget : int
        Paragraphs, at least 1. The chosen documents have no more of them together, unless no
        document has as few: then the shortest alone is chosen.
    labelled : iterable of LabelledDocument
        What is labelled already: it covers what it reads like, and its ids and near copies are
        not chosen.
    language : str
        Whose function words don't make documents alike.
    """
    known = list(labelled)
    known_ids = {document.id for document in known}
    pool = sorted(
        (d for d in documents if d.paragraphs and d.id not in known_ids), key=lambda d: d.id
    )
    if not pool:
        return Selection((), 0, 0, over_budget=False)
    texts = [text_of(document) for document in (*pool, *known)]
    likeness = _likeness(texts, len(pool), language)
    copies = _copies(texts)
    bits = np.array([uncertainty(document).sum() for document in pool])
    sizes = np.array([len(document.paragraphs) for document in pool])
    among, to_known = likeness[:, : len(pool)], likeness[:, len(pool) :]
    covered = to_known.max(axis=1, initial=0.0)
    free = np.array([not any(o >= len(pool) for o in copies.get(i, ())) for i in range(len(pool))])
    left_out = int((~free).sum())
    if not (free & (sizes <= budget)).any():
        shortest = sorted(np.flatnonzero(free), key=lambda i: (sizes[i], -bits[i], i))[:1]
        picks = tuple(_pick(pool[i], covered[i]) for i in shortest)
        return Selection(picks, left_out, int(sizes[shortest].sum()), over_budget=bool(picks))
    chosen: list[Pick] = []
    rest = budget
    while (free & (sizes <= rest)).any():
        gain = np.maximum(among - covered[None, :], 0.0) @ bits / sizes
        gain = np.where(free & (sizes <= rest), np.round(gain, _DIGITS), -1.0)
        best = int(gain.argmax())
        chosen.append(_pick(pool[best], covered[best]))
        rest -= int(sizes[best])
        covered = np.maximum(covered, among[best])
        free[best] = False
        twins = [other for other in copies.get(best, ()) if other < len(pool) and free[other]]
        free[twins] = False
        left_out += len(twins)
    return Selection(tuple(chosen), left_out, budget - rest, over_budget=False)


def _pick(document: LabelledDocument, likeness: float) -> Pick:
    bits = uncertainty(document)
    unsure = int((bits >= UNSURE_BITS).sum())
    return Pick(document, float(bits.sum()), unsure, min(float(likeness), 1.0))


def _likeness(texts: Sequence[str], rows: int, language: str) -> Doubles:
    """Cosines of words, float64 (rows, texts): the first texts with all of them."""
    table = _words(texts, language)
    found = np.asarray((table[:rows] @ table.T).toarray(), np.float64)
    # Without a word in common with others a text is like itself all the same.
    np.fill_diagonal(found, 1.0)
    return found


def _words(texts: Sequence[str], language: str) -> csr_matrix:
    """Words of the texts as weights, rows of length 1 or 0; words of one text alone don't count."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import (
        ENGLISH_STOP_WORDS,
        HashingVectorizer,
        TfidfTransformer,
    )

    function = load_cues(language).lexicons["function"]
    if language == "en":
        function |= ENGLISH_STOP_WORDS  # "see", "next", "first": any two sites have them
    vectorizer = HashingVectorizer(
        n_features=_BUCKETS,
        alternate_sign=False,
        norm=None,
        stop_words=sorted(word for word in function if word.isalpha()),
    )
    counts = vectorizer.transform(texts).tocsc()
    shared = np.flatnonzero(counts.getnnz(axis=0) > 1)
    if not len(shared):
        return csr_matrix((len(texts), 1))
    weights = TfidfTransformer(sublinear_tf=True).fit_transform(counts[:, shared].tocsr())
    return csr_matrix(weights)


def _copies(texts: Sequence[str]) -> dict[int, list[int]]:
    """For each text those that are nearly the same, as `labels check` understands it."""
    sketches = Sketches()
    for text in texts:
        sketches.add(text)
    found: dict[int, list[int]] = {}
    for one, other, _ in sketches.near(NEAR_IDENTICAL):
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return found
