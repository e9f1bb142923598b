"""What is plotted, as plain numbers: computed by scikit-learn from one model's predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defiller.labels.kinds import KINDS
from defiller.model.calibration import Doubles
from defiller.model.curve import LossCurve
from defiller.training.evaluate import Evaluation
from defiller.training.figures import Judged

CALIBRATION_BINS = 15
"""As many as the calibration error has, so that the plot shows what the figure sums."""

MOST_POINTS = 400
"""Of a curve: more can't be told apart at the size of a plot."""

LOSSES = (0.0025, 0.005, 0.01, 0.02, 0.05)
"""Values of ``max_loss`` that the table of operating points lists: from a quarter of the default
to five times it."""


@dataclass(frozen=True)
class PrecisionRecall:
    """Precision and recall of padding, by falling threshold.

    Attributes
    ----------
    precision, recall, thresholds : float64 (points,)
        ``recall`` rises.
    """

    precision: Doubles
    recall: Doubles
    thresholds: Doubles

    def to_json(self) -> dict[str, list[float]]:
        """Its columns as lists."""
        return {name: _rounded(getattr(self, name)) for name in self.__dataclass_fields__}


def precision_recall(judged: Judged) -> PrecisionRecall | None:
    """The curve of all paragraphs; None without padding. At most ``MOST_POINTS`` of its points."""
    from sklearn.metrics import precision_recall_curve

    if not judged.is_padding.any():
        return None
    precision, recall, thresholds = precision_recall_curve(judged.is_padding, judged.padding)
    # Its last point (precision 1 at recall 0) has no threshold; the curve runs from it.
    columns = [precision[::-1], recall[::-1], np.append(thresholds, 1.0)[::-1]]
    picked = np.unique(np.linspace(0, len(recall) - 1, MOST_POINTS).round().astype(np.int64))
    return PrecisionRecall(*(np.asarray(column, np.float64)[picked] for column in columns))


@dataclass(frozen=True)
class Calibration:
    """How often paragraphs of a probability are padding, by bins of equal width.

    Attributes
    ----------
    said, true : float64 (bins,)
        Mean probability and share of padding of the bins that are not empty.
    count : int64 (bins,)
        Their paragraphs.
    """

    said: Doubles
    true: Doubles
    count: NDArray[np.int64]

    def to_json(self) -> dict[str, list[float]]:
        """Its columns as lists."""
        return {
            "said": _rounded(self.said),
            "true": _rounded(self.true),
            "count": self.count.tolist(),
        }


def calibration(judged: Judged) -> Calibration:
    """The calibration curve of all paragraphs."""
    from sklearn.calibration import calibration_curve

    true, said = calibration_curve(
        judged.is_padding, judged.padding, n_bins=CALIBRATION_BINS, strategy="uniform"
    )
    # The same edges as scikit-learn's, which does not tell how many there are in a bin.
    edges = np.linspace(0, 1, CALIBRATION_BINS + 1)
    count = np.bincount(np.searchsorted(edges[1:-1], judged.padding))
    return Calibration(np.asarray(said), np.asarray(true), count[count > 0])


def confusion(judged: Judged) -> NDArray[np.int64]:
    """Paragraphs by labelled and by said kind, int64 (``KINDS``, ``KINDS``)."""
    from sklearn.metrics import confusion_matrix

    found = confusion_matrix(judged.kind, judged.said, labels=np.arange(len(KINDS)))
    return np.asarray(found, np.int64)


def confusion_json(judged: Judged) -> dict[str, dict[str, int]]:
    """The same by name, without zeros: labelled kind, said kind, paragraphs."""
    table = confusion(judged)
    return {
        kind.value: {KINDS[column].value: int(row[column]) for column in np.flatnonzero(row)}
        for kind, row in zip(KINDS, table, strict=True)
        if row.any()
    }


def operating_points(promised: LossCurve, evaluation: Evaluation) -> list[dict[str, Any]]:
    """What each ``max_loss`` comes to on these labels.

    Returns
    -------
    list of dict
        max_loss, and where the model supports it: threshold, and on these labels loss (share
        of the substance words), loss_upper (the worst source, at the upper end of a 90 %
        interval) and gain (share of the padding words). The guard and languages don't count.
    """
    here = evaluation.curve
    rows: list[dict[str, Any]] = []
    for wanted in LOSSES:
        row: dict[str, Any] = {"max_loss": wanted, "threshold": None}
        if promised.smallest <= wanted:
            threshold = promised.threshold_for(wanted)
            at = int(np.searchsorted(here.thresholds, threshold))
            row |= {
                "threshold": threshold,
                "loss": float(here.pooled_loss[at]),
                "loss_upper": float(here.loss[at]),
                "gain": float(here.gain[at]) if evaluation.judged.is_padding.any() else None,
            }
        rows.append(row)
    return rows


def _rounded(values: Doubles) -> list[float]:
    return [round(float(value), 5) for value in values]
