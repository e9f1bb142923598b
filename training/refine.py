"""A model refined on more labels: its boosters go on where they ended, with a few small trees.

The base model's own trees stay as they are, and so do its words; new trees learn what is left
wrong on the new labels. How many of them pay is found out of fold, and none at all is among the
choices, so that a base that already knows such articles is left as it is.
"""

from __future__ import annotations

import copy
import time
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from defiller.features.batch import Floats
from defiller.labels.kinds import Kind
from defiller.model.calibration import Calibrator, Doubles
from defiller.model.classifier import FillerClassifier, fold_of
from defiller.training.compare import winner
from defiller.training.figures import (
    FIGURES,
    LOWER_IS_BETTER,
    RESAMPLES,
    Judged,
    all_figures,
    bootstrap,
    interval,
)

ROUNDS = (0, 10, 25, 50, 100)
"""New trees that are tried."""

UNTRIED_ROUNDS = 25
"""New trees where there are too few labels to try: the number that was found most often."""

MIN_SAMPLES = 20
"""Paragraphs in a leaf of a new tree. Far fewer than a model from nothing asks for, since the
trees are small and correct another model."""

_PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.02,
    "num_leaves": 8,
    "min_child_samples": MIN_SAMPLES,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 50.0,
    "max_bin": 127,
    "deterministic": True,
    "force_col_wise": True,
    "verbose": -1,
}


def refine(
    base: FillerClassifier,
    X: Floats,
    names: NDArray[np.str_],
    weights: Doubles,
    groups: NDArray[np.str_] | None,
    judging: Doubles | None = None,
    *,
    seed: int = 0,
    n_jobs: int = 1,
) -> FillerClassifier:
    """A fitted classifier that goes on from another one.

    Parameters
    ----------
    base : FillerClassifier
        Fitted on other paragraphs; it is not changed.
    X : float32 (paragraphs, signals)
        Signals as the base sees them: words scores by its own words model.
    names : str (paragraphs,)
        Kinds.
    weights : float64 (paragraphs,)
    groups : str (paragraphs,) or None
        What must stay together when the number of trees and the calibration are fitted out of
        fold. None where the labels are too few for that: then the trees are
        ``UNTRIED_ROUNDS`` and the calibration is the base's.
    judging : float64 (paragraphs,) or None
        Weights for what is fitted out of fold, where they are others.
    seed, n_jobs : int
        Of LightGBM.

    Raises
    ------
    ValueError
        For a kind that the base doesn't know.
    """
    begun = time.perf_counter()
    unknown = sorted(set(names.tolist()) - set(base.classes_.tolist()))
    if unknown:
        raise ValueError(
            f"the base model doesn't know the kind {unknown[0]!r}; map it to one of "
            f"{', '.join(map(str, base.classes_))}, or train without a base"
        )
    parameters = _PARAMETERS | {"seed": seed, "num_threads": n_jobs}
    if base.kind_columns:  # the columns that are for the booster of kinds alone
        own = X.shape[1] - base.kind_columns
        parameters["feature_contri"] = [1.0] * own + [0.0] * base.kind_columns
    padding = np.asarray(names != Kind.SUBSTANCE.value, np.bool_)
    model = copy.copy(base)
    model.seed, model.n_jobs = seed, n_jobs
    # Where the base's first trees are sure, the new ones may have something to say all the same.
    model.early_exit_ = None
    model.out_of_fold_ = np.full(len(padding), np.nan)
    rounds = UNTRIED_ROUNDS
    if groups is not None:
        margins = _out_of_fold(base, X, padding, weights, groups, parameters)
        known = ~np.isnan(margins[0])
        if known.any():
            counted = weights[known] if judging is None else judging[known]
            best, model.calibrator_ = _chosen([m[known] for m in margins], padding[known], counted)
            rounds = ROUNDS[best]
            model.out_of_fold_[known] = model.calibrator_(margins[best][known])
    if not rounds:
        model.early_exit_ = base.early_exit_
    model.padding_booster_ = _continued(
        base.padding_booster_, X, padding, weights, rounds, parameters
    )
    then = time.perf_counter()
    model.seconds_ = {"boosters": then - begun, "kinds": time.perf_counter() - then}
    return model


def _chosen(
    margins: list[Doubles], padding: NDArray[np.bool_], weights: Doubles
) -> tuple[int, Calibrator]:
    """Which of some margins has the least log loss once it is calibrated, and its calibrator."""
    from sklearn.metrics import log_loss

    fitted = [Calibrator.fit(margin, padding, weights) for margin in margins]
    losses = [
        log_loss(padding, calibrator(margin), sample_weight=weights, labels=[False, True])
        for calibrator, margin in zip(fitted, margins, strict=True)
    ]
    best = int(np.argmin(losses))
    return best, fitted[best]


def _out_of_fold(
    base: FillerClassifier,
    X: Floats,
    padding: NDArray[np.bool_],
    weights: Doubles,
    groups: NDArray[np.str_],
    parameters: dict[str, Any],
) -> list[Doubles]:
    """Margins by the numbers of new trees, each of a booster that did not see the fold."""
    unique, inverse = np.unique(groups, return_inverse=True)
    folds = np.array([fold_of(str(group)) for group in unique])[inverse]
    margins = [np.full(len(padding), np.nan) for _ in ROUNDS]
    before = base.padding_booster_.num_trees()
    for fold in np.unique(folds):
        inside, outside = folds != fold, folds == fold
        if len(np.unique(padding[inside])) < 2:
            continue
        booster = _continued(
            base.padding_booster_,
            X[inside],
            padding[inside],
            weights[inside],
            max(ROUNDS),
            parameters,
        )
        for margin, rounds in zip(margins, ROUNDS, strict=True):
            margin[outside] = (
                booster.predict(X[outside], raw_score=True, num_iteration=before + rounds)
                if rounds
                else base.margins(X[outside])
            )
    return margins


def _continued(
    booster: lgb.Booster,
    X: Floats,
    y: NDArray[Any],
    weights: Doubles,
    rounds: int,
    parameters: dict[str, Any],
) -> lgb.Booster:
    """The booster with more trees, in one file with its own; itself with none."""
    if not rounds:
        return booster
    data = lgb.Dataset(X, y.astype(np.float32), weight=weights)
    return lgb.train(parameters, data, rounds, init_model=booster)


def gains(judged: Judged, before: Judged, resamples: int = RESAMPLES) -> dict[str, dict[str, Any]]:
    """Figures of a refined model, of its base, and their differences with intervals.

    Parameters
    ----------
    judged, before : Judged
        Predictions of the same paragraphs, in the same order.
    resamples : int
        Draws of documents, the same for both.

    Returns
    -------
    dict of str to dict
        By figure: model, against, difference, interval (90 %), winner.
    """
    values, others = all_figures(judged), all_figures(before)
    samples, other_samples = (bootstrap(one, FIGURES, resamples) for one in (judged, before))
    found = {}
    for name in FIGURES:
        low, high = interval(samples[name] - other_samples[name])
        found[name] = {
            "model": values[name],
            "against": others[name],
            "difference": values[name] - others[name],
            "interval": (low, high),
            "winner": winner(low, high, lower_is_better=name in LOWER_IS_BETTER),
        }
    return found
