"""The classifier: one booster for padding, one for its kind."""

from __future__ import annotations

import hashlib
from typing import Any, Self

import lightgbm as lgb
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from defiller.labels.kinds import Kind
from defiller.model.calibration import Calibrator, Doubles

FOLDS = 5

# The kind is asked where padding is likelier than this; below it every paragraph gets the
# kinds' shares among the training paragraphs, times a padding that rounds to nothing.
WORTH_ASKING = 0.05


def fold_of(group: str) -> int:
    """Fold of a group: the same for everybody, and stable when data is added."""
    return int(hashlib.sha256(group.encode("utf-8")).hexdigest(), 16) % FOLDS


class FillerClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Tells padding from substance, and the kind of padding, by paragraphs' signals.

    A binary LightGBM booster gives the probability of padding, calibrated on predictions out of
    fold; a multiclass one, fitted on padding alone, shares it out among the kinds.

    Parameters
    ----------
    trees, leaves, learning_rate, min_samples, feature_fraction, bagging_fraction, l2
        Of the padding booster.
    kind_trees : int
        Rounds of the kinds booster, each of one small tree a kind.
    substance : str
        The class that is kept; every other one is padding.
    seed : int
    n_jobs : int
        Threads of LightGBM.

    Attributes
    ----------
    classes_ : str (classes,)
        Sorted, as scikit-learn has them.
    padding_booster_, kind_booster_ : lightgbm.Booster
        The second is None where there is one kind of padding only.
    kinds_ : tuple of str
        Padding classes in the order of the kinds booster.
    shares_ : float64 (kinds,)
        Of each among the padding it was fitted on.
    calibrator_ : Calibrator
    out_of_fold_ : float64 (paragraphs,)
        Calibrated padding of the training paragraphs, each by a booster that did not see its
        fold; NaN where there was none.
    """

    def __init__(
        self,
        trees: int = 500,
        leaves: int = 63,
        learning_rate: float = 0.06,
        min_samples: int = 100,
        feature_fraction: float = 0.2,
        bagging_fraction: float = 0.8,
        l2: float = 5.0,
        kind_trees: int = 60,
        substance: str = Kind.SUBSTANCE.value,
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
        self.kind_trees = kind_trees
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

        Raises
        ------
        ValueError
            Where there is only one class, or substance is missing.
        """
        checked = validate_data(self, X, y, dtype=np.float32, ensure_all_finite="allow-nan")
        rows, kinds = np.asarray(checked[0], np.float32), np.asarray(checked[1])
        self.classes_ = np.unique(kinds)
        if self.substance not in self.classes_ or len(self.classes_) < 2:
            raise ValueError(
                f"training needs both {self.substance!r} and some padding, and the labels have "
                f"only {', '.join(map(str, self.classes_))}; label paragraphs of the other too"
            )
        weight = (
            np.ones(len(kinds)) if sample_weight is None else np.asarray(sample_weight, np.float64)
        )
        padding = np.asarray(kinds != self.substance, np.bool_)
        names = np.arange(len(kinds)).astype(str) if groups is None else np.asarray(groups)
        self.calibrator_ = Calibrator()
        self.out_of_fold_ = np.full(len(kinds), np.nan)
        if calibrate:
            self._calibrate(rows, padding, weight, names)
        self.padding_booster_ = self._fit_padding(rows, padding, weight)
        self._fit_kinds(rows[padding], kinds[padding], weight[padding])
        return self

    def _calibrate(
        self,
        X: NDArray[np.float32],
        padding: NDArray[np.bool_],
        weight: Doubles,
        groups: NDArray[np.str_],
    ) -> None:
        unique, inverse = np.unique(groups, return_inverse=True)
        folds = np.array([fold_of(str(group)) for group in unique])[inverse]
        margin = np.full(len(padding), np.nan)
        for fold in np.unique(folds):
            inside, outside = folds != fold, folds == fold
            if not inside.any() or len(np.unique(padding[inside])) < 2:
                continue
            booster = self._fit_padding(X[inside], padding[inside], weight[inside])
            margin[outside] = booster.predict(X[outside], raw_score=True)
        known = ~np.isnan(margin)
        if known.any():
            self.calibrator_ = Calibrator.fit(margin[known], padding[known], weight[known])
            self.out_of_fold_[known] = self.calibrator_(margin[known])

    def _fit_padding(
        self, X: NDArray[np.float32], padding: NDArray[np.bool_], weight: Doubles
    ) -> lgb.Booster:
        parameters = self._parameters() | {
            "objective": "binary",
            "num_leaves": self.leaves,
            "min_child_samples": self.min_samples,
            "feature_fraction": self.feature_fraction,
            "lambda_l2": self.l2,
            # One random threshold a signal and split: with it the trees agree less with one
            # another and the site they were fitted on (ap 0.814 against 0.812 on the web labels,
            # 0.748 against 0.740 on news, 0.802 against 0.788 on pages).
            "extra_trees": True,
        }
        data = lgb.Dataset(X, padding.astype(np.float32), weight=weight)
        return lgb.train(parameters, data, self.trees)

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
            "lambda_l2": self.l2,
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

    def margins(self, X: NDArray[np.float32]) -> Doubles:
        """Log-odds of padding before calibration, float64 (paragraphs,)."""
        if not len(X):
            return np.zeros(0)
        return np.asarray(
            self.padding_booster_.predict(X, raw_score=True, num_threads=self.n_jobs), np.float64
        )

    def predict_padding(self, X: NDArray[np.float32]) -> Doubles:
        """Calibrated probability of padding, float64 (paragraphs,)."""
        return self.calibrator_(self.margins(X))

    def predict_kinds(self, X: NDArray[np.float32], padding: Doubles) -> Doubles:
        """Probability of each padding kind, float64 (paragraphs, kinds); rows sum to padding."""
        given = np.tile(self.shares_, (len(X), 1))
        asked = np.flatnonzero(padding >= WORTH_ASKING)
        if self.kind_booster_ is not None and len(asked):
            given[asked] = self.kind_booster_.predict(X[asked], num_threads=self.n_jobs)
        return np.asarray(given * padding[:, None], np.float64)

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
            if name == self.substance:
                result[:, column] = 1 - padding
            else:
                result[:, column] = kinds[:, self.kinds_.index(str(name))]
        return result

    def predict(self, X: ArrayLike) -> NDArray[np.str_]:
        """Substance where padding < 0.5, else the likeliest padding class."""
        chances = self.predict_proba(X)
        substance = int(np.flatnonzero(self.classes_ == self.substance)[0])
        others = chances.copy()
        others[:, substance] = -1
        likeliest = self.classes_[others.argmax(axis=1)]
        return np.where(chances[:, substance] > 0.5, self.substance, likeliest)

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's Tags, untyped
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
