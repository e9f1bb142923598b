"""Cross-fitting: a later stage learns only from scores by models that did not see the row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from defiller.features.batch import Batch, Floats
from defiller.features.extractor import FeatureExtractor
from defiller.features.signal_matrix import side_by_side
from defiller.labels.kinds import KINDS, PADDING_KINDS
from defiller.model.bundle import Bundle
from defiller.model.calibration import Doubles
from defiller.model.classifier import FOLDS, FillerClassifier
from defiller.model.kind_words import beside
from defiller.model.words import TARGETS, WordsModel, surroundings
from defiller.training.cache import FeatureCache, compute_features
from defiller.training.dataset import Dataset
from defiller.training.fold import Sides, fit_fold
from defiller.training.parallel import in_order
from defiller.training.prior import init_scores
from defiller.training.progress import Stopwatch, Tell

Excluded = frozenset[int]
Scores = tuple[Floats, Floats]  # of the words models for padding and for kinds

KIND_NAMES: NDArray[np.str_] = np.array([kind.value for kind in KINDS])
WORDS_LINE = "models of words"


def fold_line(place: int, count: int) -> str:
    """What is told when the fold of that place begins, from 1."""
    return f"fold {place} of {count}"


@dataclass(frozen=True)
class Prepared:
    """What does not depend on the split: the batch, its signals and its n-grams."""

    dataset: Dataset
    batch: Batch
    signals: Floats
    buckets: NDArray[np.int32]
    begin: NDArray[np.int64]


def prepare(
    dataset: Dataset, extractor: FeatureExtractor, cache: FeatureCache | None = None
) -> Prepared:
    """Compute signals and n-grams of all paragraphs, or take them from a cache."""
    find = compute_features if cache is None else cache.features
    return Prepared(dataset, *find(dataset.documents, extractor))


class CrossFit:
    """Words models without one or two folds, and the matrices that they give.

    Parameters
    ----------
    prepared : Prepared
    seed : int
    n_jobs : int
        Words models fitted side by side.
    base : Bundle or None
        A model that saw none of the documents; its words models then take the place of all those
        that would be fitted.
    """

    def __init__(
        self,
        prepared: Prepared,
        seed: int = 0,
        n_jobs: int = 1,
        base: Bundle | None = None,
    ) -> None:
        self.prepared = prepared
        self.seed = seed
        self.n_jobs = n_jobs
        self.base = base
        self._scores: dict[Excluded, Scores] = {}

    def fit_words(self, excluded: Excluded) -> tuple[WordsModel, WordsModel]:
        """The words models of all labelled paragraphs outside some folds: padding and kinds."""
        if self.base is not None:
            return self.base.words, self.base.kind_words
        p, data = self.prepared, self.prepared.dataset
        inside = ~np.isin(data.folds, list(excluded))
        weight = data.paragraph_words_weights * inside
        return (
            WordsModel.fit(p.buckets, p.begin, data.taught, weight, self.seed),
            WordsModel.fit_kinds(p.buckets, p.begin, data.taught, weight, self.seed),
        )

    def fit_all(self, held_out: Iterable[int | None]) -> None:
        """Fit the words models that the matrices of some folds take, side by side."""
        if self.base is None:
            self._score(chosen for fold in held_out for chosen in _excluded(fold))

    def _score(self, sets: Iterable[Excluded]) -> None:
        missing = [s for s in dict.fromkeys(sets) if s not in self._scores]
        # Threads, since both the fitting and the sums leave Python's lock.
        found = Parallel(n_jobs=self.n_jobs, prefer="threads")(
            delayed(self._scores_without)(s) for s in missing
        )
        self._scores.update(zip(missing, found, strict=True))

    def _scores_without(self, excluded: Excluded) -> Scores:
        p = self.prepared
        padding, kinds = self.fit_words(excluded)
        return padding.scores(p.buckets, p.begin), kinds.scores(p.buckets, p.begin)

    def matrix(self, held_out: int | None) -> Floats:
        """Signals of all paragraphs, as a model without the fold ``held_out`` may see them.

        Paragraphs of the training folds have words scores from models without their own fold
        too; those of the fold held out from the model of all training folds.
        """
        folds, batch = self.prepared.dataset.folds, self.prepared.batch
        if self.base is not None:
            padding, kinds = self._scores_without(frozenset())
        else:
            self.fit_all([held_out])
            base = _without(held_out)
            padding = np.zeros((len(folds), len(TARGETS)), np.float32)
            kinds = np.zeros((len(folds), len(PADDING_KINDS)), np.float32)
            for fold in range(FOLDS):
                own = folds == fold
                scores = self._scores[base | {fold}]
                padding[own], kinds[own] = scores[0][own], scores[1][own]
        return side_by_side(
            [self.prepared.signals, surroundings(padding, batch), beside(kinds, batch)]
        )


def _without(held_out: int | None) -> Excluded:
    return frozenset() if held_out is None else frozenset([held_out])


def _excluded(held_out: int | None) -> list[Excluded]:
    """The sets of folds without which words models are fitted for one matrix."""
    return [_without(held_out) | {fold} for fold in range(FOLDS)]


@dataclass(frozen=True)
class OutOfFold:
    """Predictions of paragraphs by models that saw nothing of their fold.

    Attributes
    ----------
    padding : float64 (paragraphs,)
        Calibrated inside the training folds; NaN outside the folds that were asked.
    kinds : float64 (paragraphs, ``KINDS``)
        Column of substance: 1 - padding.
    inner_padding : dict of int to float64 (paragraphs,)
        By the fold held out: predictions of its training paragraphs out of their own folds,
        which thresholds are fitted on; NaN elsewhere.
    """

    padding: Doubles
    kinds: Doubles
    inner_padding: dict[int, Doubles]


def judged_folds(data: Dataset) -> list[int]:
    """The folds in which a document is judged."""
    judged = data.folds[data.judged[data.document_of]]
    return [int(fold) for fold in np.unique(judged)]


def cross_validate(
    prepared: Prepared,
    classifier: FillerClassifier,
    n_jobs: int = 1,
    progress: Tell = lambda _: None,
    *,
    base: Bundle | None = None,
    clock: Stopwatch | None = None,
) -> OutOfFold:
    """Predict every paragraph by the protocol.

    Parameters
    ----------
    prepared : Prepared
    classifier : FillerClassifier
        Its parameters are used; it is not fitted itself.
    n_jobs : int
        Folds fitted side by side, each in a process of its own, which share the classifier's
        threads among them. The predictions are the same whatever it is.
    progress : callable
        Told what is being done, a line each.
    base : Bundle or None
        A model that saw none of the documents and is refined in each fold.
    clock : Stopwatch or None
        Counts the seconds of the stages.
    """
    from sklearn.base import clone

    data = prepared.dataset
    clock = clock or Stopwatch()
    folds = judged_folds(data)
    cross = CrossFit(prepared, classifier.seed, n_jobs, base)
    progress(WORDS_LINE)
    with clock.of("words"):
        cross.fit_all(folds)
    workers = min(n_jobs, len(folds))
    # Side by side they share the threads, so that no more run than one fold alone would use.
    one = clone(classifier).set_params(n_jobs=max(1, classifier.n_jobs // max(workers, 1)))
    jobs = (delayed(fit_fold)(_fold(cross, fold, one.smoothing), one, base) for fold in folds)
    size = len(data.folds)
    padding = np.full(size, np.nan)
    kinds = np.zeros((size, len(KINDS)))
    inner: dict[int, Doubles] = {}
    names = KIND_NAMES.tolist()
    progress(fold_line(1, len(folds)))
    for place, found in enumerate(in_order(jobs, workers), 1):
        fold = folds[place - 1]
        inside, outside = _sides(data, fold)
        padding[outside] = found.padding
        kinds[np.ix_(outside, [names.index(kind) for kind in found.names])] = found.kinds
        inner[fold] = np.full(size, np.nan)
        inner[fold][inside] = found.inner
        clock.add(found.seconds)
        if place < len(folds):
            progress(fold_line(place + 1, len(folds)))
    kinds[:, 0] = 1 - padding
    return OutOfFold(padding, kinds, inner)


def _sides(data: Dataset, fold: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The paragraphs that train without a fold, and those that are judged in it."""
    inside = (data.folds != fold) & (data.paragraph_weights > 0)
    outside = (data.folds == fold) & data.judged[data.document_of]
    return np.flatnonzero(inside), np.flatnonzero(outside)


def _fold(cross: CrossFit, fold: int, smoothing: float) -> Sides:
    data = cross.prepared.dataset
    inside, outside = _sides(data, fold)
    matrix = cross.matrix(fold)
    return Sides(
        matrix[inside],
        matrix[outside],
        KIND_NAMES[data.taught[inside]],
        data.paragraph_weights[inside],
        data.groups[inside],
        data.calibration_weights[inside],
        init_scores(data, inside, smoothing),
    )
