"""What scoring asks of a fitted classifier, without what fitting takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from defiller.model.calibration import Calibrator, Doubles
from defiller.model.early_exit import EarlyExit, ask

if TYPE_CHECKING:
    from defiller.model.booster import Booster

# The kind is asked where padding is likelier than this; below it every paragraph gets the
# kinds' shares among the training paragraphs, times a padding that rounds to nothing.
WORTH_ASKING = 0.3

# Of the small trees for kinds, these many are asked at a time: 0.84 of the time that all 1,170
# at once take a row.
KIND_TREES = 400


class Predictor:
    """Boosters with their calibration: padding of rows, and its kinds.

    Takes neither scikit-learn nor the lightgbm package, which are most of the time that the
    first text takes.

    Parameters
    ----------
    kind_columns : int
        That many columns, the last of X, are for the kinds booster alone.
    n_jobs : int
        Threads of LightGBM.

    Attributes
    ----------
    classes_ : str (classes,)
        Sorted, as scikit-learn has them.
    padding_booster_, kind_booster_ : lightgbm.Booster or TextBooster
        The second is None where there is one kind of padding only.
    kinds_ : tuple of str
        Padding classes in the order of the kinds booster.
    shares_ : float64 (kinds,)
        Of each among the padding it was fitted on.
    calibrator_ : Calibrator
    early_exits_ : tuple of EarlyExit
        Where the padding booster's first trees are enough; fitted out of fold as the calibrator.
    n_features_in_ : int
        Columns of X.
    """

    kind_columns: int
    n_jobs: int
    classes_: NDArray[np.str_]
    padding_booster_: Booster
    kind_booster_: Booster | None
    kinds_: tuple[str, ...]
    shares_: Doubles
    calibrator_: Calibrator
    early_exits_: tuple[EarlyExit, ...]
    n_features_in_: int

    def __init__(self, kind_columns: int = 0, n_jobs: int = 1) -> None:
        self.kind_columns = kind_columns
        self.n_jobs = n_jobs

    def margins(self, X: NDArray[np.float32]) -> Doubles:
        """Log-odds of padding before calibration, float64 (paragraphs,)."""
        if not len(X):
            return np.zeros(0)
        return ask(self.padding_booster_, X, self.early_exits_, self.n_jobs)

    def predict_padding(self, X: NDArray[np.float32]) -> Doubles:
        """Calibrated probability of padding, float64 (paragraphs,)."""
        return self.calibrator_(self.margins(X))

    def predict_kinds(self, X: NDArray[np.float32], padding: Doubles) -> Doubles:
        """Probability of each padding kind, float64 (paragraphs, kinds); rows sum to padding."""
        asked = self.worth_asking(padding)
        return self.shared_out(padding, asked, X[asked])

    @staticmethod
    def worth_asking(padding: Doubles) -> NDArray[np.intp]:
        """The paragraphs whose kind is asked."""
        return np.flatnonzero(padding >= WORTH_ASKING)

    def shared_out(
        self, padding: Doubles, asked: NDArray[np.intp], X: NDArray[np.float32]
    ) -> Doubles:
        """Padding by kinds.

        Parameters
        ----------
        padding : float64 (paragraphs,)
        asked : int (rows,)
            The paragraphs whose kind is asked.
        X : float32 (rows, signals)
            Of these alone.

        Returns
        -------
        float64 (paragraphs, kinds)
        """
        given = np.tile(self.shares_, (len(padding), 1))
        if self.kind_booster_ is not None and len(asked):
            given[asked] = ask_kinds(self.kind_booster_, X, self.n_jobs)
        return np.asarray(given * padding[:, None], np.float64)


def ask_kinds(booster: Booster, X: NDArray[np.float32], threads: int) -> Doubles:
    """Probability of each class, float64 (rows, classes): LightGBM's own, to within rounding.

    As with padding, some rounds at a time for all rows take less time than all for each row.
    """
    classes = booster.num_model_per_iteration()
    margin = np.zeros((len(X), classes))
    rounds = max(1, KIND_TREES // classes)
    for start in range(0, booster.num_trees() // classes, rounds):
        margin += np.asarray(
            booster.predict(
                X, raw_score=True, start_iteration=start, num_iteration=rounds, num_threads=threads
            )
        )
    chance = np.exp(margin - margin.max(axis=1, keepdims=True))
    return np.asarray(chance / chance.sum(axis=1, keepdims=True), np.float64)
