"""From LightGBM's margins to probabilities that mean what they say."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

# Margins beyond this are probabilities within 1e-9 of 0 or 1; clipping keeps exp() finite.
_FURTHEST = 20.0


def sigmoid(margin: Doubles) -> Doubles:
    """Probability of log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(margin, -_FURTHEST, _FURTHEST))), np.float64)


class Calibrator:
    """Beta calibration: log-odds that are linear in log p and log (1 - p).

    Three numbers, so that it cannot follow the noise of a fold as isotonic regression does; and
    strictly rising, so that the order of paragraphs stays (Kull, Silva Filho and Flach, 2017,
    "Beta calibration").

    Attributes
    ----------
    a, b, c : float
        calibrated log-odds = a log p - b log (1 - p) + c, with a and b above 0.
    """

    def __init__(self, a: float = 1.0, b: float = 1.0, c: float = 0.0) -> None:
        self.a, self.b, self.c = float(a), float(b), float(c)

    @classmethod
    def fit(cls, margin: Doubles, padding: NDArray[np.bool_], weight: Doubles) -> Self:
        """Fit on margins of paragraphs that their model did not see.

        Parameters
        ----------
        margin : float64 (paragraphs,)
        padding : bool (paragraphs,)
        weight : float64 (paragraphs,)
        """
        from sklearn.linear_model import LogisticRegression

        if padding.all() or not padding.any():
            return cls()
        p = sigmoid(margin)
        columns = np.stack([np.log(p), -np.log1p(-p)], axis=1)
        fitted = LogisticRegression(C=1e6, max_iter=1000).fit(columns, padding, weight)
        a, b = fitted.coef_[0]
        if a <= 0 or b <= 0:  # then one term alone; Platt's scaling of the margin
            fitted = LogisticRegression(C=1e6, max_iter=1000).fit(margin[:, None], padding, weight)
            a = b = max(float(fitted.coef_[0][0]), 1e-3)
        return cls(a, b, fitted.intercept_[0])

    def __call__(self, margin: Doubles) -> Doubles:
        """Calibrated probabilities of margins."""
        margin = np.clip(margin, -_FURTHEST, _FURTHEST)
        # log p and -log (1 - p) of a margin, without the loss of digits near 0 and 1
        rising = -np.logaddexp(0, -margin)
        falling = np.logaddexp(0, margin)
        return sigmoid(self.a * rising + self.b * falling + self.c)

    def margin_of(self, probability: float) -> float:
        """The margin that comes to a calibrated probability, to within 1e-3."""
        margins = np.arange(-_FURTHEST, _FURTHEST, 1e-3)
        return float(margins[np.searchsorted(self(margins), probability).clip(0, len(margins) - 1)])

    def to_json(self) -> dict[str, float]:
        """Its three numbers."""
        return {"a": self.a, "b": self.b, "c": self.c}
