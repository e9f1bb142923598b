"""The classifier: one booster for padding, one for its kind."""

from __future__ import annotations

import hashlib
import time
from typing import Any, Self

import lightgbm as lgb
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    check_consistent_length,
    check_is_fitted,
    validate_data,
)

from defiller.labels.kinds import Kind
from defiller.model.calibration import Calibrator, Doubles
from defiller.model.early_exit import DOUBT, TREES, fit_exits, margins_with, stages
from defiller.model.predictor import Predictor

FOLDS = 5


def fold_of(group: str) -> int:
    """Fold of a group: the same for everybody, and stable when data is added."""
    return int(hashlib.sha256(group.encode("utf-8")).hexdigest(), 16) % FOLDS


class FillerClassifier(ClassifierMixin, Predictor, BaseEstimator):  # type: ignore[misc]
    """Tells padding from substance, and the kind of padding, by paragraphs' signals.

    A binary LightGBM booster gives the probability of padding, calibrated on predictions out of
    fold; a multiclass one, fitted on padding alone, shares it out among the kinds.

    Parameters
    ----------
    trees, leaves, learning_rate, min_samples, feature_fraction, bagging_fraction, l2
        Of the padding booster. With 70 leaves and an l2 of 3 average precision on the web labels
        is 0.818 and F1 at 0.5 is 0.727; with 63 and 5 they are 0.816 and 0.723 (four seeds each).
    smoothing : float
        Padding, 0 to 1, that the padding booster is taught of paragraphs labelled as substance
        (one-sided label smoothing): whoever labels overlooks padding more often than he sees
        some where there is none, and no tree should be spent on making those sure. On the web
        labels, two seeds each, F1 at 0.5 is 0.724 with it and 0.713 without, average precision
        0.817 and 0.812; between 0.03 and 0.1 it matters little, and smoothing the padding as
        well gains no more.
    kind_trees : int
        Rounds of the kinds booster, each of one small tree a kind.
    kind_columns : int
        That many columns, the last of X, are for the kinds booster alone.
    substance : str or None
        The class that is kept; every other one is padding. None takes the first of ``classes_``:
        `sklearn.model_selection.cross_val_predict` and what is built on it number the classes to
        get probabilities, so number them before, what is kept as 0.
    seed : int
    n_jobs : int
        Threads of LightGBM.

    Attributes
    ----------
    classes_, padding_booster_, kind_booster_, kinds_, shares_, calibrator_, early_exits_
        As of `Predictor`; the boosters are of the lightgbm package.
    out_of_fold_ : float64 (paragraphs,)
        Calibrated padding of the training paragraphs, each by a booster that did not see its
        fold; NaN where there was none.
    seconds_ : dict of str to float
        How long the "boosters" of padding took to fit, and that of "kinds".
    """

    def __init__(
        self,
        trees: int = 600,
        leaves: int = 70,
        learning_rate: float = 0.05,
        min_samples: int = 100,
        feature_fraction: float = 0.2,
        bagging_fraction: float = 0.8,
        l2: float = 3.0,
        smoothing: float = 0.05,
        kind_trees: int = 90,
        kind_columns: int = 0,
        substance: str | None = Kind.SUBSTANCE.value,
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.trees = trees
        self.leaves = leaves
        self.learning_rate = learning_rate
        self.min_samples = min_samples
        self.feature_fraction = feature_fraction
        self.bagging_fraction = bagging_fraction
        self.l2 = l2
        self.smoothing = smoothing
        self.kind_trees = kind_trees
        self.kind_columns = kind_columns
        self.substance = substance
        self.seed = seed
        self.n_jobs = n_jobs

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        calibrate: bool = True,
        calibration_weight: ArrayLike | None = None,
        init_score: ArrayLike | None = None,
    ) -> Self:
        """Fit both boosters and the calibrator.

        Parameters
        ----------
        X : float (paragraphs, signals)
            NaN where a signal is absent.
        y : str (paragraphs,)
            Kinds.
        sample_weight : float (paragraphs,) or None
        groups : str (paragraphs,) or None
            What must stay together in the folds of the calibration; without them paragraphs are
            their own groups, and neighbours leak.
        calibrate : bool
            Without it margins go through the plain sigmoid.
        calibration_weight : float (paragraphs,) or None
            Weights for the calibration where they are others: articles that help to learn may
            hold far more padding than those that will be scored.
        init_score : float (paragraphs,) or None
            Log-odds that the padding booster's trees go on from, by paragraph: how much likelier
            padding is where it comes from than where the model will be asked, which no tree
            should have to learn. It counts in fitting alone.

        Raises
        ------
        ValueError
            Where there is only one class that weighs anything, or substance is missing; for
            classes that are numbers on a scale, weights below 0, and lengths that differ.
        """
        checked = validate_data(self, X, y, dtype=np.float32, ensure_all_finite="allow-nan")
        rows, kinds = np.asarray(checked[0], np.float32), np.asarray(checked[1])
        check_classification_targets(kinds)
        self.classes_ = np.unique(kinds)
        weight = _check_sample_weight(
            sample_weight, rows, dtype=np.float64, ensure_non_negative=True
        )
        if not weight.any():
            raise ValueError("every sample weight is zero; give some paragraphs a weight above 0")
        present = np.unique(kinds[weight > 0])
        if self._kept not in present or len(present) < 2:
            only = "one class" if len(present) == 1 else "the classes"
            raise ValueError(
                f"training needs both {str(self._kept)!r} and some padding, and the labels have "
                f"only {only} {', '.join(map(str, present))}; label paragraphs of the other too"
            )
        padding = np.asarray(kinds != self._kept, np.bool_)
        names = np.arange(len(kinds)).astype(str) if groups is None else np.asarray(groups)
        check_consistent_length(rows, names)
        begun = time.perf_counter()
        self.calibrator_ = Calibrator()
        self.early_exits_ = ()
        self.out_of_fold_ = np.full(len(kinds), np.nan)
        initial = None if init_score is None else np.asarray(init_score, np.float64)
        check_consistent_length(rows, initial)
        if calibrate:
            judging = weight if calibration_weight is None else np.asarray(calibration_weight)
            self._calibrate(rows, padding, weight, names, judging, initial)
        self.padding_booster_ = self._fit_padding(rows, padding, weight, initial)
        then = time.perf_counter()
        self._fit_kinds(rows[padding], kinds[padding], weight[padding])
        self.seconds_ = {"boosters": then - begun, "kinds": time.perf_counter() - then}
        return self

    def _calibrate(
        self,
        X: NDArray[np.float32],
        padding: NDArray[np.bool_],
        weight: Doubles,
        groups: NDArray[np.str_],
        judging: Doubles,
        initial: Doubles | None,
    ) -> None:
        unique, inverse = np.unique(groups, return_inverse=True)
        folds = np.array([fold_of(str(group)) for group in unique])[inverse]
        told = np.full((len(padding), -(-self.trees // TREES)), np.nan)
        for fold in np.unique(folds):
            inside, outside = folds != fold, folds == fold
            if not inside.any() or len(np.unique(padding[inside])) < 2:
                continue
            begun = None if initial is None else initial[inside]
            booster = self._fit_padding(X[inside], padding[inside], weight[inside], begun)
            told[outside] = stages(booster, X[outside], self.trees)
        so_far, margin = told[:, :-1], told[:, -1]
        known = ~np.isnan(margin)
        if not known.any():
            return
        if not (judging[known] > 0).any():
            judging = weight
        whole = margin if initial is None else margin + initial
        self.calibrator_ = Calibrator.fit(whole[known], padding[known], judging[known])
        doubt = self.calibrator_.margin_of(DOUBT)
        counted = known & (judging > 0)
        self.early_exits_ = fit_exits(so_far[counted], margin[counted], doubt)
        margin = margins_with(self.early_exits_, so_far, margin)
        self.out_of_fold_[known] = self.calibrator_(margin[known])

    def _fit_padding(
        self,
        X: NDArray[np.float32],
        padding: NDArray[np.bool_],
        weight: Doubles,
        initial: Doubles | None = None,
    ) -> lgb.Booster:
        parameters = self._parameters() | {
            "num_leaves": self.leaves,
            "min_child_samples": self.min_samples,
            "feature_fraction": self.feature_fraction,
            "lambda_l2": self.l2,
            # One random threshold a signal and split: with it the trees agree less with one
            # another and the site they were fitted on (ap 0.814 against 0.812 on the web labels,
            # 0.748 against 0.740 on news, 0.802 against 0.788 on pages).
            "extra_trees": True,
        }
        return self.grow(X, padding, weight, parameters, self.trees, initial=initial)

    def grow(
        self,
        X: NDArray[np.float32],
        padding: NDArray[np.bool_],
        weight: Doubles,
        parameters: dict[str, Any],
        rounds: int,
        begun: lgb.Booster | None = None,
        initial: Doubles | None = None,
    ) -> lgb.Booster:
        """Trees that tell padding, of their own or behind those of another booster.

        Parameters
        ----------
        X : float32 (paragraphs, features)
        padding : bool (paragraphs,)
        weight : float64 (paragraphs,)
        parameters : dict
            LightGBM's; the loss is added, which smooths the labels by ``smoothing``, and so is
            what keeps the last ``kind_columns`` out.
        rounds : int
            How many.
        begun : lightgbm.Booster or None
            What they go on from, fitted with the same smoothing.
        initial : float64 (paragraphs,) or None
            As ``init_score`` of `fit`; not together with `begun`.
        """
        # The same loss as "binary", for labels between 0 and 1.
        parameters = parameters | {"objective": "cross_entropy"}
        if self.kind_columns:
            # A gain times nought is never the best. On the web labels the padding booster does
            # worse with these columns (ap 0.814 and 0.809 with two seeds, 0.816 without).
            own = X.shape[1] - self.kind_columns
            parameters["feature_contri"] = [1.0] * own + [0.0] * self.kind_columns
        taught = np.where(padding, 1.0, self.smoothing).astype(np.float32)
        if initial is None:
            data = lgb.Dataset(X, taught, weight=weight)
            return lgb.train(parameters, data, rounds, init_model=begun)
        # LightGBM adds the average to its first tree, but not where it is given scores.
        average = brentq(
            lambda margin: np.average(expit(initial + margin) - taught, weights=weight), -50, 50
        )
        data = lgb.Dataset(X, taught, weight=weight, init_score=initial + average)
        booster = lgb.train(parameters, data, rounds)
        for leaf in range(booster.dump_model(num_iteration=1)["tree_info"][0]["num_leaves"]):
            booster.set_leaf_output(0, leaf, booster.get_leaf_output(0, leaf) + average)
        return booster

    def _fit_kinds(self, X: NDArray[np.float32], y: NDArray[np.str_], weight: Doubles) -> None:
        kinds, numbers = np.unique(y, return_inverse=True)
        self.kinds_ = tuple(str(kind) for kind in kinds)
        self.shares_ = np.bincount(numbers, weight, len(kinds)) / weight.sum()
        self.kind_booster_ = None
        if len(kinds) < 2:
            return
        # Small trees: a thirteenth of the labels, thirteen trees a round.
        parameters = self._parameters() | {
            "objective": "multiclass",
            "num_class": len(kinds),
            "num_leaves": 12,
            "min_child_samples": 20,
            "feature_fraction": 0.2,
            "learning_rate": 0.1,
            "lambda_l2": 5.0,
            "extra_trees": True,  # right kind 0.738 against 0.733 without, on the web labels
        }
        data = lgb.Dataset(X, numbers.astype(np.float32), weight=weight)
        self.kind_booster_ = lgb.train(parameters, data, self.kind_trees)

    def _parameters(self) -> dict[str, Any]:
        return {
            "learning_rate": self.learning_rate,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "max_bin": 127,  # 255 takes twice the time and gains nothing
            "seed": self.seed,
            "deterministic": True,
            "force_col_wise": True,  # as the documentation of `deterministic` asks
            "num_threads": self.n_jobs,
            "verbose": -1,
        }

    # -- prediction -----------------------------------------------------------------------

    def predict_proba(self, X: ArrayLike) -> Doubles:
        """Probability of each class, float64 (paragraphs, classes), columns as ``classes_``."""
        check_is_fitted(self)
        checked = validate_data(
            self, X, dtype=np.float32, ensure_all_finite="allow-nan", reset=False
        )
        rows = np.asarray(checked, np.float32)
        padding = self.predict_padding(rows)
        kinds = self.predict_kinds(rows, padding)
        result = np.zeros((len(padding), len(self.classes_)))
        for column, name in enumerate(self.classes_):
            if name == self._kept:
                result[:, column] = 1 - padding
            else:
                result[:, column] = kinds[:, self.kinds_.index(str(name))]
        return result

    def predict(self, X: ArrayLike) -> NDArray[np.str_]:
        """Substance where padding < 0.5, else the likeliest padding class."""
        chances = self.predict_proba(X)
        substance = int(np.flatnonzero(self.classes_ == self._kept)[0])
        others = chances.copy()
        others[:, substance] = -1
        likeliest = self.classes_[others.argmax(axis=1)]
        return np.asarray(np.where(chances[:, substance] > 0.5, self._kept, likeliest))

    @property
    def _kept(self) -> Any:  # noqa: ANN401 - a class, of whatever type those of y are
        return self.classes_[0] if self.substance is None else self.substance

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's Tags, untyped
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
