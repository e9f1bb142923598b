"""Cross-fitting: a later stage learns only from scores by models that did not see the row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from defiller.features.batch import Batch, Floats
from defiller.features.extractor import FeatureExtractor
from defiller.features.ngrams import hashed_ngrams
from defiller.labels.kinds import KINDS
from defiller.model.calibration import Doubles
from defiller.model.classifier import FOLDS, FillerClassifier
from defiller.model.words import TARGETS, WordsModel, surroundings
from defiller.training.dataset import Dataset

Excluded = frozenset[int]


@dataclass(frozen=True)
class Prepared:
    """What does not depend on the split: the batch, its signals and its n-grams."""

    dataset: Dataset
    batch: Batch
    signals: Floats
    buckets: NDArray[np.int32]
    begin: NDArray[np.int64]


def prepare(dataset: Dataset, extractor: FeatureExtractor) -> Prepared:
    """Compute signals and n-grams of all paragraphs."""
    batch = dataset.batch(extractor)
    return Prepared(dataset, batch, extractor.signals(batch), *hashed_ngrams(batch))


class CrossFit:
    """Words models without one or two folds, and the matrices that they give.

    Parameters
    ----------
    prepared : Prepared
    seed : int
    n_jobs : int
        Words models fitted side by side.
    """

    def __init__(self, prepared: Prepared, seed: int = 0, n_jobs: int = 1) -> None:
        self.prepared = prepared
        self.seed = seed
        self.n_jobs = n_jobs
        self._scores: dict[Excluded, Floats] = {}

    def fit_words(self, excluded: Excluded) -> WordsModel:
        """The words model of all labelled paragraphs outside some folds."""
        p, data = self.prepared, self.prepared.dataset
        inside = ~np.isin(data.folds, list(excluded))
        weight = data.paragraph_weights * inside
        return WordsModel.fit(p.buckets, p.begin, data.kinds, weight, self.seed)

    def _score(self, sets: Iterable[Excluded]) -> None:
        p = self.prepared
        missing = [s for s in dict.fromkeys(sets) if s not in self._scores]
        # Threads, since both the fitting and the sums leave Python's lock.
        models = Parallel(n_jobs=self.n_jobs, prefer="threads")(
            delayed(self.fit_words)(s) for s in missing
        )
        for excluded, model in zip(missing, models, strict=True):
            self._scores[excluded] = model.scores(p.buckets, p.begin)

    def matrix(self, held_out: int | None) -> Floats:
        """Signals of all paragraphs, as a model without the fold ``held_out`` may see them.

        Paragraphs of the training folds have words scores from models without their own fold
        too; those of the fold held out from the model of all training folds.
        """
        base: Excluded = frozenset() if held_out is None else frozenset([held_out])
        inner = [fold for fold in range(FOLDS) if fold not in base]
        sets = {fold: base | {fold} for fold in inner}
        self._score([*sets.values(), *([base] if base else [])])
        folds = self.prepared.dataset.folds
        scores = np.zeros((len(folds), len(TARGETS)), np.float32)
        for fold, excluded in sets.items():
            scores[folds == fold] = self._scores[excluded][folds == fold]
        if base:
            scores[folds == held_out] = self._scores[base][folds == held_out]
        return np.hstack([self.prepared.signals, surroundings(scores, self.prepared.batch)])


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


def cross_validate(
    prepared: Prepared,
    classifier: FillerClassifier,
    n_jobs: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> OutOfFold:
    """Predict every paragraph by the protocol.

    Parameters
    ----------
    prepared : Prepared
    classifier : FillerClassifier
        Its parameters are used; it is not fitted itself.
    n_jobs : int
    progress : callable
        Told what is being done, a line each.
    """
    from sklearn.base import clone

    data = prepared.dataset
    cross = CrossFit(prepared, classifier.seed, n_jobs)
    size = len(data.folds)
    padding = np.full(size, np.nan)
    kinds = np.zeros((size, len(KINDS)))
    inner: dict[int, Doubles] = {}
    names = np.array([kind.value for kind in KINDS])
    for fold in range(FOLDS):
        outside = (data.folds == fold) & data.judged[data.document_of]
        if not outside.any():
            continue
        progress(f"fold {fold + 1} of {FOLDS}")
        matrix = cross.matrix(fold)
        inside = np.flatnonzero((data.folds != fold) & (data.paragraph_weights > 0))
        model = clone(classifier).fit(
            matrix[inside],
            names[data.kinds[inside]],
            sample_weight=data.paragraph_weights[inside],
            groups=data.groups[inside],
        )
        inner[fold] = np.full(size, np.nan)
        inner[fold][inside] = model.out_of_fold_
        padding[outside] = model.predict_padding(matrix[outside])
        chances = model.predict_kinds(matrix[outside], padding[outside])
        kinds[np.ix_(outside, [list(names).index(kind) for kind in model.kinds_])] = chances
    kinds[:, 0] = 1 - padding
    return OutOfFold(padding, kinds, inner)
