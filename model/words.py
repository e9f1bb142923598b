"""Linear models of words: what a paragraph's wording says by itself, for LightGBM to weigh.

A logistic regression a target on hashed n-grams, all of one weight table, so that scoring is
one sparse product. One such model tells padding from substance; its scores of a paragraph's
surroundings go along with its own, since padding comes in blocks. Another one, fitted on padding
alone, tells its kinds apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from defiller.features.batch import Batch, Floats, Ints, mean_by
from defiller.features.document import Role
from defiller.features.ngrams import BITS, BUCKETS
from defiller.features.signals import Signal
from defiller.features.signals.family import begins, lengths, window_sum
from defiller.features.sparse_sums import sums_of_rows
from defiller.labels.kinds import PADDING_KINDS, Kind

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FAMILY = "words"

# Kinds with the same wording share a target; kinds of few labels would learn nothing alone.
TARGETS: dict[str, tuple[Kind, ...]] = {
    "padding": tuple(kind for kind in Kind if kind.is_padding),
    "pointing": (Kind.NAVIGATION, Kind.RELATED),
    "selling": (Kind.PROMOTION, Kind.LEGAL, Kind.BYLINE, Kind.COMMENTS),
    "faq": (Kind.FAQ,),
    "recap": (Kind.RECAP,),
    "vague": (Kind.CALLOUT, Kind.ENGAGEMENT, Kind.EVERGREEN, Kind.FLUFF),
}

# Of 1e-6 to 3e-5 the best on the web labels (ap of the linear model alone 0.576 against 0.557
# to 0.575); six passes are enough once weights are averaged.
_ALPHA = 5e-6
_PASSES = 6

# Kinds have a fifth of the paragraphs, so their weights are held shorter and seen more often
# (right kind 0.596 at 2e-6, 0.594 at 1e-5, 0.578 at 5e-5 of the linear model alone, and best
# with its neighbours at 1e-5); 2^16 buckets do as well as 2^18 and take a quarter of the room.
_KIND_ALPHA = 1e-5
_KIND_PASSES = 8
KIND_BITS = 16

_AROUND = ("above", "below", "near", "section", "document", "heading", "run", "lead")
_SENTENCES = {
    "above": "score of the paragraph above",
    "below": "score of the paragraph below",
    "near": "mean score of the three before and after",
    "section": "mean score of its section, by words",
    "document": "mean score of its document, by words",
    "heading": "score of the heading above",
    "run": "mean score of its unbroken run of list items, rows, headings or prose, by words",
    "lead": "score of the line above its list or table",
}


def words_signals() -> tuple[Signal, ...]:
    """The columns that `WordsModel.signals` gives, in order."""
    own = [Signal(f"says_{t}", f"its wording speaks for {t}, log-odds") for t in TARGETS]
    around = [
        Signal(f"{place}_says_{target}", f"{_SENTENCES[place]} for {target}")
        for target in TARGETS
        for place in _AROUND
    ]
    shape = [
        Signal("run_size", "length of its unbroken run of list items, rows, headings or prose"),
        Signal("run_place", "place in that run"),
    ]
    return (*own, *around, *shape)


class WordsModel:
    """Weights of hashed n-grams, one column a target.

    Attributes
    ----------
    weights : float32 (buckets, targets)
        Buckets are a power of two, at most ``BUCKETS``.
    intercepts : float32 (targets,)
    """

    def __init__(self, weights: Floats, intercepts: Floats) -> None:
        self.weights = np.ascontiguousarray(weights, np.float32)
        self.intercepts = np.asarray(intercepts, np.float32)

    @classmethod
    def fit(
        cls,
        buckets: NDArray[np.int32],
        begin: Ints,
        kinds: NDArray[np.int64],
        weight: NDArray[np.float64],
        seed: int = 0,
    ) -> Self:
        """Learn to tell padding, and what it does, from substance.

        Parameters
        ----------
        buckets, begin
            As `hashed_ngrams` gives them.
        kinds : int64 (paragraphs,)
            Place of each paragraph's kind in ``Kind``; negative where it is not labelled.
        weight : float64 (paragraphs,)
            Of each paragraph; those of weight 0 are left out.
        seed : int
            Of the order in which stochastic gradient descent sees the paragraphs.
        """
        order = tuple(Kind)
        members = [[order.index(kind) for kind in target] for target in TARGETS.values()]
        used = (kinds >= 0) & (weight > 0)
        table = ngram_table(buckets, begin)
        return cls._fit(table, used, kinds, members, weight, _ALPHA, _PASSES, seed)

    @classmethod
    def fit_kinds(
        cls,
        buckets: NDArray[np.int32],
        begin: Ints,
        kinds: NDArray[np.int64],
        weight: NDArray[np.float64],
        seed: int = 0,
    ) -> Self:
        """Learn to tell the kinds of padding apart, on padding alone; parameters as in `fit`."""
        members = [[tuple(Kind).index(kind)] for kind in PADDING_KINDS]
        used = (kinds > tuple(Kind).index(Kind.SUBSTANCE)) & (weight > 0)
        table = ngram_table(buckets >> BITS - KIND_BITS, begin, KIND_BITS)
        return cls._fit(table, used, kinds, members, weight, _KIND_ALPHA, _KIND_PASSES, seed)

    @classmethod
    def _fit(
        cls,
        table: csr_matrix,
        used: NDArray[np.bool_],
        kinds: NDArray[np.int64],
        members: list[list[int]],
        weight: NDArray[np.float64],
        alpha: float,
        passes: int,
        seed: int,
    ) -> Self:
        from sklearn.linear_model import SGDClassifier

        rows = np.flatnonzero(used)
        table, kinds, weight = table[rows], kinds[rows], weight[rows]
        weights = np.zeros((table.shape[1], len(members)), np.float32)
        intercepts = np.zeros(len(members), np.float32)
        for column, target_kinds in enumerate(members):
            target = np.isin(kinds, target_kinds)
            if target.all() or not target.any():
                # Labels without this target teach nothing of it: say "no" at the odds of one
                # unseen paragraph.
                intercepts[column] = -np.log(len(target) + 1) * (1 if not target.any() else -1)
                continue
            model = SGDClassifier(
                loss="log_loss",
                alpha=alpha,
                max_iter=passes,
                tol=None,
                average=True,
                random_state=seed,
            )
            model.fit(table, target, sample_weight=weight)
            weights[:, column] = model.coef_[0]
            intercepts[column] = model.intercept_[0]
        return cls(weights.astype(np.float16), intercepts)

    def scores(self, buckets: NDArray[np.int32], begin: Ints) -> Floats:
        """Log-odds of each target, float32 (paragraphs, targets)."""
        if not len(begin):
            return np.zeros((0, len(self.intercepts)), np.float32)
        ends = np.append(begin, len(buckets)).astype(np.int32)
        place = buckets >> (BUCKETS // len(self.weights)).bit_length() - 1
        total = sums_of_rows(self.weights, place, ends)
        return np.asarray(
            total / np.sqrt(np.diff(ends))[:, None].astype(np.float32) + self.intercepts,
            dtype=np.float32,
        )


def ngram_table(buckets: NDArray[np.int32], begin: Ints, bits: int = BITS) -> csr_matrix:
    """Sparse matrix (paragraphs, 2^bits), rows scaled as `WordsModel.scores` scales them."""
    from scipy.sparse import csr_matrix

    ends = np.append(begin, len(buckets))
    size = np.diff(ends)
    data = np.repeat(1 / np.sqrt(np.maximum(size, 1)), size).astype(np.float32)
    # A copy, since summing duplicates sorts the arrays in place.
    table = csr_matrix((data, buckets, ends), shape=(len(begin), 1 << bits), copy=True)
    table.sum_duplicates()
    return table


def surroundings(scores: Floats, batch: Batch) -> Floats:
    """Own scores and those around, in the order of `words_signals`."""
    size, targets = scores.shape
    result = np.empty((targets * (1 + len(_AROUND)) + 2, size), np.float32)
    result[:targets] = scores.T
    weight = batch.words + 1
    layout = _layout(batch)
    run = _runs(batch, layout)
    run_count = int(run[-1]) + 1 if size else 0
    run_begin = begins(run).nonzero()[0]
    lead = _leads(batch, layout)
    sections = int(batch.section[-1]) + 1 if size else 0
    low, high = batch.window(3, 3)
    near_count = np.maximum(high - low - 1, 1)
    own = result[:targets]
    alone = batch.sizes[batch.document_of] <= 1
    columns = (
        batch.shifted(scores, -1).T,
        batch.shifted(scores, 1).T,
        np.where(alone, np.float32(np.nan), window_sum(own, batch, 3, 3) / near_count),
        mean_by(batch.section, sections, own, weight),
        mean_by(batch.document_of, len(batch.sizes), own, weight),
        batch.of_heading(scores, np.nan).T,
        mean_by(run, run_count, own, weight),
        np.where(lead >= 0, own[:, np.maximum(lead, 0)], np.float32(np.nan)) if size else own,
    )
    around = result[targets:-2].reshape(targets, len(_AROUND), size)
    for offset, column in enumerate(columns):
        around[:, offset] = column
    length = lengths(run_begin, size)
    result[-2] = length[run] if size else 0
    result[-1] = batch.places - run_begin[run] if size else 0
    return result.T


def _layout(batch: Batch) -> NDArray[np.int64]:
    rows, items = batch.role(Role.TABLE_ROW), batch.role(Role.LIST_ITEM)
    return np.where(rows, 3, np.where(items, 2, np.where(batch.heading, 1, 0)))


def _runs(batch: Batch, layout: Ints) -> Ints:
    """Number of each paragraph's unbroken run of one layout, over the batch."""
    if not len(layout):
        return layout
    new = (layout[1:] != layout[:-1]) | (batch.document_of[1:] != batch.document_of[:-1])
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(new)])


def _leads(batch: Batch, layout: Ints) -> Ints:
    """The line above each list or table, for its items and rows; -1 for others."""
    listed = layout >= 2
    return np.where(listed, batch.last_marked(~listed), -1)
