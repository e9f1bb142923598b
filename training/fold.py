"""One fold: what it is fitted on and judged by, and what comes of it, in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from defiller.features.batch import Floats
from defiller.model.bundle import Bundle
from defiller.model.calibration import Doubles
from defiller.model.classifier import FillerClassifier
from defiller.model.kind_words import KIND_COLUMNS
from defiller.training.refine import refine


@dataclass(frozen=True)
class Sides:
    """What a fold is fitted on and judged by, all that its process is sent.

    Attributes
    ----------
    inside, outside : float32 (paragraphs, signals)
        Of the training folds, and of what is judged.
    names : str (paragraphs inside,)
        Kinds.
    weights, judging : float64 (paragraphs inside,)
        For learning, and for what is fitted out of fold.
    groups : str (paragraphs inside,)
    initial : float64 (paragraphs inside,) or None
        Log-odds that the trees go on from; see `init_scores`.
    """

    inside: Floats
    outside: Floats
    names: NDArray[np.str_]
    weights: Doubles
    groups: NDArray[np.str_]
    judging: Doubles
    initial: Doubles | None


@dataclass(frozen=True)
class Fitted:
    """What came of a fold.

    Attributes
    ----------
    padding : float64 (paragraphs outside,)
    kinds : float64 (paragraphs outside, kinds)
        With the columns `names`.
    names : tuple of str
    inner : float64 (paragraphs inside,)
        Predictions out of their own folds.
    seconds : dict of str to float
        By stage.
    """

    padding: Doubles
    kinds: Doubles
    names: tuple[str, ...]
    inner: Doubles
    seconds: dict[str, float]


def fit_fold(sides: Sides, classifier: FillerClassifier, base: Bundle | None) -> Fitted:
    """Fit on the training folds and predict what is judged."""
    model = fit_classifier(
        classifier,
        sides.inside,
        sides.names,
        sides.weights,
        sides.groups,
        base,
        sides.judging,
        sides.initial,
    )
    padding = model.predict_padding(sides.outside)
    return Fitted(
        padding,
        model.predict_kinds(sides.outside, padding),
        model.kinds_,
        model.out_of_fold_,
        model.seconds_,
    )


def fit_classifier(
    classifier: FillerClassifier,
    X: Floats,
    names: NDArray[np.str_],
    weights: Doubles,
    groups: NDArray[np.str_],
    base: Bundle | None,
    judging: Doubles,
    initial: Doubles | None,
) -> FillerClassifier:
    """A new classifier with the parameters of one, or with a base model the base refined.

    What the trees of a refined base go on from is the base, so `initial` is for new ones.
    """
    if base is not None:
        seed, threads = classifier.seed, classifier.n_jobs
        known = base.classifier
        return refine(known, X, names, weights, groups, judging, seed=seed, n_jobs=threads)
    from sklearn.base import clone

    new: FillerClassifier = clone(classifier).set_params(kind_columns=KIND_COLUMNS)
    return new.fit(X, names, weights, groups, calibration_weight=judging, init_score=initial)
