"""What a threshold costs in substance: the loss curve and the operating points on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from defiller.model.calibration import Doubles

# Thresholds of the curve: every hundredth, finer at the top where the small losses lie.
_COARSE = np.round(np.arange(0.02, 0.95, 0.01), 4)
_FINE = np.round(np.arange(0.95, 1.0, 0.0025), 4)
THRESHOLDS: Doubles = np.concatenate([_COARSE, _FINE])

_RESAMPLES = 400
_UPPER = 0.95  # the upper end of a 90 % interval
# A collection with fewer documents has an interval that says nothing but "few documents".
_FEWEST_DOCUMENTS = 20


@dataclass(frozen=True)
class LossCurve:
    """Loss and gain by threshold, measured out of fold and after the block step.

    Attributes
    ----------
    thresholds : float64 (points,)
        Rising.
    loss : float64 (points,)
        Share of the substance words that go, 0 to 1: the worst of the collections, at the upper
        end of a 90 % interval by document.
    pooled_loss : float64 (points,)
        The same share over all documents together, as measured.
    gain : float64 (points,)
        Share of the padding words that go.
    """

    thresholds: Doubles
    loss: Doubles
    pooled_loss: Doubles
    gain: Doubles

    @classmethod
    def measure(
        cls,
        cut_at: Doubles,
        padding: NDArray[np.bool_],
        words: Doubles,
        document_of: NDArray[np.int64],
        collection_of: Sequence[str],
        seed: int = 0,
    ) -> Self:
        """Measure the curve.

        Parameters
        ----------
        cut_at : float64 (paragraphs,)
            Highest threshold at which each goes (`blocks.cut_points`), predicted out of fold.
        padding : bool (paragraphs,)
            Its label.
        words : float64 (paragraphs,)
        document_of : int64 (paragraphs,)
        collection_of : sequence of str (documents,)
            Kind of site of each document.
        seed : int
            Of the resampling.
        """
        documents = len(collection_of)
        goes = cut_at[:, None] >= THRESHOLDS[None, :]
        lost = _by_document(goes, words * ~padding, document_of, documents)
        cut = _by_document(goes, words * padding, document_of, documents)
        substance = np.bincount(document_of, words * ~padding, documents)
        names = np.array(collection_of)
        sizes = {name: int((names == name).sum()) for name in dict.fromkeys(collection_of)}
        groups = [names == name for name, size in sizes.items() if size >= _FEWEST_DOCUMENTS]
        groups = groups or [np.ones(documents, np.bool_)]
        random = np.random.default_rng(seed)
        upper = [_upper_loss(lost[group], substance[group], random) for group in groups]
        worst = np.max(upper, axis=0)
        return cls(
            THRESHOLDS,
            # A higher threshold loses no more; resampling noise must not say otherwise.
            np.maximum.accumulate(worst[::-1])[::-1],
            lost.sum(axis=0) / max(substance.sum(), 1),
            cut.sum(axis=0) / max(float((words * padding).sum()), 1),
        )

    @property
    def smallest(self) -> float:
        """The smallest loss that the curve supports."""
        return float(self.loss.min())

    def threshold_for(self, max_loss: float) -> float:
        """The lowest threshold whose loss is at most ``max_loss``.

        Raises
        ------
        ValueError
            Where no threshold keeps it, with the smallest loss that one does.
        """
        good = np.flatnonzero(self.loss <= max_loss)
        if not len(good):
            raise ValueError(
                f"this model cannot hold the loss of substance to {max_loss:.2%}; the smallest "
                f"that its measurements support is {self.smallest:.2%}"
            )
        return float(self.thresholds[good[0]])

    def to_json(self) -> dict[str, list[float]]:
        """Its columns as lists."""
        return {
            name: [round(float(value), 6) for value in getattr(self, name)]
            for name in ("thresholds", "loss", "pooled_loss", "gain")
        }

    @classmethod
    def from_json(cls, columns: dict[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError
            For columns that are missing, of unequal length, not finite, or out of range.
        """
        names = ("thresholds", "loss", "pooled_loss", "gain")
        try:
            arrays = [np.array(columns[name], np.float64) for name in names]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"the loss curve is broken ({error})") from error
        if any(a.ndim != 1 or len(a) != len(arrays[0]) or not len(a) for a in arrays):
            raise ValueError("the loss curve's columns are not of one length")
        if any(not ((a >= 0) & (a <= 1)).all() for a in arrays):
            raise ValueError("the loss curve has values that are not between 0 and 1")
        if (np.diff(arrays[0]) <= 0).any() or (np.diff(arrays[1]) > 0).any():
            raise ValueError("the loss curve does not fall as its thresholds rise")
        return cls(*arrays)


def _by_document(
    goes: NDArray[np.bool_], words: Doubles, document_of: NDArray[np.int64], documents: int
) -> Doubles:
    total = np.zeros((documents, goes.shape[1]))
    np.add.at(total, document_of, goes * words[:, None])
    return total


def _upper_loss(lost: Doubles, substance: Doubles, random: np.random.Generator) -> Doubles:
    size = len(substance)
    drawn = random.multinomial(size, np.full(size, 1 / size), _RESAMPLES).astype(np.float64)
    share = (drawn @ lost) / np.maximum(drawn @ substance, 1)[:, None]
    return np.asarray(np.quantile(share, _UPPER, axis=0), np.float64)
