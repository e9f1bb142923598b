"""Two models judged on the same documents: which is better, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defiller.model.calibration import Doubles
from defiller.training.evaluate import Evaluation
from defiller.training.figures import (
    LOWER_IS_BETTER,
    RESAMPLES,
    Bools,
    Judged,
    all_figures,
    as_json,
    interval,
    kind_recalls,
)


@dataclass(frozen=True)
class Changed:
    """Paragraphs that two models decide differently.

    Attributes
    ----------
    mended, spoiled : bool (paragraphs,)
        Where the model is right and the other is wrong, and the other way round.
    """

    mended: Bools
    spoiled: Bools

    def to_json(self, judged: Judged) -> dict[str, Any]:
        """Paragraphs and words, by what the labels say."""
        found: dict[str, Any] = {}
        for name, rows in (("mended", self.mended), ("spoiled", self.spoiled)):
            sides = (("substance", ~judged.is_padding), ("padding", judged.is_padding))
            found[name] = {
                side: {
                    "paragraphs": int((rows & own).sum()),
                    "words": int(judged.words[rows & own].sum()),
                }
                for side, own in sides
            }
        return found


@dataclass(frozen=True)
class Comparison:
    """A model and another one on the same labels.

    All intervals are of differences, model less other, by bootstrap over documents where both
    are given the same draws; they are narrower than what two intervals side by side suggest,
    since what makes a document hard makes it hard for both.

    Attributes
    ----------
    model, against : Evaluation

    Raises
    ------
    ValueError
        Where they did not judge the same paragraphs.
    """

    model: Evaluation
    against: Evaluation

    def __post_init__(self) -> None:
        one, other = self.model.judged, self.against.judged
        if not (
            np.array_equal(self.model.rows, self.against.rows)
            and np.array_equal(one.kind, other.kind)
            and np.array_equal(one.document, other.document)
        ):
            raise ValueError("two models are compared on the same labelled paragraphs only")

    @property
    def verdicts(self) -> Changed:
        """Where one says padding (at 0.5) and the other substance."""
        return self._changed(self.model.judged.padding >= 0.5, self.against.judged.padding >= 0.5)

    @property
    def decisions(self) -> Changed:
        """Where one strips at its defaults and the other keeps."""
        return self._changed(self.model.judged.strip, self.against.judged.strip)

    def _changed(self, says: Bools, other_says: Bools) -> Changed:
        truth = self.model.judged.is_padding
        return Changed(
            (says == truth) & (other_says != truth), (says != truth) & (other_says == truth)
        )

    def by_difference(self, rows: Bools) -> NDArray[np.int64]:
        """Places of some judged paragraphs, those whose padding differs most first."""
        apart = np.abs(self.model.judged.padding - self.against.judged.padding)
        places = np.flatnonzero(rows)
        return places[np.argsort(-apart[places], kind="stable")]

    def to_json(self, resamples: int = RESAMPLES) -> dict[str, Any]:
        """Differences of every figure, by source, kind and group, and what changed.

        Parameters
        ----------
        resamples : int
            Draws of documents behind each interval.
        """
        one, other = self.model.samples(resamples), self.against.samples(resamples)
        others = self.against.parts
        figures = {
            name: _differences(
                all_figures(part),
                all_figures(others[name]),
                one.figures[name],
                other.figures[name],
            )
            for name, part in self.model.parts.items()
        }
        recalls = kind_recalls(self.model.judged)
        kinds = _differences(
            {name: recall(self.model.judged) for name, recall in recalls.items()},
            {name: recall(self.against.judged) for name, recall in recalls.items()},
            one.recalls,
            other.recalls,
        )
        judged = self.model.judged
        found = {
            "figures": figures,
            "recalls": kinds,
            "facts_kept": {"model": self.model.share_kept, "against": self.against.share_kept},
            "changed": {
                "verdict": self.verdicts.to_json(judged),
                "strip": self.decisions.to_json(judged),
            },
        }
        clean: dict[str, Any] = as_json(found)
        return clean


def _differences(
    values: Mapping[str, float],
    others: Mapping[str, float],
    samples: Mapping[str, Doubles],
    other_samples: Mapping[str, Doubles],
) -> dict[str, dict[str, Any]]:
    found = {}
    for name, value in values.items():
        low, high = interval(samples[name] - other_samples[name])
        found[name] = {
            "model": value,
            "against": others[name],
            "difference": value - others[name],
            "interval": (low, high),
            "winner": winner(low, high, lower_is_better=name in LOWER_IS_BETTER),
        }
    return found


def winner(low: float, high: float, *, lower_is_better: bool = False) -> str | None:
    """Who wins by the interval of a difference, model less other.

    Returns
    -------
    {"model", "against"} or None
        None where the interval holds 0, or is none.

    Examples
    --------
    >>> winner(0.01, 0.03), winner(0.01, 0.03, lower_is_better=True), winner(-0.01, 0.03)
    ('model', 'against', None)
    """
    if low > 0:
        return "against" if lower_is_better else "model"
    if high < 0:
        return "model" if lower_is_better else "against"
    return None
